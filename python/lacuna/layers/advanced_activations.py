"""Activation layers with settings or weights. The result for csr is csr if the function maps zero to zero."""

from __future__ import annotations

from typing import Any

from lacuna._types import Axes, Identifier, Number
from lacuna.layers.base import Layer

__all__ = [
    "ELU",
    "LeakyReLU",
    "PReLU",
    "ReLU",
    "Softmax",
    "ThresholdedReLU",
]


def __dir__() -> list[str]:
    return __all__


class LeakyReLU(Layer):
    """x where x ≥ 0, else alpha x."""

    def __init__(self, alpha: Number = 0.3, **kwargs: Any) -> None:
        self._make("LeakyReLU", locals())


class ELU(Layer):
    """x where x ≥ 0, else alpha (exp(x) - 1)."""

    def __init__(self, alpha: Number = 1.0, **kwargs: Any) -> None:
        self._make("ELU", locals())


class ThresholdedReLU(Layer):
    """x where x > theta, else 0."""

    def __init__(self, theta: Number = 1.0, **kwargs: Any) -> None:
        self._make("ThresholdedReLU", locals())


class ReLU(Layer):
    """max_value where x ≥ max_value, x where x ≥ threshold, else negative_slope (x - threshold)."""

    def __init__(
        self, max_value: Number | None = None, negative_slope: Number = 0.0, threshold: Number = 0.0, **kwargs: Any
    ) -> None:
        self._make("ReLU", locals())


class Softmax(Layer):
    """exp(x) divided by its sum along an axis, where the batch is axis 0; x must be dense."""

    def __init__(self, axis: Axes = -1, **kwargs: Any) -> None:
        self._make("Softmax", locals())


class PReLU(Layer):
    """x where x ≥ 0, else alpha x, with a learned alpha for each feature (He et al., 2015). shared_axes: axes along
    which alpha is shared; the batch is axis 0."""

    def __init__(
        self,
        alpha_initializer: Identifier = "zeros",
        alpha_regularizer: Identifier = None,
        alpha_constraint: Identifier = None,
        shared_axes: Axes | None = None,
        **kwargs: Any,
    ) -> None:
        self._make("PReLU", locals())
        vars(self)["shared_axes"] = self.shared_axes and list(self.shared_axes)

    @property
    def alpha(self) -> Any:
        """The variable alpha, with the shape of a sample."""
        return self.weights[0]
