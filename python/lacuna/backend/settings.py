"""Settings that K reads and changes."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dtype_name, number, shown, text
from lacuna._data_format import is_first
from lacuna._types import Number

__all__ = [
    "backend",
    "cast_to_floatx",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "image_dim_ordering",
    "name_scope",
    "normalize_data_format",
    "reset_uids",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
]


def __dir__() -> list[str]:
    return __all__


_data_format = "channels_last"


def backend() -> Any:
    """'lacuna'"""
    return "lacuna"


def floatx() -> str:
    """The dtype of inputs and weights where none is named: 'float32' unless set."""
    return _core.floatx()


def set_floatx(floatx: str) -> Any:
    """Sets floatx to 'float32' or 'float64', for inputs and weights made from now on. ValueError for others."""
    if not isinstance(floatx, (str, type)):
        raise ValueError(f"set_floatx: floatx must be 'float32' or 'float64'. Received: floatx={shown(floatx)}.")
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


def set_image_data_format(data_format: str) -> None:
    """Sets the data_format of layers and functions that are told none, from now on: 'channels_last', as at first, or
    'channels_first'. ValueError for others."""
    global _data_format
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            "set_image_data_format: data_format must be 'channels_last' or 'channels_first'. Received: "
            f"data_format={shown(data_format)}."
        )
    _data_format = data_format


def epsilon() -> float:
    """The small number that keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format() -> Any:
    """'channels_last' unless set_image_data_format has set another."""
    return _data_format


def normalize_data_format(value: str | None) -> str:
    """A data_format in lower case; None gives image_data_format(). ValueError for others."""
    value = value.lower() if isinstance(value, str) else value
    return "channels_first" if is_first("normalize_data_format", value) else "channels_last"


_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def image_dim_ordering() -> str:
    """image_data_format in the words of Keras 1: 'tf' for channels_last, 'th' for channels_first."""
    return "th" if _data_format == "channels_first" else "tf"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """set_image_data_format in the words of Keras 1: 'tf' or 'th'. ValueError for others."""
    if dim_ordering not in ("tf", "th"):
        raise ValueError(f"set_image_dim_ordering: must be 'tf' or 'th'. Received: dim_ordering={shown(dim_ordering)}.")
    set_image_data_format(_ORDERINGS[dim_ordering])


def name_scope(name: str) -> Any:
    """A context that changes nothing: layers and weights are named by their own names alone."""
    return contextlib.nullcontext(text("name_scope", "name", name))


def get_uid(prefix: str = "") -> int:
    """The next number of names with this prefix, from 1 on; layers without a name take theirs from the same numbers."""
    return _core.next_number(text("get_uid", "prefix", prefix))


def reset_uids() -> None:
    """Restarts the numbers of names at 1."""
    _core.reset_names()


def clear_session() -> None:
    """Restarts the numbering of layer names at 1, and ends what set_learning_phase has set."""
    _core.reset_names()
    _core.set_learning_phase(None)
