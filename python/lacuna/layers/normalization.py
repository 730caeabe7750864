"""The layer BatchNormalization."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._types import Axes, Flag, Identifier, Number
from lacuna.layers.base import Layer

__all__ = [
    "BatchNormalization",
]


def __dir__() -> list[str]:
    return __all__


class BatchNormalization(Layer):
    """gamma (x - mean) / √(variance + epsilon) + beta for each feature, along `axis`. In training, mean and variance
    are those of the batch, and update moving averages: average momentum + value (1 - momentum). Otherwise the averages
    are used.

    Weights: gamma (scale=True), beta (center=True), moving_mean, moving_variance, each (features,). trainable=False
    stops the averages from changing. frozen_uses_averages: whether training then uses them too, as in Keras 3, or
    still the mean and variance of the batch, as in Keras 2.2.4. unbiased_variance: whether moving_variance averages
    the variance over n - 1 (nearly, as in Keras 2.2.4), or over the n values of the batch, as in Keras 3. None, the
    default of both, asks the dialect (lacuna.config.set_keras).

    csr is accepted with center=False and subtract_mean=False, which only divides by the standard deviation, and stays
    csr; else it is a ValueError. The averages cost O(columns) per step in addition to the non-zeros.

        >>> x = K.variable(csr_matrix([[0, 2.0], [0, 4.0]]))
        >>> K.is_sparse(BatchNormalization(center=False, subtract_mean=False)(x))
        True
        >>> Sequential([BatchNormalization()]).predict(np.array([[1.0, 2.0]])).round(2)
        array([[1., 2.]], dtype=float32)
    """

    def __init__(
        self,
        axis: Axes = -1,
        momentum: Number = 0.99,
        epsilon: Number = 1e-3,
        center: Flag = True,
        scale: Flag = True,
        beta_initializer: Identifier = "zeros",
        gamma_initializer: Identifier = "ones",
        moving_mean_initializer: Identifier = "zeros",
        moving_variance_initializer: Identifier = "ones",
        beta_regularizer: Identifier = None,
        gamma_regularizer: Identifier = None,
        beta_constraint: Identifier = None,
        gamma_constraint: Identifier = None,
        subtract_mean: Flag = True,
        frozen_uses_averages: Flag | None = None,
        unbiased_variance: Flag | None = None,
        **kwargs: Any,
    ) -> None:
        if frozen_uses_averages is None:
            frozen_uses_averages = _core.keras() == "3"
        if unbiased_variance is None:
            unbiased_variance = _core.keras() != "3"
        self._make("BatchNormalization", locals())

    @property
    def gamma(self) -> Any:
        """The variable, of shape (features,); None without scale."""
        return self.weights[0] if self.scale and self.built else None

    @property
    def beta(self) -> Any:
        """The variable, of shape (features,); None without center."""
        return self.weights[int(self.scale)] if self.center and self.built else None

    @property
    def moving_mean(self) -> Any:
        """The variable, of shape (features,)."""
        return self.weights[-2]

    @property
    def moving_variance(self) -> Any:
        """The variable, of shape (features,)."""
        return self.weights[-1]
