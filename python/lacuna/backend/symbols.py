"""Symbols and variables: how they are made, what they are, and other storages and dtypes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dims, dtype_name, shape_of, shown, unsupported, whole
from lacuna._arrays import constant_view
from lacuna._core import Symbol, Variable
from lacuna._types import DTypeLike, Flag, Identifier, Shape, TensorLike, Whole

__all__ = [
    "Symbol",
    "Variable",
    "cast",
    "cast_storage",
    "constant",
    "count_params",
    "dtype",
    "identity",
    "int_shape",
    "is_sparse",
    "is_tensor",
    "ndim",
    "ones",
    "ones_like",
    "placeholder",
    "shape",
    "to_dense",
    "variable",
    "zeros",
    "zeros_like",
]


def __dir__() -> list[str]:
    return __all__


def placeholder(
    shape: Shape | None = None,
    ndim: Whole | None = None,
    dtype: DTypeLike = None,
    sparse: Flag = False,
    name: str | None = None,
) -> Any:
    """A value that is given later; the batch is part of the shape, None an open dimension. sparse: csr, of
    rank 2."""
    if shape is None:
        if ndim is None:
            raise ValueError("placeholder: shape or ndim must be given. Received: neither.")
        shape = (None,) * whole("placeholder", "ndim", ndim)
    return _core.placeholder(shape, dtype_name(dtype), sparse, name)


def variable(
    value: TensorLike,
    dtype: DTypeLike = None,
    name: str | None = None,
    constraint: Identifier = None,
    sparse_weight: Flag = False,
) -> Any:
    """A variable of that value, of a dtype (floatx unless given): an array, a list or a number, or a matrix of scipy,
    which stays csr. sparse_weight: its rows are kept as those of a weight with that flag."""
    unsupported("variable", constraint=constraint)
    return _core.variable(constant_view(value, "variable"), name, dtype_name(dtype), sparse_weight)


def constant(value: TensorLike, dtype: DTypeLike = None, shape: Shape | None = None, name: str | None = None) -> Any:
    """A symbol of that value, repeated to a shape where one is given; of a matrix of scipy csr."""
    if shape is not None:
        value = np.broadcast_to(value, dims("constant", "shape", shape))
    return _core.constant(constant_view(value), dtype_name(dtype))


def zeros(shape: Shape, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """A variable of zeros."""
    return variable(np.zeros(dims("zeros", "shape", shape)), dtype, name)


def ones(shape: Shape, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """A variable of ones."""
    return variable(np.ones(dims("ones", "shape", shape)), dtype, name)


def zeros_like(x: TensorLike, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """Zeros in the shape, the storage and (for csr) at the entries of x."""
    return cast(_core.zeros_like(floats("zeros_like", x)), dtype or str(x.dtype))


def ones_like(x: TensorLike, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """Ones in the shape of a dense x."""
    return cast(_core.ones_like(floats("ones_like", x)), dtype or str(x.dtype))


def identity(x: TensorLike, name: str | None = None) -> Any:
    """x itself, as a symbol."""
    return x if is_tensor(x) else constant(x)


def is_sparse(tensor: TensorLike) -> Any:
    """Whether it is stored sparse: a symbol or a variable, or a matrix of scipy."""
    return hasattr(tensor, "tocoo") or bool(getattr(tensor, "is_sparse", False))


def is_tensor(x: TensorLike) -> Any:
    """Whether it is a symbol or a variable."""
    return isinstance(x, (Symbol, Variable))


def int_shape(x: TensorLike) -> Any:
    """The shape, None where a dimension is open."""
    return shape_of("int_shape", x)


def ndim(x: TensorLike) -> Any:
    """The number of dimensions, the batch included."""
    return len(shape_of("ndim", x))


def dtype(x: TensorLike) -> Any:
    """The name of the dtype."""
    shape_of("dtype", x)
    return str(x.dtype)


def shape(x: TensorLike) -> Any:
    """A symbol of the dimensions, int64: those that are open as they are when it runs."""
    return _core.shape(x)


def count_params(x: TensorLike) -> int:
    """The number of values of a variable."""
    dims = shape_of("count_params", x)
    if None in dims:
        raise ValueError(f"count_params: no dimension may be open. Received: {shown(x)}.")
    return int(np.prod(dims, dtype=object))


def to_dense(tensor: TensorLike) -> Any:
    """The same values, dense; of a matrix of scipy an array."""
    if not hasattr(tensor, "toarray"):
        return _core.to_dense(tensor)
    _core.constant(constant_view(tensor, "to_dense"), None)  # Of one that is broken scipy writes beyond the array.
    return tensor.toarray()


def cast_storage(x: TensorLike, stype: str) -> Any:
    """The same values in another storage, as MXNet's: 'csr' or 'row_sparse' of dense x drop zeros, 'default' is
    to_dense. csr and row_sparse become each other too. The gradient has the storage of x."""
    return _core.cast_storage(x, stype)


def cast(x: TensorLike, dtype: DTypeLike) -> Any:
    """The same values in another dtype."""
    return _core.cast(x, dtype_name(dtype))


def floats(where: Any, x: TensorLike) -> Any:
    """x, as floats of floatx where it holds whole numbers."""
    shape_of(where, x)
    return x if str(x.dtype).startswith("float") else cast(x, _core.floatx())
