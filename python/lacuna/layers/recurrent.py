"""Recurrent layers: SimpleRNN, GRU, LSTM, and RNN of any cell."""

from __future__ import annotations

import inspect
from typing import Any

from lacuna import _core
from lacuna._arguments import flag
from lacuna._arrays import view
from lacuna._types import Config, Flag, Identifier, Number, Whole
from lacuna.layers._given import options
from lacuna.layers.base import Layer, deserialize, serialize
from lacuna.layers.cells import GRUCell, LSTMCell, OfGates, SimpleRNNCell, StackedRNNCells, core_of_cell

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SimpleRNN",
]


def __dir__() -> list[str]:
    return __all__


class Recurrent(Layer):
    """The base of recurrent layers, from (batch, time, features) to (batch, units), or with return_sequences to
    (batch, time, units).

    return_state: the layer gives a list of the output and its last states, (batch, units) each.
    go_backwards: from the last step to the first; sequences come in that order.
    stateful: the states after a batch are the first ones of the next. The batch size must be fixed, by
    batch_input_shape, and the first batch starts from zeros, as after reset_states().
    dropout, recurrent_dropout: in training, shares of the features of x and of the state that are dropped, the same
    ones in all steps; implementation=2 drops the same ones for all gates.
    unroll: has no effect.
    zero_output_for_mask: Keras 3's: outputs are 0 where the mask is, else those of the step before.

    Where the mask of the input is 0, a step leaves the states as they are, and is not computed.
    """

    def __call__(
        self, inputs: Any, initial_state: Any = None, constants: Any = None, training: Flag | None = None
    ) -> Any:
        """Applies the layer to x, or to a list of x and the initial states. initial_state: a symbol, or a list of one
        for each state; zeros if None. constants: symbols that the cell of an RNN gets in each step."""
        more = [*_listed(initial_state), *_listed(constants)]
        if more:
            inputs = [*_listed(inputs), *more]
        if constants is not None or self._constants:
            self._constants = len(_listed(constants)) or self._constants
            _core.take_constants(self._core, self._constants)
        return super().__call__(inputs, training)

    _constants = 0
    zero_output_for_mask = False

    def build(self, input_shape: Any) -> None:
        """Makes the weights, and the states of a stateful layer; the first call does so by itself. input_shape: that of
        x, or a list of it and of those of initial states and constants."""
        _core.make_weights(self._core, input_shape if isinstance(input_shape, list) else [input_shape])

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Flag | None = None,
        initial_state: Any = None,
        constants: Any = None,
    ) -> Any:
        """What the layer makes of the symbols, without counting as a call of it. mask: of x, (batch, time); that of
        `inputs` is not used."""
        symbols = [*_listed(inputs), *_listed(initial_state), *_listed(constants)]
        if constants is not None:
            _core.take_constants(self._core, len(_listed(constants)))
        masks = [*_listed(mask)[:1], *[None] * len(symbols)]
        outputs = _core.call_of_layer(self._core, symbols, masks[: len(symbols)], training)
        return outputs if len(outputs) > 1 else outputs[0]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output: that of the input with return_sequences, else None; with return_state a list, in
        which states have none."""
        masks = _core.masks_of_layer(self._core, _listed(inputs)[:1], [*_listed(mask), None][:1])
        return masks if len(masks) > 1 else masks[0]

    @property
    def states(self) -> Any:
        """The variables that hold the states of a stateful layer, once the size of a batch is known; else a None for
        each state."""
        return _core.states(self._core)

    def get_initial_state(self, inputs: Any) -> Any:
        """The states that x starts from by itself: zeros, (batch, units) each."""
        return _core.initial_state(self._core, _listed(inputs)[0])

    def reset_states(self, states: Any = None) -> None:
        """Makes the next batch of a stateful layer start from zeros, or from `states`: an array, or a list of one for
        each state, (batch, units) each. Before the first call, batch_input_shape or build() must have told the size of
        a batch."""
        values = states if isinstance(states, (list, tuple)) else [] if states is None else [states]
        _core.reset_states(self._core, [view(value, f"reset_states: states[{i}]") for i, value in enumerate(values)])


class _OfUnits(OfGates, Recurrent):
    """The base of SimpleRNN, GRU and LSTM. Keras' old arguments input_dim and input_length give an input_shape. `cell`
    is the cell, of class `_cell_class`."""

    _cell_class: Any

    def _make(self, class_name, arguments):
        kwargs = dict(arguments["kwargs"])
        length, columns = kwargs.pop("input_length", None), kwargs.pop("input_dim", None)
        if columns is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (length, columns)
        super()._make(class_name, {**arguments, **_zeros_for_mask(class_name, kwargs), "kwargs": kwargs})
        self.cell = self._cell_class.__new__(self._cell_class)
        self.cell._adopt(_core.cell_of(self._core))
        settings = inspect.signature(self._cell_class).parameters
        vars(self.cell).update({name: value for name, value in vars(self).items() if name in settings})


class SimpleRNN(_OfUnits):
    """h' = activation(x kernel + bias + h recurrent_kernel). `implementation`, an argument of old scripts, has no
    effect.

    (batch, time, features) becomes (batch, units), or (batch, time, units) with return_sequences; return_state adds the
    last states, (batch, units) each. Masked steps leave the states as they are. ValueError for another rank, or csr.

        >>> sums = SimpleRNN(1, "linear", kernel_initializer="ones", recurrent_initializer="ones")
        >>> Sequential([sums]).predict(np.array([[[1.0], [2.0], [3.0]]]))
        array([[6.]], dtype=float32)
    """

    _cell_class = SimpleRNNCell

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
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("implementation", None)
        self._make("SimpleRNN", locals())


class GRU(_OfUnits):
    """Gated recurrent unit, Cho et al., EMNLP 2014. The gates stand in the weights in the order z, r, h.

    reset_after: the reset gate acts after the product with recurrent_kernel, as in cuDNN; the bias then has a second
    row for that product.

    (batch, time, features) becomes (batch, units), or (batch, time, units) with return_sequences; return_state adds the
    last states, (batch, units) each. Masked steps leave the states as they are. ValueError for another rank, or csr.

        >>> x = Input((None, 8))
        >>> output, state = GRU(4, return_sequences=True, return_state=True)(x)
        >>> K.int_shape(output), K.int_shape(state)
        ((None, None, 4), (None, 4))
    """

    _cell_class = GRUCell

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
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        implementation: Whole = 1,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        reset_after: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("GRU", locals())


class LSTM(_OfUnits):
    """Long short-term memory, Hochreiter and Schmidhuber, Neural Computation 9, 1997. The gates stand in the weights in
    the order i, f, c, o; the states are h and c.

    unit_forget_bias: the bias of the forget gate starts as 1.

    (batch, time, features) becomes (batch, units), or (batch, time, units) with return_sequences; return_state adds the
    last states, (batch, units) each. Masked steps leave the states as they are. ValueError for another rank, or csr.

        >>> model = Sequential([Embedding(1000, 8, mask_zero=True, sparse_grad=True), LSTM(4)])
        >>> model.predict(np.array([[5, 2, 7], [3, 0, 0]])).shape
        (2, 4)
    """

    _cell_class = LSTMCell

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
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        dropout: Number = 0.0,
        recurrent_dropout: Number = 0.0,
        implementation: Whole = 1,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("LSTM", locals())


class RNN(Recurrent):
    """The layer of a cell, or of a list of cells that stand one above the other.

    A cell of your own is a Layer with `state_size`, a number or a list of numbers, the size of the output first, and
    `call(inputs, states)`, which returns the output and a list of the new states; call may have the arguments
    `constants` and `training` too. It runs while the graph is built, once. With constants, its build(input_shape) gets
    a list of the shape of x and those of the constants. Where the size of the output is another one, the cell has
    `output_size`.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        **kwargs: Any,
    ) -> None:
        self.cell = StackedRNNCells(cell) if isinstance(cell, (list, tuple)) else cell
        self._held, core = core_of_cell(self.cell)
        self._settings = {
            "return_sequences": return_sequences,
            "return_state": return_state,
            "go_backwards": go_backwards,
            "stateful": stateful,
            "unroll": unroll,
            **_zeros_for_mask("RNN", kwargs),
        }
        self._constants = kwargs.pop("num_constants", None) or 0
        self._adopt(_core.rnn_layer(self, core, {**options("RNN", kwargs), **self._settings}))
        vars(self).update(self._settings)

    def get_config(self) -> Config:
        """The settings, and the cell as {'class_name': …, 'config': …}."""
        config = {**self._core.common_config, **self._settings, "cell": serialize(self.cell)}
        return {**config, "num_constants": self._constants} if self._constants else config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A layer made from what get_config returned."""
        cell = deserialize(config["cell"], custom_objects)
        return cls(cell, **{name: value for name, value in config.items() if name != "cell"})


def _zeros_for_mask(where, kwargs):
    """The setting of that name, taken out of kwargs, where it is True."""
    given = flag(where, "zero_output_for_mask", kwargs.pop("zero_output_for_mask", False))
    return {"zero_output_for_mask": True} if given else {}


def _listed(given):
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]
