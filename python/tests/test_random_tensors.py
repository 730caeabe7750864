"""K.random_normal and its kin, and a variational autoencoder, which needs them."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K


def test_values_follow_their_distribution():
    x = K.eval(K.random_normal((200, 50), mean=3.0, stddev=2.0))
    assert x.dtype == np.float32 and abs(x.mean() - 3) < 0.1 and abs(x.std() - 2) < 0.1
    x = K.eval(K.random_uniform([200, 50], -1, 3, dtype="float64"))
    assert x.dtype == np.float64 and x.min() >= -1 and x.max() < 3 and abs(x.mean() - 1) < 0.1
    assert np.abs(K.eval(K.truncated_normal((200, 50)))).max() <= 2
    x = K.eval(K.random_binomial((200, 50), p=0.25))
    assert set(np.unique(x)) == {0, 1} and abs(x.mean() - 0.25) < 0.02
    v = K.random_normal_variable((200, 50), 1.0, 0.5)
    assert abs(K.get_value(v).mean() - 1) < 0.05 and np.array_equal(K.get_value(v), K.eval(v))
    assert abs(K.get_value(K.random_uniform_variable((200, 50), 2, 4)).mean() - 3) < 0.05


def test_seeds():
    lacuna.utils.set_random_seed(4)
    a, b = K.eval(K.random_normal((3, 4))), K.eval(K.random_normal((3, 4)))
    assert not np.array_equal(a, b)
    lacuna.utils.set_random_seed(4)
    assert np.array_equal(K.eval(K.random_normal((3, 4))), a)
    fixed = K.eval(K.random_uniform((5,), seed=9))
    assert np.array_equal(K.eval(K.random_uniform((5,), seed=9)), fixed)


def test_shapes_of_symbols():
    x = K.placeholder((None, 3))
    y = K.random_normal((K.shape(x)[0], 2))
    assert K.int_shape(y) == (None, 2)
    f = K.function([x], [y, K.random_uniform(K.shape(x))])
    for rows in (0, 1, 4):
        noise, like = f([np.zeros((rows, 3))])
        assert noise.shape == (rows, 2) and like.shape == (rows, 3)
    first, second = f([np.zeros((4, 3))])[0], f([np.zeros((4, 3))])[0]
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "call",
    [
        lambda: K.random_normal((-1, 2)),
        lambda: K.random_normal((2, 2), stddev=-1),
        lambda: K.random_normal((2, 2), mean=np.inf),
        lambda: K.random_uniform((2,), 3, 1),
        lambda: K.random_binomial((2,), 2),
        lambda: K.random_normal((2,), dtype="int32"),
        lambda: K.random_normal((K.placeholder((2,)), 2)),
        lambda: K.random_normal(K.placeholder((2, 2))),
        lambda: K.random_normal(("a",)),
        lambda: K.random_normal(None),
    ],
)
def test_what_is_no_shape_or_distribution_is_an_error(call):
    with pytest.raises((ValueError, TypeError), match="random_|size"):
        call()


def test_a_variational_autoencoder_learns():
    from lacuna.layers import Dense, Input, Lambda
    from lacuna.models import Model

    lacuna.utils.set_random_seed(1)
    r = np.random.RandomState(0)
    x = (r.rand(256, 1) > r.rand(1, 12)).astype("float32")
    inputs = Input((12,))
    h = Dense(16, activation="relu")(inputs)
    mean, log_variance = Dense(2)(h), Dense(2)(h)

    def sampling(arguments):
        mean, log_variance = arguments
        epsilon = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]))
        return mean + K.exp(0.5 * log_variance) * epsilon

    z = Lambda(sampling, output_shape=(2,))([mean, log_variance])
    outputs = Dense(12, activation="sigmoid")(Dense(16, activation="relu")(z))
    model = Model(inputs, outputs)

    def loss(x, reconstructed):
        divergence = -0.5 * K.sum(1 + log_variance - K.square(mean) - K.exp(log_variance), axis=-1)
        return lacuna.losses.binary_crossentropy(x, reconstructed) + 0.01 * divergence

    model.compile("adam", loss)
    losses = model.fit(x, x, epochs=20, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]
