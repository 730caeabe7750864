"""Random tensors, drawn anew in each step. They follow lacuna.utils.set_random_seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dims, dtype_name, number, whole
from lacuna._custom import shown
from lacuna._types import DTypeLike, Number, Shape, Whole
from lacuna.backend.settings import floatx
from lacuna.backend.symbols import int_shape, is_tensor, variable

__all__ = [
    "random_binomial",
    "random_normal",
    "random_normal_variable",
    "random_uniform",
    "random_uniform_variable",
    "truncated_normal",
]


def __dir__() -> list[str]:
    return __all__


def _sizes(where, shape):
    """The sizes along the axes: whole numbers and scalar symbols. shape: a list of these, or a vector symbol."""
    if is_tensor(shape):
        axes = int_shape(shape)
        if len(axes) != 1 or axes[0] is None:
            raise ValueError(f"{where}: a symbol of a shape must be a vector. Received: shape={shown(shape)}.")
        return [shape[i] for i in range(axes[0])]
    if not np.iterable(shape):
        return list(dims(where, "shape", shape))
    sizes = list(shape)
    return [size if is_tensor(size) else whole(where, "shape", size) for size in sizes]


def _drawn(where, shape, *settings, dtype, seed):
    return getattr(_core, where)(_sizes(where, shape), *settings, dtype_name(dtype) or floatx(), seed)


def random_normal(
    shape: Any, mean: Number = 0.0, stddev: Number = 1.0, dtype: DTypeLike = None, seed: Whole | None = None
) -> Any:
    """A dense symbol of normal numbers, drawn anew in each step. shape: a list of whole numbers and of scalar symbols
    such as K.shape(x)[0], or K.shape(x). seed: the same numbers in each process. ValueError for a negative stddev."""
    return _drawn("random_normal", shape, mean, stddev, dtype=dtype, seed=seed)


def random_uniform(
    shape: Any, minval: Number = 0.0, maxval: Number = 1.0, dtype: DTypeLike = None, seed: Whole | None = None
) -> Any:
    """A dense symbol of numbers that are uniform in [minval, maxval), drawn anew in each step. shape, seed: see
    random_normal. ValueError if maxval is below minval."""
    return _drawn("random_uniform", shape, minval, maxval, dtype=dtype, seed=seed)


def truncated_normal(
    shape: Any, mean: Number = 0.0, stddev: Number = 1.0, dtype: DTypeLike = None, seed: Whole | None = None
) -> Any:
    """As random_normal; numbers beyond two standard deviations are drawn again."""
    return _drawn("truncated_normal", shape, mean, stddev, dtype=dtype, seed=seed)


def random_binomial(shape: Any, p: Number = 0.0, dtype: DTypeLike = None, seed: Whole | None = None) -> Any:
    """A dense symbol of ones with probability p and zeros, drawn anew in each step. shape, seed: see random_normal.
    ValueError if p is not in [0, 1]."""
    return _drawn("random_binomial", shape, p, dtype=dtype, seed=seed)


def random_normal_variable(
    shape: Shape,
    mean: Number,
    scale: Number,
    dtype: DTypeLike = None,
    name: str | None = None,
    seed: Whole | None = None,
) -> Any:
    """A variable of normal numbers with that mean and standard deviation, drawn once."""
    value = _core.eval(random_normal(dims("random_normal_variable", "shape", shape), mean, scale, dtype, seed))
    return variable(value, dtype, name)


def random_uniform_variable(
    shape: Shape, low: Number, high: Number, dtype: DTypeLike = None, name: str | None = None, seed: Whole | None = None
) -> Any:
    """A variable of numbers that are uniform in [low, high), drawn once."""
    low, high = number("random_uniform_variable", "low", low), number("random_uniform_variable", "high", high)
    value = _core.eval(random_uniform(dims("random_uniform_variable", "shape", shape), low, high, dtype, seed))
    return variable(value, dtype, name)
