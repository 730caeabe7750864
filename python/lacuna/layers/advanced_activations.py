"""Activations with settings or weights. csr stays csr where zero stays zero."""

from lacuna import _core, constraints, initializers, regularizers
from lacuna._arguments import whole
from lacuna.layers.base import Layer, options

__all__ = [
    "ELU",
    "LeakyReLU",
    "PReLU",
    "ReLU",
    "Softmax",
    "ThresholdedReLU",
]


def __dir__():
    return __all__


class LeakyReLU(Layer):
    """x where x ≥ 0, else alpha x."""

    def __init__(self, alpha=0.3, **kwargs):
        self.alpha = alpha
        self._adopt(_core.leaky_relu_layer(alpha, options("LeakyReLU", kwargs)))


class ELU(Layer):
    """x where x ≥ 0, else alpha (exp(x) - 1)."""

    def __init__(self, alpha=1.0, **kwargs):
        self.alpha = alpha
        self._adopt(_core.elu_layer(alpha, options("ELU", kwargs)))


class ThresholdedReLU(Layer):
    """x where x > theta, else 0."""

    def __init__(self, theta=1.0, **kwargs):
        self.theta = theta
        self._adopt(_core.thresholded_relu_layer(theta, options("ThresholdedReLU", kwargs)))


class ReLU(Layer):
    """max_value where x ≥ max_value, x where x ≥ threshold, else negative_slope (x - threshold)."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold
        limit = float("inf") if max_value is None else max_value
        self._adopt(_core.relu_layer(limit, negative_slope, threshold, options("ReLU", kwargs)))


class Softmax(Layer):
    """exp(x) over its sum along an axis, the batch counted as 0; dense."""

    def __init__(self, axis=-1, **kwargs):
        self.axis = whole("Softmax", "axis", axis)
        self._adopt(_core.softmax_layer(self.axis, options("Softmax", kwargs)))


class PReLU(Layer):
    """x where x ≥ 0, else alpha x, with a learned alpha for each feature (He et al., 2015). shared_axes: axes, the
    batch counted as 0, along which alpha is one number."""

    def __init__(
        self,
        alpha_initializer="zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        if shared_axes is None:
            self.shared_axes = None
        else:
            self.shared_axes = list(shared_axes) if isinstance(shared_axes, (list, tuple)) else [shared_axes]
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self._adopt(
            _core.prelu_layer(
                initializers._core_of(alpha_initializer),
                regularizers._core_of(self.alpha_regularizer),
                constraints._core_of(alpha_constraint),
                self.shared_axes or [],
                options("PReLU", kwargs),
            )
        )

    @property
    def alpha(self):
        """The variable, of the shape of a sample."""
        return self.weights[0]
