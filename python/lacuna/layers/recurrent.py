"""Recurrent layers: SimpleRNN, GRU and LSTM."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Identifier, Number, Whole
from lacuna.layers.base import Layer

__all__ = [
    "GRU",
    "LSTM",
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

    Where the mask of the input is 0, a step leaves the states as they are, and costs nothing.
    """

    def __call__(self, inputs: Any, initial_state: Any = None, training: Flag | None = None) -> Any:
        """Applies the layer to x, or to a list of x and the initial states. initial_state: a symbol, or a list of one
        for each state; zeros if None."""
        if initial_state is not None:
            states = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
            inputs = [*(inputs if isinstance(inputs, (list, tuple)) else [inputs]), *states]
        return super().__call__(inputs, training)

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


class SimpleRNN(Recurrent):
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


class GRU(Recurrent):
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


class LSTM(Recurrent):
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
