"""Layers that add zeros around each sample, cut its ends off, or make it larger. Inputs are as in
lacuna.layers.convolutional."""

from __future__ import annotations

from typing import Any

from lacuna._data_format import format_of
from lacuna._types import Shape
from lacuna.layers.base import Layer

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]


def __dir__() -> list[str]:
    return __all__


class ZeroPadding1D(Layer):
    """Adds zeros in front of and behind the steps of (batch, steps, channels).

    padding: one number, or (in front, behind).
    """

    def __init__(
        self,
        padding: Shape = 1,
        **kwargs: Any,
    ) -> None:
        self._make("ZeroPadding1D", locals())


class ZeroPadding2D(Layer):
    """Adds zeros around the rows and columns.

    padding: one number for all ends, a number for each axis, or a pair (in front, behind) for each axis.
    """

    def __init__(
        self,
        padding: Shape = (1, 1),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("ZeroPadding2D", locals())


class ZeroPadding3D(Layer):
    """Adds zeros around three spatial axes.

    padding: one number for all ends, a number for each axis, or a pair (in front, behind) for each axis.
    """

    def __init__(
        self,
        padding: Shape = (1, 1, 1),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("ZeroPadding3D", locals())


class Cropping1D(Layer):
    """Takes steps away in front and behind. cropping: one number, or (in front, behind)."""

    def __init__(
        self,
        cropping: Shape = (1, 1),
        **kwargs: Any,
    ) -> None:
        self._make("Cropping1D", locals())


class Cropping2D(Layer):
    """Takes rows and columns away at the ends. cropping: as padding of ZeroPadding."""

    def __init__(
        self,
        cropping: Shape = ((0, 0), (0, 0)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Cropping2D", locals())


class Cropping3D(Layer):
    """Takes values away at the ends of three spatial axes. cropping: as padding of ZeroPadding."""

    def __init__(
        self,
        cropping: Shape = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Cropping3D", locals())


class UpSampling1D(Layer):
    """Repeats each step `size` times."""

    def __init__(
        self,
        size: Shape = 2,
        **kwargs: Any,
    ) -> None:
        self._make("UpSampling1D", locals())


class UpSampling2D(Layer):
    """Makes images size[0] times as high and size[1] times as wide. interpolation: 'nearest' repeats values, 'bilinear'
    interpolates between them as Keras 2 on TensorFlow does."""

    def __init__(
        self,
        size: Shape = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("UpSampling2D", locals())


class UpSampling3D(Layer):
    """Repeats the values along each of three spatial axes."""

    def __init__(
        self,
        size: Shape = (2, 2, 2),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("UpSampling3D", locals())
