"""`trainable` takes effect at compile; training warns about later changes, and if a step changes nothing."""

import warnings

import numpy as np
import pytest

from lacuna.layers import BatchNormalization, Dense, Input
from lacuna.models import Model, Sequential

x, y = np.random.default_rng(0).normal(size=(32, 3)), np.ones(32)


def made():
    i = Input((3,))
    model = Model(i, Dense(1)(BatchNormalization()(Dense(2)(i))))
    model.compile("sgd", "mse")
    return model


def changed(model, train):
    before = model.get_weights()
    train(model)
    return [bool((a != b).any()) for a, b in zip(before, model.get_weights())]


trainings = [
    lambda m: m.fit(x, y, verbose=0),
    lambda m: m.train_on_batch(x, y),
]


@pytest.mark.parametrize("train", trainings)
def test_freezing_counts_at_compile(train):
    model = made()
    model.trainable = False
    with pytest.warns(RuntimeWarning, match="trainable.*compile"):
        assert all(changed(model, train))  # Also the moving averages.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(model)  # The warning appears only once.
    model.compile("sgd", "mse")
    with pytest.warns(RuntimeWarning, match="no weight is trainable"):
        assert not any(changed(model, train))


@pytest.mark.parametrize("train", trainings)
def test_thawing_counts_at_compile(train):
    model = made()
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    model.layers[1].trainable = True
    with pytest.warns(RuntimeWarning, match="trainable.*compile"):
        assert changed(model, train)[:2] == [False, False]
    model.compile("sgd", "mse")
    assert all(changed(model, train))


def test_a_change_within_fit_waits_for_compile():
    from lacuna.callbacks import LambdaCallback

    model = made()
    freeze = LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(model.layers[1], "trainable", False))
    before = []
    keep = LambdaCallback(on_epoch_begin=lambda epoch, logs: before.append(model.layers[1].get_weights()[0]))
    model.fit(x, y, epochs=3, verbose=0, callbacks=[freeze, keep])
    assert (before[1] != before[2]).any()


def test_two_models_of_one_layer_each_as_it_was_compiled():
    discriminator = Sequential([Dense(4, activation="tanh", input_dim=3), Dense(1, activation="sigmoid")])
    discriminator.compile("sgd", "binary_crossentropy")
    discriminator.trainable = False
    noise = Input((2,))
    generator = Dense(3)
    both = Model(noise, discriminator(generator(noise)))
    both.compile("sgd", "binary_crossentropy")
    ours, theirs = discriminator.get_weights()[0], generator.get_weights()[0]
    both.train_on_batch(np.ones((8, 2)), np.ones(8))
    assert (discriminator.get_weights()[0] == ours).all() and (generator.get_weights()[0] != theirs).any()
    with pytest.warns(RuntimeWarning, match="trainable"):
        discriminator.train_on_batch(x, y)
    assert (discriminator.get_weights()[0] != ours).any()
