"""Recurrent layers: values against slow loops in NumPy, masks, states, files, seeds."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna import layers
from lacuna.layers import GRU, LSTM, RNN, Bidirectional, Dense, Embedding, Input, SimpleRNN, TimeDistributed
from lacuna.models import Model, Sequential


def hard_sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = hard_sigmoid(f) * c + hard_sigmoid(i) * np.tanh(g)
    return [hard_sigmoid(o) * np.tanh(c), c]


def gru_step(x, states, kernel, recurrent, bias):
    (h,) = states
    units = h.shape[-1]
    after = bias.ndim == 2
    x_z, x_r, x_h = np.split(x @ kernel + (bias[0] if after else bias), 3, axis=-1)
    inner = h @ recurrent + (bias[1] if after else 0)
    z = hard_sigmoid(x_z + inner[:, :units])
    r = hard_sigmoid(x_r + inner[:, units : 2 * units])
    reset = r * inner[:, 2 * units :] if after else (r * h) @ recurrent[:, 2 * units :]
    return [z * h + (1 - z) * np.tanh(x_h + reset)]


def simple_step(x, states, kernel, recurrent, bias):
    return [np.tanh(x @ kernel + states[0] @ recurrent + bias)]


def loop(step, x, weights, states, mask=None):
    """All outputs, (batch, time, units), and the last states."""
    outputs = []
    for t in range(x.shape[1]):
        new = step(x[:, t], states, *weights)
        if mask is not None:
            new = [np.where(mask[:, t, None], a, b) for a, b in zip(new, states)]
        states = new
        outputs.append(states[0])
    return np.stack(outputs, 1), states


CASES = [
    (LSTM, {}, lstm_step, 2),
    (GRU, {}, gru_step, 1),
    (GRU, {"reset_after": True}, gru_step, 1),
    (SimpleRNN, {}, simple_step, 1),
]


def with_random_bias(layer, rng):
    layer.set_weights([w + rng.normal(size=w.shape) * 0.3 for w in layer.get_weights()])
    return layer.get_weights()


@pytest.mark.parametrize(("cls", "settings", "step", "states"), CASES)
@pytest.mark.parametrize("go_backwards", [False, True])
def test_values(cls, settings, step, states, go_backwards):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 6, 3)).astype("float32")
    given = Input((None, 3))
    layer = cls(5, return_sequences=True, return_state=True, go_backwards=go_backwards, **settings)
    outputs = layer(given)
    weights = with_random_bias(layer, rng)
    ours = Model(given, outputs).predict(x)
    wanted, last = loop(step, x[:, ::-1] if go_backwards else x, weights, [np.zeros((4, 5))] * states)
    for a, b in zip(ours, [wanted, *last]):
        np.testing.assert_allclose(a, b, atol=1e-5)
    single = cls(5, go_backwards=go_backwards, **settings)
    y = single(given)
    single.set_weights(weights)
    np.testing.assert_allclose(Model(given, y).predict(x), wanted[:, -1], atol=1e-5)


@pytest.mark.parametrize(("cls", "settings", "step", "states"), CASES)
def test_masked_steps_keep_the_states(cls, settings, step, states):
    rng = np.random.default_rng(2)
    ids = np.array([[1, 2, 0, 0], [0, 3, 0, 4], [0, 0, 0, 0], [2, 2, 2, 2]])
    given = Input((None,))
    embedded = Embedding(5, 3, mask_zero=True)
    layer = cls(4, return_sequences=True, **settings)
    model = Model(given, layer(embedded(given)))
    weights = with_random_bias(layer, rng)
    x = embedded.get_weights()[0][ids]
    wanted, _ = loop(step, x, weights, [np.zeros((4, 4))] * states, ids != 0)
    np.testing.assert_allclose(model.predict(ids), wanted, atol=1e-5)
    assert layer.output_mask is not None
    last = cls(4, **settings)
    output = last(embedded(given))
    assert last.output_mask is None and output.shape == (None, 4)


@pytest.mark.parametrize(("cls", "settings", "step", "states"), CASES)
def test_initial_states(cls, settings, step, states):
    rng = np.random.default_rng(3)
    x, first = rng.normal(size=(3, 4, 2)), [rng.normal(size=(3, 5)) for _ in range(states)]
    given, symbols = Input((4, 2)), [Input((5,)) for _ in range(states)]
    layer = cls(5, **settings)
    y = layer(given, initial_state=symbols)
    weights = with_random_bias(layer, rng)
    wanted, _ = loop(step, x, weights, first)
    ours = Model([given, *symbols], y).predict([x, *first])
    np.testing.assert_allclose(ours, wanted[:, -1], atol=1e-5)


def test_weights_are_those_of_keras():
    layer = LSTM(4, name="mine")
    layer(Input((None, 3)))
    assert [w.name for w in layer.weights] == ["mine/kernel", "mine/recurrent_kernel", "mine/bias"]
    assert [w.shape for w in layer.weights] == [(3, 16), (4, 16), (16,)]
    kernel, recurrent, bias = layer.get_weights()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)
    np.testing.assert_array_equal(bias, [0] * 4 + [1] * 4 + [0] * 8)
    without = LSTM(4, unit_forget_bias=False, use_bias=False)
    without(Input((None, 3)))
    assert len(without.get_weights()) == 2 and without.bias is None
    reset = GRU(4, reset_after=True)
    reset(Input((None, 3)))
    assert reset.bias.shape == (2, 12)


def text_model(**settings):
    lacuna.utils.set_random_seed(7)
    model = Sequential([Embedding(20, 8, mask_zero=True), LSTM(6, **settings), Dense(1, activation="sigmoid")])
    model.compile(lacuna.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    return model


def text_data():
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 20, size=(96, 7))
    ids[np.arange(7) >= rng.integers(1, 8, size=96)[:, None]] = 0
    return ids, (ids == 3).any(1).astype("float32")


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.2, "recurrent_dropout": 0.2}])
def test_training_learns_and_follows_the_seed(settings):
    ids, y = text_data()
    losses = []
    for _ in range(2):
        model = text_model(**settings)
        losses.append(model.fit(ids, y, batch_size=16, epochs=12, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert losses[0][-1] < 0.8 * losses[0][0]


def test_files_and_configs(tmp_path):
    ids, y = text_data()
    model = text_model(dropout=0.1, recurrent_regularizer="l2")
    model.fit(ids, y, epochs=1, verbose=0)
    model.save(str(tmp_path / "m.h5"))
    again = lacuna.models.load_model(str(tmp_path / "m.h5"))
    np.testing.assert_array_equal(model.predict(ids), again.predict(ids))
    for layer in (
        LSTM(4, implementation=2, recurrent_activation="sigmoid", unroll=True),
        GRU(4, reset_after=True, go_backwards=True),
        SimpleRNN(3, activation=None, return_state=True),
    ):
        config = layer.get_config()
        assert type(layer).from_config(config).get_config() == config


def test_dropout_is_for_training_alone():
    x = np.ones((2, 3, 4), "float32")
    given = Input((3, 4))
    layer = LSTM(5, dropout=0.5, recurrent_dropout=0.5)
    model = Model(given, layer(given))
    np.testing.assert_array_equal(model.predict(x), model.predict(x))
    rates = np.mean([K.function([given, K.learning_phase()], [model.output])([x, 1])[0] for _ in range(1)])
    assert np.isfinite(rates)


def test_orthogonal():
    for shape in [(3, 5), (5, 3), (2, 3, 4)]:
        q = lacuna.initializers.Orthogonal(gain=2.0, seed=1)(shape).reshape(-1, shape[-1]) / 2
        small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
        np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-6)
    with pytest.raises(ValueError, match="rank 2"):
        lacuna.initializers.orthogonal()((3,))
    with pytest.raises(ValueError, match="made when they are touched"):
        Embedding(9, 2, embeddings_initializer="orthogonal", sparse_grad=True)(Input((1,)))


def test_bad_calls_say_what_to_do():
    with pytest.raises(ValueError, match="rank 3"):
        LSTM(3)(Input((4,)))
    with pytest.raises(ValueError, match="initial state"):
        LSTM(3)(Input((4, 2)), initial_state=Input((3,)))
    with pytest.raises(ValueError, match="dropout"):
        GRU(3, dropout=1.5)
    with pytest.raises(ValueError, match="rank 3|dense"):
        LSTM(3)(Input((4,), sparse=True))


class MinimalRNNCell(layers.Layer):
    """As in Keras' documentation of RNN."""

    def __init__(self, units, **kwargs):
        self.units = self.state_size = units
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )
        self.built = True

    def call(self, inputs, states):
        output = K.dot(inputs, self.kernel) + K.dot(states[0], self.recurrent_kernel)
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def minimal_step(x, states, kernel, recurrent):
    return [x @ kernel + states[0] @ recurrent]


