"""Products, reshaping, and indexing of lacuna.backend. The functions have Keras' names, and those of MXNet where Keras
has none. What csr does not support is an error that tells what to write instead."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import listed, shape_of, shown, symbols_of, whole
from lacuna._arrays import constant_view, ids
from lacuna._data_format import is_first
from lacuna._types import Axes, Flag, Shape, TensorLike, Whole
from lacuna.backend.symbols import is_tensor

__all__ = [
    "batch_dot",
    "batch_flatten",
    "bias_add",
    "boolean_mask",
    "concatenate",
    "dot",
    "embedding",
    "expand_dims",
    "flatten",
    "gather",
    "matmul",
    "permute_dimensions",
    "repeat",
    "repeat_elements",
    "reshape",
    "reverse",
    "slice",
    "squeeze",
    "stack",
    "take",
    "tile",
    "transpose",
]


def __dir__() -> list[str]:
    return __all__


_SYMBOLS = (_core.Symbol, _core.Variable)


def dot(
    x: TensorLike, y: TensorLike, transpose_a: Flag = False, transpose_b: Flag = False, forward_stype: str | None = None
) -> Any:
    """(n, …, k) · (k, m); a matrix may be transposed. (n, …, k) · (p, …, k, m) has shape (n, …, p, …, m); a y of rank 3
    or more must be dense, and only its contracted axis may be open. csr with csr gives csr, also transposed; dense with
    csr gives dense; transposed csr with dense gives row_sparse. y may be a weight with sparse_weight=True. The gradient
    of a csr operand has its pattern. forward_stype, as in MXNet, sets the storage of the result: "csr" for dense with
    csr, where each row stores all columns in which y has a value; "default" (dense) for any product.

    ValueError if the inner sizes differ, or for storages without a rule.

        >>> K.eval(K.dot(K.variable(csr_matrix([[0, 2.0]])), K.variable([[1.0], [3.0]])))
        array([[6.]], dtype=float32)
    """
    return _core.dot(x, y, transpose_a, transpose_b, forward_stype)


def matmul(x: TensorLike, y: TensorLike) -> Any:
    """x @ y: dot for matrices; for rank 3 one product per sample."""
    return _core.matmul(x, y)


def batch_dot(x: TensorLike, y: TensorLike, axes: Axes | None = None) -> Any:
    """Contracts x and y for each sample along an axis of each. axes: one number for both or a pair; the default is the
    last axis of x and the last but one of y, or the last axis of both if y has rank 2. An operand of rank 2 may be csr.
    Two operands of rank 2, both of which may be csr, give (batch, 1)."""
    if axes is None:
        axes = (len(shape_of("batch_dot", x)) - 1, max(len(shape_of("batch_dot", y)) - 2, 1))
    pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
    if len(pair) != 2:
        raise ValueError(f"batch_dot: axes must be a whole number or two. Received: axes={shown(axes)}.")
    return _core.batch_dot(x, y, *(whole("batch_dot", "axes", axis) for axis in pair))


def transpose(x: TensorLike) -> Any:
    """Reverses the order of the dimensions; csr stays csr, and each of its columns becomes a row."""
    return _core.transpose(x)


def permute_dimensions(x: TensorLike, pattern: Any) -> Any:
    """Dimension i of the result is dimension pattern[i] of x; csr stays csr."""
    return _core.permute_dimensions(x, list(pattern))


def bias_add(x: TensorLike, bias: TensorLike, data_format: str | None = None) -> Any:
    """x + bias; bias has one value for each channel: each index of the last axis, or with data_format='channels_first'
    of the first axis after the batch. A bias of more axes has a value for each place, with the channels last; for
    channels_first its values are taken in order as (channels, places…), as Keras does."""
    order = range(len(shape_of("bias_add", x)))
    first = is_first("bias_add", data_format) and len(order) > 2
    *places, channels = getattr(bias, "shape", (0,)) or (0,)
    if first and places:
        return _core.add(x, reshape(bias, (channels, *places)))
    if first:
        x = _core.permute_dimensions(x, [0, *order[2:], 1])
    y = (_core.add if len(getattr(bias, "shape", ())) > 1 else _core.bias_add)(x, bias)
    return _core.permute_dimensions(y, [0, order[-1], *order[1:-1]]) if first else y


def concatenate(tensors: TensorLike, axis: Axes = -1) -> Any:
    """Joins tensors along an axis. csr with dense gives csr along either axis, as scipy's hstack and vstack do."""
    return _core.concatenate(symbols_of("concatenate", tensors), whole("concatenate", "axis", axis))


def batch_flatten(x: TensorLike) -> Any:
    """Reshapes to (batch, all other values); csr stays as it is."""
    return _core.flatten(x)


