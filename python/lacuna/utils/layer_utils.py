"""Functions on the layers of a model: the table of layers, the number of values, kernels of other libraries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import listed, shown, unsupported
from lacuna._types import Function, Shape, Whole
from lacuna.utils.conv_utils import convert_kernel

__all__ = [
    "convert_all_kernels_in_model",
    "convert_dense_weights_data_format",
    "count_params",
    "get_source_inputs",
    "print_summary",
]


def __dir__() -> list[str]:
    return __all__


def _require_model(where: str, model: Any) -> None:
    if not isinstance(getattr(model, "_core", None), _core.Model):
        raise TypeError(f"{where}: a model must be given. Received: model={shown(model)}.")


def print_summary(
    model: Any, line_length: Whole | None = None, positions: Any = None, print_fn: Function | None = None
) -> None:
    """Calls model.summary(line_length, positions, print_fn), which prints a line for each layer."""
    _require_model("print_summary", model)
    model.summary(line_length=line_length, positions=positions, print_fn=print_fn)


def count_params(weights: Any) -> int:
    """The number of values in a list of variables, each counted once."""
    if not isinstance(weights, (list, tuple, set)) or not all(isinstance(one, _core.Variable) for one in weights):
        raise TypeError(f"count_params: weights must be a list of variables. Received: weights={shown(weights)}.")
    return sum(math.prod(one.shape) for one in set(weights))


def get_source_inputs(tensor: Any, layer: Any = None, node_index: Whole | None = None) -> Any:
    """The symbols of Input() from which a symbol, or the symbols of a list, are computed, each once."""
    unsupported("get_source_inputs", node_index=node_index or None)
    result: list[Any] = []
    for one in listed(tensor):
        if not isinstance(one, _core.Symbol):
            raise TypeError(f"get_source_inputs: a symbol must be given. Received: tensor={shown(one)}.")
        result += [source for source in _core.placeholders(one) if source not in result]
    return result


_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose")


def convert_all_kernels_in_model(model: Any) -> None:
    """Turns around the kernels of all convolutions in a model, which weights of Keras on Theano need."""
    _require_model("convert_all_kernels_in_model", model)
    for layer in model.layers:
        if type(layer).__name__ in _CONVOLUTIONS:
            kernel, *others = layer.get_weights()
            layer.set_weights([convert_kernel(kernel), *others])


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: Shape, target_data_format: str = "channels_first"
) -> None:
    """Reorders the rows of the kernel of the Dense layer that follows a Flatten, as the other order of axes needs.
    previous_feature_map_shape: the shape before the Flatten, without the batch, in the target's order."""
    where = "convert_dense_weights_data_format"
    if target_data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"{where}: target_data_format must be 'channels_first' or 'channels_last'. Received: "
            f"{shown(target_data_format)}."
        )
    if not hasattr(dense, "get_weights") or not hasattr(dense, "units"):
        raise TypeError(f"{where}: dense must be a Dense layer. Received: dense={shown(dense)}.")
    kernel, *others = dense.get_weights()
    shape = tuple(previous_feature_map_shape)
    if math.prod(shape) != kernel.shape[0]:
        raise ValueError(
            f"{where}: the shape must have as many places as the kernel rows. Received: {shape}, kernel={kernel.shape}."
        )
    rank = len(shape)
    if target_data_format == "channels_first":
        before, order = (*shape[1:], shape[0]), (rank - 1, *range(rank - 1))
    else:
        before, order = (shape[-1], *shape[:-1]), (*range(1, rank), 0)
    turned = np.transpose(kernel.reshape(*before, -1), (*order, rank))
    dense.set_weights([turned.reshape(kernel.shape), *others])
