"""Optimizers, metrics with a state, initializers, constraints and losses of one's own, in Python."""

import copy
import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import config, constraints, initializers, losses, metrics, optimizers
from lacuna.layers import Dense, Embedding, Flatten, Input, InputLayer, Layer
from lacuna.models import Model, Sequential, load_model

RANDOM = np.random.RandomState(0)
X = sp.random(60, 40, 0.1, "csr", random_state=RANDOM)
Y = X @ RANDOM.randn(40)


class HeavyBall(optimizers.Optimizer):
    def __init__(self, lr=0.01, momentum=0.9, first=0.0, **kwargs):
        super().__init__(**kwargs)
        self.iterations = K.variable(0, dtype="int64", name="iterations")
        self.lr = K.variable(lr)
        self.momentum, self.first = momentum, first

    def get_updates(self, loss, params):
        self.updates = [K.update_add(self.iterations, 1)]
        for p, g in zip(params, self.get_gradients(loss, params)):
            v = K.zeros(K.int_shape(p), dtype=K.dtype(p))
            move = self.momentum * v - self.lr * g
            self.updates += [K.update(v, move), (p, p + move)]
        return self.updates

    def get_config(self):
        return {**super().get_config(), "lr": float(K.get_value(self.lr)), "momentum": self.momentum}


def linear(flag):
    return Sequential(
        [
            InputLayer((40,), sparse=True),
            Dense(4, sparse_weight=flag, kernel_initializer="ones"),
            Dense(1, kernel_initializer="ones"),
        ]
    )


def fitted(optimizer, flag, **kwargs):
    model = linear(flag)
    model.compile(optimizer, "mse")
    model.fit(X, Y, batch_size=7, epochs=3, verbose=0, shuffle=False, **kwargs)
    return model


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


class Positives(Layer):
    def __init__(self, name="positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.stateful = True
        self.count = K.variable(0, dtype="int32")

    def reset_states(self):
        K.set_value(self.count, 0)

    def __call__(self, y_true, y_pred):
        found = K.cast(K.sum(K.cast(y_pred > 0.5, "int32") * K.cast(y_true, "int32")), "int32")
        self.add_update(K.update_add(self.count, found), inputs=[y_true, y_pred])
        return self.count * 1 + found


def test_a_metric_with_variables_counts_over_an_epoch(tmp_path):
    x, y = RANDOM.rand(50, 2), RANDOM.randint(0, 2, (50, 1))
    model = Sequential([Dense(1, activation="sigmoid", input_dim=2)])
    model.compile(optimizers.SGD(0.0), "binary_crossentropy", [Positives(), "acc"])
    expected = ((model.predict(x) > 0.5) & (y == 1)).sum()
    history = model.fit(x, y, batch_size=7, epochs=2, verbose=0, validation_data=(x[:20], y[:20])).history
    assert history["positives"] == [expected, expected]
    validated = ((model.predict(x[:20]) > 0.5) & (y[:20] == 1)).sum()
    assert history["val_positives"] == [validated, validated]
    assert model.evaluate(x, y, verbose=0)[1] == expected
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Positives": Positives})
    assert again.evaluate(x, y, verbose=0)[1] == expected


def test_initializers_of_ones_own():
    class Ramp(initializers.Initializer):
        def __init__(self, step=1.0):
            self.step = step

        def __call__(self, shape, dtype=None):
            return self.step * np.arange(np.prod(shape)).reshape(shape)

        def get_config(self):
            return {"step": self.step}

    matrix = RANDOM.rand(4, 2).astype("float32")
    for given, expected in [
        (Ramp(0.5), 0.5 * np.arange(8).reshape(4, 2)),
        (initializers.Constant(matrix), matrix),
        (lambda shape, dtype=None: matrix, matrix),
        (lambda shape: K.constant(matrix) * 2, 2 * matrix),
    ]:
        model = Sequential([Dense(2, input_dim=4, kernel_initializer=given)])
        np.testing.assert_allclose(model.get_weights()[0], expected)
    model = Sequential([Dense(2, input_dim=4, kernel_initializer=Ramp(0.5))])
    again = Sequential.from_config(model.get_config(), custom_objects={"Ramp": Ramp})
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ValueError, match="an initializer must give values of the weight's shape"):
        Sequential([Dense(3, input_dim=4, kernel_initializer=lambda shape: matrix)])
    with pytest.raises(ValueError, match="all rows are made at once"):
        Sequential([InputLayer((40,), sparse=True), Dense(1, sparse_weight=True, kernel_initializer=Ramp())])


