"""Functions of K that are made of others: folds, batch normalization, constants."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna import layers

X = np.random.RandomState(0).randn(4, 3, 2).astype("float32")


def test_folds_and_maps():
    x = K.constant(X)
    assert np.allclose(K.eval(K.map_fn(lambda row: K.sum(row), x)), X.sum((1, 2)), atol=1e-5)
    assert np.allclose(K.eval(K.foldl(lambda a, row: 2 * a + row, x)), 8 * X[0] + 4 * X[1] + 2 * X[2] + X[3], atol=1e-4)
    assert np.allclose(K.eval(K.foldr(lambda a, row: 2 * a + row, x)), 8 * X[3] + 4 * X[2] + 2 * X[1] + X[0], atol=1e-4)
    with pytest.raises(ValueError, match="first dimension of elems must be known"):
        K.map_fn(lambda row: row, K.placeholder((None, 3)))


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_batch_normalization(axis):
    n = X.shape[axis]
    mean, var, beta, gamma = (np.random.RandomState(i).rand(n).astype("float32") + 0.5 for i in range(4))
    shape = [1, 1, 1]
    shape[axis] = n
    m, v, b, g = (a.reshape(shape) for a in (mean, var, beta, gamma))
    y = K.batch_normalization(K.constant(X), *(K.constant(a) for a in (mean, var, beta, gamma)), axis=axis)
    assert np.allclose(K.eval(y), g * (X - m) / np.sqrt(v + 1e-3) + b, atol=1e-5)
    y = K.batch_normalization(K.constant(X), K.constant(mean), K.constant(var), None, None, axis=axis)
    assert np.allclose(K.eval(y), (X - m) / np.sqrt(v + 1e-3), atol=1e-5)


def test_normalize_batch_in_training():
    for axes in ([0, 1], [0, 2], [0]):
        y, mean, var = K.normalize_batch_in_training(K.constant(X), None, None, axes)
        m, v = X.mean(tuple(axes), keepdims=True), X.var(tuple(axes), keepdims=True)
        assert np.allclose(K.eval(y), (X - m) / np.sqrt(v + 1e-3), atol=1e-4)
        assert np.allclose(K.eval(mean), m.squeeze(), atol=1e-6) and np.allclose(K.eval(var), v.squeeze(), atol=1e-5)


def test_constants():
    assert np.array_equal(K.eval(K.arange(2, 9, 3)), [2, 5, 8]) and K.eval(K.arange(3)).dtype == np.int32
    assert K.eval(K.arange(-3)).size == 0
    assert np.array_equal(K.get_value(K.eye(3)), np.eye(3))
    assert K.cast_to_floatx([1, 2]).dtype == np.float32
    assert K.get_variable_shape(K.placeholder((None, 3))) == (None, 3)
    x = np.arange(8).reshape(1, 2, 2, 2, 1).astype("float32")
    y = K.eval(K.resize_volumes(K.constant(x), 1, 2, 3, "channels_last"))
    assert np.array_equal(y, x.repeat(2, 2).repeat(3, 3))


def test_epsilon_cannot_be_changed():
    K.set_epsilon(1e-7)
    with pytest.raises(ValueError, match="1e-7"):
        K.set_epsilon(1e-3)


def test_relu_is_that_of_keras():
    x = np.linspace(-4, 8, 49)

    def want(alpha, high, threshold):
        y = np.where(x >= threshold, x, 0)
        y = y if high is None else np.clip(y, 0, high)
        return np.where(x < threshold, alpha * (x - threshold), y)

    for alpha in (0, 0.25):
        for high in (None, 0, 5):
            for threshold in (-2, 0, 1):
                y = K.eval(K.relu(K.constant(x), alpha, high, threshold))
                np.testing.assert_allclose(y, want(alpha, high, threshold), atol=1e-6)


def test_each_run_draws_anew():
    for symbol in (K.random_normal((50,), seed=1), K.dropout(K.ones((50,)), 0.5, seed=1)):
        drawn = [K.eval(symbol) for _ in range(3)]
        assert (drawn[0] != drawn[1]).any() and (drawn[1] != drawn[2]).any()
        assert (K.eval(symbol + 0) != drawn[2]).any()  # Another symbol of the same numbers.
    first = K.eval(K.random_normal((50,), seed=1))
    assert np.array_equal(first, K.eval(K.random_normal((50,), seed=1)))


def test_dropout_is_of_any_phase():
    x = K.placeholder((None, 200))
    run = K.function([x], [K.dropout(x, 0.5)])
    first, second = (run([np.ones((1, 200))])[0] for _ in range(2))
    assert set(np.unique(first)) == {0, 2} and (first != second).any()


@pytest.fixture
def phase():
    yield K.set_learning_phase
    K.clear_session()


def test_a_fixed_phase_of_prediction(phase):
    phase(0)
    assert K.learning_phase() == 0
    x = K.placeholder((2,))
    one = K.function([x], [K.in_train_phase(x, -x)])
    assert np.array_equal(one([[1, 2]])[0], [-1, -2])
    assert K.eval(K.in_train_phase(K.constant(1), K.constant(2), training=K.learning_phase())) == 2
    model = lacuna.Sequential([layers.BatchNormalization(input_shape=(2,)), layers.Dropout(0.9), layers.Dense(1)])
    phase(0)
    model.compile("sgd", "mse")
    model.fit(np.full((8, 2), 5.0), np.zeros((8, 1)), verbose=0)
    assert np.array_equal(model.layers[0].get_weights()[2], [0, 0])  # The moving mean.
    K.clear_session()
    assert K.is_tensor(K.learning_phase())


def test_a_fixed_phase_of_training(phase):
    with pytest.warns(UserWarning, match="predict and evaluate"):
        phase(1)
    x = K.placeholder((2,))
    assert K.learning_phase() == 1
    assert np.array_equal(K.function([x], [K.in_train_phase(x, -x)])([[1, 2]])[0], [1, 2])
    with pytest.raises(ValueError, match="value must be 0 or 1"):
        phase(2)


def test_what_is_of_a_layer_and_what_is_fed():
    x = lacuna.Input((3,))
    assert K.is_keras_tensor(x) and K.is_keras_tensor(layers.Dense(2)(x))
    assert not K.is_keras_tensor(K.placeholder((2,))) and not K.is_keras_tensor(K.variable(1.0))
    with pytest.raises(ValueError, match="must be a symbol"):
        K.is_keras_tensor(np.ones(2))
    assert K.is_placeholder(x) and K.is_placeholder(K.placeholder((2,))) and not K.is_placeholder(K.variable(1.0))
    assert layers.Dense(2)(x)._keras_shape == (None, 2) and K.variable([1.0])._keras_shape == (1,)


def test_values_of_symbols_as_numbers_of_a_range():
    assert np.array_equal(K.eval(K.arange(K.constant(2, "int32"), K.constant(9, "int32"), 3)), [2, 5, 8])
    assert K.eval(K.arange(K.constant(-1, "int32"))).size == 0


def test_gradients_stop_at_each_of_a_list():
    v = K.variable([1.0, 2.0])
    first, second = K.stop_gradient([v, v * 2])
    assert K.gradients(K.sum(first * second), v) == [None]


def test_bias_with_a_value_for_each_place():
    x, bias = X, np.arange(6.0).reshape(3, 2)
    assert np.allclose(K.eval(K.bias_add(K.constant(x), K.constant(bias))), x + bias)
    first = K.eval(K.bias_add(K.constant(x.transpose(0, 2, 1)), K.constant(bias), "channels_first"))
    assert np.allclose(first, x.transpose(0, 2, 1) + bias.reshape(2, 3))  # As Keras: in order, not transposed.


def test_channels_first_for_all_that_are_told_none():
    try:
        K.set_image_data_format("channels_first")
        assert K.image_dim_ordering() == "th" and K.normalize_data_format(None) == "channels_first"
        x = lacuna.Input((3, 8, 8))
        assert layers.Conv2D(5, 3)(x).shape == (None, 5, 6, 6)
        assert layers.MaxPooling2D()(x).shape == (None, 3, 4, 4)
        assert layers.Conv2D(5, 3, data_format="channels_last")(x).shape == (None, 1, 6, 5)
    finally:
        K.set_image_dim_ordering("tf")
    assert K.image_data_format() == "channels_last"
    for wrong in ("channels_middle", None, 3):
        with pytest.raises(ValueError, match="must be 'channels_last' or 'channels_first'"):
            K.set_image_data_format(wrong)


def test_numbers_of_names():
    K.reset_uids()
    assert [K.get_uid("thing"), K.get_uid("thing"), K.get_uid("other")] == [1, 2, 1]
    assert layers.Dense(1).name == "dense_1" and K.get_uid("dense") == 2 and layers.Dense(1).name == "dense_3"
    with K.name_scope("here"):
        assert layers.Dense(1).name == "dense_4"


def test_floatx_that_is_unknown():
    for wrong in ("", "beerfloat", 123, "float16"):
        with pytest.raises(ValueError, match="float"):
            K.set_floatx(wrong)


def test_operators_of_python():
    x, y = K.constant(X), K.constant(np.abs(X) + 0.5)
    assert np.array_equal(K.eval(x // 0.5), np.floor(X / 0.5)) and np.array_equal(
        K.eval(7 // y), np.floor(7 / K.eval(y))
    )
    assert np.allclose(K.eval(x % 0.3), X % np.float32(0.3), atol=1e-6) and np.allclose(K.eval(x % y), X % K.eval(y))
    both, either = (x > 0) & (x < 1), (x > 1) | (x < 0)
    assert np.array_equal(K.eval(both), (X > 0) & (X < 1)) and np.array_equal(K.eval(either), (X > 1) | (X < 0))
    assert np.array_equal(K.eval(~(x > 0)), X <= 0)


def test_axes_that_are_inserted():
    x = K.constant(X)
    for key in ((slice(None), None), None, (..., None), (0, None, slice(None), None, 1), (None, ..., None, 0)):
        assert np.array_equal(K.eval(x[key]), X[key])


def test_arithmetic_of_sizes():
    x = K.placeholder((None, 4))
    rows = K.shape(x)[0]
    made = K.function([x], [rows * np.int64(2), 3 * rows - 1, rows // 2, rows % 2, rows / 2, rows * K.shape(x)[1]])
    values = made([np.zeros((5, 4))])
    assert values == [10, 14, 2, 1, 2.5, 20]
    assert [v.dtype.kind for v in values] == ["i", "i", "i", "i", "f", "i"]
    again = K.function([x], [K.reshape(x, (rows * 2, 2)), K.reshape(x, [rows, 2, 2])])([np.arange(8).reshape(2, 4)])
    assert again[0].shape == (4, 2) and again[1].shape == (2, 2, 2)
    with pytest.raises(ValueError, match="one dimension alone may be -1, None or a symbol"):
        K.reshape(x, (-1, K.shape(x)[1]))


def test_limits_choices_and_labels():
    x = K.constant(X)
    assert np.array_equal(K.eval(K.clip(x, None, 0.5)), np.minimum(X, 0.5))
    assert np.array_equal(K.eval(K.clip(x, 0, None)), np.maximum(X, 0))
    p, ids = K.softmax(K.constant(X[0])), np.array([1, 0, 1])
    want = K.eval(K.sparse_categorical_crossentropy(K.constant(ids, "int32"), p))
    assert np.array_equal(K.eval(K.sparse_categorical_crossentropy(K.constant(ids, "float32"), p)), want)


def test_gradients_of_several_values():
    v = K.variable(X)
    (gradient,) = K.gradients(K.square(v), [v])
    assert np.allclose(K.eval(gradient), 2 * X)
    (gradient,) = K.gradients([K.sum(v), K.mean(K.square(v), axis=-1)], [v])
    assert np.allclose(K.eval(gradient), 1 + X)


def test_updates_of_a_function_must_be_a_list_of_them():
    variable = K.variable(1.0)
    for bad in (5, K.update(variable, 2.0), [5], [(variable,)], [None]):
        with pytest.raises(TypeError, match="function: updates must be"):
            K.function([], [variable * 1.0], updates=bad)


def test_the_root_of_a_negative_number_is_0():
    x = K.variable(np.array([-1.0, -1e-9, 0.0, 4.0]))
    np.testing.assert_array_equal(K.eval(K.sqrt(x)), [0, 0, 0, 2])
    rows = K.constant(np.full((3, 5), 0.1))
    spread = K.sqrt(K.mean(K.square(rows), axis=1) - K.square(K.mean(rows, axis=1)))
    assert np.isfinite(K.eval(spread)).all()
