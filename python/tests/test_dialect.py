"""What the dialect chooses when a model is compiled."""

import numpy as np
import pytest
from own_optimizers import RANDOM

from lacuna import config, optimizers
from lacuna.layers import Dense
from lacuna.models import Sequential, load_model


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
