"""CrossNet and CrossNetV2."""

from lacuna import _core, constraints, initializers, regularizers
from lacuna._arguments import whole
from lacuna.layers.base import Layer, options

__all__ = [
    "CrossNet",
    "CrossNetV2",
]


def __dir__():
    return __all__


class CrossNet(Layer):
    """The cross network of Deep & Cross (Wang et al., 2017), of the shape of its input x, (batch, columns), csr or
    dense:

        x_0 = x,  x_{l+1} = x (x_l · w_l) + b_l + x_l

    with w_l the columns of the kernel, (columns, num_layers), and b_l the rows of the bias, (num_layers, columns). With
    use_bias=False csr stays csr, and sparse_weight=True keeps only rows of the kernel that were touched, as in Dense;
    with bias the output is dense.
    """

    def __init__(
        self,
        num_layers,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        sparse_weight=False,
        **kwargs,
    ):
        self.num_layers = whole("CrossNet", "num_layers", num_layers)
        self.use_bias = use_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.sparse_weight = sparse_weight
        self._adopt(
            _core.cross_net_layer(
                self.num_layers,
                use_bias,
                initializers._core_of(kernel_initializer),
                initializers._core_of(bias_initializer),
                regularizers._core_of(self.kernel_regularizer),
                regularizers._core_of(self.bias_regularizer),
                regularizers._core_of(self.activity_regularizer),
                constraints._core_of(kernel_constraint),
                constraints._core_of(bias_constraint),
                sparse_weight,
                options("CrossNet", kwargs),
            )
        )

    @property
    def kernel(self):
        """The variable, of shape (columns of x, num_layers)."""
        return self.weights[0]

    @property
    def bias(self):
        """The variable, of shape (num_layers, columns of x); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


class CrossNetV2(Layer):
    """The cross network of DCN V2 (Wang et al., 2021), of the shape of its input x, (batch, columns), csr or dense:

        x_0 = x,  x_{l+1} = x ∘ (x_l W_l + b_l) + x_l

    with W_l a matrix (columns, columns), or with projection_dim U_l V_lᵀ, both (columns, projection_dim). csr stays
    csr, with the pattern of x; a whole W_l then costs (batch, columns) beside it, U_l V_lᵀ the non-zeros alone.
    Weights: U_l, V_l (or W_l) and b_l, layer by layer.
    """

    def __init__(
        self,
        num_layers,
        projection_dim=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        self.num_layers = whole("CrossNetV2", "num_layers", num_layers)
        self.projection_dim, self.use_bias = projection_dim, use_bias
        if projection_dim is not None and whole("CrossNetV2", "projection_dim", projection_dim) < 1:
            raise ValueError(f"CrossNetV2: projection_dim must be positive. Received: projection_dim={projection_dim}.")
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._adopt(
            _core.cross_net_v2_layer(
                self.num_layers,
                projection_dim or 0,
                use_bias,
                initializers._core_of(kernel_initializer),
                initializers._core_of(bias_initializer),
                regularizers._core_of(self.kernel_regularizer),
                regularizers._core_of(self.bias_regularizer),
                regularizers._core_of(self.activity_regularizer),
                constraints._core_of(kernel_constraint),
                constraints._core_of(bias_constraint),
                options("CrossNetV2", kwargs),
            )
        )
