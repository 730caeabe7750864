"""What the parameters of an estimator may be. They are checked when fit begins, as scikit-learn wants it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lacuna._arguments import flag, number, shown, whole
from lacuna.models import Model

_SCHEDULES = ("linear", "constant")


def check_settings(estimator: Any) -> None:
    """ValueError or TypeError, which names the parameter, if one cannot be used."""
    for name, check in _CHECKS.items():
        if hasattr(estimator, name):
            check(type(estimator).__name__, name, getattr(estimator, name))
    if estimator.early_stopping:
        _number(0, 1, above=True)(type(estimator).__name__, "validation_fraction", estimator.validation_fraction)


def hidden_units(where: str, given: Any) -> list[int]:
    """hidden_layer_sizes as a list: a number is one layer."""
    message = f"{where}: hidden_layer_sizes must be one or more whole numbers of at least 1. Received: {shown(given)}."
    if given is None or isinstance(given, (str, dict)):
        raise ValueError(message)
    try:
        units = np.atleast_1d(np.asarray(given))
    except ValueError:
        raise ValueError(message) from None
    if units.ndim != 1 or units.size == 0 or units.dtype.kind not in "iu" or units.min() < 1:
        raise ValueError(message)
    return [int(one) for one in units]


def _refuse(where: str, name: str, must: str, value: Any) -> None:
    raise ValueError(f"{where}: {name} must be {must}. Received: {name}={shown(value)}.")


def _whole(least: int) -> Callable[..., None]:
    def check(where: str, name: str, value: Any) -> None:
        if whole(where, name, value) < least:
            _refuse(where, name, f"at least {least}", value)

    return check


def _number(least: float, limit: float = math.inf, above: bool = False) -> Callable[..., None]:
    def check(where: str, name: str, value: Any) -> None:
        found = number(where, name, value)
        if not least <= found < limit or (above and found == least):
            must = f"{'above' if above else 'at least'} {least}"
            _refuse(where, name, f"{must} and {'finite' if limit == math.inf else f'below {limit}'}", value)

    return check


def _or_none(check: Callable[..., Any]) -> Callable[..., Any]:
    return lambda where, name, value: None if value is None else check(where, name, value)


def _schedule(where: str, name: str, value: Any) -> None:
    if not isinstance(value, str) or value not in _SCHEDULES:
        _refuse(where, name, "'linear' or 'constant'", value)


def _model(where: str, name: str, value: Any) -> None:
    if value is not None and not isinstance(value, Model) and not callable(value):
        raise TypeError(
            f"{where}: model must be a function that makes one of the Facts, a lacuna.Model, or None for a linear one. "
            f"Received: model={shown(value)}."
        )


_CHECKS: dict[str, Callable[..., Any]] = {
    "model": _model,
    "learning_rate": _or_none(_number(0)),
    "learning_rate_schedule": _schedule,
    "max_iter": _or_none(_whole(1)),
    "batch_size": _or_none(_whole(1)),
    "tol": _or_none(_number(0)),
    "n_iter_no_change": _whole(1),
    "early_stopping": flag,
    "shuffle": flag,
    "warm_start": flag,
    "verbose": _whole(0),
    "l1": _number(0),
    "l2": _number(0),
    "fit_intercept": flag,
    "sparse_weight": _or_none(flag),
    "factors": _whole(1),
    "embedding": _whole(1),
    "dropout": _number(0, 1),
    "hidden_layer_sizes": lambda where, name, value: hidden_units(where, value),
}
