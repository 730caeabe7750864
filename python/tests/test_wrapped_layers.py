"""TimeDistributed, Bidirectional and a Wrapper of one's own: masks, open dimensions, models, files."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna.layers import (
    GRU,
    LSTM,
    BatchNormalization,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Input,
    Masking,
    SimpleRNN,
    TimeDistributed,
    Wrapper,
)
from lacuna.models import Model, Sequential


def test_masks_of_nested_sequences():
    ids = np.random.default_rng(0).integers(1, 5, size=(6, 3, 4))
    for i in range(4):
        ids[i, i:, i:] = 0
    embedded = TimeDistributed(Embedding(5, 6, mask_zero=True), input_shape=(None, None))
    inner = TimeDistributed(SimpleRNN(7, return_sequences=True))
    last = TimeDistributed(SimpleRNN(8))
    model = Sequential([embedded, inner, last, SimpleRNN(1)])
    model.compile("rmsprop", "mse")
    model.fit(ids, np.zeros((6, 1)), epochs=1, verbose=0)
    masks = [embedded.compute_mask(model.input)]
    for layer in (inner, last, model.layers[3]):
        masks.append(layer.compute_mask(layer.input, masks[-1]))
    assert masks[3] is None
    found = K.function([model.input], masks[:3])([ids])
    for mask, wanted in zip(found, [ids > 0, ids > 0, (ids > 0).any(-1)]):
        np.testing.assert_array_equal(mask, wanted)
    padded = np.pad(ids, ((0, 0), (0, 2), (0, 3)))
    np.testing.assert_allclose(model.predict(padded), model.predict(ids), atol=1e-6)


def test_masking_of_the_steps():
    x = np.random.default_rng(1).normal(size=(5, 4, 3)).astype("float32")
    x[1, 2:] = x[3, 0] = 0
    model = Sequential([TimeDistributed(Masking(), input_shape=(None, 3)), TimeDistributed(Dense(2)), LSTM(4)])
    plain = Sequential([Masking(input_shape=(None, 3)), TimeDistributed(Dense(2)), LSTM(4)])
    plain.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.predict(x), plain.predict(x))
    rows = Sequential([Masking(input_shape=(3,)), Dense(1)])
    rows.compile("sgd", "mse")
    wanted = rows.predict(x[:, 0])[x[:, 0].any(-1)]
    assert rows.evaluate(x[:, 0], np.zeros((5, 1)), verbose=0) == pytest.approx((wanted**2).mean(), rel=1e-5)


@pytest.mark.parametrize("shape", [(3, 2), (None, 2), (None, None)])
def test_what_time_distributed_takes(shape):
    x = np.random.default_rng(2).integers(0, 5, size=(2, 3, 2))
    layer = TimeDistributed(Embedding(5, 4), input_shape=shape, dtype="int32")
    model = Sequential([layer])
    np.testing.assert_array_equal(model.predict(x), layer.get_weights()[0][x])
    again = lacuna.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_time_distributed_passes_training_on():
    x = np.random.default_rng(3).normal(size=(2, 3, 4)).astype("float32")
    given = Input((3, 4))
    dropped = TimeDistributed(Dropout(0.5))(given)
    run = K.function([given, K.learning_phase()], [dropped, TimeDistributed(Dropout(0.5))(given, training=False)])
    assert (run([x, 1])[0] == 0).any() and (run([x, 0])[0] == x).all() and (run([x, 1])[1] == x).all()
    normalized = TimeDistributed(BatchNormalization(momentum=0.5))
    model = Model(given, normalized(given))
    model.compile("sgd", "mse")
    model.fit(x, x, epochs=1, verbose=0)
    np.testing.assert_allclose(normalized.get_weights()[2], 0.5 * x.mean((0, 1)), atol=1e-5)
    normalized.trainable = False
    assert normalized.trainable_weights == [] and len(normalized.weights) == 4


def test_time_distributed_gives_all_outputs():
    outputs = TimeDistributed(LSTM(3, return_state=True))(Input((4, 5, 2)))
    assert [y.shape for y in outputs] == [(None, 4, 3)] * 3


@pytest.mark.parametrize("mode", ["concat", "sum", None])
def test_bidirectional_returns_the_states_of_both(mode):
    x = np.random.default_rng(4).normal(size=(2, 3, 5)).astype("float32")
    given = Input((3, 5))
    layer = Bidirectional(LSTM(4, return_state=True), merge_mode=mode)
    outputs = K.function([given], layer(given))([x])
    ahead = K.function([given], layer.forward_layer.call(given))([x])
    back = K.function([given], layer.backward_layer.call(given))([x])
    merged = {
        "concat": [np.concatenate([ahead[0], back[0]], -1)],
        "sum": [ahead[0] + back[0]],
        None: [ahead[0], back[0]],
    }[mode]
    for ours, wanted in zip(outputs, [*merged, *ahead[1:], *back[1:]]):
        np.testing.assert_allclose(ours, wanted, atol=1e-6)


def test_bidirectional_as_an_object():
    layer = Bidirectional(GRU(3, stateful=True, activity_regularizer="l2", kernel_regularizer="l1"))
    assert layer.activity_regularizer is not None and layer.constraints == {}
    layer.build((2, 4, 5))
    assert len(layer.weights) == 6 and len(layer.losses) == 2
    output = layer(Input(batch_shape=(2, 4, 5)))
    assert output.shape == (2, 6) and len(layer.get_losses_for(None)) == 2
    layer.reset_states()
    assert [K.eval(s).sum() for s in (*layer.forward_layer.states, *layer.backward_layer.states)] == [0, 0]
    given = [np.full(w.shape, 0.1, "float32") for w in layer.get_weights()]
    other = Bidirectional(GRU(3), weights=given)
    other(Input((4, 5)))
    np.testing.assert_array_equal(other.get_weights()[3], given[3])


def test_models_within_wrappers_are_saved(tmp_path):
    x = np.random.default_rng(5).normal(size=(2, 3, 4)).astype("float32")
    inner = Sequential([Dense(3, activation="relu")])  # Its input shape is not known yet.
    model = Sequential([TimeDistributed(inner, input_shape=(3, 4)), Bidirectional(LSTM(2)), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((2, 1)), epochs=1, verbose=0)
    model.save(str(tmp_path / "m.h5"))
    again = lacuna.models.load_model(str(tmp_path / "m.h5"))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    with pytest.raises(ValueError, match="trains where the model around it does"):
        TimeDistributed(inner)(Input((3, 4)), training=True)


class Twice(Wrapper):
    """Applies its layer, and scales the result by a weight."""

    def build(self, input_shape):
        self.scale = self.add_weight("scale", (1,), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return self.layer(inputs) * (2 * self.scale)


def test_a_wrapper_of_ones_own():
    x = np.random.default_rng(6).normal(size=(2, 4)).astype("float32")
    given = Input((4,))
    layer = Twice(Dense(3))
    model = Model(given, layer(given))
    kernel = layer.layer.get_weights()[0]
    np.testing.assert_allclose(model.predict(x), 2 * x @ kernel, rtol=1e-5)
    assert len(layer.trainable_weights) == 3
    with lacuna.utils.custom_object_scope({"Twice": Twice}):
        again = lacuna.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_errors_say_what_to_write():
    with pytest.raises(TypeError, match="a layer or a model"):
        TimeDistributed("dense")
    with pytest.raises(ValueError, match="time"):
        TimeDistributed(Dense(2))(Input((3,)))
    with pytest.raises(ValueError, match="merge_mode must be"):
        Bidirectional(LSTM(2), merge_mode="max")
    with pytest.raises(TypeError, match="recurrent"):
        Bidirectional(Dense(2))
    with pytest.raises(TypeError, match="can only be defined"):
        type("Mine", (TimeDistributed,), {"call": lambda self, x: x})
