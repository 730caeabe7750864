"""Recurrent layers: SimpleRNN, GRU, LSTM, and RNN of any cell."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arrays import view
from lacuna._types import Config, Flag, Identifier, Number, Whole
from lacuna.layers.base import Layer, deserialize, options, serialize
from lacuna.layers.cells import StackedRNNCells, core_of_cell

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "CuDNNGRU",
    "CuDNNLSTM",
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

    def reset_states(self, states: Any = None) -> None:
        """Makes the next batch of a stateful layer start from zeros, or from `states`: an array, or a list of one for
        each state, (batch, units) each."""
        values = states if isinstance(states, (list, tuple)) else [] if states is None else [states]
        _core.reset_states(self._core, [view(value, f"reset_states: states[{i}]") for i, value in enumerate(values)])


class _OfUnits(Recurrent):
    """The base of SimpleRNN, GRU and LSTM. Keras' old arguments input_dim and input_length give an input_shape."""

    def _make(self, class_name, arguments):
        kwargs = dict(arguments["kwargs"])
        length, columns = kwargs.pop("input_length", None), kwargs.pop("input_dim", None)
        if columns is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (length, columns)
        super()._make(class_name, {**arguments, "kwargs": kwargs})

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


class SimpleRNN(_OfUnits):
    """h' = activation(x kernel + bias + h recurrent_kernel)."""

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
        self._make("SimpleRNN", locals())


class GRU(_OfUnits):
    """Gated recurrent unit, Cho et al., EMNLP 2014. The gates stand in the weights in the order z, r, h.

    reset_after: the reset gate acts after the product with recurrent_kernel, as in cuDNN; the bias then has a second
    row for that product.
    """

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
    """

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


class CuDNNGRU(GRU):
    """GRU with the settings of cuDNN: a sigmoid for the gates, and reset_after. Its name stands in old scripts; it runs
    as any GRU does."""

    def __init__(
        self,
        units: Whole,
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
        return_sequences: Flag = False,
        return_state: Flag = False,
        stateful: Flag = False,
        **kwargs: Any,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs", "__class__")}
        super().__init__(**given, recurrent_activation="sigmoid", reset_after=True, **kwargs)

    def get_config(self) -> Config:
        """The settings."""
        return _without(super().get_config(), _FIXED_BY_CUDNN | {"reset_after"})


class CuDNNLSTM(LSTM):
    """LSTM with the settings of cuDNN: a sigmoid for the gates. Its name stands in old scripts; it runs as any LSTM
    does."""

    def __init__(
        self,
        units: Whole,
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
        return_sequences: Flag = False,
        return_state: Flag = False,
        stateful: Flag = False,
        **kwargs: Any,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs", "__class__")}
        super().__init__(**given, recurrent_activation="sigmoid", **kwargs)

    def get_config(self) -> Config:
        """The settings."""
        return _without(super().get_config(), _FIXED_BY_CUDNN)


_FIXED_BY_CUDNN = {
    "activation",
    "dropout",
    "go_backwards",
    "implementation",
    "recurrent_activation",
    "recurrent_dropout",
    "unroll",
    "use_bias",
}


class RNN(Recurrent):
    """The layer of a cell, or of a list of cells that stand one above the other.

    A cell of your own is a Layer with `state_size`, a number or a list of numbers, the size of the output first, and
    `call(inputs, states)`, which returns the output and a list of the new states; call may have the arguments
    `constants` and `training` too. It runs while the graph is built, once.
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


def _listed(given):
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _without(config, names):
    return {name: value for name, value in config.items() if name not in names}
