"""add_loss of models and of layers of one's own; what layers and models tell of their losses and calls."""

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import regularizers
from lacuna.layers import Dense, Input, Lambda, Layer
from lacuna.models import Model, Sequential, load_model

rng = np.random.RandomState(3)
X, Y = rng.rand(20, 4).astype(np.float32), rng.rand(20, 1).astype(np.float32)


def test_a_model_whose_loss_is_added_learns_what_compile_learns():
    x, y = Input((4,)), Input((1,))
    out = Dense(1)(x)
    usual, added = Model(x, out), Model([x, y], out)
    start = usual.get_weights()
    usual.compile("sgd", "mse")
    wanted = usual.fit(X, Y, 8, 3, verbose=0, shuffle=False).history["loss"]
    learned = usual.get_weights()
    added.add_loss(K.mean(K.square(out - y)))
    added.compile("sgd")
    added.set_weights(start)
    assert added.metrics_names == ["loss"]
    history = added.fit([X, Y], None, 8, 3, verbose=0, shuffle=False, validation_data=([X, Y], None)).history
    assert np.allclose(history["loss"], wanted, rtol=1e-6)
    assert len(history["val_loss"]) == 3
    assert all(np.allclose(a, b, atol=1e-7) for a, b in zip(added.get_weights(), learned, strict=True))
    assert np.isclose(added.evaluate([X, Y], verbose=0), usual.evaluate(X, Y, verbose=0), rtol=1e-6)
    before = usual.evaluate(X, Y, verbose=0)  # They share the layer.
    assert np.isclose(added.train_on_batch([X, Y], None), before, rtol=1e-6)
    added.fit((([X[:5], Y[:5]], None) for _ in range(2)), verbose=0)
    with pytest.raises(ValueError, match="compiled without a loss takes x alone. Received: y"):
        added.fit([X, Y], Y, verbose=0)


