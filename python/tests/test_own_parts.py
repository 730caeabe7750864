"""Metrics with a state, initializers, constraints, penalties and losses of one's own, in Python."""

import numpy as np
import pytest
from own_optimizers import RANDOM, HeavyBall, X, fitted

from lacuna import backend as K
from lacuna import constraints, initializers, losses, metrics, optimizers
from lacuna.layers import Dense, InputLayer, Layer
from lacuna.models import Sequential, load_model


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


def test_a_metric_with_a_state_goes_on_from_batch_to_batch():
    x, y = RANDOM.rand(40, 2), RANDOM.randint(0, 2, (40, 1))
    model = Sequential([Dense(1, activation="sigmoid", input_dim=2)])
    positives = Positives()
    model.compile(optimizers.SGD(0.0), "binary_crossentropy", [positives, "precision", "acc", "auc"])
    parts = [slice(0, 10), slice(10, 40)]

    def expected(rows):
        said, true = model.predict(x[rows]) > 0.5, y[rows] == 1
        return [(said & true).sum(), (said & true).sum() / max(said.sum(), 1)]

    def others(rows):
        return model.evaluate(x[rows], y[rows], verbose=0)[3:]  # Which have no state, or one that grows.

    first, second = (others(rows) for rows in parts)  # Evaluate begins anew too.
    for step in (model.train_on_batch, model.test_on_batch):
        got = [step(x[rows], y[rows]) for rows in parts]
        np.testing.assert_allclose([g[1:3] for g in got], [expected(parts[0]), expected(slice(0, 40))])
        np.testing.assert_allclose([g[3:] for g in got], [first, second], rtol=1e-6)
        model.reset_metrics()
    model.train_on_batch(x, y)
    positives.reset_states()
    assert model.train_on_batch(x[:10], y[:10])[1] == expected(parts[0])[0]
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(model.test_on_batch(x[:10], y[:10])[1:3], expected(parts[0]))
    assert model.train_on_batch(x[:10], y[:10], reset_metrics=True)[1] == expected(parts[0])[0]


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


def test_what_a_metric_and_a_state_cannot_be():
    model = Sequential([Dense(1, activation="sigmoid", input_dim=2)])
    with pytest.raises(ValueError, match="takes no sample weights"):
        model.compile("sgd", "binary_crossentropy", weighted_metrics=[Positives()])

    class Slow(HeavyBall):
        def get_updates(self, loss, params):
            return [K.update(K.variable(K.get_value(p)), p) for p in params]

    with pytest.raises(ValueError, match="are not there in get_updates"):
        fitted(Slow(), True)