@pytest.mark.parametrize("flag", [False, True])
def test_constraints_of_ones_own(flag):
    class AtMost(constraints.Constraint):
        def __init__(self, limit):
            self.limit = limit

        def __call__(self, w):
            return K.clip(w, -self.limit, self.limit)

        def get_config(self):
            return {"limit": self.limit}

    model = Sequential(
        [InputLayer((40,), sparse=True), Dense(3, sparse_weight=flag, kernel_constraint=AtMost(0.05), name="d")]
    )
    model.compile("sgd", "mse")
    model.fit(X, np.ones((60, 3)), epochs=2, verbose=0)
    touched = np.unique(X.indices)
    assert np.abs(model.get_weights()[0][touched]).max() <= 0.05 + 1e-7
    again = Sequential.from_config(model.get_config(), custom_objects={"AtMost": AtMost})
    assert again.layers[0].kernel_constraint.limit == 0.05


def test_constraints_are_functions_of_symbols():
    w = RANDOM.randn(3, 4, 2, 5)
    for axis in (0, 1, [0, 1, 2], -1):
        norm = np.sqrt((w**2).sum(axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True))
        given = K.eval(constraints.MaxNorm(1.5, axis=axis)(K.variable(w)))
        np.testing.assert_allclose(given, w * np.clip(norm, 0, 1.5) / (1e-7 + norm), rtol=1e-5)
    assert list(constraints.MaxNorm(1.5, axis=[0, 1, 2]).get_config()["axis"]) == [0, 1, 2]
    assert constraints.MaxNorm(1.5).get_config()["axis"] == 0
    np.testing.assert_array_equal(K.eval(constraints.NonNeg()(K.variable([-1.0, 2.0]))), [0, 2])


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, y_true, y_pred):
        return self.factor * losses.mean_squared_error(y_true, y_pred)

    def get_config(self):
        return {"factor": self.factor}


def test_a_loss_class_keeps_its_settings(tmp_path):
    model = Sequential([Dense(1, input_dim=3)])
    model.compile("sgd", Scaled(3.0))
    x, y = RANDOM.rand(5, 3), RANDOM.rand(5, 1)
    expected = model.evaluate(x, y, verbose=0)
    assert expected == pytest.approx(3 * ((model.predict(x) - y) ** 2).mean(), rel=1e-5)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"Scaled": Scaled})
    assert again.evaluate(x, y, verbose=0) == pytest.approx(expected)
    back = losses.deserialize(losses.serialize(Scaled(2.0)), custom_objects={"Scaled": Scaled})
    assert back.factor == 2.0
    made = metrics.deserialize(metrics.serialize(Positives()), custom_objects={"Positives": Positives})
    assert isinstance(made, Positives)


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


def test_what_a_metric_and_a_state_cannot_be():
    model = Sequential([Dense(1, activation="sigmoid", input_dim=2)])
    with pytest.raises(ValueError, match="takes no sample weights"):
        model.compile("sgd", "binary_crossentropy", weighted_metrics=[Positives()])

    class Slow(HeavyBall):
        def get_updates(self, loss, params):
            return [K.update(K.variable(K.get_value(p)), p) for p in params]

    with pytest.raises(ValueError, match="are not there in get_updates"):
        fitted(Slow(), True)


def test_arithmetic_of_whole_numbers():
    n = K.variable([7, -3], dtype="int64")
    for symbol, expected in [(n + n, [14, -6]), (7 - n, [0, 10]), (n * 3 - 1, [20, -10]), (n % 4, [3, 1])]:
        assert K.dtype(symbol) == "int64"
        np.testing.assert_array_equal(K.eval(symbol), expected)
    x = K.variable(np.ones((4, 2)))
    with pytest.raises(ValueError, match="step of a slice must not be 0"):
        x[::0]
    with pytest.raises(TypeError, match="are no places of an axis"):
        x[True]
    with pytest.raises(ValueError, match="must have the batch first"):
        Dense(3).compute_output_shape(())


class Plain(optimizers.Optimizer):
    def get_updates(self, loss, params):
        return [K.update(p, p - self.lr * g) for p, g in zip(params, self.get_gradients(loss, params))]


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


def test_a_penalty_on_a_table_is_a_sum_over_its_rows():
    def model_with(penalty, flag=True):
        model = Sequential([InputLayer((40,), sparse=True), Dense(2, sparse_weight=flag, kernel_regularizer=penalty)])
        model.compile("sgd", "mse")
        model.fit(X, np.ones((60, 2)), verbose=0)

    for penalty in (lambda w: 0.1 * K.sum(K.abs(w)), lambda w: 0.1 * K.sum(K.square(w))):
        model_with(penalty)
    for penalty in (lambda w: K.sum(w / K.max(w)), lambda w: K.mean(K.square(w))):
        model_with(penalty, flag=False)
        with pytest.raises(ValueError, match="must be a sum over its rows"):
            model_with(penalty)