def test_a_cell_of_ones_own():
    x = np.random.default_rng(4).normal(size=(3, 5, 2))
    given = Input((None, 2))
    layer = RNN(MinimalRNNCell(4), return_sequences=True)
    model = Model(given, layer(given))
    assert [w.shape for w in layer.weights] == [(2, 4), (4, 4)] and layer.trainable_weights
    wanted, _ = loop(minimal_step, x, layer.get_weights(), [np.zeros((3, 4))])
    np.testing.assert_allclose(model.predict(x), wanted, atol=1e-5)
    model.compile("sgd", "mse")
    before = layer.get_weights()
    model.fit(x, wanted + 1, epochs=1, verbose=0)
    assert all((a != b).any() for a, b in zip(before, layer.get_weights()))
    with lacuna.utils.custom_object_scope({"MinimalRNNCell": MinimalRNNCell}):
        again = RNN.from_config(layer.get_config())
        copied = lacuna.models.model_from_json(model.to_json())
    assert again.get_config() == layer.get_config()
    copied.set_weights(model.get_weights())
    np.testing.assert_array_equal(copied.predict(x), model.predict(x))


@pytest.mark.parametrize(("cell", "layer"), [(layers.LSTMCell, LSTM), (layers.GRUCell, GRU)])
def test_cells_of_the_library(cell, layer):
    x = np.random.default_rng(5).normal(size=(3, 5, 2))
    given = Input((None, 2))
    one, other = RNN(cell(4), return_state=True), layer(4, return_state=True)
    ours, wanted = Model(given, one(given)), Model(given, other(given))
    other.set_weights(one.get_weights())
    for a, b in zip(ours.predict(x), wanted.predict(x)):
        np.testing.assert_array_equal(a, b)
    assert RNN.from_config(one.get_config()).get_config() == one.get_config()


