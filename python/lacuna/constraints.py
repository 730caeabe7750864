"""Constraints, which are applied to a weight after each step. `axis` is the axis that a norm is summed over, or a list
of them: 0 takes each column of a kernel (the weights of one unit), 1 each row, [0, 1, 2] each filter of a
two-dimensional convolution. A weight with sparse_weight=True allows only 1; its constraint is applied to the rows that
a batch touches, or to all rows if the optimizer has lazy_update=False, at the cost that lacuna.regularizers
describes."""

from __future__ import annotations

import inspect
from typing import Any

from lacuna import _core
from lacuna._arguments import identified
from lacuna._custom import custom_object_scope, name_of, to_config
from lacuna._settings import Settings
from lacuna._types import Axes, Config, Identifier, Number

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "serialize",
    "unit_norm",
    "unitnorm",
]


def __dir__() -> list[str]:
    return __all__


class Constraint:
    """The base class: a function of a symbol, the weight, that returns the constrained weight, of its shape. Any
    function of that kind can be used too. Of a weight with sparse_weight=True or sparse_grad=True it gets the rows that
    a batch touches, of which it must treat each alone. It runs while the graph is made, not in each step."""

    def __call__(self, w: Any) -> Any:
        """Returns w; override it."""
        return w

    def get_config(self) -> Config:
        """The settings; override it where there are any."""
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """Makes an object from the dict that get_config returned."""
        return cls(**config)


class BuiltIn(Settings, Constraint):
    """The base class of the constraints below."""

    _maker = _core.constraint

    def __call__(self, w: Any) -> Any:
        """The constrained value of a symbol or a variable."""
        return self._core(w)


class MaxNorm(BuiltIn):
    """Scales vectors whose norm is above max_value down to that norm.

    axis: the axis, or a tuple of axes, along which a vector lies: 0 for the columns of a kernel. The shape stays.
    ValueError for a negative max_value.

        >>> K.eval(max_norm(1.0)(K.variable([[3.0, 0.0], [4.0, 0.5]]))).round(2)
        array([[0.6, 0. ],
               [0.8, 0.5]], dtype=float32)
    """

    def __init__(self, max_value: Number = 2, axis: Axes = 0) -> None:
        self._make("MaxNorm", locals())


class NonNeg(BuiltIn):
    """Sets negative values to 0."""

    def __init__(self) -> None:
        self._make("NonNeg", locals())


class UnitNorm(BuiltIn):
    """Scales vectors to norm 1."""

    def __init__(self, axis: Axes = 0) -> None:
        self._make("UnitNorm", locals())


class MinMaxNorm(BuiltIn):
    """Scales vectors so that norms outside of [min_value, max_value] move towards it by the fraction `rate`."""

    def __init__(self, min_value: Number = 0.0, max_value: Number = 1.0, rate: Number = 1.0, axis: Axes = 0) -> None:
        self._make("MinMaxNorm", locals())


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm

_classes = {c.__name__: c for c in BuiltIn.__subclasses__()}


def get(identifier: Identifier) -> Any:
    """The object for a name, a config or a class. An object, a function or None is returned as it is. ValueError for an
    unknown name."""
    if callable(identifier) and not inspect.isclass(identifier):
        return identifier
    return identified("constraint", identifier, Constraint, _classes, _core.constraint)


def serialize(constraint: Identifier) -> Any:
    """A dict of class_name and config, for deserialize; None gives None."""
    return to_config(constraint)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(constraint):
    """The library's constraint. It refers to a user's own function only weakly, so the layer must hold the function."""
    constraint = get(constraint)
    if constraint is None or isinstance(constraint, BuiltIn):
        return constraint and constraint._core
    config = constraint.get_config() if hasattr(constraint, "get_config") else None
    return _core.custom_constraint(constraint, name_of(constraint), config)
