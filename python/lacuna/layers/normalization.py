"""BatchNormalization."""

from __future__ import annotations

from typing import Any

from lacuna._types import Axes, Flag, Identifier, Number
from lacuna.layers.base import Layer

__all__ = [
    "BatchNormalization",
]


def __dir__() -> list[str]:
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
        **kwargs: Any,
    ) -> None:
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
