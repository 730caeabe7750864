"""Settings that K reads and changes."""

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
    """Sets floatx to 'float32' or 'float64', for inputs and weights made from now on."""
    _core.set_floatx(dtype_name(floatx))


def epsilon() -> float:
    """The small number that keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format() -> Any:
    """'channels_last'"""
    return "channels_last"


def clear_session() -> None:
    """Restarts the numbering of layer names at 1."""
    _core.reset_names()
