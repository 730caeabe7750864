"""Checks of arguments, and the Python objects of the library's own."""

import operator
from collections.abc import Iterable

import numpy as np

from lacuna._custom import custom


def no_more(where, kwargs):
    """Raises TypeError for keywords that nobody took."""
    for name in kwargs:
        raise TypeError(f"{where}: unexpected keyword argument '{name}'.")


def unsupported(where, **arguments):
    """Raises ValueError for an argument of Keras that is given (not None) but not supported yet."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(f"{where}: {name} is not supported yet. Received: {name}={value!r}.")


def listed(value):
    """A list of what is a list or a tuple; of anything else the one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def symbols_of(where, values):
    """A list of what is many; TypeError for one symbol, and for what cannot be a list."""
    if isinstance(values, (str, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{where}: a list of symbols must be given. Received: {values!r:.80}.")
    return list(values)


def whole(where, name, value):
    """The value as an int; TypeError unless it is a whole number."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{where}: {name} must be a whole number. Received: {name}={value!r}.") from None


def axes_of(where, axis):
    """A list of axes: of one, of several, and an empty one of None."""
    if axis is None:
        return []
    return [whole(where, "axis", one) for one in listed(axis)]


def shape_of(where, x):
    """The shape of a symbol, an array or a matrix; TypeError for anything else."""
    if not hasattr(x, "shape"):
        raise TypeError(f"{where}: a symbol, a variable, an array or a matrix must be given. Received: {x!r:.80}.")
    return tuple(x.shape)


def dtype_name(dtype):
    """'float32' of 'float32', np.float32 or np.dtype('float32'); None of None."""
    return dtype if dtype is None or isinstance(dtype, str) else np.dtype(dtype).name


def wrap(core, classes):
    """The object of Python for one of the library's, of the class that its name says."""
    result = object.__new__(classes[core.class_name])
    result._core = core
    return result


def from_config(kind, config, known):
    """What {'class_name': …, 'config': {…}} says, out of one's own and the `known` names; ValueError for other
    dicts."""
    known = {**known, **custom}
    if not {"class_name", "config"} <= set(config) or config["class_name"] not in known:
        raise ValueError(
            f"{kind}: a dict must hold a known class_name and its config; classes of one's own are known within "
            f"custom_object_scope, or as custom_objects. Received: {config!r}."
        )
    cls = known[config["class_name"]]
    return cls.from_config(config["config"]) if hasattr(cls, "from_config") else cls(**config["config"])


def batch_size_of(where, batch_size):
    """Rows a step: 32 unless given."""
    return 32 if batch_size is None else whole(where, "batch_size", batch_size)


def class_weight_of(where, class_weight):
    """A dict from whole numbers to numbers; of None an empty one."""
    if class_weight is None:
        return {}
    if not isinstance(class_weight, dict):
        raise ValueError(
            f"{where}: class_weight must be a dict from class to number. Received: {class_weight!r}."
        )
    return {whole(where, "a class of class_weight", key): float(value) for key, value in class_weight.items()}
