"""Sums and their like: over one axis, some, or all. Elements that are not stored are zeros like any other, at the
cost of the stored ones."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import axes_of, whole
from lacuna._types import Axes, Flag, TensorLike
from lacuna.backend.symbols import floats

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "getnnz",
    "l2_normalize",
    "logsumexp",
    "max",
    "mean",
    "min",
    "norm",
    "prod",
    "square_sum",
    "std",
    "sum",
    "var",
]


def __dir__() -> list[str]:
    return __all__


def sum(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The sum over one axis, some, or all (None); of csr dense. row_sparse stays so with keepdims and without
    axis 0, here and in mean, square_sum, norm, max and min. Elements that are not stored are zeros like any
    other in all that follow, at the cost of the stored ones. Of integers sum and prod are int64, max and min
    of their dtype, mean, var and std floats."""
    return _core.sum(x, axes_of("sum", axis), keepdims)


def mean(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The mean over one axis, some, or all; of csr dense, over all elements, stored or not."""
    return _core.mean(x, axes_of("mean", axis), keepdims)


def max(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The largest over one axis, some, or all; elements that tie share the gradient."""
    return _core.max(x, axes_of("max", axis), keepdims)


def min(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The smallest over one axis, some, or all; elements that tie share the gradient."""
    return _core.min(x, axes_of("min", axis), keepdims)


def prod(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The product over one axis, some, or all."""
    return _core.prod(x, axes_of("prod", axis), keepdims)


def cumsum(x: TensorLike, axis: Axes = 0) -> Any:
    """Sums along an axis up to each place, of x of rank 1 or more; integers keep their dtype, where NumPy makes int64
    of int32; of csr an error that names to_dense."""
    return _core.cumsum(x, whole("cumsum", "axis", axis), False)


def cumprod(x: TensorLike, axis: Axes = 0) -> Any:
    """Products along an axis up to each place, as cumsum; of csr an error that names to_dense."""
    return _core.cumprod(x, whole("cumprod", "axis", axis))


def var(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The mean of (x - mean)² over one axis, some, or all."""
    return _core.var(x, axes_of("var", axis), keepdims)


def std(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The root of the variance over one axis, some, or all."""
    return _core.std(x, axes_of("std", axis), keepdims)


def logsumexp(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """log Σ exp(x) over one axis, some, or all, without overflow."""
    return _core.logsumexp(x, axes_of("logsumexp", axis), keepdims)


def norm(x: TensorLike, ord: Any = 2, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """Σ|x| (ord=1) or √Σx² (ord=2 or 'fro') over one axis, some, or all, as MXNet's."""
    return _core.norm(x, ord, axes_of("norm", axis), keepdims)


def square_sum(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """Σx² over one axis, some, or all, as MXNet's."""
    return _core.square_sum(x, axes_of("square_sum", axis), keepdims)


def l2_normalize(x: TensorLike, axis: Axes | None = None) -> Any:
    """x / √max(Σ x², 1e-12) along an axis, or of the whole; csr stays csr."""
    squares = _core.square_sum(x, axes_of("l2_normalize", axis), True)
    return _core.divide(x, _core.sqrt(_core.maximum(squares, 1e-12)))


def any(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """1 where an element over one axis, some, or all is not 0, else 0."""
    return _core.any(floats("any", x), axes_of("any", axis), keepdims)


def all(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """1 where no element over one axis, some, or all is 0, else 0."""
    return _core.all(floats("all", x), axes_of("all", axis), keepdims)


def argmax(x: TensorLike, axis: Axes = -1) -> Any:
    """The place of the largest along an axis (None: of the whole), int64; of equal ones the first."""
    return _core.argmax(x, axis, False)


def argmin(x: TensorLike, axis: Axes = -1) -> Any:
    """The place of the smallest along an axis (None: of the whole), int64; of equal ones the first."""
    return _core.argmin(x, axis, False)


def getnnz(x: TensorLike, axis: Axes | None = None) -> Any:
    """How many entries csr stores, zeros among them, as MXNet's: in all, of each column (axis 0) or of each row
    (axis 1); int64."""
    return _core.getnnz(x, axis if axis is None else whole("getnnz", "axis", axis))
