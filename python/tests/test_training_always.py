"""Layers that are called with training=True act in predictions too."""

import numpy as np
import pytest

from lacuna import Input, Model, layers
from lacuna import backend as K
from lacuna.layers import Dense, Layer
from lacuna.utils import set_random_seed

ONES = np.ones((6, 50))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.5),
        layers.GaussianNoise(1.0),
        layers.GaussianDropout(0.5),
        layers.AlphaDropout(0.5),
    ],
)
def test_each_prediction_draws_other_numbers(layer):
    x = Input((50,))
    model = Model(x, layer(x, training=True))
    first, second = model.predict(ONES, batch_size=3), model.predict(ONES, batch_size=3)
    assert not np.array_equal(first, second) and not np.array_equal(first[:3], first[3:])
    assert not model.uses_learning_phase
    again = Model.from_config(model.get_config())
    assert not np.array_equal(again.predict(ONES), ONES)
    usual = Model(x, layer(x))
    assert usual.uses_learning_phase
    np.testing.assert_array_equal(usual.predict(ONES), ONES)


def test_the_mean_of_many_predictions():
    set_random_seed(3)
    x = Input((50,))
    model = Model(x, layers.Dropout(0.5)(x, training=True))
    values = np.stack([model.predict(ONES) for _ in range(60)])
    assert set(np.unique(values)) == {0, 2}
    assert abs(values.mean() - 1) < 0.05 and abs(values.mean(axis=(0, 1)) - 1).max() < 0.3


def test_batch_normalization_by_the_batch():
    x = Input((3,))
    normal = layers.BatchNormalization()
    always, usual = Model(x, normal(x, training=True)), Model(x, normal(x))
    values = np.random.RandomState(1).rand(8, 3) * 5
    expected = (values - values.mean(0)) / np.sqrt(values.var(0) + 1e-3)
    np.testing.assert_allclose(always.predict(values), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(usual.predict(values), values / np.sqrt(1 + 1e-3), rtol=1e-5)
    always.compile("sgd", "mse")
    always.train_on_batch(values, values)
    assert normal.get_weights()[2].max() > 0  # The moving mean.


def test_recurrent_dropout():
    x = Input((4, 3))
    layer = layers.LSTM(8, dropout=0.5)
    model, usual = Model(x, layer(x, training=True)), Model(x, layer(x))
    values = np.ones((2, 4, 3))
    assert not np.array_equal(model.predict(values), model.predict(values))
    np.testing.assert_array_equal(usual.predict(values), usual.predict(values))


def test_layers_within_a_layer():
    class Twice(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Dropout(0.5)

        def call(self, inputs, training=None):
            return K.in_train_phase(self.inner(inputs) * 2.0, inputs, training)

    x = Input((50,))
    layer = Twice()
    always, never = Model(x, layer(x, training=True)), Model(x, layer(x, training=False))
    assert set(np.unique(always.predict(ONES))) == {0, 4}
    np.testing.assert_array_equal(never.predict(ONES), ONES)
    never.compile("sgd", "mse")
    assert never.train_on_batch(ONES, ONES) == 0


def test_gradients_go_through():
    x = Input((50,))
    model = Model(x, Dense(1)(layers.Dropout(0.2)(x, training=True)))
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    model.train_on_batch(ONES, np.zeros(6))
    assert not np.array_equal(model.get_weights()[0], before)
    _, g = K.function([x], [model.output, *K.gradients(K.sum(model.output), [x])])([ONES])
    assert (g == 0).any() and (g != 0).any()
