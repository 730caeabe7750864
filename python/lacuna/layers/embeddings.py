"""Rows of a weight by id."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Identifier, Whole
from lacuna.layers.base import Layer

__all__ = [
    "Embedding",
]


def __dir__() -> list[str]:
    return __all__


class Embedding(Layer):
    """Whole numbers in [0, input_dim), of shape (batch, …), to rows of a weight: (batch, …, output_dim).

    mask_zero: id 0 is padding, which the mask leaves out; input_dim counts it.
    sparse_grad: only rows that were touched are kept and updated, the optimizer's state beside them.

    combiner: 'sum', 'mean' or 'sqrtn' makes one row of those of a sample, a bag: (batch, output_dim). Of a csr input
    (batch, input_dim) the columns are the ids and the stored values weights w (1 each with weighted=False): Σ w e,
    Σ w e / Σ w or Σ w e / √Σ w², as TensorFlow's embedding_lookup_sparse; a row without entries, or whose weights sum
    to 0, gives zeros. Of dense ids (batch, length) each counts 1, and with mask_zero id 0 nothing.

    csr without a combiner is a ValueError. Keras 3 takes its values for ids and whatever is not stored for id 0, which
    makes a row of every column and cannot be told from weights; give such ids as a dense array.
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
        input_length: Whole | None = None,
        sparse_grad: Flag = False,
        combiner: str | None = None,
        weighted: Flag = True,
        **kwargs: Any,
    ) -> None:
        self._make("Embedding", locals())

    @property
    def embeddings(self) -> Any:
        """The variable, of shape (input_dim, output_dim)."""
        return self.weights[0]
