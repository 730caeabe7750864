"""Values of symbols and variables, functions that run symbols, updates and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import shown, symbols_of, unsupported
from lacuna._arrays import assign, constant_view, scipy_csr
from lacuna._types import Number, TensorLike
from lacuna.backend.reductions import sum as total
from lacuna.backend.symbols import Variable, is_tensor

__all__ = [
    "batch_get_value",
    "batch_set_value",
    "eval",
    "function",
    "get_value",
    "gradients",
    "moving_average_update",
    "set_value",
    "stop_gradient",
    "to_scipy",
    "update",
    "update_add",
    "update_sub",
]


def __dir__() -> list[str]:
    return __all__


_LIMIT = 2**30  # The largest dense array, in bytes, that is made from a sparse value.


def _array(value):
    """The NumPy array for a value returned by the library: an array, or a tuple with the parts of a sparse one."""
    if not isinstance(value, tuple):
        return value[()]
    dims, data = value[0], value[-1] if len(value) == 3 else value[1]
    nbytes = int(np.prod(dims, dtype=object)) * data.itemsize
    if nbytes > _LIMIT:
        raise ValueError(
            f"eval: the array of a sparse value must take 1 GiB at most; K.to_scipy gives a csr value as it is, "
            f"weight.rows() the rows of a weight. Received: shape={dims}, bytes={nbytes}."
        )
    if len(value) == 4:
        return scipy_csr(*value).toarray()
    array = np.zeros(dims, data.dtype)
    array[value[1]] = data
    return array


def eval(x: TensorLike) -> Any:
    """The value of a symbol that depends only on variables and constants, as an array, or a number for a scalar. A
    sparse value whose array would exceed 1 GiB is a ValueError: see to_scipy. So is an x that needs a placeholder.

        >>> v = K.variable(2.0)
        >>> K.eval(K.variable([[1.0, 2.0]]) * v)
        array([[2., 4.]], dtype=float32)
    """
    return _array(_core.eval(x))


def to_scipy(x: TensorLike) -> Any:
    """The value of a csr symbol or variable as a scipy csr matrix; it is not made dense."""
    value = _core.eval(x)
    if not isinstance(value, tuple) or len(value) != 4:
        raise ValueError(f"to_scipy: x must be csr. Received: {shown(x)}.")
    return scipy_csr(*value)


def function(inputs: TensorLike, outputs: Any, updates: Any = None, **kwargs: Any) -> Any:
    """A function that takes a list of values (arrays, or csr matrices for sparse placeholders) and returns a list of
    arrays, or one array if `outputs` is a single symbol. updates: results of K.update and the like, or (variable,
    symbol) pairs; they are made after each run.

    ValueError if an input is no placeholder, or a value does not fit its placeholder, csr for a dense one included.

        >>> x = K.placeholder((None, 3), sparse=True)
        >>> run = K.function([x], [K.sum(x, axis=1)])
        >>> run([csr_matrix([[0, 1.0, 2.0]])])
        [array([3.], dtype=float32)]
    """
    unsupported("function", **kwargs)
    several = isinstance(outputs, (list, tuple))
    if not isinstance(updates, (list, tuple, type(None))):
        raise TypeError(
            f"function: updates must be a list of what K.update returns. Received: updates={shown(updates)}."
        )
    changes = [update(*one) if isinstance(one, tuple) and len(one) == 2 else one for one in updates or []]
    endings = [one for one in changes if isinstance(one, _core.Ending)]
    changes = [one for one in changes if not isinstance(one, _core.Ending)]
    inputs = [inputs] if is_tensor(inputs) else symbols_of("function", inputs)
    run = _core.Function(inputs, list(outputs) if several else [outputs], changes, endings)

    def call(values):
        if not isinstance(values, (list, tuple)):
            raise TypeError(f"function: a list of values must be given. Received: {type(values).__name__}.")
        results = [_array(value) for value in run([constant_view(value) for value in values])]
        return results if several else results[0]

    return call


def get_value(x: TensorLike) -> Any:
    """The value of a variable: an array, or a number for a scalar. A sparse one whose array would exceed 1 GiB is a
    ValueError: use to_scipy for csr, and x.rows() for the rows of a weight."""
    return _array(_core.eval(x))


def _require_variable(where, x):
    if not isinstance(x, Variable):
        raise TypeError(f"{where}: x must be a variable. Received: {shown(x)}.")


def set_value(x: TensorLike, value: TensorLike) -> Any:
    """Sets the value of a variable; it must have the same shape."""
    _require_variable("set_value", x)
    assign(x, value)


def batch_get_value(ops: Any) -> Any:
    """The values of several variables."""
    return [get_value(x) for x in ops]


def batch_set_value(tuples: Any) -> Any:
    """Sets several variables: (variable, value) pairs."""
    for x, value in tuples:
        set_value(x, value)


def update(x: TensorLike, new_x: Any) -> Any:
    """An update for Layer.add_update: after a training step the variable x becomes new_x, which has its shape."""
    return _core.update(x, new_x, 0.0)


def update_add(x: TensorLike, increment: Number) -> Any:
    """An update for Layer.add_update: adds increment to the variable x."""
    _require_variable("update_add", x)
    return _core.update(x, x + increment, 0.0)


def update_sub(x: TensorLike, decrement: Number) -> Any:
    """An update for Layer.add_update: subtracts decrement from the variable x."""
    _require_variable("update_sub", x)
    return _core.update(x, x - decrement, 0.0)


def moving_average_update(x: TensorLike, value: TensorLike, momentum: Number) -> Any:
    """An update for Layer.add_update: sets the variable x to x momentum + value (1 - momentum)."""
    return _core.update(x, value, momentum)


def gradients(loss: TensorLike, variables: Any) -> Any:
    """The gradients of a loss, or of the sum of its values, as symbols; None for a variable on which it does not
    depend. Several losses are added.

    Each has the shape of its variable. TypeError for what is no symbol or variable.

        >>> w = K.variable([1.0, 3.0])
        >>> K.eval(K.gradients(K.sum(K.square(w)), [w])[0])
        array([2., 6.], dtype=float32)
    """
    if isinstance(loss, (list, tuple)) and loss and all(map(is_tensor, loss)):
        loss = sum(map(total, loss))
    elif is_tensor(loss) and loss.shape:
        loss = total(loss)
    return _core.gradients(loss, list(variables) if isinstance(variables, (list, tuple)) else [variables])


def stop_gradient(variables: Any) -> Any:
    """The same value, or the same ones of a list, through which no gradient flows."""
    if isinstance(variables, (list, tuple)) and any(is_tensor(one) for one in variables):
        return [_core.stop_gradient(one) for one in variables]
    return _core.stop_gradient(variables)
