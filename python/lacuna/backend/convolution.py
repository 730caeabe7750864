"""Convolution, pooling, padding and resizing of lacuna.backend. x is dense: (batch, spatial axes, channels), or (batch,
channels, spatial axes) with data_format='channels_first'; None means image_data_format(). Sizes, strides and dilation
rates are one number for all spatial axes or a tuple."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import dims, listed, shown, whole
from lacuna._data_format import is_first
from lacuna._types import Shape, TensorLike, Whole
from lacuna.backend.products import repeat_elements

__all__ = [
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "depthwise_conv2d",
    "local_conv1d",
    "local_conv2d",
    "pool2d",
    "pool3d",
    "resize_images",
    "resize_volumes",
    "separable_conv1d",
    "separable_conv2d",
    "spatial_2d_padding",
    "spatial_3d_padding",
    "temporal_padding",
]


def __dir__() -> list[str]:
    return __all__


def _each(where, name, value, axes):
    """One number for each axis."""
    sizes = dims(where, name, value)
    return tuple(sizes) * axes if len(sizes) == 1 else sizes


def _conv(where, axes, x, kernel, strides, padding, data_format, dilation_rate):
    strides, dilation = _each(where, "strides", strides, axes), _each(where, "dilation_rate", dilation_rate, axes)
    return _core.conv(where, x, kernel, strides, padding, is_first(where, data_format), dilation)


def conv1d(
    x: TensorLike,
    kernel: TensorLike,
    strides: Shape = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = 1,
) -> Any:
    """The convolution of x (batch, steps, channels) with a kernel (window, channels, filters), which as in Keras is not
    flipped. padding: 'valid', 'same' or 'causal'."""
    return _conv("conv1d", 1, x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(
    x: TensorLike,
    kernel: TensorLike,
    strides: Shape = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = (1, 1),
) -> Any:
    """The convolution of x (batch, rows, columns, channels) with a kernel (rows, columns, channels, filters). padding:
    'valid' or 'same'."""
    return _conv("conv2d", 2, x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: TensorLike,
    kernel: TensorLike,
    strides: Shape = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = (1, 1, 1),
) -> Any:
    """The convolution over three spatial axes, with a kernel (window, channels, filters)."""
    return _conv("conv3d", 3, x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    strides: Shape = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = (1, 1),
) -> Any:
    """The convolution of each channel on its own, with a kernel (rows, columns, channels, multiplier); the result has
    channels · multiplier channels."""
    return _conv("depthwise_conv2d", 2, x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: TensorLike,
    kernel: TensorLike,
    output_shape: Shape,
    strides: Shape = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = (1, 1),
) -> Any:
    """The gradient of conv2d for an input of output_shape, with the batch, which may be None. The kernel is (rows,
    columns, channels of the result, channels of x)."""
    where = "conv2d_transpose"
    strides, dilation = _each(where, "strides", strides, 2), _each(where, "dilation_rate", dilation_rate, 2)
    first = is_first(where, data_format)
    return _core.conv2d_transpose(x, kernel, output_shape, strides, padding, first, dilation)


def conv3d_transpose(
    x: TensorLike,
    kernel: TensorLike,
    output_shape: Shape,
    strides: Shape = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The gradient of conv3d for an input of output_shape, with the batch, which may be None."""
    where = "conv3d_transpose"
    strides, first = _each(where, "strides", strides, 3), is_first(where, data_format)
    return _core.conv3d_transpose(x, kernel, output_shape, strides, padding, first, (1, 1, 1))


def separable_conv1d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: Shape = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = 1,
) -> Any:
    """A convolution of each channel on its own, by a kernel (window, channels, multiplier), then one across channels,
    by a kernel (1, channels · multiplier, filters)."""
    where = "separable_conv1d"
    strides, dilation = _each(where, "strides", strides, 1), _each(where, "dilation_rate", dilation_rate, 1)
    first = is_first(where, data_format)
    return _core.separable_conv1d(x, depthwise_kernel, pointwise_kernel, strides, padding, first, dilation)


def separable_conv2d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: Shape = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Shape = (1, 1),
) -> Any:
    """depthwise_conv2d, then a convolution across channels, by a kernel (1, 1, channels · multiplier, filters)."""
    where = "separable_conv2d"
    strides, dilation = _each(where, "strides", strides, 2), _each(where, "dilation_rate", dilation_rate, 2)
    first = is_first(where, data_format)
    return _core.separable_conv2d(x, depthwise_kernel, pointwise_kernel, strides, padding, first, dilation)


