"""Layers of convolution with a kernel of its own for each place."""

from __future__ import annotations

from typing import Any

from lacuna._data_format import format_of
from lacuna._types import Flag, Identifier, Shape, Whole
from lacuna.layers.convolutional import Convolution

__all__ = [
    "LocallyConnected1D",
    "LocallyConnected2D",
]


def __dir__() -> list[str]:
    return __all__


class LocallyConnected1D(Convolution):
    """A Conv1D with a kernel of its own for each place of the result; the sizes of the input must be known. padding:
    'valid' alone. data_format: 'channels_last' alone."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = 1,
        padding: str = "valid",
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
        data_format = data_format or "channels_last"
        self._make("LocallyConnected1D", locals())


class LocallyConnected2D(Convolution):
    """A Conv2D with a kernel of its own for each place of the result; the sizes of the input must be known. padding:
    'valid' alone."""

    def __init__(
        self,
        filters: Whole,
        kernel_size: Shape,
        strides: Shape = (1, 1),
        padding: str = "valid",
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
        self._make("LocallyConnected2D", locals())
