"""Products, shapes, and rows or columns by place, as lacuna.backend has them: Keras' names, and MXNet's where those of
Keras end. What csr cannot be is an error that says what to write."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import listed, shape_of, shown, symbols_of, unsupported, whole
from lacuna._arrays import constant_view, ids
from lacuna._types import Axes, Flag, Shape, TensorLike, Whole

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
    """(n, …, k) · (k, m), each as it is or, a matrix, transposed; (n, …, k) · (p, …, k, m) is (n, …, p, …,
    m), of which a y of rank 3 or more must be dense, all its axes but the contracted one fixed. csr · csr is
    csr, as is either of them transposed; dense with csr is dense; csr transposed by dense is row_sparse. y
    may be a weight with sparse_weight=True. Gradients of csr operands have their pattern. forward_stype, as
    MXNet's, is the storage of the result: "csr" of dense with csr, whose rows then have all columns in which
    y stores a value; "default" (dense) of any product."""
    return _core.dot(x, y, transpose_a, transpose_b, forward_stype)


def matmul(x: TensorLike, y: TensorLike) -> Any:
    """x @ y: dot of matrices; of rank 3 a product for each row of the batch."""
    return _core.matmul(x, y)


def batch_dot(x: TensorLike, y: TensorLike, axes: Axes | None = None) -> Any:
    """For each row of the batch x and y contracted along an axis of each, one number for both or a pair; by
    default the last of x and the last but one of y, or the last of both where y has rank 2. One of rank 2
    may be csr. Two of rank 2, either csr, give (batch, 1)."""
    if axes is None:
        axes = (len(shape_of("batch_dot", x)) - 1, max(len(shape_of("batch_dot", y)) - 2, 1))
    pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
    if len(pair) != 2:
        raise ValueError(f"batch_dot: axes must be a whole number or two. Received: axes={shown(axes)}.")
    return _core.batch_dot(x, y, *(whole("batch_dot", "axes", axis) for axis in pair))


def transpose(x: TensorLike) -> Any:
    """Dimensions in reverse; csr stays csr, and each of its columns becomes a row."""
    return _core.transpose(x)


def permute_dimensions(x: TensorLike, pattern: Any) -> Any:
    """Dimension i of the result is dimension pattern[i] of x; csr stays csr."""
    return _core.permute_dimensions(x, list(pattern))


def bias_add(x: TensorLike, bias: TensorLike, data_format: str | None = None) -> Any:
    """x + bias, a value for each place of the last axis."""
    if data_format not in (None, "channels_last"):
        unsupported("bias_add", data_format=data_format)
    return _core.bias_add(x, bias)


def concatenate(tensors: TensorLike, axis: Axes = -1) -> Any:
    """Along an axis. csr with dense gives csr along either axis, as scipy's hstack and vstack."""
    return _core.concatenate(symbols_of("concatenate", tensors), whole("concatenate", "axis", axis))


def batch_flatten(x: TensorLike) -> Any:
    """(batch, all else); csr passes through."""
    return _core.flatten(x)


def reshape(x: TensorLike, shape: Shape) -> Any:
    """The same values in C order in another shape, of which one dimension may be -1. Where the batch is open
    its dimension must be -1 or None. csr stays csr, of rank 2."""
    shape = tuple(-1 if d is None else d for d in shape)
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
    """All values in a row, the batch too."""
    return _core.reshape_all(x, (-1,))


def expand_dims(x: TensorLike, axis: Axes = -1) -> Any:
    """An axis of 1 put in; a csr matrix has rank 2 and keeps it."""
    return _core.expand_dims(x, whole("expand_dims", "axis", axis))


def squeeze(x: TensorLike, axis: Axes) -> Any:
    """An axis of 1 taken out."""
    return _core.squeeze(x, whole("squeeze", "axis", axis))


def slice(x: TensorLike, start: Any, size: Any) -> Any:
    """size[i] positions from start[i] on along each axis; a size of -1 is all that follow."""
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
    """The rows that whole numbers name, in any order and more than once. Of a weight, also one with
    sparse_weight=True, indices may have any shape, and the gradient is row_sparse; of csr the result is csr."""
    return _core.gather(reference, _ids(indices, reference, 0))


def take(x: TensorLike, indices: TensorLike, axis: Axes = 0, mode: str = "raise") -> Any:
    """The places of an axis that whole numbers name; csr stays csr. mode: what becomes of one out of range: an
    error ("raise"), the nearest place ("clip"), or counted round from both ends ("wrap")."""
    axis = whole("take", "axis", axis)
    if mode != "raise" and not isinstance(indices, _SYMBOLS):
        indices = _core.constant(constant_view(indices), "int64")
    return _core.take(x, _ids(indices, x, axis), axis, mode)


def boolean_mask(x: TensorLike, mask: Any, axis: Axes = 0) -> Any:
    """The places of an axis where a mask, an array or a symbol with a value for each, is not 0; csr stays csr.
    Of a symbol the size of the result is open."""
    axis = whole("boolean_mask", "axis", axis)
    if isinstance(mask, _SYMBOLS):
        return _core.boolean_mask(x, mask, axis)
    return _core.take(x, _ids(np.asarray(mask, dtype=bool), x, axis), axis, "raise")


def embedding(
    data: TensorLike, weight: TensorLike, input_dim: Whole, output_dim: Whole, sparse_grad: Flag = False
) -> Any:
    """The rows of a weight (input_dim, output_dim) for ids of any shape. The gradient names the rows that
    occur, whatever sparse_grad says: which rows an optimizer moves is a matter of the weight's own flag."""
    return _core.embedding(data, weight, input_dim, output_dim)


def tile(x: TensorLike, n: Whole) -> Any:
    """n[i] times along axis i (n times along the last one, if a number); csr stays csr."""
    if not isinstance(n, (list, tuple)):
        n = (1,) * (len(shape_of("tile", x)) - 1) + (n,)
    return _core.tile(x, list(n))


def repeat_elements(x: TensorLike, rep: Whole, axis: Axes) -> Any:
    """Each place of an axis `rep` times, one after another; csr stays csr."""
    rep, axis = whole("repeat_elements", "rep", rep), whole("repeat_elements", "axis", axis)
    return _core.repeat_elements(x, rep, axis)


def repeat(x: TensorLike, n: Whole) -> Any:
    """(batch, features) to (batch, n, features)."""
    if len(shape_of("repeat", x)) != 2:
        raise ValueError(f"repeat: x must have rank 2. Received: x={shown(x)}.")
    return _core.repeat_elements(_core.expand_dims(x, 1), whole("repeat", "n", n), 1)


def reverse(x: TensorLike, axes: Axes) -> Any:
    """Places of some axes from last to first; csr stays csr."""
    return _core.reverse(x, [whole("reverse", "axes", axis) for axis in listed(axes)])


def stack(x: TensorLike, axis: Axes = 0) -> Any:
    """Dense symbols of one shape along a new axis. csr matrices: see concatenate."""
    return _core.stack(symbols_of("stack", x), whole("stack", "axis", axis))
