"""Lengths of what convolutions give, and settings of convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._arguments import shown, text, whole
from lacuna._types import Whole

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "normalize_padding",
    "normalize_tuple",
]

_FULL = ("valid", "same", "causal", "full")


def __dir__() -> list[str]:
    return __all__


def normalize_tuple(value: Any, n: Whole, name: str) -> tuple[int, ...]:
    """n whole numbers: n times the one that is given, or the n of a list. name: of the argument, for errors."""
    n, name = whole("normalize_tuple", "n", n), text("normalize_tuple", "name", name)[:50]
    if not 0 <= n <= 1000:
        raise ValueError(f"normalize_tuple: n must be a number of axes. Received: n={n}.")
    try:
        return (whole("normalize_tuple", name, value),) * n
    except TypeError:
        pass
    if not isinstance(value, (list, tuple)) or len(value) != n:
        raise ValueError(f"normalize_tuple: {name} must be {n} whole numbers. Received: {shown(value)}.")
    try:
        return tuple(whole("normalize_tuple", name, one) for one in value)
    except TypeError as error:
        raise ValueError(str(error)) from None


def normalize_padding(value: str) -> str:
    """'valid', 'same' or 'causal', in lower case; ValueError for anything else."""
    if not isinstance(value, str) or value.lower() not in _FULL[:3]:
        raise ValueError(f"normalize_padding: padding must be 'valid', 'same' or 'causal'. Received: {shown(value)}.")
    return value.lower()


def convert_kernel(kernel: Any) -> Any:
    """A kernel of shape (…, channels in, channels out) turned around along each of its one to three spatial axes: what
    Theano calls a convolution from what TensorFlow does, and the other way round."""
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"convert_kernel: kernel must have rank 3 to 5. Received: shape={kernel.shape}.")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


def _checked(where: str, padding: Any, paddings: tuple[str, ...], **numbers: Any) -> list[int]:
    if not isinstance(padding, str) or padding not in paddings:
        raise ValueError(f"{where}: padding must be one of {', '.join(paddings)}. Received: padding={shown(padding)}.")
    result = []
    for name, value in numbers.items():
        result.append(whole(where, name, value))
        if result[-1] < (1 if "stride" in name or name == "dilation" else 0):
            raise ValueError(f"{where}: {name} must be larger. Received: {name}={result[-1]}.")
    return result


def conv_output_length(
    input_length: Whole | None, filter_size: Whole, padding: str, stride: Whole, dilation: Whole = 1
) -> int | None:
    """The length that a convolution gives; None for None. padding: 'valid', 'same', 'causal' or 'full'.

    >>> conv_output_length(10, 3, "valid", stride=2)
    4
    """
    if input_length is None:
        return None
    length, size, stride, dilation = _checked(
        "conv_output_length",
        padding,
        _FULL,
        input_length=input_length,
        filter_size=filter_size,
        stride=stride,
        dilation=dilation,
    )
    reach = (size - 1) * dilation
    length += {"valid": -reach, "full": reach}.get(padding, 0)
    return (length + stride - 1) // stride


def conv_input_length(output_length: Whole | None, filter_size: Whole, padding: str, stride: Whole) -> int | None:
    """The least length of which a convolution gives output_length; None for None. padding: valid, same or full."""
    if output_length is None:
        return None
    length, size, stride = _checked(
        "conv_input_length",
        padding,
        ("valid", "same", "full"),
        output_length=output_length,
        filter_size=filter_size,
        stride=stride,
    )
    pad = {"same": size // 2, "valid": 0, "full": size - 1}[padding]
    return (length - 1) * stride - 2 * pad + size


def deconv_length(
    dim_size: Whole | None,
    stride_size: Whole,
    kernel_size: Whole,
    padding: str,
    output_padding: Whole | None,
    dilation: Whole = 1,
) -> int | None:
    """The length that a transposed convolution gives; None for None. padding: 'valid', 'same' or 'full'."""
    if dim_size is None:
        return None
    length, stride, size, dilation = _checked(
        "deconv_length",
        padding,
        ("valid", "same", "full"),
        dim_size=dim_size,
        stride_size=stride_size,
        kernel_size=kernel_size,
        dilation=dilation,
    )
    size += (size - 1) * (dilation - 1)
    if output_padding is None:
        more = {"valid": max(size - stride, 0), "full": 2 - stride - size, "same": 0}[padding]
        return length * stride + more
    pad = {"same": size // 2, "valid": 0, "full": size - 1}[padding]
    return (length - 1) * stride + size - 2 * pad + whole("deconv_length", "output_padding", output_padding)