def test_stacked_cells_are_layers_one_above_the_other():
    x = np.random.default_rng(6).normal(size=(3, 5, 2))
    given = Input((None, 2))
    stacked = RNN([layers.LSTMCell(4), MinimalRNNCell(3), layers.GRUCell(5)], return_state=True)
    outputs = stacked(given)
    assert [o.shape[-1] for o in outputs] == [5, 4, 4, 3, 5]
    below = LSTM(4, return_sequences=True), RNN(MinimalRNNCell(3), return_sequences=True), GRU(5)
    y = given
    for layer in below:
        y = layer(y)
    reference = Model(given, y)
    reference.set_weights(stacked.get_weights())
    np.testing.assert_allclose(Model(given, outputs).predict(x)[0], reference.predict(x), atol=1e-6)
    with lacuna.utils.custom_object_scope({"MinimalRNNCell": MinimalRNNCell}):
        assert RNN.from_config(stacked.get_config()).get_config() == stacked.get_config()
    turned = layers.StackedRNNCells([layers.LSTMCell(4), layers.GRUCell(5)], reverse_state_order=True)
    assert turned.state_size == (5, 4, 4)
    assert layers.StackedRNNCells.from_config(turned.get_config()).state_size == (5, 4, 4)


class AddsConstant(MinimalRNNCell):
    def build(self, input_shape):
        of_x, of_constant = input_shape
        assert of_constant == (None, 4)
        super().build(of_x)

    def call(self, inputs, states, constants=None):
        output, new = super().call(inputs, states)
        return output + constants[0], new


