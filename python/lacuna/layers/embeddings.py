"""Rows of a weight by id."""

from lacuna import _core, constraints, initializers, regularizers
from lacuna._arguments import unsupported, whole
from lacuna.layers.base import Layer, options

__all__ = [
    "Embedding",
]


def __dir__():
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
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        activity_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        input_length=None,
        sparse_grad=False,
        combiner=None,
        weighted=True,
        **kwargs,
    ):
        if isinstance(input_length, (list, tuple)):
            unsupported("Embedding", input_length=input_length)
        if input_length is not None and whole("Embedding", "input_length", input_length) <= 0:
            raise ValueError(f"Embedding: input_length must be positive. Received: input_length={input_length}.")
        self.input_dim, self.output_dim = (
            whole("Embedding", "input_dim", input_dim),
            whole("Embedding", "output_dim", output_dim),
        )
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.mask_zero, self.input_length, self.sparse_grad = mask_zero, input_length, sparse_grad
        self.combiner, self.weighted = combiner, weighted
        self._adopt(
            _core.embedding_layer(
                self.input_dim,
                self.output_dim,
                initializers._core_of(embeddings_initializer),
                regularizers._core_of(self.embeddings_regularizer),
                regularizers._core_of(self.activity_regularizer),
                constraints._core_of(embeddings_constraint),
                mask_zero,
                input_length or 0,
                sparse_grad,
                "" if combiner is None else combiner,
                weighted,
                options("Embedding", kwargs),
            )
        )

    @property
    def embeddings(self):
        """The variable, of shape (input_dim, output_dim)."""
        return self.weights[0]
