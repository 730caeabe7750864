"""Layers of convolution. Inputs are dense: (batch, steps, channels), (batch, rows, columns, channels) or (batch, three
spatial axes, channels); with data_format='channels_first' the channels follow the batch, and None means
K.image_data_format(). Sizes, strides and dilation rates are one number for all spatial axes or a tuple. csr is a
ValueError that says how to make it dense; so is an input with a mask, as in Keras."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna._data_format import format_of
from lacuna._types import Flag, Identifier, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "AtrousConv1D",
    "AtrousConv2D",
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Deconv2D",
    "Deconv3D",
    "Deconvolution2D",
    "Deconvolution3D",
]


def __dir__() -> list[str]:
    return __all__


class Convolution(Layer):
    """The base of layers with a kernel and a bias."""

    @property
    def kernel(self) -> Any:
        """The variable, of shape (window, channels, filters); of a transposed layer (window, filters, channels), of a
        locally connected one (places, values under the window, filters)."""
        return self.weights[0]

    @property
    def bias(self) -> Any:
        """The variable; None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


class Conv1D(Convolution):
    """activation(convolution(x, kernel) + bias): (batch, steps, channels) becomes (batch, new steps, filters). padding:
    'valid' (none), 'same' (the steps stay at stride 1) or 'causal' (no output depends on later steps).

    ValueError for csr, another rank or padding, or a window larger than x without padding.

        >>> sums = Conv1D(filters=1, kernel_size=2, kernel_initializer="ones")
        >>> Sequential([sums]).predict(np.array([[[1.0], [2.0], [3.0]]]))
        array([[[3.],
                [5.]]], dtype=float32)
    """

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = 1,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: Shape = 1,
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Conv1D", locals())


class Conv2D(Convolution):
    """activation(convolution(x, kernel) + bias): (batch, rows, columns, channels) becomes (batch, new rows,
    new columns, filters). padding: 'valid' or 'same'."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Shape = (1, 1),
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Conv2D", locals())


class Conv3D(Convolution):
    """The convolution over three spatial axes. padding: 'valid' or 'same'."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Shape = (1, 1, 1),
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Conv3D", locals())


class Conv2DTranspose(Convolution):
    """The transpose of a convolution: the gradient of one, as a layer. A size n becomes n · stride with padding='same',
    and n · stride + max(window - stride, 0) with 'valid'. output_padding, less than the strides, sets it to
    (n - 1) · stride + window + output_padding, less 2 ⌊window / 2⌋ for 'same'."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1),
        padding: str = "valid",
        output_padding: Shape | None = None,
        data_format: str | None = None,
        dilation_rate: Shape = (1, 1),
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Conv2DTranspose", locals())


class Conv3DTranspose(Convolution):
    """Conv2DTranspose with three spatial axes."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1, 1),
        padding: str = "valid",
        output_padding: Shape | None = None,
        data_format: str | None = None,
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        data_format = format_of(data_format)
        self._make("Conv3DTranspose", locals())


def AtrousConvolution1D(*args: Any, **kwargs: Any) -> Any:
    """Keras 1's name of Conv1D with a dilation rate, which it calls atrous_rate."""
    if "atrous_rate" in kwargs:
        kwargs["dilation_rate"] = kwargs.pop("atrous_rate")
    warnings.warn("AtrousConvolution1D is deprecated: use Conv1D with dilation_rate.", stacklevel=2)
    return Conv1D(*args, **kwargs)


def AtrousConvolution2D(*args: Any, **kwargs: Any) -> Any:
    """Keras 1's name of Conv2D with a dilation rate, which it calls atrous_rate."""
    if "atrous_rate" in kwargs:
        kwargs["dilation_rate"] = kwargs.pop("atrous_rate")
    warnings.warn("AtrousConvolution2D is deprecated: use Conv2D with dilation_rate.", stacklevel=2)
    return Conv2D(*args, **kwargs)


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
Convolution2DTranspose = Conv2DTranspose
Deconvolution2D = Conv2DTranspose
Deconv2D = Conv2DTranspose
Deconvolution3D = Conv3DTranspose
Deconv3D = Conv3DTranspose
AtrousConv1D = AtrousConvolution1D
AtrousConv2D = AtrousConvolution2D