def test_constants():
    rng = np.random.default_rng(7)
    x, c = rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4))
    given, constant = Input((None, 2)), Input((4,))
    layer = RNN(AddsConstant(4), return_sequences=True)
    y = layer(given, constants=constant)
    wanted, _ = loop(minimal_step, x, layer.get_weights(), [np.zeros((3, 4))])
    model = Model([given, constant], y)
    np.testing.assert_allclose(model.predict([x, c]), wanted + c[:, None], atol=1e-5)
    with lacuna.utils.custom_object_scope({"AddsConstant": AddsConstant}):
        again = RNN.from_config(layer.get_config())
        copied = lacuna.models.model_from_json(model.to_json())
    copied.set_weights(model.get_weights())
    np.testing.assert_array_equal(copied.predict([x, c]), model.predict([x, c]))
    assert again([given, constant]).shape == (None, None, 4)
    with pytest.raises(ValueError, match="take constants"):
        RNN(MinimalRNNCell(4))(given, constants=constant)
    states = [Input((4,)), Input((4,))]
    with lacuna.utils.custom_object_scope({"AddsConstant": AddsConstant}):
        both = Bidirectional(RNN(AddsConstant(4)))
        y = both(given, initial_state=states, constants=constant)
        again = Bidirectional.from_config(both.get_config())
    other = again([given, *states, constant])
    again.set_weights(both.get_weights())
    feeds = [x, rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), c]
    ours = [Model([given, *states, constant], symbol).predict(feeds) for symbol in (y, other)]
    np.testing.assert_array_equal(ours[0], ours[1])
    assert (ours[0] != Model([given, *states, constant], y).predict([x, c, c, c])).any()
    with pytest.raises(ValueError, match="as many for the layer as for its copy"):
        Bidirectional(LSTM(4))(given, initial_state=states[0])


class Halves(layers.GRUCell):
    """A cell of the library whose outputs are halved."""

    def call(self, inputs, states, training=None):
        output, new = super().call(inputs, states, training)
        return output * 0.5, new


def test_a_cell_that_derives_from_one_of_the_library(tmp_path):
    x = np.random.default_rng(5).normal(size=(3, 5, 2))
    given = Input((None, 2))
    layer, plain = RNN(Halves(4), return_sequences=True), GRU(4, return_sequences=True)
    ours, wanted = Model(given, layer(given)), Model(given, plain(given))
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(ours.predict(x), 0.5 * wanted.predict(x), rtol=1e-6)
    assert len(layer.trainable_weights) == 3
    ours.save(str(tmp_path / "m.h5"))
    again = lacuna.models.load_model(str(tmp_path / "m.h5"), custom_objects={"Halves": Halves}, compile=False)
    np.testing.assert_array_equal(again.predict(x), ours.predict(x))


class DoublesInTraining(MinimalRNNCell):
    def call(self, inputs, states, training=None):
        output, new = super().call(inputs, states)
        return (output * 2, new) if training else (output, new)


def test_a_cell_that_branches_on_training():
    x = np.ones((2, 3, 2), "float32")
    given = Input((None, 2))
    output = RNN(DoublesInTraining(4))(given)
    run = K.function([given, K.learning_phase()], [output])
    np.testing.assert_allclose(run([x, 1])[0], 2 * run([x, 0])[0], rtol=1e-6)


def test_k_rnn():
    x = np.random.default_rng(8).normal(size=(2, 4, 3)).astype("float32")
    given = K.placeholder((None, None, 3))
    first = K.placeholder((None, 3))
    last, outputs, states = K.rnn(lambda x, states: (x + states[0], [x + states[0]]), given, [first])
    run = K.function([given, first], [last, outputs, states[0]])
    got = run([x, np.ones((2, 3), "float32")])
    wanted = 1 + np.cumsum(x, axis=1)
    np.testing.assert_allclose(got[1], wanted, atol=1e-5)
    for one in (got[0], got[2]):
        np.testing.assert_allclose(one, wanted[:, -1], atol=1e-5)


@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("sequences", [False, True])
def test_bidirectional(mode, sequences):
    x = np.random.default_rng(9).normal(size=(3, 5, 2))
    given = Input((None, 2))
    layer = Bidirectional(LSTM(4, return_sequences=sequences), merge_mode=mode)
    model = Model(given, layer(given))
    weights = layer.get_weights()
    assert len(weights) == 6 and layer.forward_layer.name.startswith("forward_lstm")
    zeros = [np.zeros((3, 4))] * 2
    ahead, _ = loop(lstm_step, x, weights[:3], zeros)
    back, _ = loop(lstm_step, x[:, ::-1], weights[3:], zeros)
    ahead, back = (ahead, back[:, ::-1]) if sequences else (ahead[:, -1], back[:, -1])
    merged = {
        "concat": np.concatenate([ahead, back], -1),
        "sum": ahead + back,
        "mul": ahead * back,
        "ave": (ahead + back) / 2,
        None: [ahead, back],
    }[mode]
    got = model.predict(x)
    for a, b in zip(got, merged) if mode is None else [(got, merged)]:
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert Bidirectional.from_config(layer.get_config()).get_config() == layer.get_config()


