"""Rows of a weight by id."""

from lacuna import _core, constraints, initializers, regularizers
from lacuna._arguments import unsupported, whole
from lacuna.layers.base import Layer, options


class Embedding(Layer):
    """Whole numbers in [0, input_dim), of shape (batch, …), to rows of a weight: (batch, …, output_dim).

    sparse_grad: only rows that were touched are kept and updated, the optimizer's state beside them.
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
        **kwargs,
    ):
        unsupported("Embedding", mask_zero=mask_zero or None)
        if isinstance(input_length, (list, tuple)):
            unsupported("Embedding", input_length=input_length)
        if input_length is not None and input_length <= 0:
            raise ValueError(
                f"Embedding: input_length must be positive. Received: input_length={input_length}."
            )
        self.input_dim, self.output_dim = (
            whole("Embedding", "input_dim", input_dim),
            whole("Embedding", "output_dim", output_dim),
        )
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.input_length, self.sparse_grad = input_length, sparse_grad
        self._adopt(
            _core.embedding_layer(
                self.input_dim,
                self.output_dim,
                initializers._core_of(embeddings_initializer),
                regularizers._core_of(self.embeddings_regularizer),
                regularizers._core_of(self.activity_regularizer),
                constraints._core_of(embeddings_constraint),
                False,
                input_length or 0,
                sparse_grad,
                options("Embedding", kwargs),
            )
        )

    @property
    def embeddings(self):
        """The variable, of shape (input_dim, output_dim)."""
        return self.weights[0]
