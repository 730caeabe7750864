"""Cells of recurrent layers: each computes one step."""

from __future__ import annotations

import inspect
from typing import Any

from lacuna import _core
from lacuna._arguments import flag, whole
from lacuna._custom import shown
from lacuna._types import Config, Flag, Identifier, Number, Whole
from lacuna.layers._given import options
from lacuna.layers.base import Layer, deserialize, serialize

__all__ = [
    "GRUCell",
    "LSTMCell",
    "SimpleRNNCell",
    "StackedRNNCells",
]


def __dir__() -> list[str]:
    return __all__


class OfGates:
    """What has a kernel, a recurrent kernel and a bias for all gates: SimpleRNN, GRU, LSTM and their cells."""

    weights: Any

    @property
    def kernel(self) -> Any:
        """The variable, of shape (features, gates × units)."""
        return self.weights[0]

    @property
    def recurrent_kernel(self) -> Any:
        """The variable, of shape (units, gates × units)."""
        return self.weights[1]

    @property
    def bias(self) -> Any:
        """The variable; None without use_bias."""
        return self.weights[2] if len(self.weights) > 2 else None


class RNNCell(Layer):
    """The base of the library's cells. A cell is called on a list of x at one step, (batch, features), and its states,
    and gives a list of the output and the new states. Your own cell may derive from one of them and override
    call(inputs, states); dropout of the inherited call then draws anew in each step."""

    _open = True  # Other classes may override build and call.

    def build(self, input_shape: Any) -> None:
        """Makes the weights; the first call of the layer does so by itself. input_shape: that of x at one step, or a
        list of it and of the shapes of constants."""
        _core.make_weights(self._core, input_shape if isinstance(input_shape, list) else [input_shape])

    @property
    def state_size(self) -> Any:
        """The size of the state, or a tuple if there are several; the first is that of the output."""
        sizes = tuple(_core.state_size(self._core))
        return sizes[0] if len(sizes) == 1 else sizes

    def call(self, inputs: Any, states: Any, training: Flag | None = None) -> Any:
        """The output and a list of the new states."""
        output, *new_states = self([inputs, *states], training)
        return output, new_states


class SimpleRNNCell(OfGates, RNNCell):
    """The cell of SimpleRNN."""

    def __init__(
        self,
        units: Whole,
        activation: Identifier = "tanh",
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        **kwargs: Any,
    ) -> None:
        self._make("SimpleRNNCell", locals())


class GRUCell(OfGates, RNNCell):
    """The cell of GRU."""

    def __init__(
        self,
        units: Whole,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "hard_sigmoid",
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        implementation: Whole = 1,
        reset_after: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("GRUCell", locals())


class LSTMCell(OfGates, RNNCell):
    """The cell of LSTM; its states are h and c."""

    def __init__(
        self,
        units: Whole,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "hard_sigmoid",
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: Flag = True,
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        implementation: Whole = 1,
        **kwargs: Any,
    ) -> None:
        self._make("LSTMCell", locals())


class StackedRNNCells(RNNCell):
    """Cells one above the other: the output of each is the input of the next. The states are those of the first
    cell, then those of the second, and so on. reverse_state_order=True: from the last cell to the first, as before
    Keras 2.2.3."""

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        if not isinstance(cells, (list, tuple)):
            raise TypeError(f"StackedRNNCells: cells must be a list of cells. Received: cells={shown(cells)}.")
        self.cells = list(cells)
        made = [core_of_cell(cell) for cell in self.cells]
        self._held = [held for held, _ in made]
        self.reverse_state_order = flag(
            "StackedRNNCells", "reverse_state_order", kwargs.pop("reverse_state_order", False)
        )
        cores, settings = [core for _, core in made], options("StackedRNNCells", kwargs)
        self._adopt(_core.stacked_cells(cores, self.reverse_state_order, settings))

    def get_config(self) -> Config:
        """The cells, each as {'class_name': …, 'config': …}."""
        config = {**self._core.common_config, "cells": [serialize(cell) for cell in self.cells]}
        return {**config, "reverse_state_order": True} if self.reverse_state_order else config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """Cells made from what get_config returned."""
        cells = [deserialize(cell, custom_objects) for cell in config["cells"]]
        return cls(cells, **{name: value for name, value in config.items() if name != "cells"})


class _OwnCell:
    """A user's cell, as the library sees it."""

    def __init__(self, cell):
        if not hasattr(cell, "state_size") or not callable(getattr(cell, "call", None)):
            raise TypeError(
                f"RNN: a cell must have state_size and a method call(inputs, states). Received: cell={shown(cell)}."
            )
        self.cell = cell
        self.takes = inspect.signature(cell.call).parameters

    def _sizes(self):
        sizes = self.cell.state_size
        sizes = sizes if isinstance(sizes, (list, tuple)) else [sizes]
        return [whole("RNN", "state_size", size) for size in sizes]

    def _output_size(self):
        size = getattr(self.cell, "output_size", None)
        return self._sizes()[0] if size is None else whole("RNN", "output_size", size)

    def _branches(self):
        return "training" in self.takes

    def _takes_constants(self):
        return "constants" in self.takes

    def _make_weights(self, shapes):
        cell = self.cell
        layer = cell if isinstance(cell, Layer) else None
        if (layer is None or not layer.built) and hasattr(cell, "build"):
            cell.build(shapes if len(shapes) > 1 else shapes[0])
        if layer is None:
            return None
        layer._core.built = True
        return layer._core

    def _step(self, x, states, constants, training):
        more = {}
        if constants:
            more["constants"] = constants
        if "training" in self.takes:
            more["training"] = training
        return self.cell.call(x, states, **more)


def core_of_cell(cell: Any) -> Any:
    """What must be kept alive for a cell, and the library's cell."""
    if isinstance(cell, RNNCell) and type(cell).call is RNNCell.call:
        return cell, cell._core
    own = _OwnCell(cell)
    name = {"name": cell.name} if isinstance(cell, Layer) else {}
    return own, _core.python_cell(own, type(cell).__name__, name)