def test_bidirectional_with_masks_states_and_files(tmp_path):
    ids, y = text_data()
    model = Sequential(
        [
            Embedding(20, 8, mask_zero=True),
            Bidirectional(LSTM(6, return_sequences=True)),
            Bidirectional(GRU(5)),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    model.fit(ids, y, epochs=1, verbose=0)
    padded = np.pad(ids, ((0, 0), (0, 3)))
    np.testing.assert_allclose(model.predict(padded), model.predict(ids), atol=1e-6)
    model.save(str(tmp_path / "m.h5"))
    np.testing.assert_array_equal(lacuna.models.load_model(str(tmp_path / "m.h5")).predict(ids), model.predict(ids))
    x, states = Input((4, 3)), [Input((5,)) for _ in range(4)]
    outputs = Bidirectional(LSTM(5, return_state=True))(x, initial_state=states)
    assert [o.shape for o in outputs] == [(None, 10)] + [(None, 5)] * 4


@pytest.mark.parametrize("time", [None, 5])
def test_time_distributed(time):
    x = np.random.default_rng(10).normal(size=(3, 5, 2)).astype("float32")
    given = Input((time, 2))
    layer = TimeDistributed(Dense(4, activation="relu"))
    model = Model(given, layer(given))
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(model.predict(x), np.maximum(x @ kernel + bias, 0), atol=1e-6)
    inside = Input((5, 2))
    nested = TimeDistributed(Model(inside, LSTM(3)(inside)))
    many = Input((4, 5, 2))
    assert Model(many, nested(many)).predict(np.zeros((2, 4, 5, 2))).shape == (2, 4, 3)
    assert TimeDistributed.from_config(layer.get_config()).get_config() == layer.get_config()
    of_ids = Sequential([TimeDistributed(Embedding(9, 4), input_shape=(3, 2))])
    assert of_ids.predict(np.ones((2, 3, 2), int)).shape == (2, 3, 2, 4)


def test_stateful():
    x = np.random.default_rng(11).normal(size=(2, 6, 3)).astype("float32")
    given, whole = Input(batch_shape=(2, 3, 3)), Input(batch_shape=(2, 6, 3))
    layer, reference = LSTM(4, stateful=True), LSTM(4)
    model, wanted = Model(given, layer(given)), Model(whole, reference(whole))
    reference.set_weights(layer.get_weights())
    first = model.predict(x[:, :3], batch_size=2)
    second = model.predict(x[:, 3:], batch_size=2)
    np.testing.assert_allclose(second, wanted.predict(x, batch_size=2), atol=1e-6)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x[:, :3], batch_size=2), first)
    layer.reset_states([np.ones((2, 4)), np.ones((2, 4))])
    assert (model.predict(x[:, :3], batch_size=2) != first).any()
    with pytest.raises(ValueError, match="batch size"):
        LSTM(4, stateful=True)(Input((3, 3)))
    with pytest.raises(ValueError, match="stateful=True"):
        reference.reset_states()


def test_cudnn_names():
    x = np.random.default_rng(12).normal(size=(2, 6, 3)).astype("float32")
    given = Input((6, 3))
    for cudnn, plain in [
        (layers.CuDNNLSTM(4), LSTM(4, recurrent_activation="sigmoid")),
        (layers.CuDNNGRU(4), GRU(4, recurrent_activation="sigmoid", reset_after=True)),
    ]:
        a, b = Model(given, cudnn(given)), Model(given, plain(given))
        plain.set_weights(cudnn.get_weights())
        np.testing.assert_array_equal(a.predict(x), b.predict(x))
        assert type(cudnn).from_config(cudnn.get_config()).get_config() == cudnn.get_config()
