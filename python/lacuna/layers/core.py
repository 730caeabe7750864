"""Dense, and layers without weights."""

from lacuna import _core, activations, constraints, initializers, regularizers
from lacuna._arguments import unsupported, whole
from lacuna.layers.base import Layer, options


class Dense(Layer):
    """activation(x kernel + bias), over the last axis of x: dense of rank 2 or more, or csr.

    sparse_weight: only rows of the kernel that were touched are made and kept, the optimizer's state beside
    them, so that memory and time follow the non-zeros. l1 and l2 then count the rows that a batch touches.
    """

    def __init__(
        self,
        units,
        activation=None,
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
        if "input_dim" in kwargs:
            kwargs.setdefault("input_shape", (kwargs.pop("input_dim"),))
        self.units = whole("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.sparse_weight = sparse_weight
        self._adopt(
            _core.dense_layer(
                self.units,
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
                options("Dense", kwargs),
            )
        )

    @property
    def kernel(self):
        """The variable, of shape (columns of x, units)."""
        return self.weights[0]

    @property
    def bias(self):
        """The variable, of shape (units,); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


class Activation(Layer):
    """activation(x). csr is taken where zero stays zero."""

    def __init__(self, activation, **kwargs):
        self.activation = activations.get(activation)
        self._adopt(
            _core.activation_layer(activations._core_of(self.activation), options("Activation", kwargs))
        )


class Dropout(Layer):
    """In training each value is 0 with probability `rate`, else divided by 1 - rate. csr keeps its
    pattern."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        unsupported("Dropout", noise_shape=noise_shape)
        self.rate, self.seed = rate, seed
        self._adopt(_core.dropout_layer(rate, seed, options("Dropout", kwargs)))


class Flatten(Layer):
    """(batch, all else). csr passes through."""

    def __init__(self, data_format=None, **kwargs):
        if data_format not in (None, "channels_last"):
            unsupported("Flatten", data_format=data_format)
        self._adopt(_core.flatten_layer(options("Flatten", kwargs)))


class Reshape(Layer):
    """Another shape for each row of the batch; one dimension may be -1."""

    def __init__(self, target_shape, **kwargs):
        self.target_shape = tuple(target_shape)
        self._adopt(_core.reshape_layer(self.target_shape, options("Reshape", kwargs)))
