"""What layers are given: settings, symbols, masks, arguments of call and shapes, checked."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dtype_name, listed, no_more, shown, unsupported, whole
from lacuna._arrays import view


class NoSymbol(TypeError, ValueError):
    """Something else was given than a symbol: a wrong type, and in Keras a ValueError."""


def checked_symbols(name: str, inputs: Any) -> Any:
    """The inputs, which must be a symbol or a list of symbols; NoSymbol for anything else."""
    several = isinstance(inputs, (list, tuple))
    for x in inputs if several else [inputs]:
        if not isinstance(x, (_core.Symbol, _core.Variable)):
            raise NoSymbol(f"{name}: inputs must be symbols, of Input() or of layers. Received: {shown(x)}.")
    return list(inputs) if several else inputs


def options(where: Any, kwargs: Any) -> Any:
    """The settings in Keras' **kwargs of layers: name, trainable, dtype, input_shape, batch_input_shape, batch_size;
    input_dim for layers without an argument of that name."""
    kwargs = dict(kwargs)
    if "input_dim" in kwargs:
        columns = (whole(where, "input_dim", kwargs.pop("input_dim")),)
        if kwargs.get("input_shape") is None:
            kwargs["input_shape"] = columns
    dtype, batch_size = dtype_name(kwargs.pop("dtype", None)), kwargs.pop("batch_size", None)
    kwargs.pop("weights", None)  # See first_weights.
    unsupported(where, input_dtype=kwargs.pop("input_dtype", None))
    names = ("name", "trainable", "input_shape", "batch_input_shape")
    settings = {"dtype": dtype, **{name: kwargs.pop(name) for name in names if kwargs.get(name, ...) is not ...}}
    no_more(where, kwargs)
    shape = settings.get("input_shape")
    if shape is not None and settings.get("batch_input_shape") is None and batch_size is not None:
        settings["batch_input_shape"] = (batch_size, *_dims(where, shape))
    if settings.get("name", ...) is None:
        del settings["name"]
    return settings


def first_weights(core: Any, weights: Any) -> None:
    """Takes Keras' argument `weights`: arrays, as set_weights takes them, which the first call fills the weights
    with."""
    if weights is not None:
        given = enumerate(listed(weights))
        core.set_first_weights([view(w, f"{core.name}: weights[{i}]") for i, w in given])


def _dims(where, shape):
    if isinstance(shape, (list, tuple)):
        return shape
    return (whole(where, "input_shape", shape),)


def masked(inputs: Any, mask: Any) -> Any:
    """The same symbols, with a mask, or None for the mask that it has, for each."""
    from lacuna.layers.core import Lambda  # It is a layer itself.

    if not isinstance(inputs, list):
        return Lambda(_same, mask=mask)(inputs)
    if not isinstance(mask, (list, tuple)) or len(mask) != len(inputs):
        raise ValueError(f"mask: must be a list with a mask for each input. Received: mask={shown(mask)}.")
    return [x if m is None else Lambda(_same, mask=m)(x) for x, m in zip(inputs, mask, strict=True)]


def _same(x):
    return x


def is_symbol(value: Any) -> bool:
    """Whether it is a symbol or a variable."""
    return isinstance(value, (_core.Symbol, _core.Variable))


def checked_arguments(name: str, arguments: Any) -> Any:
    """The further arguments of call, which a config must be able to hold."""
    for key, value in arguments.items():
        if not is_symbol(value) and not _is_plain(value):
            raise TypeError(
                f"{name}: an argument of call must be a symbol, or what JSON can hold: a number, a text, a list or a "
                f"dict of these; give several symbols as inputs, and an array as K.constant(array). Received: "
                f"{key}={shown(value)}."
            )
    return arguments


def _is_plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, numbers.Real, np.bool_))  # Also True, and numbers of NumPy.


def listed_shapes(where: str, shape: Any) -> Any:
    """A shape or a list of shapes as a list, and whether it was one."""
    if not isinstance(shape, (list, tuple)):
        raise TypeError(f"{where}: input_shape must be a shape or a list of shapes. Received: {shown(shape)}.")
    several = bool(shape) and all(isinstance(one, (list, tuple)) for one in shape)
    return (list(shape) if several else [shape]), several
