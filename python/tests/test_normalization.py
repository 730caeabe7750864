"""BatchNormalization, CrossNet, and updates that a step makes beside trainable weights."""

import re

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, Sequential, initializers, layers, models
from lacuna import backend as K
from lacuna.layers import BatchNormalization, CrossNet, Dense, Dropout, Layer

RANDOM = np.random.RandomState(1)
X = RANDOM.randn(50, 3).astype(np.float32) * [1, 5, 0.2] + [0, 3, -1]
S = sp.random(50, 8, 0.3, "csr", np.float32, RANDOM)


def test_batch_normalization_learns_the_averages():
    layer = BatchNormalization(momentum=0.5)
    model = Sequential([layer, Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, X.sum(1), batch_size=50, epochs=30, verbose=0)
    gamma, beta, mean, variance = layer.get_weights()
    np.testing.assert_allclose(mean, X.mean(0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(variance, X.var(0) * 50 / (50 - 1.001), rtol=1e-4)
    k, b = model.layers[1].get_weights()
    expected = ((X - mean) / np.sqrt(variance + 1e-3) * gamma + beta) @ k + b
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-3, atol=1e-4)
    assert [w.name.split("/")[1] for w in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert len(layer.trainable_weights) == 2 and len(layer.non_trainable_weights) == 2
    assert layer.moving_mean == layer.weights[2] and layer.gamma == layer.weights[0] and layer.beta.shape == (3,)
    lines = []
    model.summary(print_fn=lines.append)
    assert "Non-trainable params: 6" in lines


def test_batch_normalization_of_csr():
    layer = BatchNormalization(center=False, subtract_mean=False)
    i = Input((8,), sparse=True)
    output = layer(i)
    assert output.storage == "csr"
    model = Model(i, Dense(1)(output))
    model.compile("sgd", "mse")
    model.fit(S, np.ones(50), batch_size=50, verbose=0)
    gamma, mean, variance = layer.get_weights()
    np.testing.assert_allclose(mean, 0.01 * S.toarray().mean(0), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(variance, 0.99 + 0.01 * S.toarray().var(0) * 50 / (50 - 1.001), rtol=1e-5)
    with pytest.raises(ValueError, match=r"center=False, subtract_mean=False"):
        BatchNormalization()(i)


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
def test_cross_net(sparse, use_bias):
    layer = CrossNet(3, use_bias=use_bias, bias_initializer="glorot_uniform")
    i = Input((8,), sparse=sparse)
    output = layer(i)
    assert output.storage == ("csr" if sparse and not use_bias else "dense")
    x0 = S.toarray()
    x = x0
    for step in range(3):
        x = x0 * (x @ layer.get_weights()[0][:, step : step + 1]) + x
        if use_bias:
            x = x + layer.get_weights()[1][step]
    got = Model(i, output).predict(S if sparse else x0)
    np.testing.assert_allclose(got.toarray() if output.storage == "csr" else got, x, rtol=1e-4, atol=1e-5)
    assert layer.count_params() == 24 * (1 + use_bias)


@pytest.mark.parametrize("projection_dim", [None, 2])
def test_cross_net_v2(projection_dim):
    layer = layers.CrossNetV2(2, projection_dim=projection_dim, bias_initializer="glorot_uniform")
    i = Input((8,), sparse=True)
    output = layer(i)
    assert output.storage == "csr"
    x0 = S.toarray()
    x, weights = x0, layer.get_weights()
    for _ in range(2):
        w = weights.pop(0) if projection_dim is None else weights.pop(0) @ weights.pop(0).T
        x = x0 * (x @ w + weights.pop(0)) + x
    np.testing.assert_allclose(Model(i, output).predict(S).toarray(), x, rtol=1e-4, atol=1e-5)
    model = Model(i, Dense(1)(output))
    model.compile("adam", "mse")
    before = layer.get_weights()
    model.fit(S, np.ones(50), verbose=0)
    assert not any(np.allclose(a, b) for a, b in zip(before, layer.get_weights()))


def test_permute():
    x = RANDOM.randn(4, 2, 3).astype(np.float32)
    i = Input((2, 3))
    np.testing.assert_array_equal(Model(i, layers.Permute((2, 1))(i)).predict(x), x.transpose(0, 2, 1))
    with pytest.raises(ValueError, match="dims"):
        layers.Permute((0, 1))


def test_dropout_shares_its_mask_along_axes():
    i = Input((5, 4))
    seen = []

    class Spy(Layer):
        def build(self, input_shape):
            self.last = self.add_weight("last", (6, 5, 4), initializer="zeros", trainable=False)

        def call(self, inputs):
            self.add_update(K.update(self.last, inputs))
            return inputs

    for layer in (Dropout(0.5, noise_shape=(None, 1, 4)), layers.SpatialDropout1D(0.5)):
        j = Input(batch_shape=(6, 5, 4))
        spy = Spy()
        model = Model(j, Dense(1)(spy(layer(j))))
        model.compile("sgd", "mse")
        model.train_on_batch(np.ones((6, 5, 4)), np.ones((6, 5, 1)))
        mask = spy.get_weights()[0]
        assert set(np.unique(mask)) == {0, 2}
        assert (mask == mask[:, :1]).all() and not (mask == mask[:1]).all()
        seen.append(mask)
    with pytest.raises(ValueError, match="noise_shape"):
        Dropout(0.5, noise_shape=(None, 3))(i)


class Counter(Layer):
    """Returns its input, counts steps and keeps a moving mean."""

    def build(self, input_shape):
        self.steps = self.add_weight("steps", (), initializer="zeros", trainable=False)
        self.left = self.add_weight("left", (), initializer="ones", trainable=False)
        self.average = self.add_weight("average", (3,), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.add_update([K.update_add(self.steps, 1.0), K.update_sub(self.left, 0.25)])
        self.add_update(K.moving_average_update(self.average, K.mean(inputs, axis=0), 0.75))
        return inputs


def test_updates_of_a_layer_of_ones_own():
    layer = Counter()
    model = Sequential([layer, Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones(50), batch_size=25, verbose=0, shuffle=False)
    model.evaluate(X, np.ones(50), verbose=0)
    assert K.get_value(layer.steps) == 2 and K.get_value(layer.left) == 0.5
    expected = 0.75 * 0.25 * X[:25].mean(0) + 0.25 * X[25:].mean(0)
    np.testing.assert_allclose(K.get_value(layer.average), expected, rtol=1e-4)
    layer.trainable = False
    model.compile("sgd", "mse")
    model.fit(X, np.ones(50), verbose=0)
    assert K.get_value(layer.steps) == 2
    with pytest.raises(ValueError, match="update"):
        K.update(layer.average, K.constant(np.ones(4)))


def test_activations_with_settings_and_noise():
    x = np.array([[-2, -0.5, 0, 1, 3]], np.float32)
    for layer, expected in [
        (layers.LeakyReLU(), np.where(x < 0, 0.3 * x, x)),
        (layers.ELU(2), np.where(x < 0, 2 * np.expm1(x), x)),
        (layers.ThresholdedReLU(), np.where(x > 1, x, 0)),
        (layers.ReLU(2, 0.1), np.where(x < 0, 0.1 * x, np.minimum(x, 2))),
        (layers.PReLU(initializers.Constant(0.25)), np.where(x < 0, 0.25 * x, x)),
        (layers.Softmax(), np.exp(x) / np.exp(x).sum()),
        (layers.GaussianNoise(1), x),
        (layers.GaussianDropout(0.5), x),
        (layers.AlphaDropout(0.5, noise_shape=(None, 1), seed=3), x),
        (layers.RepeatVector(2), np.stack([x, x], 1)),
        (layers.ActivityRegularization(1, 1), x),
        (layers.Lambda(lambda s, by: s * by, arguments={"by": 2}), 2 * x),
    ]:
        i = Input((5,))
        np.testing.assert_allclose(Model(i, layer(i)).predict(x), expected, rtol=1e-5, atol=1e-7)
    assert layers.PReLU(shared_axes=[1]).shared_axes == [1]
    with pytest.raises(ValueError, match="to_dense"):
        layers.GaussianNoise(1)(Input((5,), sparse=True))
    with pytest.raises(TypeError, match="callable"):
        layers.Lambda("relu")


def test_lambda_and_masks():
    i = Input((3,))
    hidden = layers.Embedding(4, 2, mask_zero=True)(i)
    with pytest.raises(TypeError, match="does not support masking"):
        layers.Lambda(lambda s: s)(hidden)
    passes = layers.Lambda(lambda s, mask: s * K.expand_dims(mask), mask=lambda s, mask: mask)
    output = passes(hidden)
    assert output.shape == (None, 3, 2) and passes.output_mask is not None
    difference = layers.Lambda(lambda s: s[0] - s[1])
    j = Input((2,))
    assert np.all(Model(j, difference([j, j])).predict(np.ones((2, 2))) == 0)


def test_in_train_phase():
    i = Input((3,))
    model = Model(i, Dense(1, kernel_initializer="ones")(layers.Lambda(lambda s: K.in_train_phase(s * 2.0, s))(i)))
    model.compile("sgd", "mse")
    assert model.train_on_batch(np.ones((1, 3)), [[6]]) == 0
    assert model.test_on_batch(np.ones((1, 3)), [[3]]) == 0
    assert K.in_test_phase(i, None, training=False) is i and K.in_train_phase(lambda: i, None, training=1) is i


def double(x, by=2):
    """Returns by * x."""
    return x * by


def test_lambda_is_kept_by_the_name_of_its_function():
    model = Sequential([layers.Lambda(double, arguments={"by": 3}, input_shape=(2,))])
    elsewhere = re.sub(r'"functions_here": {[^}]*}', '"functions_here": {}', model.to_json())  # As another process.
    with pytest.raises(TypeError, match="double"):
        models.model_from_json(elsewhere)
    again = models.model_from_json(model.to_json(), custom_objects={"double": double})
    np.testing.assert_array_equal(again.predict(np.ones((1, 2))), [[3, 3]])


def test_models_of_these_layers_are_made_again_from_their_config():
    i = Input((8,), sparse=True)
    crossed = CrossNet(2, use_bias=False)(BatchNormalization(center=False, subtract_mean=False)(i))
    j = Input((4,))
    steps = layers.GlobalAveragePooling1D()(layers.Embedding(9, 4, mask_zero=True)(j))
    bag = layers.Embedding(8, 4, combiner="mean")(crossed)
    model = Model([i, j], Dense(1)(layers.PReLU()(layers.maximum([bag, steps]))))
    again = models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    ids = RANDOM.randint(0, 9, (50, 4))
    np.testing.assert_array_equal(again.predict([S, ids]), model.predict([S, ids]))
