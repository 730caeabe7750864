"""Constraints, which are applied to a weight after each step. `axis` is the axis that a norm is summed over: 0 takes
each column of a kernel (the weights of one unit), 1 each row. A weight with sparse_weight=True allows only 1; its
constraint is applied to the rows that a batch touches, or to all rows if the optimizer has lazy_update=False, at the
cost that lacuna.regularizers describes."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import core_of, identified
from lacuna._custom import custom_object_scope, to_config
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


class Constraint(Settings):
    """The base class of all constraints. Your own constraints in Python are not supported."""

    _maker = _core.constraint


class MaxNorm(Constraint):
    """Scales vectors whose norm is above max_value down to that norm."""

    def __init__(self, max_value: Number = 2, axis: Axes = 0) -> None:
        self._make("MaxNorm", locals())


class NonNeg(Constraint):
    """Sets negative values to 0."""

    def __init__(self) -> None:
        self._make("NonNeg", locals())


class UnitNorm(Constraint):
    """Scales vectors to norm 1."""

    def __init__(self, axis: Axes = 0) -> None:
        self._make("UnitNorm", locals())


class MinMaxNorm(Constraint):
    """Scales vectors so that norms outside of [min_value, max_value] move towards it by the fraction `rate`."""

    def __init__(self, min_value: Number = 0.0, max_value: Number = 1.0, rate: Number = 1.0, axis: Axes = 0) -> None:
        self._make("MinMaxNorm", locals())


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm

_classes = {c.__name__: c for c in Constraint.__subclasses__()}


def get(identifier: Identifier) -> Any:
    """The object for a name, a config or a class. An object or None is returned as it is. ValueError for an unknown
    name."""
    return identified("constraint", identifier, Constraint, _classes, _core.constraint)


def serialize(constraint: Identifier) -> Any:
    """A dict of class_name and config, for deserialize; None gives None."""
    return to_config(constraint)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(constraint):
    return core_of("constraint", get(constraint))
