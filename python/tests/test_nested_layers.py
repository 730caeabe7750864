"""Layers that hold layers in attributes, lists, dicts, models or call(); and weights that no layer of the model
holds."""

import pickle

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import regularizers
from lacuna.layers import (
    BatchNormalization,
    Dense,
    Dropout,
    Input,
    Lambda,
    Layer,
)
from lacuna.models import Model, Sequential, load_model


class Block(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Dense(4)

    def call(self, x):
        return self.inner(x)

    def compute_output_shape(self, shape):
        return (shape[0], 4)


class Many(Layer):
    """Holds layers in every way there is, and a weight of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.several = [Dense(4, activation="tanh"), Dropout(0.3)]
        self.named = {"a": Dense(4), "b": (Block(), [BatchNormalization()])}
        self.net = Sequential([Dense(3), Dense(4)])
        self.unused = Dense(7)

    def build(self, shape):
        self.scale = self.add_weight("scale", (4,), initializer="ones")

    def call(self, x):
        for layer in self.several:
            x = layer(x)
        x = self.named["a"](x)
        for layer in (self.named["b"][0], *self.named["b"][1]):
            x = layer(x)
        return self.net(x) * self.scale


class Tied(Layer):
    def __init__(self, to, **kwargs):
        super().__init__(**kwargs)
        self.to = to

    def call(self, x):
        return K.dot(x, K.transpose(self.to.kernel))


CLASSES = {"Block": Block, "Many": Many, "Tied": Tied}
x = np.random.default_rng(0).normal(size=(64, 3)).astype("f")
y = x.sum(1)


def model_of(layer, optimizer="adam"):
    i = Input((3,))
    model = Model(i, Dense(1)(layer(i)))
    model.compile(optimizer, "mse")
    return model


@pytest.mark.parametrize("cls, weights", [(Block, 2), (Many, 1 + 2 + 2 + 2 + 4 + 4)])
def test_trained_counted_saved(cls, weights, tmp_path):
    layer = cls()
    model = model_of(layer)
    assert len(layer.weights) == weights and len(model.weights) == weights + 2
    assert layer.count_params() == sum(w.size for w in layer.get_weights())
    assert str(layer.count_params()) in _summary(model)
    before = model.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects=CLASSES)
    for other in (again, pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(x), model.predict(x))
        np.testing.assert_array_equal(  # The optimizer's state and the random state of dropout were restored too.
            other.fit(x, y, verbose=0).history["loss"], _copy(model).fit(x, y, verbose=0).history["loss"]
        )
    model.save_weights(tmp_path / "w.h5")
    fresh = model_of(cls())
    fresh.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(fresh.predict(x), model.predict(x))


def _copy(model):
    return pickle.loads(pickle.dumps(model))


def _summary(model):
    lines = []
    model.summary(print_fn=lines.append)
    return "\n".join(lines)


def test_a_layer_that_is_called_twice_has_its_weights_once():
    block, i = Block(), Input((4,))
    model = Model(i, Dense(1)(block(block(i))))
    assert len(model.weights) == 4


def test_flags_of_the_outer_and_of_the_inner_layer_hold():
    for freeze in (lambda b: setattr(b, "trainable", False), lambda b: setattr(b.inner, "trainable", False)):
        block = Block()
        freeze(block)
        model = model_of(block)
        assert len(model.trainable_weights) == 2 and not block.trainable_weights
        before = block.get_weights()
        model.fit(x, y, verbose=0)
        assert all((a == b).all() for a, b in zip(before, block.get_weights()))


def test_losses_and_updates_of_inner_layers_count():
    class Penalised(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.d = Dense(4, kernel_regularizer=regularizers.l2(1.0), activity_regularizer=regularizers.l2(1.0))
            self.n = BatchNormalization()

        def call(self, x):
            return self.n(self.d(x))

    layer = Penalised()
    model = model_of(layer, "sgd")
    i = Input((3,))
    plain = Model(i, model.layers[-1](layer.n(layer.d(i))))
    plain.compile("sgd", "mse")
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), plain.evaluate(x, y, verbose=0), rtol=1e-6)
    before = layer.n.get_weights()[2]
    model.train_on_batch(x, y)
    assert (before != layer.n.get_weights()[2]).any()  # The moving mean.


def test_a_layer_made_in_call_is_held():
    class Makes(Layer):
        def call(self, x):
            return Dense(4, name="made")(x)

    layer = Makes()
    model = model_of(layer)
    assert len(model.weights) == 4
    before = layer.get_weights()
    model.fit(x, y, verbose=0)
    assert (before[0] != layer.get_weights()[0]).any()


def test_tied_weights_are_trained_once(tmp_path):
    encoder, i = Dense(2, name="encoder"), Input((3,))
    model = Model(i, Tied(encoder)(encoder(i)))
    model.compile("sgd", "mse")
    assert len(model.weights) == 2
    before = encoder.get_weights()[0]
    model.fit(x, x, verbose=0)
    assert (before != encoder.get_weights()[0]).any()


def test_a_weight_that_no_layer_holds_is_an_error():
    other = Dense(4)
    other(Input((3,)))

    class Foreign(Layer):
        def call(self, x):
            return K.dot(x, other.kernel)

    for layer in (Foreign(), Lambda(lambda s: K.dot(s, other.kernel))):
        with pytest.raises(ValueError, match=f"weight '{other.name}/kernel'.*attribute"):
            model_of(layer)
    i = Input((3,))
    shared = Model(i, Lambda(lambda s: K.dot(s, K.transpose(K.transpose(other.kernel))))(i) + other(i))
    assert len(shared.weights) == 2  # A layer of the model holds the shared weight.


def test_a_layer_that_knows_its_model():
    block = Block()
    model = model_of(block)
    block.model = model  # Must not make a cycle: the block does not hold its model.
    assert len(Model(model.inputs, block(model.inputs[0])).weights) == 2
