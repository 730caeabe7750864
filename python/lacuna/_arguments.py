"""Checks of arguments, and conversions between the Python objects and those of the C++ library."""

import inspect
import numbers
from collections.abc import Iterable

import numpy as np

from lacuna import _core
from lacuna._custom import bad_config, custom, made, shown

# Each takes any value of its kind from Python or NumPy (True, 1, np.bool_, an array of rank 0) and returns it as a
# plain Python value; anything else is an error `where: name must be …. Received: name=…`. The bindings use the same
# functions.
flag, whole, number, text, dims = _core.flag, _core.whole, _core.number, _core.text, _core.dims


def no_more(where, kwargs):
    """Raises TypeError if any keyword arguments are left over."""
    for name in kwargs:
        raise TypeError(f"{where}: unexpected keyword argument '{name}'.")


def unsupported(where, **arguments):
    """Raises ValueError if one of these Keras arguments, which are not supported yet, is given (not None)."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(f"{where}: {name} is not supported yet. Received: {name}={shown(value)}.")


class ByDialect(float):
    """A default of Keras 2.2.4 that is another number in Keras 3: the dialect chooses when an object is made."""

    def __new__(cls, keras_2, keras_3):
        default = super().__new__(cls, keras_2)
        default.keras_3 = keras_3
        return default

    def chosen(self):
        return self.keras_3 if _core.keras() == "3" else float(self)


def settings_of(arguments):
    """The named arguments of an __init__: its locals() without self and **kwargs."""
    given = {name: value for name, value in arguments.items() if name not in ("self", "kwargs", "__class__")}
    return {name: value.chosen() if isinstance(value, ByDialect) else value for name, value in given.items()}


def listed(value):
    """A list or a tuple as a list; any other value as a list of one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def symbols_of(where, values):
    """An iterable of symbols as a list; TypeError for a single symbol and anything else that is not such an
    iterable."""
    if isinstance(values, (str, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{where}: a list of symbols must be given. Received: {shown(values)}.")
    return list(values)


def axes_of(where, axis):
    """An axis or several as a list; None gives an empty list."""
    if axis is None:
        return []
    return [whole(where, "axis", one) for one in listed(axis)]


def shape_of(where, x):
    """The shape of a symbol, an array or a matrix; TypeError for anything else."""
    if not hasattr(x, "shape"):
        raise TypeError(f"{where}: a symbol, a variable, an array or a matrix must be given. Received: {shown(x)}.")
    return tuple(x.shape)


def dtype_name(dtype):
    """The name of a dtype: 'float32' for 'float32', np.float32 or np.dtype('float32'). None gives None; TypeError for
    anything else."""
    if dtype is None or isinstance(dtype, str):
        return dtype
    try:
        return np.dtype(dtype).name
    except (TypeError, ValueError):
        raise TypeError(f"dtype: must be a dtype or its name. Received: dtype={shown(dtype)}.") from None


def wrap(core, classes):
    """A Python object that holds an object of the library; its class is found in `classes` by class_name."""
    result = object.__new__(classes[core.class_name])
    result._core = core
    return result


def from_config(kind, config, known):
    """The object that {'class_name': …, 'config': {…}} describes, of a custom class or one in `known`; ValueError for
    other dicts and unknown names."""
    known = {**known, **custom}
    name, of_class = (config.get(key) if isinstance(config, dict) else None for key in ("class_name", "config"))
    if not isinstance(name, str) or name not in known or not isinstance(of_class, dict):
        raise ValueError(
            f"{kind}: a dict must hold a known class_name and its config; make classes of your own known by "
            f"custom_object_scope or custom_objects. Received: {shown(config)}."
        )
    cls = known[name]
    with bad_config(name, of_class):
        return cls.from_config(of_class) if hasattr(cls, "from_config") else cls(**of_class)


def identified(kind, identifier, base, classes, of_name):
    """An object of `base` for a name, a config, a class or an object; None gives None. of_name: makes the library's
    object for a name. ValueError for unknown names, TypeError for anything else."""
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
    """The library's object that `given` holds; TypeError if its class is written in Python."""
    if given is not None and not hasattr(given, "_core"):
        raise TypeError(
            f"{kind}: one written in Python is not supported; use one of lacuna.{kind}s. Received: {shown(given)}."
        )
    return given and given._core


def batch_size_of(where, batch_size):
    """The number of rows per step: 32 unless given."""
    return 32 if batch_size is None else whole(where, "batch_size", batch_size)


def verbose_of(where, verbose):
    """0, 1 or 2; 'auto', as in Keras 3, means 1."""
    return 1 if isinstance(verbose, str) and verbose == "auto" else whole(where, "verbose", verbose)


def class_weight_of(where, class_weight, model):
    """class_weight as a dict from class to weight (empty for None), or as a dict of those by output name; a list has
    one for each output of the model, in order."""
    if class_weight is None:
        return {}
    if isinstance(class_weight, (list, tuple)) and all(isinstance(one, dict | None) for one in class_weight):
        if len(class_weight) == 1:
            class_weight = class_weight[0]
        elif len(class_weight) == len(model.output_names):
            class_weight = dict(zip(model.output_names, class_weight))
    if not isinstance(class_weight, dict):
        advice = "" if isinstance(class_weight, str) else "; for a list of weights write dict(enumerate(weights))"
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
    """The class as an int: 1, np.int64(1) and 1.0 all give 1."""
    if isinstance(key, numbers.Integral) or (isinstance(key, numbers.Real) and float(key).is_integer()):
        return whole(what, "a class", int(key))
    raise TypeError(f"{what} must have whole numbers for classes. Received: {shown(key)}.")


def _number(what, value):
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} must hold numbers. Received: {shown(value)}.") from None
