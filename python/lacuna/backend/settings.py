"""Settings that K reads and changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dtype_name, number, shown, text
from lacuna._types import Number

__all__ = [
    "backend",
    "cast_to_floatx",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
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


def cast_to_floatx(x: Any) -> Any:
    """A value as a NumPy array of dtype floatx."""
    try:
        return np.asarray(x, dtype=floatx())
    except (TypeError, ValueError):
        raise TypeError(f"cast_to_floatx: x must be numbers. Received: x={shown(x)}.") from None


def set_epsilon(e: Number) -> None:
    """1e-7 is taken. ValueError for another number: losses, metrics and layers use 1e-7."""
    if number("set_epsilon", "e", e) != 1e-7:
        raise ValueError(f"set_epsilon: e must be 1e-7, which losses and metrics use. Received: e={shown(e)}.")


_formats = ["channels_last"]  # The one that layers and functions made from now on have, unless theirs is given.


def set_image_data_format(data_format: str) -> None:
    """Sets the data_format that layers and functions made from now on have, unless theirs is given: 'channels_last' or
    'channels_first'. ValueError for others."""
    if text("set_image_data_format", "data_format", data_format) not in ("channels_last", "channels_first"):
        raise ValueError(
            "set_image_data_format: data_format must be 'channels_last' or 'channels_first'. Received: "
            f"data_format={shown(data_format)}."
        )
    _formats[0] = data_format


def epsilon() -> float:
    """The small number that keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format() -> Any:
    """'channels_last', or what set_image_data_format has set."""
    return _formats[0]


def clear_session() -> None:
    """Restarts the numbering of layer names at 1."""
    _core.reset_names()
