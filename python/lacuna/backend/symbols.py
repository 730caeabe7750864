"""Functions that make symbols and variables, tell their properties, and convert their storage and dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

import lacuna.layers.base  # noqa: F401  Gives symbols what Keras has on them, such as _keras_shape.
from lacuna import _core
from lacuna._arguments import dims, dtype_name, shape_of, shown, unsupported, whole
from lacuna._arrays import constant_view
from lacuna._core import Symbol, Variable
from lacuna._types import DTypeLike, Flag, Identifier, Number, Shape, TensorLike, Whole

__all__ = [
    "Symbol",
    "Variable",
    "arange",
    "cast",
    "cast_storage",
    "constant",
    "count_params",
    "dtype",
    "eye",
    "get_variable_shape",
    "identity",
    "int_shape",
    "is_keras_tensor",
    "is_placeholder",
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
    """A symbol whose value is fed later. The shape includes the batch; None is an open dimension. sparse: csr, of
    rank 2.

    ValueError without shape and ndim, or for a csr one of another rank.

        >>> x = K.placeholder((None, 1000), sparse=True)
        >>> K.int_shape(x), K.is_sparse(x)
        ((None, 1000), True)
    """
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
    """A variable with that initial value: an array, a list, a number, or a scipy matrix, which gives csr. dtype: floatx
    unless given. sparse_weight: stores rows as a layer's weight with that flag does.

    ValueError for what holds no numbers.

        >>> v = K.variable(csr_matrix([[0, 2.0]]))
        >>> K.is_sparse(v), K.int_shape(v)
        (True, (1, 2))
        >>> K.get_value(K.variable([1.0, 2.0]))
        array([1., 2.], dtype=float32)
    """
    unsupported("variable", constraint=constraint)
    return _core.variable(constant_view(value, "variable"), name, dtype_name(dtype), sparse_weight)


def constant(value: TensorLike, dtype: DTypeLike = None, shape: Shape | None = None, name: str | None = None) -> Any:
    """A symbol with that value, broadcast to `shape` if it is given; csr for a scipy matrix."""
    if shape is not None:
        value = np.broadcast_to(value, dims("constant", "shape", shape))
    return _core.constant(constant_view(value), dtype_name(dtype))


def zeros(shape: Shape, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """A variable of zeros. In get_updates of an optimizer of your own the number of rows may be None: those of a
    step."""
    return _filled("zeros", shape, 0, dtype, name)


def ones(shape: Shape, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """A variable of ones; see zeros."""
    return _filled("ones", shape, 1, dtype, name)


def _filled(where, shape, value, dtype, name):
    if isinstance(shape, (list, tuple)) and len(shape) > 0 and shape[0] is None:
        return _core.state(tuple(shape), dtype_name(dtype), value, name)
    return variable(np.full(dims(where, "shape", shape), float(value)), dtype, name)


def eye(size: Whole, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """A variable that holds the identity matrix."""
    return variable(np.eye(whole("eye", "size", size)), dtype, name)


def arange(start: Number, stop: Number | None = None, step: Number = 1, dtype: DTypeLike = "int32") -> Any:
    """A symbol of the numbers from start (0 if stop is not given) to before stop. As in Keras, a negative start counts
    as 0 where no stop is given. A number may be a symbol that depends on variables and constants alone, whose value is
    taken now."""
    start, stop, step = (_core.eval(one)[()] if is_tensor(one) else one for one in (start, stop, step))
    if stop is None:
        start, stop = 0, max(start, 0)
    return constant(np.arange(start, stop, step), dtype)


def zeros_like(x: TensorLike, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """Zeros with the shape and storage of x, and for csr with its pattern."""
    return cast(_core.zeros_like(floats("zeros_like", x)), dtype or str(x.dtype))


def ones_like(x: TensorLike, dtype: DTypeLike = None, name: str | None = None) -> Any:
    """Ones with the shape of a dense x."""
    return cast(_core.ones_like(floats("ones_like", x)), dtype or str(x.dtype))


def identity(x: TensorLike, name: str | None = None) -> Any:
    """x itself, as a symbol."""
    return x if is_tensor(x) else constant(x)


def is_sparse(tensor: TensorLike) -> Any:
    """Whether a symbol or a variable is stored sparse, or a value is a scipy matrix."""
    return hasattr(tensor, "tocoo") or bool(getattr(tensor, "is_sparse", False))


def is_tensor(x: TensorLike) -> Any:
    """Whether x is a symbol or a variable."""
    return isinstance(x, (Symbol, Variable))


def is_keras_tensor(x: TensorLike) -> bool:
    """Whether a symbol is what a layer or Input() has given. ValueError for what is no symbol or variable."""
    if not is_tensor(x):
        raise ValueError(f"is_keras_tensor: x must be a symbol or a variable. Received: x={shown(x)}.")
    return isinstance(x, Symbol) and _core.is_from_layer(x)


def is_placeholder(x: TensorLike) -> bool:
    """Whether x is a placeholder: of K.placeholder or Input()."""
    return isinstance(x, Symbol) and _core.is_placeholder(x)


def int_shape(x: TensorLike) -> Any:
    """The shape; an open dimension is None."""
    return shape_of("int_shape", x)


def get_variable_shape(x: TensorLike) -> Any:
    """The shape, None where a dimension is open."""
    return int_shape(x)


def ndim(x: TensorLike) -> Any:
    """The number of dimensions, the batch included."""
    return len(shape_of("ndim", x))


def dtype(x: TensorLike) -> Any:
    """The name of the dtype."""
    shape_of("dtype", x)
    return str(x.dtype)


def shape(x: TensorLike) -> Any:
    """A symbol of the dimensions, int64, with the values that open dimensions have at run time."""
    return _core.shape(x)


def count_params(x: TensorLike) -> int:
    """The number of values of a variable."""
    dims = shape_of("count_params", x)
    if None in dims:
        raise ValueError(f"count_params: no dimension may be open. Received: {shown(x)}.")
    return int(np.prod(dims, dtype=object))


def to_dense(tensor: TensorLike) -> Any:
    """The same values, dense; a scipy matrix becomes an array."""
    if not hasattr(tensor, "toarray"):
        return _core.to_dense(tensor)
    _core.constant(constant_view(tensor, "to_dense"), None)  # Checks it: scipy writes out of bounds if it is broken.
    return tensor.toarray()


def cast_storage(x: TensorLike, stype: str) -> Any:
    """The same values in another storage, as in MXNet: 'csr', 'row_sparse' or 'default' (dense), from any of them.
    Making a dense x sparse drops its zeros. The gradient has the storage of x."""
    return _core.cast_storage(x, stype)


def cast(x: TensorLike, dtype: DTypeLike) -> Any:
    """The same values in another dtype."""
    return _core.cast(x, dtype_name(dtype))


def floats(where: Any, x: TensorLike) -> Any:
    """x, converted to floatx if it holds whole numbers."""
    shape_of(where, x)
    return x if str(x.dtype).startswith("float") else cast(x, _core.floatx())
