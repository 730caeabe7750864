"""Very many columns, and paths that cannot be written: the cost follows the non-zeros, or there is a clear error."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna.layers import CrossNet, Dense, Input
from lacuna.models import Model

WIDE = sp.csr_matrix((np.ones(2, "float32"), np.array([1, 2**40 - 1]), np.array([0, 1, 2])), shape=(2, 2**40))


def test_tile_of_columns_costs_the_non_zeros():
    tiled = K.to_scipy(K.tile(K.variable(WIDE), (1, 2)))
    assert tiled.shape == (2, 2**41) and list(tiled.indices) == [1, 2**40 + 1, 2**40 - 1, 2**41 - 1]
    small = sp.random(4, 3, 0.5, "csr", random_state=0)
    np.testing.assert_allclose(K.eval(K.tile(K.variable(small), (2, 3))), np.tile(small.toarray(), (2, 3)), rtol=1e-6)


def test_repeats_of_columns_cost_the_non_zeros():
    repeated = K.to_scipy(K.repeat_elements(K.variable(WIDE), 3, 1))
    assert repeated.shape == (2, 3 * 2**40)
    assert list(repeated.indices) == [3, 4, 5, 3 * 2**40 - 3, 3 * 2**40 - 2, 3 * 2**40 - 1]


def test_products_and_choices_of_columns_without_number():
    x, row = K.variable(WIDE), K.variable(WIDE[:1])
    products = K.dot(x, x, transpose_b=True)
    np.testing.assert_array_equal(K.eval(products), np.eye(2))
    gradient = K.to_scipy(K.gradients(K.sum(products), [x])[0])
    assert list(gradient.indices) == list(WIDE.indices) and list(gradient.data) == [2, 2]
    np.testing.assert_array_equal(K.eval(K.batch_dot(x, x)), np.ones((2, 1)))
    assert list(K.to_scipy(x * row).data) == [1, 0]
    chosen = K.to_scipy(K.switch(K.constant([1.0, 0.0]), x, 2 * x))
    assert list(chosen.data) == [1, 2] and list(chosen.indices) == list(WIDE.indices)
    assert K.to_scipy(K.dot(K.constant(np.ones((3, 2))), x, forward_stype="csr")).nnz == 6


def test_a_cross_network_of_columns_without_number_learns():
    x = Input((2**40,), sparse=True)
    crossed = CrossNet(2, use_bias=False, sparse_weight=True)(x)
    model = Model(x, Dense(1, sparse_weight=True)(crossed))
    model.compile("sgd", "mse")
    losses = model.fit(WIDE, np.ones((2, 1)), epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "function",
    [lambda x: K.where(x, K.constant(1.0), K.constant(0.0)), lambda x: K.argmax(x, 0), lambda x: K.sum(x, 0)],
)
def test_what_would_hold_each_column_is_an_error(function):
    with pytest.raises(ValueError, match=r"fewer than 2\^31"):
        K.eval(function(K.variable(WIDE)))


def test_a_save_says_why_it_cannot_write(tmp_path):
    x = Input((3,))
    model = Model(x, Dense(1)(x))
    with pytest.raises(ValueError, match="No such file or directory"):
        model.save(tmp_path / "nowhere" / "m.h5")
