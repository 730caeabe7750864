"""Optimizers of one's own, in Python."""

import copy
import pickle

import numpy as np
import pytest
from own_optimizers import RANDOM, HeavyBall, X, Y, fitted, linear

from lacuna import backend as K
from lacuna import optimizers
from lacuna.layers import Dense, Embedding, Flatten, Input, InputLayer
from lacuna.models import Model, Sequential, load_model


class Plain(optimizers.Optimizer):
    def get_updates(self, loss, params):
        return [K.update(p, p - self.lr * g) for p, g in zip(params, self.get_gradients(loss, params))]


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("clip", [{}, {"clipnorm": 0.5}, {"clipvalue": 0.1}, {"clipnorm_each": 0.3}])
def test_an_optimizer_of_ones_own_is_the_built_in_one_of_its_formula(flag, clip):
    ours, built_in = fitted(HeavyBall(**clip), flag), fitted(optimizers.SGD(0.01, 0.9, **clip), flag)
    for a, b in zip(ours.get_weights(), built_in.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert K.get_value(ours.optimizer.iterations) == 27


def test_a_table_of_2_to_the_40_rows_costs_the_rows_of_a_step():
    ids = Input((3,), dtype="int64")
    model = Model(ids, Dense(1)(Flatten()(Embedding(2**40, 4, sparse_grad=True, input_length=3)(ids))))
    model.compile(HeavyBall(), "mse")
    model.fit(np.array([[1, 2**39, 7], [7, 7, 5]]), np.ones(2), epochs=3, verbose=0)
    assert len(model.weights[0].rows()[0]) == 4


@pytest.mark.parametrize("flag", [False, True])
def test_a_file_goes_on_with_the_same_bits(tmp_path, flag):
    model = fitted(HeavyBall(), flag)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"HeavyBall": HeavyBall})
    assert type(again.optimizer) is HeavyBall and again.optimizer.momentum == 0.9
    for one in (model, again):
        one.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="HeavyBall"):
        load_model(tmp_path / "m.h5")


