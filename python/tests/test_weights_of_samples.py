"""Sample weights of steps, weights of classes by output, metrics that go on over train_on_batch, shared layers that are
trainable in one model only."""

import warnings

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import utils
from lacuna.layers import Dense, Dropout, Embedding, Input
from lacuna.models import Model, Sequential, load_model

rng = np.random.RandomState(0)
ROWS, STEPS, WIDTH = 10, 4, 3
X = rng.rand(ROWS, STEPS, 5).astype(np.float32)
Y = rng.rand(ROWS, STEPS, WIDTH).astype(np.float32)
W = rng.rand(ROWS, STEPS) * (rng.rand(ROWS, STEPS) > 0.3)


def temporal(mode="temporal", **options):
    utils.set_random_seed(1)
    x = Input((STEPS, 5))
    model = Model(x, Dense(WIDTH)(x))
    model.compile("sgd", "mse", sample_weight_mode=mode, **options)
    return model


def test_weights_of_steps():
    model = temporal(weighted_metrics=["mae"])
    error = model.predict(X) - Y
    per_step = (error**2).mean(-1)
    want = [(per_step * W).sum() / (W != 0).sum(), (abs(error).mean(-1) * W).sum() / W.sum()]
    assert np.allclose(model.evaluate(X, Y, sample_weight=W, verbose=0, batch_size=ROWS), want, rtol=1e-5)
    assert np.allclose(model.test_on_batch(X, Y, sample_weight=W), want, rtol=1e-5)
    kernel, bias = model.get_weights()
    model.train_on_batch(X, Y, sample_weight=W)
    slope = 2 * error * W[..., None] / WIDTH / (W != 0).sum()
    assert np.allclose(model.get_weights()[0], kernel - 0.01 * np.einsum("rsi,rso->io", X, slope), atol=1e-6)
    unweighted = temporal()
    assert np.isclose(unweighted.evaluate(X, Y, verbose=0), per_step.mean(), rtol=1e-5)
    unweighted.fit(X, Y, sample_weight=W, verbose=0, validation_data=(X, Y, W))


def test_modes_by_output(tmp_path):
    x = Input((STEPS, 5))
    a, b = Dense(1, name="a")(x), Dense(1, name="b")(x)
    y = Y[..., :1]
    for mode in (["temporal", None], {"a": "temporal"}, {"a": "temporal", "b": None}):
        model = Model(x, [a, b])
        model.compile("sgd", "mse", sample_weight_mode=mode)
        model.evaluate(X, [y, y], sample_weight=[W, W[:, 0]], verbose=0)
        model.evaluate(X, [y, y], sample_weight={"a": W}, verbose=0)  # b has none.
        with pytest.raises(ValueError, match=r"sample_weight\['a'\] must be .* for each row and step"):
            model.evaluate(X, [y, y], sample_weight=[W[:, 0], None], verbose=0)
        with pytest.raises(ValueError, match="weights of steps need compile.sample_weight_mode='temporal'"):
            model.evaluate(X, [y, y], sample_weight=[None, W], verbose=0)
        model.save(tmp_path / "m.h5")
        again = load_model(tmp_path / "m.h5")
        assert again.evaluate(X, [y, y], sample_weight=[W, None], verbose=0) == model.evaluate(
            X, [y, y], sample_weight=[W, None], verbose=0
        )


def test_wrong_modes():
    with pytest.raises(ValueError, match="sample_weight_mode must be 'temporal' or none"):
        temporal("samples")
    with pytest.raises(ValueError, match="must name outputs"):
        temporal({"c": "temporal"})
    with pytest.raises(ValueError, match="with a state takes no sample_weight_mode='temporal'"):
        temporal(metrics=["auc"])
    model = Sequential([Dense(1, input_shape=(5,))])
    with pytest.raises(ValueError, match="needs an output with steps"):
        model.compile("sgd", "mse", sample_weight_mode="temporal")
    with pytest.raises(TypeError, match="target_tensors must be a symbol, a list of them, or a dict"):
        model.compile("sgd", "mse", target_tensors={1.5})
    with pytest.raises(ValueError, match="target_tensors must name outputs"):
        model.compile("sgd", "mse", target_tensors={"nobody": None})
    with pytest.raises(ValueError, match="target_tensors must be one for all outputs or one for each"):
        model.compile("sgd", "mse", target_tensors=[Input((1,)), Input((1,))])


