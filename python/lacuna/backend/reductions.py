"""Reductions over one axis, several, or all. Elements that csr does not store count as zeros, but cost nothing."""

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
    """The sum over one axis, several, or all (None); for csr the result is dense. row_sparse stays row_sparse with
    keepdims and without axis 0, as in mean, square_sum, norm, max and min. For integers, sum and prod give int64, max
    and min keep the dtype, and mean, var and std give floats."""
    return _core.sum(x, axes_of("sum", axis), keepdims)


def mean(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The mean over one axis, several, or all; for csr over all elements, stored or not, and dense.

    The axis is left out of the shape or, with keepdims, has size 1. ValueError for an axis beyond the rank.

        >>> K.eval(K.mean(K.variable(csr_matrix([[0, 2.0], [0, 4.0]])), axis=0))
        array([0., 3.], dtype=float32)
    """
    return _core.mean(x, axes_of("mean", axis), keepdims)


def max(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The largest value over one axis, several, or all; elements that tie share the gradient."""
    return _core.max(x, axes_of("max", axis), keepdims)


def min(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The smallest value over one axis, several, or all; elements that tie share the gradient."""
    return _core.min(x, axes_of("min", axis), keepdims)


def prod(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The product over one axis, several, or all."""
    return _core.prod(x, axes_of("prod", axis), keepdims)


def cumsum(x: TensorLike, axis: Axes = 0) -> Any:
    """Cumulative sums along an axis, for rank 1 or more. Integers keep their dtype, while NumPy turns int32 into int64.
    csr is an error that suggests to_dense."""
    return _core.cumsum(x, whole("cumsum", "axis", axis), False)


def cumprod(x: TensorLike, axis: Axes = 0) -> Any:
    """Cumulative products along an axis, as cumsum; csr is an error that suggests to_dense."""
    return _core.cumprod(x, whole("cumprod", "axis", axis))


def var(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The mean of (x - mean)² over one axis, several, or all."""
    return _core.var(x, axes_of("var", axis), keepdims)


def std(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """The root of the variance over one axis, several, or all."""
    return _core.std(x, axes_of("std", axis), keepdims)


def logsumexp(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """log Σ exp(x) over one axis, several, or all, without overflow."""
    return _core.logsumexp(x, axes_of("logsumexp", axis), keepdims)


def norm(x: TensorLike, ord: Any = 2, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """Σ|x| (ord=1) or √Σx² (ord=2 or 'fro') over one axis, several, or all, as in MXNet."""
    return _core.norm(x, ord, axes_of("norm", axis), keepdims)


def square_sum(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """Σx² over one axis, several, or all, as in MXNet."""
    return _core.square_sum(x, axes_of("square_sum", axis), keepdims)


def l2_normalize(x: TensorLike, axis: Axes | None = None) -> Any:
    """x / √max(Σ x², 1e-12), with the sum along an axis, or over all of x; csr stays csr."""
    squares = _core.square_sum(x, axes_of("l2_normalize", axis), True)
    return _core.divide(x, _core.sqrt(_core.maximum(squares, 1e-12)))


def any(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """1 if any element along one axis, several, or all is not 0, else 0."""
    return _core.any(floats("any", x), axes_of("any", axis), keepdims)


def all(x: TensorLike, axis: Axes | None = None, keepdims: Flag = False) -> Any:
    """1 if no element along one axis, several, or all is 0, else 0."""
    return _core.all(floats("all", x), axes_of("all", axis), keepdims)


def argmax(x: TensorLike, axis: Axes = -1) -> Any:
    """The index of the largest value along an axis (None: in all of x), int64; of equal values the first."""
    return _core.argmax(x, axis, False)


def argmin(x: TensorLike, axis: Axes = -1) -> Any:
    """The index of the smallest value along an axis (None: in all of x), int64; of equal values the first."""
    return _core.argmin(x, axis, False)


def getnnz(x: TensorLike, axis: Axes | None = None) -> Any:
    """The number of entries that csr stores, including stored zeros, as in MXNet: in total (None), per column (axis 0)
    or per row (axis 1); int64."""
    return _core.getnnz(x, axis if axis is None else whole("getnnz", "axis", axis))
