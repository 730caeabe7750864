"""Activations: functions of a symbol. relu, elu, linear, selu, softsign and tanh accept csr, since they map zero to
zero; the others are errors for csr."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna import _core
from lacuna._arguments import whole
from lacuna._custom import custom, custom_object_scope, name_of, shown
from lacuna._types import Axes, Config, Identifier, Number, TensorLike

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


def __dir__() -> list[str]:
    return __all__


def elu(x: TensorLike, alpha: Number = 1.0) -> Any:
    """x where x > 0, else alpha (exp(x) - 1)."""
    return _core.elu(x, alpha)


def exponential(x: TensorLike) -> Any:
    """exp(x)"""
    return _core.exponential(x)


def hard_sigmoid(x: TensorLike) -> Any:
    """max(0, min(1, 0.2 x + 0.5))"""
    return _core.hard_sigmoid(x)


def linear(x: TensorLike) -> Any:
    """x itself"""
    return x


def relu(x: TensorLike, alpha: Number = 0.0, max_value: Number | None = None, threshold: Number = 0.0) -> Any:
    """max_value where x >= max_value, x where x >= threshold, else alpha (x - threshold)."""
    return _core.relu(x, alpha, max_value, threshold)


def selu(x: TensorLike) -> Any:
    """Scaled elu; Klambauer et al., NIPS 2017."""
    return _core.selu(x)


def sigmoid(x: TensorLike) -> Any:
    """1 / (1 + exp(-x))"""
    return _core.sigmoid(x)


def softmax(x: TensorLike, axis: Axes = -1) -> Any:
    """exp(x) / sum(exp(x)) along the last axis; rank 2 or more."""
    return _core.softmax(x, whole("softmax", "axis", axis))


def softplus(x: TensorLike) -> Any:
    """log(1 + exp(x))"""
    return _core.softplus(x)


def softsign(x: TensorLike) -> Any:
    """x / (1 + |x|)"""
    return _core.softsign(x)


def tanh(x: TensorLike) -> Any:
    """tanh(x)"""
    return _core.tanh(x)


_functions = (elu, exponential, hard_sigmoid, linear, relu, selu, sigmoid, softmax, softplus, softsign, tanh)


def get(identifier: Identifier) -> Any:
    """The function of a name. None gives linear, and a function is returned as it is. ValueError for an unknown
    name."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        return globals()[_core.activation(identifier).name]
    if callable(identifier):
        if hasattr(identifier, "get_config"):
            warnings.warn(
                "activation: a layer as an activation is not saved with the model; call it after this layer. "
                f"Received: activation={shown(identifier)}.",
                UserWarning,
                stacklevel=2,
            )
        return identifier
    raise TypeError(f"activation: must be a name or a function. Received: {shown(identifier)}.")


def serialize(activation: Identifier) -> Any:
    """The name of a function."""
    return name_of(activation)


def deserialize(name: str, custom_objects: Config | None = None) -> Any:
    """The function of a name. custom_objects: a dict of your own functions by name."""
    with custom_object_scope(custom_objects):
        return get(name)


def _core_of(function):
    """The library's activation. It refers to a user's own function only weakly, so the layer must hold the function."""
    name = next((f.__name__ for f in _functions if f is function), None)
    if name:
        return _core.activation(name)
    return _core.custom_activation(function, name_of(function))
