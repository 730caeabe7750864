"""Layers that convolve each channel on its own, alone or before a convolution across channels. Inputs are as in
lacuna.layers.convolutional."""

from __future__ import annotations

from typing import Any

from lacuna._data_format import format_of
from lacuna._types import Flag, Identifier, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]


def __dir__() -> list[str]:
    return __all__


class _Separable(Layer):
    @property
    def depthwise_kernel(self) -> Any:
        """The variable, of shape (window, channels, depth_multiplier)."""
        return self.weights[0]

    @property
    def pointwise_kernel(self) -> Any:
        """The variable, of shape (1…, channels · depth_multiplier, filters)."""
        return self.weights[1]

    @property
    def bias(self) -> Any:
        """The variable; None without use_bias."""
        return self.weights[2] if len(self.weights) > 2 else None


class SeparableConv1D(_Separable):
    """A convolution of each channel on its own, with depth_multiplier results each, and then one of window 1 across
    channels: (batch, steps, channels) becomes (batch, new steps, filters)."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = 1,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: Shape = 1,
        depth_multiplier: Whole = 1,
        activation: Identifier = None,
        use_bias: Flag = True,
        depthwise_initializer: Identifier = "glorot_uniform",
        pointwise_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        depthwise_regularizer: Identifier = None,
        pointwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        pointwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("SeparableConv1D", locals())


class SeparableConv2D(_Separable):
    """A convolution of each channel on its own, with depth_multiplier results each, and then one of window 1 across
    channels: (batch, rows, columns, channels) becomes (batch, new rows, new columns, filters)."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Shape = (1, 1),
        depth_multiplier: Whole = 1,
        activation: Identifier = None,
        use_bias: Flag = True,
        depthwise_initializer: Identifier = "glorot_uniform",
        pointwise_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        depthwise_regularizer: Identifier = None,
        pointwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        pointwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("SeparableConv2D", locals())


class DepthwiseConv2D(Layer):
    """A convolution of each channel on its own, with depth_multiplier results each: (batch, rows, columns, channels)
    becomes (batch, new rows, new columns, channels · depth_multiplier). dilation_rate may be given too."""

    def __init__(
        self,
        kernel_size: Shape,
        strides: Shape = (1, 1),
        padding: str = "valid",
        depth_multiplier: Whole = 1,
        data_format: str | None = None,
        activation: Identifier = None,
        use_bias: Flag = True,
        depthwise_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        depthwise_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        depthwise_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format, dilation_rate = format_of(data_format), kwargs.pop("dilation_rate", (1, 1))
        self._make("DepthwiseConv2D", locals())

    @property
    def depthwise_kernel(self) -> Any:
        """The variable, of shape (rows, columns, channels, depth_multiplier)."""
        return self.weights[0]

    @property
    def bias(self) -> Any:
        """The variable; None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
