"""Nothing becomes dense silently: strictness, and model.explain."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import config
from lacuna.layers import Activation, Dense, Input
from lacuna.models import Model


@pytest.fixture
def not_strict():
    config.set_strict_sparse(False)
    yield
    config.set_strict_sparse(True)


def softened():
    x = Input((6,), sparse=True)
    return Model(x, Dense(2, kernel_initializer="ones")(Activation("sigmoid")(x)))


def test_strict_is_an_error_that_says_what_to_do():
    assert config.strict_sparse()
    with pytest.raises(ValueError, match="sigmoid.*csr"):
        softened()


def test_not_strict_warns_and_computes_the_same(not_strict):
    model = softened()
    x = sp.random(5, 6, 0.3, "csr", "float32", random_state=0)
    with pytest.warns(RuntimeWarning, match=r"sigmoid.*csr.*\(5, 6\).*bytes=120"):
        y = model.predict(x)
    sums = (1 / (1 + np.exp(-x.toarray()))).sum(1, keepdims=True)
    np.testing.assert_allclose(y, np.repeat(sums, 2, axis=1), rtol=1e-5)


def test_to_dense_needs_no_permission():
    x = Input((6,), sparse=True)
    assert not K.is_sparse(K.to_dense(x))


def explained(model, *arguments, **options):
    lines = []
    model.explain(*arguments, print_fn=lines.append, **options)
    return lines


def test_explain_a_prediction_and_a_step():
    x = Input((1000,), sparse=True)
    model = Model(x, Dense(3, activation="softmax", sparse_weight=True, name="words")(x))
    data = sp.csr_matrix((np.ones(4, "float32"), [7, 9, 7, 500], [0, 2, 3, 4]), (3, 1000))
    lines = explained(model, data)
    assert [word in lines[0] for word in ("op", "in", "out", "bytes", "rows touched", "kernel", "time")] == [True] * 7
    dot = next(line for line in lines if line.startswith("dot "))
    assert "words/kernel" in dot and "(3, 1000) csr" in dot and "row_table" in dot and "0.3%" in dot
    assert all(" us" in line for line in lines[1:])

    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.layers[1].weights[0].rows()[0]
    step = explained(model, data, np.array([0, 1, 2]), batch_size=2)
    assert any("row_sparse" in line or line.startswith("by_column") for line in step)
    assert any("(2, 1000) csr" in line for line in step)
    assert list(model.layers[1].weights[0].rows()[0]) == list(before)  # No row was made, nothing learned.


def test_explain_errors():
    x = Input((4,), sparse=True)
    model = Model(x, Dense(1)(x))
    data = sp.csr_matrix((2, 4), dtype="float32")
    with pytest.raises(ValueError, match="compiled"):
        model.explain(data, np.zeros(2))
    with pytest.raises(ValueError, match="batch_size"):
        model.explain(data, batch_size=0)
    with pytest.raises(ValueError, match="rows"):
        model.explain(data[:0])