def test_the_rate_of_ones_own_optimizer_may_be_set():
    model = fitted(HeavyBall(), False)
    before = model.get_weights()
    K.set_value(model.optimizer.lr, 0.0)
    model.optimizer.momentum = 0
    model.compile(HeavyBall(lr=0.0, momentum=0.0), "mse")
    model.fit(X, Y, verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("floatx", ["float32", "float64"])
def test_the_rate_that_the_base_class_makes_multiplies_gradients(flag, floatx):
    class Descent(optimizers.Optimizer):
        def get_updates(self, loss, params):
            return [
                K.update(p, p - self.lr / (1.0 + self.decay) * g)
                for p, g in zip(params, self.get_gradients(loss, params))
            ]

    before = K.floatx()
    K.set_floatx(floatx)
    try:
        ours, built_in = fitted(Descent(learning_rate=0.02), flag), fitted(optimizers.SGD(0.02), flag)
    finally:
        K.set_floatx(before)
    for a, b in zip(ours.get_weights(), built_in.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_what_an_optimizer_of_ones_own_must_do():
    class OverRows(HeavyBall):
        def get_updates(self, loss, params):
            return [K.update(p, p - g / K.sum(g * g)) for p, g in zip(params, self.get_gradients(loss, params))]

    class Nothing(HeavyBall):
        def get_updates(self, loss, params):
            return None

    fitted(OverRows(), False)
    with pytest.raises(
        ValueError, match="each row of a weight with sparse_weight or sparse_grad must be treated alone"
    ):
        fitted(OverRows(), True)
    with pytest.raises(TypeError, match="get_updates must return a list of updates"):
        fitted(Nothing(), False)
    with pytest.raises(TypeError, match="must define get_updates"):
        optimizers.Optimizer()
    with pytest.raises(TypeError, match="derives from SGD"):
        type("Mine", (optimizers.SGD,), {"get_updates": lambda self, loss, params: []})
    with pytest.raises(ValueError, match="number of rows may only be unknown in get_updates"):
        K.zeros((None, 3))


def test_a_step_as_updates_of_a_function():
    for optimizer in (optimizers.Adam(0.01), HeavyBall(0.01)):
        model = Sequential([Dense(3, input_dim=4, kernel_initializer="ones"), Dense(1, kernel_initializer="ones")])
        y = K.placeholder((None, 1))
        loss = K.mean(K.square(model.output - y))
        step = K.function([model.input, y], [loss], updates=optimizer.get_updates(loss, model.trainable_weights))
        x = RANDOM.rand(9, 4)
        found = [step([x, x.sum(1, keepdims=True)])[0] for _ in range(4)]
        other = Sequential([Dense(3, input_dim=4, kernel_initializer="ones"), Dense(1, kernel_initializer="ones")])
        other.compile(type(optimizer)(0.01), "mse")
        expected = [other.train_on_batch(x, x.sum(1, keepdims=True)) for _ in range(4)]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_weights_of_an_optimizer():
    x, y = RANDOM.rand(8, 3), RANDOM.rand(8, 1)

    def model_with(optimizer):
        model = Sequential([Dense(2, input_dim=3, kernel_initializer="ones"), Dense(1, kernel_initializer="ones")])
        model.compile(optimizer, "mse")
        return model

    for make, count in [(lambda: optimizers.Adam(0.1), 9), (lambda: optimizers.SGD(0.1), 1), (HeavyBall, 5)]:
        first, second = model_with(make()), model_with(make())
        assert [np.count_nonzero(w) for w in first.optimizer.get_weights()] == [0] * count
        first.fit(x, y, epochs=2, verbose=0)
        second.set_weights(first.get_weights())
        second.optimizer.set_weights(first.optimizer.get_weights())
        assert second.optimizer.get_weights()[0] == 2
        for model in (first, second):
            model.fit(x, y, epochs=2, verbose=0, shuffle=False)
        for a, b in zip(first.get_weights(), second.get_weights()):
            np.testing.assert_array_equal(a, b)
        with pytest.raises(ValueError, match="as many arrays as get_weights gives"):
            first.optimizer.set_weights([])
    assert [w.shape for w in model_with("adam").optimizer.get_weights()][1:5] == [(3, 2), (2,), (2, 1), (1,)]
    with pytest.raises(ValueError, match="kept by model.save"):
        fitted(optimizers.Adam(), True).optimizer.get_weights()


def test_other_trained_weights_begin_anew_and_files_hold_their_own(tmp_path):
    model = linear(False)
    model.compile(HeavyBall(), "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    optimizer = model.optimizer
    model.layers[0].trainable = False
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    other = Sequential([Dense(1, input_dim=3)])
    other.compile(optimizer, "mse")
    other.fit(np.ones((4, 3)), np.ones(4), verbose=0)
    model.layers[0].trainable = True
    model.compile(optimizer, "mse")
    assert not np.any(np.concatenate([w.ravel() for w in optimizer.get_weights()[-4:]]))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"HeavyBall": HeavyBall})
    for one in (model, again):
        one.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_the_rates_of_the_base_class_are_of_floatx_and_go_to_a_file(tmp_path):
    model, built_in = fitted(Plain(lr=0.02, clipvalue=0.1), False), fitted(optimizers.SGD(0.02, clipvalue=0.1), False)
    for a, b in zip(model.get_weights(), built_in.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert K.dtype(model.optimizer.lr) == K.dtype(model.optimizer.decay) == "float32"
    K.set_value(model.optimizer.lr, 0.5)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Plain": Plain}).optimizer
    assert again.get_config() == {"lr": 0.5, "clipvalue": 0.1}
    assert "lr" not in Plain().get_config()


def test_a_clipnorm_of_ones_own_comes_from_a_file_by_its_name(tmp_path):
    class Named(Plain):
        def __init__(self, lr=0.01, clipnorm=1.0):
            super().__init__(lr=lr, clipnorm=clipnorm)

    fitted(Named(clipnorm=0.25), False).save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Named": Named}).optimizer
    assert again.clipnorm == 0.25


def test_a_copy_of_ones_own_optimizer_has_its_settings():
    optimizer = fitted(HeavyBall(lr=0.02, momentum=0.5), True).optimizer
    for again in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert type(again) is HeavyBall and again.momentum == 0.5
        np.testing.assert_allclose(K.get_value(again.lr), 0.02)
        assert K.get_value(again.iterations) == 0
        fitted(again, True)


def test_an_optimizer_of_ones_own_must_call_the_base_class():
    class Early(HeavyBall):
        def __init__(self):
            self.lr = 0.1

    class Never(HeavyBall):
        def __init__(self):
            self.momentum = 0.1

    with pytest.raises(TypeError, match="Early: __init__ must call super"):
        Early()
    with pytest.raises(TypeError, match="Never: __init__ must call super"):
        fitted(Never(), False)
    with pytest.raises(TypeError, match="lr and learning_rate are the same"):
        Plain(lr=0.1, learning_rate=0.1)
    rate = K.variable(0.5)
    assert K.get_value(Plain(lr=rate).lr) == 0.5


JOIN_ROWS = [
    lambda w: K.cumsum(w, axis=0),
    lambda w: w[::-1],
    lambda w: w * w[0:1],
    lambda w: K.concatenate([w[1:], w[:1]], axis=0),
    lambda w: w - K.mean(w, axis=0, keepdims=True),
]


@pytest.mark.parametrize("joined", JOIN_ROWS)
def test_what_joins_rows_of_a_table_is_refused(joined):
    class Joined(HeavyBall):
        def get_updates(self, loss, params):
            return [K.update(p, p - 0.01 * joined(g)) for p, g in zip(params, self.get_gradients(loss, params))]

    def model_with(**arguments):
        return Sequential([InputLayer((40,), sparse=True), Dense(2, use_bias=False, **arguments)])

    for flag in (False, True):
        for make, optimizer in [
            (lambda: model_with(sparse_weight=flag), Joined()),
            (lambda: model_with(sparse_weight=flag, kernel_constraint=joined), "sgd"),
        ]:
            try:
                model = make()
                model.compile(optimizer, "mse")
                model.fit(X, np.ones((60, 2)), batch_size=9, verbose=0)
            except ValueError as error:
                assert flag, error
            else:
                assert not flag


@pytest.mark.parametrize("flag", [False, True])
def test_what_treats_rows_alone_is_taken(flag):
    matrix = K.constant(RANDOM.rand(4, 4))

    class Alone(HeavyBall):
        def get_updates(self, loss, params):
            updates = []
            for p, g in zip(params, self.get_gradients(loss, params)):
                if K.ndim(p) == 2 and K.int_shape(p)[1] == 4:
                    g = K.dot(g, matrix) / (K.sqrt(K.sum(K.square(g), axis=1, keepdims=True)) + 1e-7)
                updates.append(K.update(p, p - 0.01 * K.switch(K.greater(g, 0.0), g, 2 * g)))
            return updates

    fitted(Alone(), flag)


def test_a_config_of_ones_own_has_no_rate_that_its_class_does_not_take():
    class Fixed(Plain):
        def __init__(self, momentum=0.9):
            super().__init__(lr=0.2)

        def get_config(self):
            return {**super().get_config(), "momentum": 0.9}

    assert Fixed().get_config() == {"momentum": 0.9}


def test_a_clip_of_ones_own_is_an_error_in_a_function():
    model = linear(False)
    loss = K.mean(model.output)
    Plain().get_updates(loss, model.trainable_weights)
    with pytest.raises(ValueError, match="get_gradients: clipnorm is for models that are compiled"):
        Plain(clipnorm=0.1).get_updates(loss, model.trainable_weights)
