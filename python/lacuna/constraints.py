"""Constraints: what a weight is put back to after each step. `axis` is the one that a norm is summed over: 0
takes each column of a kernel (what goes into a unit), 1 each row, and only 1 can hold for a weight with
sparse_weight=True. Of such a weight the rows that a batch touches are put back, with an optimizer of
lazy_update=False all rows, at the cost that lacuna.regularizers names."""

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
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


def __dir__() -> list[str]:
    return __all__


class Constraint(Settings):
    """Base of all. Those written in Python are not supported."""

    _maker = _core.constraint


class MaxNorm(Constraint):
    """Norms above max_value are brought back to it."""

    def __init__(self, max_value: Number = 2, axis: Axes = 0) -> None:
        self._make("MaxNorm", locals())


class NonNeg(Constraint):
    """Negative values become 0."""

    def __init__(self) -> None:
        self._make("NonNeg", locals())


class UnitNorm(Constraint):
    """Norms become 1."""

    def __init__(self, axis: Axes = 0) -> None:
        self._make("UnitNorm", locals())


class MinMaxNorm(Constraint):
    """Norms move towards [min_value, max_value], by `rate` of the way."""

    def __init__(self, min_value: Number = 0.0, max_value: Number = 1.0, rate: Number = 1.0, axis: Axes = 0) -> None:
        self._make("MinMaxNorm", locals())


max_norm = MaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
min_max_norm = MinMaxNorm

_classes = {c.__name__: c for c in Constraint.__subclasses__()}


def get(identifier: Identifier) -> Any:
    """The object of a name, a config or a class; an object itself; None of None. ValueError for an unknown name."""
    return identified("constraint", identifier, Constraint, _classes, _core.constraint)


def serialize(constraint: Identifier) -> Any:
    """Class and settings, for deserialize; None of None."""
    return to_config(constraint)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """What serialize was given. custom_objects: a dict of one's own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(constraint):
    return core_of("constraint", get(constraint))
