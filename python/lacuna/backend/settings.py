"""Settings that K tells and changes."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import dtype_name

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_floatx",
]


def __dir__() -> list[str]:
    return __all__


def backend() -> Any:
    """'lacuna'"""
    return "lacuna"


def floatx() -> str:
    """The dtype of inputs and weights where none is named: 'float32' unless set."""
    return _core.floatx()


def set_floatx(floatx: str) -> Any:
    """'float32' or 'float64', for what is made from now on."""
    _core.set_floatx(dtype_name(floatx))


def epsilon() -> float:
    """What keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format() -> Any:
    """'channels_last'"""
    return "channels_last"


def clear_session() -> None:
    """Names of layers are numbered from 1 again."""
    _core.reset_names()
