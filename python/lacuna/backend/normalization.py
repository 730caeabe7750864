"""Batch normalization on symbols; the layer BatchNormalization also keeps moving averages."""

from __future__ import annotations

from typing import Any

from lacuna._types import Axes, Number, TensorLike
from lacuna.backend.elementwise import sqrt
from lacuna.backend.products import reshape
from lacuna.backend.reductions import mean as mean_over
from lacuna.backend.reductions import var as variance_over
from lacuna.backend.symbols import int_shape, is_tensor, ndim

__all__ = ["batch_normalization", "normalize_batch_in_training"]


def __dir__() -> list[str]:
    return __all__


def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    var: TensorLike,
    beta: TensorLike | None,
    gamma: TensorLike | None,
    axis: int = -1,
    epsilon: Number = 1e-3,
) -> Any:
    """gamma (x - mean) / √(var + epsilon) + beta; the others have the size of x along `axis`, or broadcast to x."""
    at = axis % ndim(x)

    def along(values):
        if not is_tensor(values) or ndim(values) != 1 or at == ndim(x) - 1:
            return values
        return reshape(values, (-1,) + (1,) * (ndim(x) - 1 - at))

    factor = 1 / sqrt(along(var) + epsilon)
    y = (x - along(mean)) * (factor if gamma is None else along(gamma) * factor)
    return y if beta is None else y + along(beta)


def normalize_batch_in_training(
    x: TensorLike, gamma: TensorLike | None, beta: TensorLike | None, reduction_axes: Axes, epsilon: Number = 1e-3
) -> Any:
    """x normalized by the mean and the variance over reduction_axes; returns (normalized x, mean, variance)."""
    axes = [axis % ndim(x) for axis in reduction_axes]
    kept = [axis for axis in range(ndim(x)) if axis not in axes]
    mean, variance = mean_over(x, axes), variance_over(x, axes)
    shape = tuple(int_shape(x)[axis] if axis in kept else 1 for axis in range(ndim(x)))

    def spread(values):
        return values if values is None or kept == [ndim(x) - 1] else reshape(values, shape)

    y = batch_normalization(x, spread(mean), spread(variance), spread(beta), spread(gamma), epsilon=epsilon)
    return y, mean, variance
