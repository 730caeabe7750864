"""Layers that pool over all steps of a sample."""

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
    """The mean over all steps: (batch, steps, features), or (batch, features, steps) with 'channels_first', becomes
    (batch, features). If the input has a mask, only steps that count enter the mean; it is 0 if none does."""

    def __init__(self, data_format: str = "channels_last", **kwargs: Any) -> None:
        self._make("GlobalAveragePooling1D", locals())


class GlobalMaxPooling1D(Layer):
    """The largest value over all steps: (batch, steps, features), or (batch, features, steps) with 'channels_first',
    becomes (batch, features). As in Keras, an input with a mask is an error."""

    def __init__(self, data_format: str = "channels_last", **kwargs: Any) -> None:
        self._make("GlobalMaxPooling1D", locals())


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
