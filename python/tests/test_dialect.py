"""What the dialect chooses when a layer is made or a model is compiled."""

import json

import h5py
import numpy as np
import pytest
from own_optimizers import RANDOM

from lacuna import backend as K
from lacuna import config, metrics, optimizers
from lacuna.layers import BatchNormalization, Dense, Input, TimeDistributed
from lacuna.models import Model, Sequential, clone_model, load_model, model_from_json


@pytest.fixture
def keras_3():
    before = config.keras()
    config.set_keras("3")
    yield
    config.set_keras(before)


def test_names_of_metrics_are_those_of_either(keras_3):
    model = Sequential([Dense(1, activation="sigmoid", input_dim=2)])
    x, y = RANDOM.rand(20, 2), RANDOM.randint(0, 2, (20, 1))
    model.compile("sgd", "binary_crossentropy", ["accuracy", "mse"])
    assert model.metrics_names == ["loss", "accuracy", "mse"]
    history = model.fit(x, y, verbose=0, validation_split=0.2).history
    assert list(history) == ["loss", "accuracy", "mse", "val_loss", "val_accuracy", "val_mse"]
    assert history["acc"] == history["accuracy"] and history["val_mean_squared_error"] == history["val_mse"]
    assert "val_acc" in history and history.get("nothing") is None and "nothing" not in history
    with pytest.raises(KeyError):
        history["nothing"]
    config.set_keras("2.2.4")
    model.compile("sgd", "binary_crossentropy", ["accuracy", "mse"])
    assert model.metrics_names == ["loss", "acc", "mean_squared_error"]
    assert model.fit(x, y, verbose=0).history["accuracy"]


def test_clipnorm_of_either(tmp_path):
    x, y = RANDOM.rand(20, 3), 100 * RANDOM.rand(20, 1)

    def moved(**clip):
        model = Sequential([Dense(1, input_dim=3, kernel_initializer="zeros")])
        model.compile(optimizers.SGD(1.0, **clip), "mse")
        model.train_on_batch(x, y)
        return model, [np.sqrt((w**2).sum()) for w in model.get_weights()]

    kernel, bias = moved(clipnorm=0.5)[1]
    assert np.hypot(kernel, bias) == pytest.approx(0.5, rel=1e-5)
    config.set_keras("3")
    try:
        model, (kernel, bias) = moved(clipnorm=0.5)
        assert kernel == pytest.approx(0.5, rel=1e-5) and bias == pytest.approx(0.5, rel=1e-5)
        kernel, bias = moved(global_clipnorm=0.5)[1]
        assert np.hypot(kernel, bias) == pytest.approx(0.5, rel=1e-5)
        config.set_keras("2.2.4")
        model.save(tmp_path / "each.h5")
        moved(clipnorm=0.5)[0].save(tmp_path / "all.h5")
        config.set_keras("3")
        assert "clipnorm_each" in load_model(tmp_path / "each.h5").optimizer.get_config()
        assert load_model(tmp_path / "all.h5").optimizer.get_config()["global_clipnorm"] == 0.5
    finally:
        config.set_keras("2.2.4")


def test_rows_of_weight_0_count_as_the_dialect_says(tmp_path):
    x, y, weights = np.ones((2, 1)), np.ones((2, 1)), np.array([1.0, 0.0])

    def loss_of(**kwargs):
        model = Sequential([Dense(1, input_dim=1, kernel_initializer="zeros")])
        model.compile("sgd", "mse", **kwargs)
        return model, model.evaluate(x, y, sample_weight=weights, verbose=0)

    assert loss_of()[1] == 1.0 and loss_of(zero_weights_count=True)[1] == 0.5
    config.set_keras("3")
    try:
        model, loss = loss_of()
        assert loss == 0.5
        model.save(tmp_path / "m.h5")
    finally:
        config.set_keras("2.2.4")
    assert load_model(tmp_path / "m.h5").evaluate(x, y, sample_weight=weights, verbose=0) == 0.5


def test_arguments_of_compile_that_change_nothing_are_told_once():
    model = Sequential([Dense(1, input_dim=2)])
    with pytest.warns(UserWarning, match="context changes nothing"):
        model.compile("sgd", "mse", context=["gpu(0)"])
    model.compile("sgd", "mse", context=["gpu(0)"], run_eagerly=False)
    with pytest.raises(ValueError, match="run_eagerly=True is of Keras, not in Lacuna"):
        model.compile("sgd", "mse", run_eagerly=True)


# The expected numbers are those of Keras 3.15.
BEFORE = ([2.0, 1.0], [0.0, -1.0], [1.0, 2.0], [4.0, 9.0])
ROWS = np.array([[1, 10], [3, 30], [5, 20], [7, 60]], "float32")


def normalizing(nested=False, **settings):
    layer = BatchNormalization(momentum=0.5, **settings)
    x = Input((2,))
    inner = Model(x, layer(x))
    layer.set_weights([np.array(w) for w in BEFORE])
    last = Dense(1, kernel_initializer="ones")
    if not nested:
        return Model(x, last(inner.output)), layer
    outer = Input((2,))
    return Model(outer, last(inner(outer))), inner


