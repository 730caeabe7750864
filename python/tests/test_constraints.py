"""Constraints on weights that keep touched rows: with exact updates they also apply to rows that a batch does not
name."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import constraints, initializers, optimizers, regularizers
from lacuna.layers import Dense, Input
from lacuna.models import Model

X = sp.csr_matrix(np.array([[1, 0, 0], [0, 1, 0]], "float32"))


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "GroupAdagrad", "Adam", "RMSprop"])
def test_exact_updates_constrain_all_rows(name):
    found = []
    for flag in (False, True):
        x = Input((3,), sparse=True)
        model = Model(x, Dense(1, kernel_constraint="non_neg", use_bias=False, sparse_weight=flag)(x))
        model.compile(getattr(optimizers, name)(lazy_update=False), "mse")
        model.set_weights([[[1.0], [-1.0], [-1.0]]])
        loss = model.fit(X, np.zeros((2, 1)), batch_size=1, shuffle=False, verbose=0).history["loss"][0]
        found.append([loss, *model.get_weights()[0].ravel()])
        assert min(found[-1]) >= 0
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


@pytest.mark.parametrize("key, advice", [(-1, r"x\[-1:\]"), (1, r"x\[1:2\]"), ((slice(None), 1), r"x\[:, 1:2\]")])
def test_one_row_of_csr_says_what_to_write(key, advice):
    with pytest.raises(ValueError, match=advice):
        K.variable(X)[key]
    with pytest.raises(IndexError):
        K.variable(X)[7]


def test_flagged_weights_end_where_others_do_when_updates_are_exact():
    x = sp.random(40, 30_000, density=1e-4, format="csr", random_state=1, dtype=np.float32)
    y = np.random.default_rng(2).normal(size=(40, 1))

    def fitted(flag):
        inputs = Input((30_000,), sparse=True)
        dense = Dense(
            4,
            activation="tanh",
            kernel_initializer=initializers.RandomNormal(seed=3),
            kernel_regularizer=regularizers.l1_l2(1e-4, 1e-3),
            kernel_constraint=constraints.max_norm(0.06, axis=1),
            sparse_weight=flag,
        )
        model = Model(inputs, Dense(1, kernel_initializer="ones")(dense(inputs)))
        model.compile(optimizers.SGD(lr=0.05, momentum=0.9, lazy_update=False), "mse")
        losses = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]
        return losses, model.get_weights()[0]

    losses, weights = fitted(False)
    with pytest.warns(RuntimeWarning, match="moves all rows of a weight, also those that no batch has named"):
        flagged_losses, flagged = fitted(True)
    np.testing.assert_allclose(flagged_losses, losses, rtol=1e-5)
    np.testing.assert_allclose(flagged, weights, atol=1e-6)
