"""The layer Embedding, which looks up rows of a weight by id."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Identifier, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "Embedding",
]


def __dir__() -> list[str]:
    return __all__


class Embedding(Layer):
    """Turns whole numbers in [0, input_dim), of shape (batch, …), into rows of a weight: (batch, …, output_dim).

    mask_zero: id 0 is padding and masked; it counts in input_dim.
    sparse_grad: only rows that were touched are kept and updated, with the optimizer's state.

    combiner: 'sum', 'mean' or 'sqrtn' combines the rows e of a sample (a bag) into one: (batch, output_dim). In a csr
    input (batch, input_dim) the columns are the ids and the stored values are weights w (all 1 with weighted=False):
    Σ w e, Σ w e / Σ w or Σ w e / √Σ w², as in TensorFlow's embedding_lookup_sparse. A sample without entries, or whose
    weights sum to 0, gives zeros. Dense ids (batch, length) have weight 1 each, and id 0 weight 0 with mask_zero.

    csr without a combiner is a ValueError. (Keras 3 reads the values as ids and missing entries as id 0. That makes a
    row for every column, and ids could not be told from weights.) Pass such ids as a dense array.

    IndexError for an id outside of [0, input_dim), ValueError for one that is not whole.

        >>> ids = np.array([[2, 5, 2**39]])
        >>> table = Embedding(2**40, 4, sparse_grad=True)
        >>> Sequential([table]).predict(ids).shape
        (1, 3, 4)
        >>> bags = Embedding(1000, 2, embeddings_initializer="ones", sparse_grad=True, combiner="sum")
        >>> Sequential([bags]).predict(csr_matrix(([3.0, 1.0], ([0, 0], [7, 9])), shape=(1, 1000)))
        array([[4., 4.]], dtype=float32)
    """

    def __init__(
        self,
        input_dim: Whole,
        output_dim: Whole,
        embeddings_initializer: Identifier = "uniform",
        embeddings_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        embeddings_constraint: Identifier = None,
        mask_zero: Flag = False,
        input_length: Whole | Shape | None = None,
        sparse_grad: Flag = False,
        combiner: str | None = None,
        weighted: Flag = True,
        **kwargs: Any,
    ) -> None:
        steps = input_length if isinstance(input_length, (list, tuple)) else None
        if steps is not None:  # Of ids of rank 3 or more, which the shape of the input says.
            kwargs = {"batch_input_shape": (None, *steps), **kwargs}
            input_length = None
        self._make("Embedding", {name: value for name, value in locals().items() if name != "steps"})

    @property
    def embeddings(self) -> Any:
        """The variable, of shape (input_dim, output_dim)."""
        return self.weights[0]
