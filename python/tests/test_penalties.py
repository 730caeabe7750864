"""evaluate, val_loss and explain include the same penalty as training, for rows that were touched or not."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import optimizers, regularizers
from lacuna.layers import Dense, Embedding, Input
from lacuna.models import Model

x = sp.csr_matrix(np.array([[1, 0, 0, 0, 0], [0, 0, 2, 0, 1]], "f"))
ids = np.array([[0, 3], [3, 1]])


def linear(**options):
    i = Input((5,), sparse=True)
    return Model(i, Dense(1, use_bias=False, kernel_regularizer=regularizers.l2(1.0), **options)(i)), x


def embedding(**options):
    i = Input((2,))
    layer = Embedding(5, 1, embeddings_regularizer=regularizers.l1(1.0), combiner="sum", **options)
    return Model(i, layer(i)), ids


@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize("make, flag", [(linear, "sparse_weight"), (embedding, "sparse_grad")])
def test_of_a_model_that_has_learned_nothing(make, flag, lazy):
    model, given = make(**{flag: True})
    model.compile(optimizers.SGD(0.0, lazy_update=lazy), "mse")
    y = np.zeros(2)
    before = model.evaluate(given, y, verbose=0)
    np.testing.assert_allclose(before, model.test_on_batch(given, y), rtol=1e-6)
    history = model.fit(given, y, verbose=0, validation_data=(given, y), shuffle=False)
    np.testing.assert_allclose(history.history["loss"], before, rtol=1e-6)
    np.testing.assert_allclose(history.history["val_loss"], before, rtol=1e-6)
    assert before > 0


def test_exact_updates_count_what_a_dense_weight_counts():
    model, given = linear(sparse_weight=True)
    dense, _ = linear()
    dense.set_weights(model.get_weights())
    for one in (model, dense):
        one.compile(optimizers.SGD(0.1, lazy_update=False), "mse")
    for _ in range(2):
        np.testing.assert_allclose(
            model.evaluate(given, np.zeros(2), verbose=0), dense.evaluate(given, np.zeros(2), verbose=0), rtol=1e-6
        )
        for one in (model, dense):
            one.fit(given, np.zeros(2), verbose=0)