def local_conv1d(
    inputs: TensorLike, kernel: TensorLike, kernel_size: Shape, strides: Shape, data_format: str | None = None
) -> Any:
    """conv1d with a kernel of its own for each place: (places, window · channels, filters). Channels are last."""
    if is_first("local_conv1d", data_format):
        raise ValueError("local_conv1d: data_format must be 'channels_last'. Received: data_format='channels_first'.")
    return _core.local_conv1d(inputs, kernel, kernel_size, strides)


def local_conv2d(
    inputs: TensorLike,
    kernel: TensorLike,
    kernel_size: Shape,
    strides: Shape,
    output_shape: Shape,
    data_format: str | None = None,
) -> Any:
    """conv2d with a kernel of its own for each place: (places, rows · columns · channels, filters). output_shape:
    (rows, columns) of the result; they must be those that follow from x."""
    first = is_first("local_conv2d", data_format)
    size = _each("local_conv2d", "kernel_size", kernel_size, 2)
    result = _core.local_conv2d(inputs, kernel, size, _each("local_conv2d", "strides", strides, 2), first)
    made = tuple(result.shape[2:] if first else result.shape[1:-1])
    if tuple(dims("local_conv2d", "output_shape", output_shape)) != made:
        raise ValueError(
            f"local_conv2d: output_shape must be {made}, which follows from x. Received: "
            f"output_shape={shown(output_shape)}."
        )
    return result


def _pool(where, axes, bound, x, pool_size, strides, padding, data_format, pool_mode):
    size, strides = _each(where, "pool_size", pool_size, axes), _each(where, "strides", strides, axes)
    return bound(x, size, strides, padding, is_first(where, data_format), pool_mode)


def pool2d(
    x: TensorLike,
    pool_size: Shape,
    strides: Shape = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The largest value ('max') or the mean ('avg') under a window that moves over rows and columns. Padding, with
    'same', does not count."""
    return _pool("pool2d", 2, _core.pool2d, x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: TensorLike,
    pool_size: Shape,
    strides: Shape = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """pool2d with three spatial axes."""
    return _pool("pool3d", 3, _core.pool3d, x, pool_size, strides, padding, data_format, pool_mode)


def _padding(where, x, padding, axes, data_format):
    pairs = [dims(where, "padding", pair) for pair in listed(padding)]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        raise ValueError(
            f"{where}: padding must hold a pair for each of {axes} axes. Received: padding={shown(padding)}."
        )
    return _core.spatial_padding(x, pairs, is_first(where, data_format))


def temporal_padding(x: TensorLike, padding: Shape = (1, 1)) -> Any:
    """Adds zeros in front of and behind the steps of (batch, steps, channels)."""
    return _padding("temporal_padding", x, [padding], 1, "channels_last")


def spatial_2d_padding(x: TensorLike, padding: Shape = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Adds zeros around rows and columns: ((above, below), (left, right))."""
    return _padding("spatial_2d_padding", x, padding, 2, data_format)


def spatial_3d_padding(x: TensorLike, padding: Shape = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Adds zeros around three spatial axes."""
    return _padding("spatial_3d_padding", x, padding, 3, data_format)


def resize_images(
    x: TensorLike,
    height_factor: Whole,
    width_factor: Whole,
    data_format: str | None,
    interpolation: str = "nearest",
) -> Any:
    """Images height_factor times as high and width_factor times as wide. interpolation: 'nearest' repeats values,
    'bilinear' interpolates between them as Keras 2 on TensorFlow does."""
    height = whole("resize_images", "height_factor", height_factor)
    width = whole("resize_images", "width_factor", width_factor)
    return _core.resize_images(x, height, width, is_first("resize_images", data_format), interpolation)


def resize_volumes(
    x: TensorLike, depth_factor: Whole, height_factor: Whole, width_factor: Whole, data_format: str | None
) -> Any:
    """Volumes whose values are repeated along depth, height and width."""
    first = 2 if is_first("resize_volumes", data_format) else 1
    for i, factor in enumerate((depth_factor, height_factor, width_factor)):
        x = repeat_elements(x, factor, first + i)
    return x