def reshape(x: TensorLike, shape: Shape) -> Any:
    """The same values in C order in another shape, of which one dimension may be -1. If the batch is open, its
    dimension must be -1 or None. csr stays csr, of rank 2. One dimension may be a scalar symbol, such as one of
    shape(x): it stands for -1, since the number of values says what it is."""
    given, shape = shape, tuple(-1 if d is None or is_tensor(d) else d for d in shape)
    if shape.count(-1) > 1:
        raise ValueError(
            "reshape: one dimension alone may be -1, None or a symbol; write int_shape(x) for one that is known. "
            f"Received: shape={shown(given)}."
        )
    if shape_of("reshape", x) and x.shape[0] is None:
        if -1 not in shape:
            raise ValueError(f"reshape: an open batch needs a dimension of -1. Received: x={shown(x)}, shape={shape}.")
        rest, kept = shape[1:], x.shape[1:]
        if shape[0] == -1 and None not in kept and (-1 in rest or np.prod(rest) == np.prod(kept)):
            if len(rest) == len(kept) == 1:
                return x
            if not x.is_sparse:
                return _core.reshape(x, rest)
    return _core.reshape_all(x, shape)


def flatten(x: TensorLike) -> Any:
    """Reshapes to rank 1, the batch included."""
    return _core.reshape_all(x, (-1,))


def expand_dims(x: TensorLike, axis: Axes = -1) -> Any:
    """Inserts an axis of size 1; not possible for csr, which has rank 2."""
    return _core.expand_dims(x, whole("expand_dims", "axis", axis))


def squeeze(x: TensorLike, axis: Axes) -> Any:
    """Removes an axis of size 1."""
    return _core.squeeze(x, whole("squeeze", "axis", axis))


def slice(x: TensorLike, start: Any, size: Any) -> Any:
    """Takes size[i] positions from start[i] on along each axis i; a size of -1 means all positions that follow."""
    for axis, (first, count) in enumerate(zip(start, size)):
        if first != 0 or count != -1:
            stop = 2**63 - 1 if count == -1 or first < 0 <= first + count else first + count
            x = _core.slice(x, axis, first, stop, 1)
    return x


def _ids(indices, x, axis):
    if isinstance(indices, _SYMBOLS):
        return indices
    return _core.constant(ids(indices, shape_of("take", x)[axis]), "int64")


def gather(reference: TensorLike, indices: TensorLike) -> Any:
    """The rows at the indices, which may be in any order and repeat. For a weight, also one with sparse_weight=True,
    indices may have any shape, and the gradient is row_sparse. For csr the result is csr."""
    return _core.gather(reference, _ids(indices, reference, 0))


def take(x: TensorLike, indices: TensorLike, axis: Axes = 0, mode: str = "raise") -> Any:
    """The entries at the indices along an axis; csr stays csr. mode: what to do with an index out of range: raise an
    error ("raise"), use the nearest valid one ("clip"), or take it modulo the size of the axis ("wrap")."""
    axis = whole("take", "axis", axis)
    if mode != "raise" and not isinstance(indices, _SYMBOLS):
        indices = _core.constant(constant_view(indices), "int64")
    return _core.take(x, _ids(indices, x, axis), axis, mode)


def boolean_mask(x: TensorLike, mask: Any, axis: Axes = 0) -> Any:
    """The entries along an axis where the mask, an array or a symbol of rank 1, is not 0; csr stays csr. If the mask is
    a symbol, the size of the result is open."""
    axis = whole("boolean_mask", "axis", axis)
    if isinstance(mask, _SYMBOLS):
        return _core.boolean_mask(x, mask, axis)
    return _core.take(x, _ids(np.asarray(mask, dtype=bool), x, axis), axis, "raise")


def embedding(
    data: TensorLike, weight: TensorLike, input_dim: Whole, output_dim: Whole, sparse_grad: Flag = False
) -> Any:
    """The rows of a weight (input_dim, output_dim) for ids of any shape. The gradient is row_sparse with the rows that
    occur. sparse_grad has no effect here: the flag of the weight itself decides which rows an optimizer moves."""
    return _core.embedding(data, weight, input_dim, output_dim)


def tile(x: TensorLike, n: Whole) -> Any:
    """Repeats x n[i] times along axis i, or n times along the last axis if n is a number; csr stays csr."""
    if not isinstance(n, (list, tuple)):
        n = (1,) * (len(shape_of("tile", x)) - 1) + (n,)
    return _core.tile(x, list(n))


def repeat_elements(x: TensorLike, rep: Whole, axis: Axes) -> Any:
    """Repeats each entry along an axis `rep` times in a row; csr stays csr."""
    rep, axis = whole("repeat_elements", "rep", rep), whole("repeat_elements", "axis", axis)
    return _core.repeat_elements(x, rep, axis)


def repeat(x: TensorLike, n: Whole) -> Any:
    """Repeats each sample n times: (batch, features) becomes (batch, n, features)."""
    if len(shape_of("repeat", x)) != 2:
        raise ValueError(f"repeat: x must have rank 2. Received: x={shown(x)}.")
    return _core.repeat_elements(_core.expand_dims(x, 1), whole("repeat", "n", n), 1)


def reverse(x: TensorLike, axes: Axes) -> Any:
    """Reverses x along one or more axes; csr stays csr."""
    return _core.reverse(x, [whole("reverse", "axes", axis) for axis in listed(axes)])


def stack(x: TensorLike, axis: Axes = 0) -> Any:
    """Joins dense symbols of the same shape along a new axis. For csr see concatenate."""
    return _core.stack(symbols_of("stack", x), whole("stack", "axis", axis))
