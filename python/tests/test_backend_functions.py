"""Functions of K that are made of others: folds, batch normalization, constants."""

import numpy as np
import pytest

from lacuna import backend as K

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


def test_settings_that_cannot_be_changed():
    K.set_epsilon(1e-7)
    with pytest.raises(ValueError, match="1e-7"):
        K.set_epsilon(1e-3)


def test_the_data_format_of_what_is_made_from_now_on():
    from lacuna.layers import Conv2D, GlobalMaxPooling2D, Input, MaxPooling2D

    assert K.image_data_format() == "channels_last"
    before = Conv2D(4, 3)
    K.set_image_data_format("channels_first")
    try:
        x = Input((3, 8, 9))
        assert Conv2D(4, 3)(x).shape == (None, 4, 6, 7) and MaxPooling2D(2)(x).shape == (None, 3, 4, 4)
        assert GlobalMaxPooling2D()(x).shape == (None, 3)
        assert Conv2D(4, 3).get_config()["data_format"] == "channels_first"
        assert before(Input((8, 9, 3))).shape == (None, 6, 7, 4)
        assert K.pool2d(K.ones((1, 3, 8, 8)), (2, 2), (2, 2)).shape == (1, 3, 4, 4)
        with pytest.raises(ValueError, match="must be 'channels_last' or 'channels_first'"):
            K.set_image_data_format("rgb")
    finally:
        K.set_image_data_format("channels_last")
