"""Recurrent layers as objects: weights and states before a call, cells, call(), sizes of outputs."""

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import layers
from lacuna.layers import GRU, LSTM, RNN, Bidirectional, Input, Layer, SimpleRNN
from lacuna.models import Model, Sequential

ALL = [(SimpleRNN, 1), (GRU, 1), (LSTM, 2)]


@pytest.mark.parametrize(("cls", "count"), ALL)
def test_weights_and_states_before_a_call(cls, count):
    layer = cls(3, stateful=True)
    assert layer.states == [None] * count
    layer.build((2, 5, 4))
    assert len(layer.weights) == len(layer.trainable_weights) == 3
    layer.reset_states()
    assert [K.eval(state).tolist() for state in layer.states] == [np.zeros((2, 3)).tolist()] * count
    layer.reset_states([np.ones((2, 3))] * count if count > 1 else np.ones((2, 3)))
    given = Input(batch_shape=(2, 5, 4))
    output = layer(given)
    assert (K.eval(layer.states[0]) == 1).all()  # The call keeps them.
    x = np.random.default_rng(0).normal(size=(2, 5, 4))
    np.testing.assert_allclose(Model(given, output).predict(x, batch_size=2), K.eval(layer.states[0]), atol=1e-6)
    with pytest.raises(ValueError, match="a value for each state"):
        layer.reset_states([np.ones((2, 3))] * (count + 1))


def test_states_when_a_batch_has_a_size():
    layer = LSTM(3, stateful=True, batch_input_shape=(2, 5, 4))
    layer.reset_states()
    assert [state.shape for state in layer.states] == [(2, 3), (2, 3)]
    with pytest.raises(ValueError, match="batch size"):
        LSTM(3, stateful=True).reset_states()
    with pytest.raises(ValueError, match="stateful=True"):
        LSTM(3).reset_states()


@pytest.mark.parametrize(("cls", "count"), ALL)
def test_the_cell_is_an_object(cls, count):
    layer = cls(3, kernel_regularizer="l1", recurrent_regularizer="l1", bias_regularizer="l2", dropout=0.2)
    cell = layer.cell
    assert type(cell).__name__ == f"{cls.__name__}Cell" and cell.units == 3 and cell.dropout == 0.2
    assert np.prod(np.shape(cell.state_size)) == (1 if count == 1 else 2)
    layer.build((None, None, 4))
    assert len(layer.losses) == len(cell.losses) == 3
    assert cell.kernel == layer.kernel
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 3


@pytest.mark.parametrize("go_backwards", [False, True])
def test_call_gives_what_a_call_of_the_layer_gives(go_backwards):
    rng = np.random.default_rng(1)
    x, first = rng.normal(size=(3, 5, 2)).astype("float32"), rng.normal(size=(3, 4)).astype("float32")
    mask = (rng.random((3, 5)) < 0.6).astype("float32")
    given, state, counts = Input((None, 2)), Input((4,)), Input((None,))
    layer = GRU(4, go_backwards=go_backwards, return_state=True)
    whole = Model([given, state], layer(given, initial_state=state))
    run = K.function([given, state], layer.call(given, initial_state=state))
    for ours, wanted in zip(run([x, first]), whole.predict([x, first])):
        np.testing.assert_allclose(ours, wanted, atol=1e-6)
    masked = K.function([given, counts], layer.call(given, mask=counts))([x, mask])[0]
    zeros = np.zeros((1, 4), "float32")
    for i in range(3):
        wanted = whole.predict([x[i : i + 1, mask[i] > 0], zeros])[0] if mask[i].any() else zeros
        np.testing.assert_allclose(masked[i : i + 1], wanted, atol=1e-6)
    assert layer.output  # There is one call alone.


def test_initial_states_are_zeros_of_the_batch():
    layer, given = LSTM(4), Input((None, 3))
    states = layer.get_initial_state(given)
    assert [s.shape for s in states] == [(None, 4), (None, 4)]
    np.testing.assert_array_equal(K.function([given], states)([np.ones((2, 5, 3))]), np.zeros((2, 2, 4)))


class PlusOne(Layer):
    """A cell whose output is as wide as x, and its state is not."""

    def __init__(self, size, **kwargs):
        self.state_size = size
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.output_size = input_shape[-1]

    def call(self, inputs, states):
        return inputs + 1, [states[0] + 1]


def test_outputs_and_states_of_different_sizes():
    given, x = Input((None, 3)), np.random.default_rng(2).normal(size=(2, 4, 3)).astype("float32")
    outputs = Model(given, RNN(PlusOne(5), return_state=True)(given)).predict(x)
    np.testing.assert_allclose(outputs[0], x[:, -1] + 1, rtol=1e-6)
    np.testing.assert_array_equal(outputs[1], np.full((2, 5), 4))
    stacked = RNN([PlusOne(5), layers.GRUCell(2)])
    assert stacked(given).shape == (None, 2) and stacked.weights[0].shape == (3, 6)


class Accumulates:
    """A cell that is no layer, with two states."""

    state_size = (2, 3)

    def call(self, inputs, states):
        return states[0], [states[0] + inputs[:, :2], states[1] + 1]


def test_states_of_stacked_cells_stand_in_order():
    stacked = RNN([Accumulates(), Accumulates(), layers.LSTMCell(4)])
    assert stacked.cell.state_size == (2, 3, 2, 3, 4, 4)
    assert stacked(Input((None, 2))).shape == (None, 4)


@pytest.mark.parametrize(("cls", "gates"), [(SimpleRNN, 1), (GRU, 3), (LSTM, 4)])
def test_an_identity_for_each_gate(cls, gates):
    layer = cls(3, recurrent_initializer="identity")
    layer.build((None, None, 2))
    np.testing.assert_array_equal(layer.get_weights()[1], np.tile(np.eye(3), gates))


def test_simple_rnn_takes_the_implementation_of_old_scripts():
    config = SimpleRNN(3, implementation=2, name="old").get_config()
    assert config == SimpleRNN(3, name="old").get_config()


def test_padding_changes_nothing_in_training():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 6, 3)).astype("float32")
    counts = np.arange(6) < np.array([6, 3, 1, 0])[:, None]
    x[~counts] = 0
    y = rng.normal(size=(4, 6, 2)).astype("float32")
    results = []
    for pad in (0, 5):
        given = Input((None, 3))
        layer = Bidirectional(LSTM(2, return_sequences=True, dropout=0.0), merge_mode="sum")
        model = Model(given, layer(layers.Masking()(given)))
        layer.set_weights([np.linspace(-1, 1, w.size).reshape(w.shape) for w in layer.get_weights()])
        model.compile("sgd", "mse")
        padded = [np.pad(a, ((0, 0), (0, pad), (0, 0))) for a in (x, y)]
        losses = [model.train_on_batch(*padded) for _ in range(3)]
        results.append([np.array(losses), *layer.get_weights()])
    for a, b in zip(*results):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def test_a_stack_of_layers_hands_states_on():
    given = Input(batch_shape=(2, 4, 3))
    _, *state = LSTM(5, return_state=True, return_sequences=True)(given)
    assert Sequential([LSTM(2, input_shape=(4, 3))]).predict(np.zeros((1, 4, 3))).shape == (1, 2)
    output = LSTM(5)(given, initial_state=state)
    assert Model(given, output).predict(np.zeros((2, 4, 3)), batch_size=2).shape == (2, 5)
