"""Steps made one."""

from lacuna import _core
from lacuna._arguments import shown
from lacuna.layers.base import Layer, options

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
]


def __dir__():
    return __all__


def _channels_last(where, data_format):
    if not isinstance(data_format, str) or data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            f"{where}: data_format must be 'channels_last' or 'channels_first'. Received: "
            f"data_format={shown(data_format)}."
        )
    return data_format == "channels_last"


class GlobalAveragePooling1D(Layer):
    """The mean over the steps of (batch, steps, features), or with 'channels_first' of (batch, features, steps):
    (batch, features). Where the input has a mask, over the steps that count, and 0 where none does."""

    def __init__(self, data_format="channels_last", **kwargs):
        self.data_format = data_format
        last = _channels_last("GlobalAveragePooling1D", data_format)
        self._adopt(_core.global_average_pooling_1d_layer(last, options("GlobalAveragePooling1D", kwargs)))


class GlobalMaxPooling1D(Layer):
    """The largest over the steps of (batch, steps, features), or with 'channels_first' of (batch, features, steps):
    (batch, features). As in Keras an input with a mask is an error."""

    def __init__(self, data_format="channels_last", **kwargs):
        self.data_format = data_format
        last = _channels_last("GlobalMaxPooling1D", data_format)
        self._adopt(_core.global_max_pooling_1d_layer(last, options("GlobalMaxPooling1D", kwargs)))


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