def test_a_variational_autoencoder():
    x = Input((4,))
    mean, log_var = Dense(2)(x), Dense(2)(x)
    z = Lambda(lambda m: m[0] + K.exp(m[1] / 2), output_shape=(2,))([mean, log_var])
    decoded = Dense(4, activation="sigmoid")(z)
    model = Model(x, decoded)
    kl = -0.5 * K.sum(1 + log_var - K.square(mean) - K.exp(log_var), axis=-1)
    model.add_loss(K.mean(4 * K.mean(K.square(x - decoded), axis=-1) + kl))
    model.compile("adam")
    out = model.predict(X)
    m, v = (Model(x, s).predict(X) for s in (mean, log_var))
    wanted = 4 * ((X - out) ** 2).mean(-1) - 0.5 * (1 + v - m**2 - np.exp(v)).sum(-1)
    assert np.isclose(model.evaluate(X, verbose=0), wanted.mean(), rtol=1e-5)
    losses = model.fit(X, epochs=60, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_losses_are_added_to_others_and_those_of_several_values_are_means():
    x = Input((4,))
    model = Model(x, Dense(1, kernel_regularizer=regularizers.l2(0.1))(x))
    model.compile("sgd", "mse")
    before = model.evaluate(X, Y, verbose=0)
    model.add_loss([K.square(x), 2 * K.sum(x) / 20])
    assert model.evaluate(X, Y, verbose=0) == before  # Since it was compiled before.
    model.compile("sgd", "mse")
    assert np.isclose(model.evaluate(X, Y, verbose=0, batch_size=20), before + (X**2).mean() + X.sum() / 10, rtol=1e-5)
    assert len(model.losses) == 3
    assert len(model.get_losses_for(None)) == 1
    assert np.isclose(K.eval(model.get_losses_for(None)[0]), 0.1 * (model.get_weights()[0] ** 2).sum())


class Active(Layer):
    """Adds the mean of its squares to the loss; twice that in training."""

    def call(self, x, training=None):
        self.add_loss((2 if training else 1) * K.mean(K.square(x)), inputs=x)
        return x


def test_a_layer_of_ones_own_adds_losses():
    inner = Sequential([Active(input_shape=(4,))])
    x = Input((4,))
    for layer in (Active(), inner):
        model = Model(x, Dense(1)(layer(x)))
        model.compile("sgd", "mse")
        error = ((model.predict(X) - Y) ** 2).mean()
        assert np.isclose(model.evaluate(X, Y, verbose=0, batch_size=20), error + (X**2).mean(), rtol=1e-5)
        assert np.isclose(model.train_on_batch(X, Y), error + 2 * (X**2).mean(), rtol=1e-5)
        assert len(model.losses) == 2  # One of training, one of other phases.


def test_models_without_a_loss_of_compile():
    x = Input((4,))
    active = Dense(2, activity_regularizer="l2", name="a")
    both = [active(x), Dense(1, name="b")(x)]
    for loss in (None, [None, None], {}, {"a": None, "b": None}):
        model = Model(x, both)
        model.compile("sgd", loss)
        value = model.train_on_batch(X, None)
        assert value > model.test_on_batch(X, None) > 0
        for y in (None, [], {}):
            model.fit(X, y, verbose=0)
        model.fit((X for _ in range(2)), verbose=0)
        model.fit_generator(((X, None) for _ in range(2)), 2, verbose=0)
    penalized = Sequential([Dense(1, kernel_regularizer="l2", input_shape=(4,))])
    penalized.compile("sgd")
    assert np.isclose(penalized.evaluate(X, verbose=0), 0.01 * (penalized.get_weights()[0] ** 2).sum())
    penalized.fit(X, verbose=0)


def test_losses_and_calls_of_a_layer():
    a, b = Input((4,)), Input((4,))
    layer = Dense(2, kernel_regularizer="l2", activity_regularizer="l1")
    first, second = layer(a), layer(b)
    assert len(layer.losses) == 3
    assert len(layer.get_losses_for(a)) == len(layer.get_losses_for([b])) == len(layer.get_losses_for(None)) == 1
    assert layer.get_losses_for(first) == []
    assert (layer.get_input_at(0).name, layer.get_input_at(1).name) == (a.name, b.name)
    assert layer.get_output_at(1).shape == second.shape
    assert layer.get_input_shape_at(0) == (None, 4)
    assert layer.get_output_shape_at(-1) == (None, 2)
    assert layer.get_input_mask_at(0) is None and layer.get_output_mask_at(1) is None
    with pytest.raises(ValueError, match="get_input_at: node_index must be below the number of calls.*calls=2"):
        layer.get_input_at(2)


def test_losses_that_cannot_be_added():
    x, other = Input((4,), name="mine"), Input((4,), name="other")
    model = Model(x, Dense(1)(x))
    for loss, message in [
        (K.mean(other), "must depend on the model's inputs alone. Received: an input 'other'"),
        (K.mean(Dense(1)(x)), "weights that the outputs depend on must belong to its layers"),
        (Input((4,), sparse=True), "a symbol must be dense"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.add_loss(loss)
    with pytest.raises(ValueError, match="compile: a loss must be given, or added by add_loss"):
        model.compile("sgd")


def test_a_file_does_not_keep_an_added_loss(tmp_path):
    x = Input((4,))
    out = Dense(1)(x)
    model = Model(x, out)
    model.add_loss(K.mean(out))
    model.compile("sgd")
    model.save(tmp_path / "m.h5")
    with pytest.warns(RuntimeWarning, match="no training_config"):
        again = load_model(tmp_path / "m.h5")
    assert np.array_equal(again.predict(X), model.predict(X))


def test_metrics_that_are_added():
    x = Input((4,))
    hidden = Dense(2)(x)
    model = Model(x, Dense(1)(hidden))
    model.add_metric(K.mean(K.square(hidden), axis=-1), name="size", aggregation="mean")
    model.add_metric(K.max(x), "top")
    model.compile("sgd", "mse", metrics=["mae", "auc"])
    assert model.metrics_names[-2:] == ["size", "top"]
    values = dict(zip(model.metrics_names, model.evaluate(X, Y > 0.5, batch_size=10, verbose=0), strict=True))
    inner = Model(x, hidden).predict(X)
    assert np.isclose(values["size"], (inner**2).mean(), rtol=1e-5)
    assert np.isclose(values["top"], (X[:10].max() + X[10:].max()) / 2)
    history = model.fit(X, Y > 0.5, verbose=0, validation_data=(X, Y > 0.5)).history
    assert {"size", "val_size", "top", "val_top"} <= set(history)
    with pytest.raises(ValueError, match="names must differ. Received: name='size' again"):
        model.add_metric(K.mean(hidden), "size")
    with pytest.raises(TypeError, match="name must be"):
        model.add_metric(K.mean(hidden))
    with pytest.raises(ValueError, match="write model.add_metric"):
        Dense(1).add_metric(K.mean(hidden), "size")
