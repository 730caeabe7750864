"""Checks of arguments, and the Python objects of the library's own."""

import numbers
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
    """The value as an int that 64 bits hold; TypeError unless it is a whole number."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{where}: {name} must be a whole number. Received: {name}={value!r:.80}.") from None
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{where}: {name} must fit 64 bits. Received: {name}={number}.")
    return number


def flag(where, name, value):
    """The value as a bool, of True and False, Python's or NumPy's, or of 0 and 1; TypeError for anything else."""
    try:
        if operator.index(value) in (0, 1):
            return bool(value)
    except TypeError:
        if isinstance(value, np.bool_):
            return bool(value)
    raise TypeError(f"{where}: {name} must be True or False. Received: {name}={value!r:.80}.")


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
            f"list. Received: {class_weight!r:.80}{advice}."
        )
    if any(isinstance(key, str) for key in class_weight):
        return {str(name): _by_class(f"{where}: class_weight[{name!r}]", some) for name, some in class_weight.items()}
    return _by_class(f"{where}: class_weight", class_weight)


def _by_class(what, weights):
    if weights is None:
        return {}
    if not isinstance(weights, dict):
        raise ValueError(f"{what} must be a dict from class to number. Received: {weights!r:.80}.")
    return {_class_of(what, key): _number(what, value) for key, value in weights.items()}


def _class_of(what, key):
    """1 of 1, np.int64(1) and 1.0."""
    if isinstance(key, numbers.Integral) or (isinstance(key, numbers.Real) and float(key).is_integer()):
        return whole(what, "a class", int(key))
    raise TypeError(f"{what} must have whole numbers for classes. Received: {key!r:.80}.")


def _number(what, value):
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} must hold numbers. Received: {value!r:.80}.") from None
