"""The calls of a layer, as Keras describes them: nodes, and where a symbol comes from."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from lacuna import _core
from lacuna._absent import member_refusal
from lacuna._arguments import text, whole
from lacuna._types import Config, Whole

alive = weakref.WeakValueDictionary()  # Layers and models by the identity of their state.


def one_or_all(values: Any) -> Any:
    """The only value of a list, or the list."""
    return values[0] if len(values) == 1 else values


def shapes_of(symbols: Any) -> Any:
    """The shape of a symbol, or those of a list."""
    return [s.shape for s in symbols] if isinstance(symbols, list) else symbols.shape


def masks_of(symbols: Any) -> Any:
    """The mask of a symbol, or those of a list; None if all steps count."""
    return [_core.mask_of(s) for s in symbols] if isinstance(symbols, list) else _core.mask_of(symbols)


class Node:
    """A call of a layer: its symbols, their shapes and masks, and the layers that made its inputs."""

    def __init__(self, layer: Any, inputs: Any, outputs: Any) -> None:
        self.outbound_layer = layer
        self.input_tensors, self.output_tensors = list(inputs or outputs), list(outputs)
        made = [s._keras_history for s in inputs if _core.history(s) is not None]
        self.inbound_layers, self.node_indices, self.tensor_indices = ([part[i] for part in made] for i in range(3))
        self.input_masks, self.output_masks = masks_of(self.input_tensors), masks_of(self.output_tensors)
        self.input_shapes, self.output_shapes = shapes_of(self.input_tensors), shapes_of(self.output_tensors)
        self.arguments = {}

    def get_config(self) -> Config:
        """The names of the layers, and the places of the symbols among their calls."""
        return {
            "outbound_layer": self.outbound_layer.name,
            "inbound_layers": [layer.name for layer in self.inbound_layers],
            "node_indices": self.node_indices,
            "tensor_indices": self.tensor_indices,
        }


class HasCalls:
    """A layer or a model, which has a name and was called on symbols."""

    @property
    def name(self) -> str:
        """The name that was given, else the class name with a number. It may be set; weights keep the names that they
        were made with."""
        return self._core.name

    @name.setter
    def name(self, name: str) -> None:
        self._core.name = text(type(self).__name__, "name", name)

    _name = name

    if not TYPE_CHECKING:  # A checker of types then still finds names that do not exist.

        def __getattr__(self, name: str) -> Any:
            """The error for what Keras has and Lacuna has not."""
            if not name.startswith("__") and hasattr(type(self), name):
                return object.__getattribute__(self, name)  # A property that raised an AttributeError of its own.
            raise member_refusal(self, name)

    def _all_calls(self):
        return [(inputs or outputs, outputs) for inputs, outputs in self._core.calls]

    @property
    def _inbound_nodes(self) -> list[Node]:
        return [Node(self, *call) for call in self._core.calls]

    @property
    def _outbound_nodes(self) -> list[Node]:
        nodes = [node for layer in list(alive.values()) for node in layer._inbound_nodes]
        return [node for node in nodes if self in node.inbound_layers]

    inbound_nodes, outbound_nodes = _inbound_nodes, _outbound_nodes

    def get_input_at(self, node_index: Whole) -> Any:
        """The symbol, or the list of symbols, of a call of the layer; calls are counted from 0."""
        return self._end("get_input_at", node_index, 0)

    def get_output_at(self, node_index: Whole) -> Any:
        """What a call of the layer made."""
        return self._end("get_output_at", node_index, 1)

    def get_input_shape_at(self, node_index: Whole) -> Any:
        """The shape of get_input_at."""
        return shapes_of(self._end("get_input_shape_at", node_index, 0))

    def get_output_shape_at(self, node_index: Whole) -> Any:
        """The shape of get_output_at."""
        return shapes_of(self._end("get_output_shape_at", node_index, 1))

    def get_input_mask_at(self, node_index: Whole) -> Any:
        """The mask of get_input_at."""
        return masks_of(self._end("get_input_mask_at", node_index, 0))

    def get_output_mask_at(self, node_index: Whole) -> Any:
        """The mask of get_output_at."""
        return masks_of(self._end("get_output_mask_at", node_index, 1))

    def _end(self, where, index, end):
        calls, index = self._all_calls(), whole(where, "node_index", index)
        if not -len(calls) <= index < len(calls):
            raise ValueError(
                f"{where}: node_index must be below the number of calls. Received: node_index={index}, layer "
                f"'{self.name}', calls={len(calls)}."
            )
        return one_or_all(calls[index][end])

    def _only(self, end):
        calls = self._all_calls()
        if len(calls) != 1:
            raise AttributeError(f"{self.name}: the layer must have been called once. Received: calls={len(calls)}.")
        return one_or_all(calls[0][end])

    @property
    def input(self) -> Any:
        """The symbol, or the list of symbols, that the layer was called on."""
        return self._only(0)

    @property
    def output(self) -> Any:
        """The symbol that the layer made."""
        return self._only(1)

    @property
    def input_mask(self) -> Any:
        """The mask of `input`, or a list of masks; None if all steps count."""
        return masks_of(self.input)

    @property
    def output_mask(self) -> Any:
        """The mask of `output`; None if all steps count."""
        return masks_of(self.output)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`; the batch dimension, first, is None."""
        return shapes_of(self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of `output`; the batch dimension, first, is None."""
        return shapes_of(self.output)


def makers(symbols: Any) -> Any:
    """The layers that made the symbols, from these back to the inputs."""
    result, seen, to_visit = [], set(), list(symbols)
    while to_visit:
        history = getattr(to_visit.pop(), "_history", None)
        if history is None or id(history) in seen:
            continue
        seen.add(id(history))
        layer, inputs = history
        result.append(layer)
        to_visit.extend(inputs)
    return result