def test_target_tensors():
    x, y = np.random.rand(10, 4), np.random.rand(10, 2)
    i = Input((4,))
    model = Model(i, [Dense(2, name="a")(i), Dense(2, name="b")(i)])
    fed = K.placeholder((None, 2))
    model.compile("sgd", "mse", ["mae"], target_tensors={"a": fed, "b": K.variable(y)}, loss_weights=[1, 0.5])
    a, b = model.predict(x)
    values = dict(zip(model.metrics_names, model.evaluate(x, [y], batch_size=10, verbose=0)))
    of_a, of_b = ((a - y) ** 2).mean(), ((b - y) ** 2).mean()
    assert values["loss"] == pytest.approx(of_a + 0.5 * of_b, rel=1e-5)
    assert values["a_loss"] == pytest.approx(of_a, rel=1e-5) and values["b_loss"] == pytest.approx(of_b, rel=1e-5)
    assert values["b_mean_absolute_error"] == pytest.approx(abs(b - y).mean(), rel=1e-5)
    model.compile("sgd", "mse", target_tensors=[K.variable(y), K.variable(y)])
    before = model.train_on_batch(x, None)[0]
    for _ in range(20):
        model.train_on_batch(x, None)
    assert model.train_on_batch(x, None)[0] < before
    with pytest.raises(ValueError):
        model.train_on_batch(x, [y, y])
    with pytest.raises(ValueError, match="must have the shape of its output"):
        model.compile("sgd", "mse", target_tensors=[K.variable(y), K.variable(np.ones((3, 7)))])
    with pytest.raises(ValueError, match="a metric with a state or with weights needs a target that is fed"):
        model.compile("sgd", "mse", ["auc"], target_tensors=[K.variable(y), K.variable(y)])


def test_a_model_that_was_not_compiled():
    model = Sequential([Dense(1, input_shape=(5,))])
    for kind in (ValueError, RuntimeError):
        with pytest.raises(kind, match="the model must be compiled first"):
            model.fit(np.ones((2, 5)), np.ones(2))


def test_weights_of_classes_by_output():
    x = Input((5,))
    model = Model(x, [Dense(1, activation="sigmoid", name="a")(x), Dense(3, activation="softmax", name="b")(x)])
    features, a, b = X[:, 0], (X[:, 0, 0] > 0.5).astype(int), np.arange(ROWS) % 3
    model.compile("sgd", ["binary_crossentropy", "sparse_categorical_crossentropy"], loss_weights={"a": 2, "b": 0.5})
    start = model.get_weights()
    by_class = {0: 1.0, 1: 5.0}

    def trained(**weights):
        model.set_weights(start)
        model.fit(features, [a, b], verbose=0, shuffle=False, **weights)
        return [w.tolist() for w in model.get_weights()]

    wanted = trained(sample_weight=[np.where(a, 5.0, 1.0), None])
    assert wanted != trained()
    for form in ([by_class, None], {"a": by_class}, [by_class, {0: 1, 1: 1, 2: 1}]):
        assert trained(class_weight=form) == wanted
    for form in ([2, 0.5], (2, 0.5), {"a": 2, "b": 0.5}):
        model.compile("sgd", ["binary_crossentropy", "sparse_categorical_crossentropy"], loss_weights=form)
        assert trained(class_weight={"a": by_class}) == wanted


