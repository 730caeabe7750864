"""Checks of arguments, and the Python objects of the library's own."""

import operator

import numpy as np


def no_more(where, kwargs):
    """Raises TypeError for keywords that nobody took."""
    for name in kwargs:
        raise TypeError(f"{where}: unexpected keyword argument '{name}'.")


def unsupported(where, **arguments):
    """Raises ValueError for an argument of Keras that is given (not None) but not supported yet."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(f"{where}: {name} is not supported yet. Received: {name}={value!r}.")


def whole(where, name, value):
    """The value as an int; TypeError unless it is a whole number."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{where}: {name} must be a whole number. Received: {name}={value!r}.") from None


def dtype_name(dtype):
    """'float32' of 'float32', np.float32 or np.dtype('float32'); None of None."""
    return dtype if dtype is None or isinstance(dtype, str) else np.dtype(dtype).name


def wrap(core, classes):
    """The object of Python for one of the library's, of the class that its name says."""
    result = object.__new__(classes[core.class_name])
    result._core = core
    return result


def from_config(kind, config, known):
    """What {'class_name': …, 'config': {…}} says, out of the `known` names; other dicts are ValueErrors."""
    if set(config) != {"class_name", "config"} or config["class_name"] not in known:
        raise ValueError(f"{kind}: a dict must hold a known class_name and its config. Received: {config!r}.")
    return known[config["class_name"]](**config["config"])
