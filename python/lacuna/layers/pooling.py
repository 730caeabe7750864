"""Layers that pool over windows, and over all steps or places of a sample. data_format: 'channels_last', or
'channels_first'; None means K.image_data_format()."""

from __future__ import annotations

from typing import Any

from lacuna._data_format import format_of
from lacuna._types import Shape
from lacuna.layers.base import Layer

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


def __dir__() -> list[str]:
    return __all__


class MaxPooling1D(Layer):
    """The largest value of each channel under a window that moves over the steps.
    strides: the size of the window unless given. padding: 'valid', or 'same', which does not count.

    (batch, steps, channels) becomes (batch, new steps, channels). ValueError for csr, another rank, or a window larger
    than x without padding.

        >>> Sequential([MaxPooling1D(2)]).predict(np.array([[[1.0], [3.0], [2.0], [0.0]]]))
        array([[[3.],
                [2.]]], dtype=float32)
    """

    def __init__(
        self,
        pool_size: Shape = 2,
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("MaxPooling1D", locals())


class MaxPooling2D(Layer):
    """The largest value of each channel under a window that moves over rows and columns.
    strides: the size of the window unless given. padding: 'valid', or 'same', which does not count."""

    def __init__(
        self,
        pool_size: Shape = (2, 2),
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("MaxPooling2D", locals())


class MaxPooling3D(Layer):
    """The largest value of each channel under a window that moves over three spatial axes.
    strides: the size of the window unless given. padding: 'valid', or 'same', which does not count."""

    def __init__(
        self,
        pool_size: Shape = (2, 2, 2),
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("MaxPooling3D", locals())


class AveragePooling1D(Layer):
    """The mean of each channel under a window that moves over the steps. strides:
    the size of the window unless given. padding: 'valid', or 'same', which does not count in the mean."""

    def __init__(
        self,
        pool_size: Shape = 2,
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("AveragePooling1D", locals())


class AveragePooling2D(Layer):
    """The mean of each channel under a window that moves over rows and columns. strides:
    the size of the window unless given. padding: 'valid', or 'same', which does not count in the mean."""

    def __init__(
        self,
        pool_size: Shape = (2, 2),
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("AveragePooling2D", locals())


class AveragePooling3D(Layer):
    """The mean of each channel under a window that moves over three spatial axes. strides:
    the size of the window unless given. padding: 'valid', or 'same', which does not count in the mean."""

    def __init__(
        self,
        pool_size: Shape = (2, 2, 2),
        strides: Shape | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("AveragePooling3D", locals())


class GlobalAveragePooling1D(Layer):
    """The mean over all steps: (batch, steps, features), or (batch, features, steps) with 'channels_first', becomes
    (batch, features). If the input has a mask, only steps that count enter the mean; it is 0 if none does.

    ValueError for csr or another rank.

        >>> Sequential([GlobalAveragePooling1D()]).predict(np.array([[[1.0, 4.0], [3.0, 2.0]]]))
        array([[2., 3.]], dtype=float32)
    """

    def __init__(self, data_format: str | None = "channels_last", **kwargs: Any) -> None:
        data_format = format_of(data_format)
        self._make("GlobalAveragePooling1D", locals())


class GlobalMaxPooling1D(Layer):
    """The largest value over all steps: (batch, steps, features), or (batch, features, steps) with 'channels_first',
    becomes (batch, features). As in Keras, an input with a mask is an error.

    ValueError for csr or another rank.

        >>> Sequential([GlobalMaxPooling1D()]).predict(np.array([[[1.0, 4.0], [3.0, 2.0]]]))
        array([[3., 4.]], dtype=float32)
    """

    def __init__(self, data_format: str | None = "channels_last", **kwargs: Any) -> None:
        data_format = format_of(data_format)
        self._make("GlobalMaxPooling1D", locals())


class GlobalAveragePooling2D(Layer):
    """The mean over rows and columns: (batch, channels)."""

    def __init__(
        self,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("GlobalAveragePooling2D", locals())


class GlobalMaxPooling2D(Layer):
    """The largest value over rows and columns: (batch, channels)."""

    def __init__(
        self,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("GlobalMaxPooling2D", locals())


class GlobalAveragePooling3D(Layer):
    """The mean over three spatial axes: (batch, channels)."""

    def __init__(
        self,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("GlobalAveragePooling3D", locals())


class GlobalMaxPooling3D(Layer):
    """The largest value over three spatial axes: (batch, channels)."""

    def __init__(
        self,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("GlobalMaxPooling3D", locals())


MaxPool1D = MaxPooling1D
AvgPool1D = AveragePooling1D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalAvgPool1D = GlobalAveragePooling1D
MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalAvgPool2D = GlobalAveragePooling2D
MaxPool3D = MaxPooling3D
AvgPool3D = AveragePooling3D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool3D = GlobalAveragePooling3D