def test_classes_and_probabilities():
    for units in (1, 3):
        model = Sequential([Dense(units, activation="sigmoid", input_shape=(5,))])
        p = model.predict(X[:, 0])
        assert np.array_equal(model.predict_proba(X[:, 0]), p)
        classes = model.predict_classes(X[:, 0])
        assert np.array_equal(classes, p.argmax(-1) if units > 1 else p > 0.5)
        assert classes.shape == ((ROWS,) if units > 1 else (ROWS, 1))


def test_metrics_go_on_unless_reset():
    x, y = rng.rand(30, 5), (np.arange(30) % 2).astype(np.float32)
    model = Sequential([Dense(1, activation="sigmoid", input_shape=(5,))])
    model.compile("sgd", "binary_crossentropy", metrics=["auc", "mae"])
    parts = [slice(0, 10), slice(10, 30)]
    whole = model.test_on_batch(x, y)
    for _ in range(2):
        last = [model.test_on_batch(x[p], y[p], reset_metrics=False) for p in parts][-1]
        assert np.allclose(last[1:], whole[1:])
        assert np.isclose(last[0], model.evaluate(x[10:], y[10:], verbose=0)[0])  # The loss is of the batch.
        model.reset_metrics()
    one = model.test_on_batch(x[:10], y[:10], reset_metrics=True)
    assert not np.allclose(one[1:], whole[1:])
    assert np.allclose(model.test_on_batch(x[:10], y[:10], reset_metrics=False), one)
    before = model.train_on_batch(x[10:], y[10:], reset_metrics=False)
    assert np.allclose(before[1:], whole[1:])


def test_a_gan_trains_what_was_trainable_at_compile():
    utils.set_random_seed(7)
    generator = Sequential([Dense(4, input_shape=(2,)), Dense(3)])
    critic = Sequential([Dense(4, input_shape=(3,)), Dropout(0.1), Dense(1, activation="sigmoid")])
    critic.compile("adam", "binary_crossentropy")
    critic.trainable = False
    noise = Input((2,))
    gan = Model(noise, critic(generator(noise)))
    gan.compile("adam", "binary_crossentropy")
    assert len(gan.trainable_weights) == 4
    z, real, ones = rng.rand(8, 2), rng.rand(8, 3), np.ones(8)

    def changed(train):
        before = [w.copy() for m in (generator, critic) for w in m.get_weights()]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The flag was changed since critic.compile, on purpose.
            train()
        after = [w for m in (generator, critic) for w in m.get_weights()]
        return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]

    for _ in range(3):
        assert changed(lambda: critic.train_on_batch(real, ones)) == [False] * 4 + [True] * 4
        assert changed(lambda: gan.train_on_batch(z, ones)) == [True] * 4 + [False] * 4
        assert changed(lambda: gan.fit(z, ones, verbose=0)) == [True] * 4 + [False] * 4
    critic.trainable = True
    assert changed(lambda: gan.train_on_batch(z, ones)) == [True] * 4 + [False] * 4
    gan.compile("adam", "binary_crossentropy")
    assert changed(lambda: gan.train_on_batch(z, ones)) == [True] * 8


def test_a_shared_table_that_one_model_freezes():
    ids, x = rng.randint(0, 20, (8, 3)), Input((3,), dtype="int32")
    table = Embedding(20, 2, sparse_grad=True, combiner="sum")
    learns = Model(x, Dense(1)(table(x)))
    learns.compile("sgd", "mse")
    table.trainable = False
    frozen = Model(x, Dense(1)(table(x)))
    frozen.compile("sgd", "mse")
    table.trainable = True
    before = table.get_weights()[0]
    with pytest.warns(RuntimeWarning, match="flags `trainable` were changed since compile"):
        frozen.train_on_batch(ids, np.ones(8))
    assert np.array_equal(table.get_weights()[0], before)
    learns.train_on_batch(ids, np.ones(8))
    assert not np.array_equal(table.get_weights()[0], before)


def test_states_are_taken():
    model = Sequential([Dense(1, input_shape=(5,))])
    assert not model.stateful
    model.reset_states()
