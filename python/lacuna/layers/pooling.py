"""Steps made one."""

from __future__ import annotations

from typing import Any

from lacuna.layers.base import Layer

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
]


def __dir__() -> list[str]:
    return __all__


class GlobalAveragePooling1D(Layer):
    """The mean over the steps of (batch, steps, features), or with 'channels_first' of (batch, features, steps):
    (batch, features). Where the input has a mask, over the steps that count, and 0 where none does."""

    def __init__(self, data_format: str = "channels_last", **kwargs: Any) -> None:
        self._make("GlobalAveragePooling1D", locals())


class GlobalMaxPooling1D(Layer):
    """The largest over the steps of (batch, steps, features), or with 'channels_first' of (batch, features, steps):
    (batch, features). As in Keras an input with a mask is an error."""

    def __init__(self, data_format: str = "channels_last", **kwargs: Any) -> None:
        self._make("GlobalMaxPooling1D", locals())


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
