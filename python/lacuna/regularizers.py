"""Regularizers, which add a penalty on a weight to the loss. For a weight with sparse_weight=True or sparse_grad=True
only the rows that a batch touches count, in loss and gradient alike; if the optimizer has lazy_update=False, all rows
count, as for any other weight. Rows that were never touched then need no memory while they are zero (initializer
'zeros'); with any other initializer the first training step makes all rows, and a warning tells how many bytes they
take. Before that step, evaluate counts only the rows that exist."""

from __future__ import annotations

import inspect
from typing import Any

from lacuna import _core
from lacuna._arguments import identified
from lacuna._custom import custom_object_scope, name_of, to_config
from lacuna._settings import Settings
from lacuna._types import Config, Identifier, Number

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "serialize",
]


def __dir__() -> list[str]:
    return __all__


class Regularizer:
    """The base class: a function of a symbol that returns a scalar symbol. Any function of that kind can be used
    too."""

    def __call__(self, x: Any) -> Any:
        """Returns 0; override it."""
        return 0.0

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """Makes an object from the dict that get_config returned."""
        return cls(**config)


class L1L2(Settings, Regularizer):
    """l1 sum(|w|) + l2 sum(w²)"""

    _maker = _core.regularizer

    def __init__(self, l1: Number = 0.0, l2: Number = 0.0) -> None:
        self._make("L1L2", locals())

    def __call__(self, x: Any) -> Any:
        """The penalty on a symbol or a variable."""
        return self._core(x)


class L1(L1L2):
    """l1 sum(|w|)"""

    def __init__(self, l1: Number = 0.01) -> None:
        super().__init__(l1=l1)

    def get_config(self) -> Config:
        """{'l1': …}"""
        return {"l1": super().get_config()["l1"]}


class L2(L1L2):
    """l2 sum(w²)"""

    def __init__(self, l2: Number = 0.01) -> None:
        super().__init__(l2=l2)

    def get_config(self) -> Config:
        """{'l2': …}"""
        return {"l2": super().get_config()["l2"]}


def l1(l: Number = 0.01) -> Any:  # noqa: E741
    """l sum(|w|)"""
    return L1L2(l1=l)


def l2(l: Number = 0.01) -> Any:  # noqa: E741
    """l sum(w²)

    ValueError if l is not finite.

        >>> layer = Dense(1, kernel_regularizer=l2(1e-4))
        >>> float(K.eval(l2(0.5)(K.variable([1.0, 2.0]))))
        2.5
    """
    return L1L2(l2=l)


def l1_l2(l1: Number = 0.01, l2: Number = 0.01) -> Any:
    """l1 sum(|w|) + l2 sum(w²)"""
    return L1L2(l1=l1, l2=l2)


_classes = {"L1": L1, "L2": L2, "L1L2": L1L2}


def get(identifier: Identifier) -> Any:
    """The object for a name, a config or a class. An object, a function or None is returned as it is. ValueError for an
    unknown name."""
    if callable(identifier) and not inspect.isclass(identifier):
        return identifier
    return identified("regularizer", identifier, Regularizer, _classes, _core.regularizer)


def serialize(regularizer: Identifier) -> Any:
    """A dict of class_name and config, or a function's name, for deserialize; None gives None."""
    return to_config(regularizer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes and functions by
    name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(regularizer):
    """The library's regularizer. It refers to a user's own function only weakly, so the layer must hold the
    function."""
    if regularizer is None or isinstance(regularizer, L1L2):
        return regularizer and regularizer._core
    config = regularizer.get_config() if hasattr(regularizer, "get_config") else None
    return _core.custom_regularizer(regularizer, name_of(regularizer), config)
