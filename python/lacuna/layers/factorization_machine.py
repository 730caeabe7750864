"""FactorizationMachine."""

from lacuna import _core, activations, constraints, initializers, regularizers
from lacuna._arguments import whole
from lacuna.layers.base import Layer, options

__all__ = [
    "FactorizationMachine",
]


def __dir__():
    return __all__


class FactorizationMachine(Layer):
    """activation(Σ x_j l_j + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j + bias), of shape (batch, 1): a linear model and, for each pair
    of features, the product of their factors v (Rendle, 2010). x: csr or dense, (batch, columns).

    factors: the length of v. Row j of the kernel, (columns, factors + 1), is v_j, then l_j; kernel_initializer draws
    both. sparse_weight: only rows of the kernel that were touched are made and kept, as in Dense.

    ids: x holds whole numbers in [0, input_dim), (batch, fields), as of an Embedding: the features that are 1, each
    once for each time it stands there. mask_zero: id 0 is padding. input_dim must be given.
    """

    def __init__(
        self,
        factors,
        activation=None,
        use_bias=True,
        kernel_initializer="uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        sparse_weight=False,
        input_dim=None,
        ids=False,
        mask_zero=False,
        **kwargs,
    ):
        self.factors = whole("FactorizationMachine", "factors", factors)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.sparse_weight, self.input_dim = sparse_weight, input_dim
        self.ids, self.mask_zero = ids, mask_zero
        self._adopt(
            _core.factorization_machine_layer(
                self.factors,
                activations._core_of(self.activation),
                use_bias,
                initializers._core_of(kernel_initializer),
                initializers._core_of(bias_initializer),
                regularizers._core_of(self.kernel_regularizer),
                regularizers._core_of(self.bias_regularizer),
                regularizers._core_of(self.activity_regularizer),
                constraints._core_of(kernel_constraint),
                constraints._core_of(bias_constraint),
                sparse_weight,
                0 if input_dim is None else whole("FactorizationMachine", "input_dim", input_dim),
                ids,
                mask_zero,
                options("FactorizationMachine", kwargs),
            )
        )

    @property
    def kernel(self):
        """The variable, of shape (columns of x, factors + 1)."""
        return self.weights[0]

    @property
    def bias(self):
        """The variable, of shape (1,); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None
