"""BatchNormalization."""

from lacuna.layers.base import Layer

__all__ = [
    "BatchNormalization",
]


def __dir__():
    return __all__


class BatchNormalization(Layer):
    """gamma (x - mean) / √(variance + epsilon) + beta for each feature, which stand along `axis`. In training mean and
    variance are those of the batch, and move the averages that are used else: average momentum + value (1 - momentum).

    Weights: gamma (scale=True), beta (center=True), moving_mean, moving_variance, each (features,). As in Keras 2.2.4
    the averages stand still where trainable is False, and batches of training are normalized by themselves all the
    same.

    csr stays csr where zeros stay: with center=False and subtract_mean=False, which divides by the standard deviation
    alone; else csr is a ValueError. The averages cost O(columns) a step beside the non-zeros.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        subtract_mean=True,
        **kwargs,
    ):
        self._make("BatchNormalization", locals())

    @property
    def gamma(self):
        """The variable, of shape (features,); None without scale."""
        return self.weights[0] if self.scale and self.built else None

    @property
    def beta(self):
        """The variable, of shape (features,); None without center."""
        return self.weights[int(self.scale)] if self.center and self.built else None

    @property
    def moving_mean(self):
        """The variable, of shape (features,)."""
        return self.weights[-2]

    @property
    def moving_variance(self):
        """The variable, of shape (features,)."""
        return self.weights[-1]
