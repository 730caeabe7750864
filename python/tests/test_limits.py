"""Columns without number, and places that cannot be written: an answer that follows the non-zeros, or a clear error."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna.layers import Dense, Input
from lacuna.models import Model

WIDE = sp.csr_matrix((np.ones(2, "float32"), np.array([1, 2**40 - 1]), np.array([0, 1, 2])), shape=(2, 2**40))


def test_tile_of_columns_costs_the_non_zeros():
    tiled = K.to_scipy(K.tile(K.variable(WIDE), (1, 2)))
    assert tiled.shape == (2, 2**41) and list(tiled.indices) == [1, 2**40 + 1, 2**40 - 1, 2**41 - 1]
    small = sp.random(4, 3, 0.5, "csr", random_state=0)
    np.testing.assert_allclose(K.eval(K.tile(K.variable(small), (2, 3))), np.tile(small.toarray(), (2, 3)), rtol=1e-6)


@pytest.mark.parametrize("function", [lambda x: K.repeat_elements(x, 2, 1), lambda x: K.argmax(x, 0), lambda x: K.sum(x, 0)])
def test_what_would_hold_each_column_is_an_error(function):
    with pytest.raises(ValueError, match=r"fewer than 2\^31"):
        K.eval(function(K.variable(WIDE)))


def test_a_save_says_why_it_cannot_write(tmp_path):
    x = Input((3,))
    model = Model(x, Dense(1)(x))
    with pytest.raises(ValueError, match="No such file or directory"):
        model.save(tmp_path / "nowhere" / "m.h5")
