"""Activations: functions of a symbol. relu, elu, linear, selu, softsign and tanh take csr, since zero stays
zero there; the others of csr are errors."""

from lacuna import _core
from lacuna._arguments import whole
from lacuna._custom import custom, custom_object_scope, name_of, shown

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "get",
    "hard_sigmoid",
    "linear",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]


def __dir__():
    return __all__


def elu(x, alpha=1.0):
    """x where x > 0, else alpha (exp(x) - 1)."""
    return _core.elu(x, alpha)


def exponential(x):
    """exp(x)"""
    return _core.exponential(x)


def hard_sigmoid(x):
    """max(0, min(1, 0.2 x + 0.5))"""
    return _core.hard_sigmoid(x)


def linear(x):
    """x itself"""
    return x


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """max_value where x >= max_value, x where x >= threshold, else alpha (x - threshold)."""
    return _core.relu(x, alpha, max_value, threshold)


def selu(x):
    """Scaled elu; Klambauer et al., NIPS 2017."""
    return _core.selu(x)


def sigmoid(x):
    """1 / (1 + exp(-x))"""
    return _core.sigmoid(x)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along the last axis; rank 2 or more."""
    return _core.softmax(x, whole("softmax", "axis", axis))


def softplus(x):
    """log(1 + exp(x))"""
    return _core.softplus(x)


def softsign(x):
    """x / (1 + |x|)"""
    return _core.softsign(x)


def tanh(x):
    """tanh(x)"""
    return _core.tanh(x)


_functions = (elu, exponential, hard_sigmoid, linear, relu, selu, sigmoid, softmax, softplus, softsign, tanh)


def get(identifier):
    """The function of a name; linear of None; a function itself. ValueError for an unknown name."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        return globals()[_core.activation(identifier).name]
    if callable(identifier):
        return identifier
    raise TypeError(f"activation: must be a name or a function. Received: {shown(identifier)}.")


def serialize(activation):
    """The name of a function."""
    return name_of(activation)


def deserialize(name, custom_objects=None):
    """The function of a name. custom_objects: a dict of one's own functions by name."""
    with custom_object_scope(custom_objects):
        return get(name)


def _core_of(function):
    """For the library, which refers to a user's own function weakly: the layer must hold it."""
    name = next((f.__name__ for f in _functions if f is function), None)
    if name:
        return _core.activation(name)
    return _core.custom_activation(function, name_of(function))