def step_of(model):
    model.compile(optimizers.SGD(0.01), "mse")
    return model.train_on_batch(ROWS, np.arange(1.0, 5))


@pytest.mark.parametrize("nested", [False, True])
def test_a_frozen_batch_normalization_uses_its_averages_as_in_keras_3(keras_3, nested):
    model, layer = normalizing(nested)
    layer.trainable = False
    assert step_of(model) == pytest.approx(129.80902, rel=1e-5)
    np.testing.assert_allclose(model.get_weights()[-2], [[0.18685], [-1.3663]], rtol=1e-4)
    np.testing.assert_array_equal(model.get_weights()[2:4], BEFORE[2:])
    assert model.train_on_batch(ROWS, np.arange(1.0, 5)) == pytest.approx(265.34915, rel=1e-5)
    layer.trainable = True
    assert step_of(model) == pytest.approx(31.473577, rel=1e-5)
    np.testing.assert_allclose(model.get_weights()[2:4], [[2.5, 16], [4.5, 179.5]], rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], [1.91206, 0.8652], rtol=1e-4)


def test_a_frozen_model_normalizes_as_the_layer_was_made():
    model, layer = normalizing()
    model.trainable = False
    with pytest.warns(RuntimeWarning, match="no weight"):
        assert step_of(model) == pytest.approx(15.502984, rel=1e-5)  # By the batch.
    model, layer = normalizing(frozen_uses_averages=True)
    assert step_of(model) == pytest.approx(15.502984, rel=1e-5)
    model, layer = normalizing(frozen_uses_averages=True)
    model.trainable = False
    with pytest.warns(RuntimeWarning, match="no weight"):
        assert step_of(model) == pytest.approx(129.80902, rel=1e-5)
    assert layer.frozen_uses_averages is True and layer.unbiased_variance is True


def test_a_frozen_layer_that_acts_as_in_training_predicts_by_its_averages(keras_3):
    layer, x = BatchNormalization(), Input((2,))
    y = layer(x, training=True)
    layer.set_weights([np.array(w) for w in BEFORE])
    by_batch = Model(x, y).predict(ROWS)
    np.testing.assert_allclose(by_batch.mean(0), [0, -1], atol=1e-5)
    layer.trainable = False
    np.testing.assert_allclose(Model(x, y).predict(ROWS)[:2], [[0, 1.6665], [1.9998, 8.3328]], rtol=1e-4)


@pytest.mark.parametrize("dialect", ["2.2.4", "3"])
def test_a_file_means_the_same_batch_normalization_in_either_dialect(tmp_path, keras_3, dialect):
    config.set_keras(dialect)
    inner = TimeDistributed(BatchNormalization(), input_shape=(None, 2))
    model, layer = normalizing()
    config.set_keras("2.2.4" if dialect == "3" else "3")
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.h5")
    wrapped = Sequential([inner])
    wrapped.save(tmp_path / "wrapped.h5")
    for one in (
        load_model(tmp_path / "m.h5").layers[1],
        model_from_json(model.to_json()).layers[1],
        clone_model(model).layers[1],
        load_model(tmp_path / "wrapped.h5").layers[0].layer,
    ):
        got = one.get_config()
        assert got["frozen_uses_averages"] is (dialect == "3") and got["unbiased_variance"] is (dialect != "3")
    with h5py.File(tmp_path / "m.h5") as file:
        written = json.loads(file.attrs["model_config"])["config"]["layers"][1]
    assert "frozen_uses_averages" not in written["config"]  # Keras would refuse it.


@pytest.mark.parametrize(
    ("version", "module", "later"),
    [("2.2.4", False, False), ("2.3.1", False, False), ("2.2.4-tf", False, True), ("2.15.0", False, True)]
    + [("3.15.1", True, True), (None, True, True), (None, False, False)],
)
@pytest.mark.parametrize("dialect", ["2.2.4", "3"])
def test_a_batch_normalization_of_keras_acts_as_in_that_keras(keras_3, dialect, version, module, later):
    config.set_keras(dialect)
    layer = BatchNormalization(input_shape=(2,), trainable=False)
    of_layer = {k: v for k, v in layer.get_config().items() if k not in ("frozen_uses_averages", "unbiased_variance")}
    both = {"class_name": "BatchNormalization", "config": of_layer}
    if module:
        both["module"] = "keras.layers"
    text = {"class_name": "Sequential", "config": {"name": "s", "layers": [both]}}
    if version:
        text["keras_version"] = version
    read = model_from_json(json.dumps(text)).layers[0]
    assert read.frozen_uses_averages is later and read.unbiased_variance is not later


def test_top_k_of_either():
    y, p = K.constant([[0, 1.0, 0], [1, 0, 0]]), K.constant([[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]])
    ids = K.constant([1, 0], dtype="int32")
    functions = metrics.top_k_categorical_accuracy, metrics.sparse_top_k_categorical_accuracy
    assert [K.eval(f(t, p, k=2)) for f, t in zip(functions, (y, ids))] == [0.5, 0.5]
    config.set_keras("3")
    try:
        assert [K.eval(f(t, p, k=2)).tolist() for f, t in zip(functions, (y, ids))] == [[1, 0]] * 2
    finally:
        config.set_keras("2.2.4")
