"""Checks of arguments, and the Python objects of the library's own."""

import inspect
import numbers
from collections.abc import Iterable

import numpy as np

from lacuna import _core
from lacuna._custom import bad_config, custom, made, shown

# The doors: each takes what Python and NumPy have for its kind (True, 1, np.bool_; an array of rank 0) and gives the
# value; an error `where: name must be …. Received: name=…` for anything else. Bindings use them for their arguments.
flag, whole, number, text, dims = _core.flag, _core.whole, _core.number, _core.text, _core.dims


def no_more(where, kwargs):
    """Raises TypeError for keywords that nobody took."""
    for name in kwargs:
        raise TypeError(f"{where}: unexpected keyword argument '{name}'.")


def unsupported(where, **arguments):
    """Raises ValueError for an argument of Keras that is given (not None) but not supported yet."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(f"{where}: {name} is not supported yet. Received: {name}={shown(value)}.")


def settings_of(arguments):
    """What __init__ was given by name: its locals(), without the object itself and further keywords."""
    return {name: value for name, value in arguments.items() if name not in ("self", "kwargs", "__class__")}


def listed(value):
    """A list of what is a list or a tuple; of anything else the one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def symbols_of(where, values):
    """A list of what is many; TypeError for one symbol, and for what cannot be a list."""
    if isinstance(values, (str, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{where}: a list of symbols must be given. Received: {shown(values)}.")
    return list(values)


def axes_of(where, axis):
    """A list of axes: of one, of several, and an empty one of None."""
    if axis is None:
        return []
    return [whole(where, "axis", one) for one in listed(axis)]


def shape_of(where, x):
    """The shape of a symbol, an array or a matrix; TypeError for anything else."""
    if not hasattr(x, "shape"):
        raise TypeError(f"{where}: a symbol, a variable, an array or a matrix must be given. Received: {shown(x)}.")
    return tuple(x.shape)


def dtype_name(dtype):
    """'float32' of 'float32', np.float32 or np.dtype('float32'); None of None. TypeError for what is no dtype."""
    if dtype is None or isinstance(dtype, str):
        return dtype
    try:
        return np.dtype(dtype).name
    except (TypeError, ValueError):
        raise TypeError(f"dtype: must be a dtype or its name. Received: dtype={shown(dtype)}.") from None


def wrap(core, classes):
    """The object of Python for one of the library's, of the class that its name says."""
    result = object.__new__(classes[core.class_name])
    result._core = core
    return result


def from_config(kind, config, known):
    """What {'class_name': …, 'config': {…}} says, out of one's own and the `known` names; ValueError for other
    dicts."""
    known = {**known, **custom}
    name, of_class = (config.get(key) if isinstance(config, dict) else None for key in ("class_name", "config"))
    if not isinstance(name, str) or name not in known or not isinstance(of_class, dict):
        raise ValueError(
            f"{kind}: a dict must hold a known class_name and its config; classes of one's own are known within "
            f"custom_object_scope, or as custom_objects. Received: {shown(config)}."
        )
    cls = known[name]
    with bad_config(name, of_class):
        return cls.from_config(of_class) if hasattr(cls, "from_config") else cls(**of_class)


def identified(kind, identifier, base, classes, of_name):
    """What a name, a config, a class or an object says: an object of `base`; None of None. of_name: the library's for a
    name. ValueError for unknown names, TypeError for anything else."""
    if identifier is None or isinstance(identifier, base):
        return identifier
    if isinstance(identifier, str):
        if identifier in custom:
            return made(custom[identifier])
        return wrap(of_name(identifier), classes)
    if isinstance(identifier, dict):
        return from_config(kind, identifier, classes)
    if inspect.isclass(identifier) and issubclass(identifier, base):
        return identifier()
    raise TypeError(
        f"{kind}: must be a name, or a class or an object of lacuna.{kind}s. Received: {kind}={shown(identifier)}."
    )


def core_of(kind, given):
    """The library's object; TypeError for one whose class is written in Python."""
    if given is not None and not hasattr(given, "_core"):
        raise TypeError(
            f"{kind}: one written in Python is not supported; use one of lacuna.{kind}s. Received: {shown(given)}."
        )
    return given and given._core


def batch_size_of(where, batch_size):
    """Rows a step: 32 unless given."""
    return 32 if batch_size is None else whole(where, "batch_size", batch_size)


def verbose_of(where, verbose):
    """0, 1 or 2; 1 of 'auto', as today's Keras calls it."""
    return 1 if isinstance(verbose, str) and verbose == "auto" else whole(where, "verbose", verbose)


def class_weight_of(where, class_weight, model):
    """A dict from whole numbers to numbers, of None an empty one; or a dict of such by output name, of a list in the
    order of the model's outputs too."""
    if class_weight is None:
        return {}
    if isinstance(class_weight, (list, tuple)) and all(isinstance(one, dict | None) for one in class_weight):
        if len(class_weight) == 1:
            class_weight = class_weight[0]
        elif len(class_weight) == len(model.output_names):
            class_weight = dict(zip(model.output_names, class_weight))
    if not isinstance(class_weight, dict):
        advice = "" if isinstance(class_weight, str) else "; write dict(enumerate(weights)) of weights in a row"
        raise ValueError(
            f"{where}: class_weight must be a dict from class to number, or one such for each output, by name or in a "
            f"list. Received: {shown(class_weight)}{advice}."
        )
    if any(isinstance(key, str) for key in class_weight):
        return {str(name): _by_class(f"{where}: class_weight[{name!r}]", some) for name, some in class_weight.items()}
    return _by_class(f"{where}: class_weight", class_weight)


def _by_class(what, weights):
    if weights is None:
        return {}
    if not isinstance(weights, dict):
        raise ValueError(f"{what} must be a dict from class to number. Received: {shown(weights)}.")
    return {_class_of(what, key): _number(what, value) for key, value in weights.items()}


def _class_of(what, key):
    """1 of 1, np.int64(1) and 1.0."""
    if isinstance(key, numbers.Integral) or (isinstance(key, numbers.Real) and float(key).is_integer()):
        return whole(what, "a class", int(key))
    raise TypeError(f"{what} must have whole numbers for classes. Received: {shown(key)}.")


def _number(what, value):
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} must hold numbers. Received: {shown(value)}.") from None
