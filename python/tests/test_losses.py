"""Losses of csr targets and of padded labels equal those of dense targets."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import losses
from lacuna.layers import Dense, Input
from lacuna.metrics import F1, Recall
from lacuna.models import Model
from lacuna.optimizers import SGD

COLUMNS = 6


@pytest.fixture
def multi_hot():
    """150 rows of 0 to 3 labels out of 6: a csr matrix, and padded with -1."""
    random = np.random.default_rng(5)
    padded = np.full((150, 4), -1)
    for row in padded:
        chosen = random.choice(COLUMNS, random.integers(0, 4), replace=False)
        row[: len(chosen)] = chosen
        random.shuffle(row)
    matrix = sp.lil_matrix((150, COLUMNS), dtype=np.float32)
    for r, row in enumerate(padded):
        matrix[r, row[row >= 0]] = 1
    return matrix.tocsr(), padded


def model_of(activation, loss, metrics=(), weighted_metrics=None):
    inputs = Input((20,), sparse=True)
    outputs = Dense(COLUMNS, activation=activation, kernel_initializer="ones", bias_initializer="zeros")(inputs)
    model = Model(inputs, outputs)
    model.compile(SGD(0.1), loss, list(metrics), weighted_metrics=weighted_metrics)
    return model


def trained(activation, loss, x, y, metrics=(), **fit):
    """The results of fit, evaluate and the like, and the trained weights."""
    model = model_of(activation, loss, metrics)
    weights = fit.get("sample_weight")
    history = model.fit(x, y, 16, 2, verbose=0, shuffle=False, **fit).history
    numbers = [
        *sum(history.values(), []),
        *np.ravel(model.train_on_batch(x, y, weights)),
        *np.ravel(model.test_on_batch(x, y)),
    ]
    numbers += list(np.ravel(model.evaluate(x, y, verbose=0, sample_weight=weights)))
    return numbers, model.get_weights()


def assert_same(a, b):
    assert a[0] == pytest.approx(b[0], rel=1e-5, abs=1e-6)
    for one, other in zip(a[1], b[1]):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


NAMES = [
    "mse", "mae", "mape", "msle", "hinge", "squared_hinge", "categorical_hinge", "logcosh", "poisson", "kld", "cosine",
    "binary_crossentropy", "categorical_crossentropy",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_csr_y_is_dense_y(name, x, multi_hot):
    y, _ = multi_hot
    activation = "softmax" if name == "categorical_crossentropy" else "sigmoid"
    metrics = ["acc", "f1", "categorical_accuracy"]
    assert_same(trained(activation, name, x, y, metrics), trained(activation, name, x, y.toarray(), metrics))


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("form", ["padded", "csr", "csc", "int64 csr"])
def test_multi_hot_is_categorical_crossentropy(activation, form, x, multi_hot):
    y, padded = multi_hot
    wide = y.astype(np.int64)
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    given = {"padded": padded, "csr": y, "csc": y.tocsc(), "int64 csr": wide}[form]
    in_full = ["multi_hot_sparse_categorical_accuracy", F1(0.5), Recall(0.5)]
    assert_same(
        trained(activation, "multi_hot_sparse_categorical_crossentropy", x, given, ["acc", "f1", "recall"]),
        trained(activation, "categorical_crossentropy", x, y.toarray(), in_full),
    )


def test_multi_hot_formula_and_accuracy(x, multi_hot):
    y, padded = multi_hot
    model = model_of("softmax", losses.multi_hot_sparse_categorical_crossentropy, ["accuracy"])
    p = model.predict(x).astype(float)
    loss, accuracy = model.evaluate(x, padded, verbose=0)
    assert loss == pytest.approx(-(y.toarray() * np.log(p)).sum(1).mean(), rel=1e-5)
    assert accuracy == pytest.approx((padded.max(1) == p.argmax(1)).mean())  # Only the largest label counts.
    assert model.evaluate(x, y, verbose=0) == pytest.approx([loss, accuracy])
    narrow = np.where(padded.max(1, keepdims=True) >= 0, padded.max(1, keepdims=True), -1)
    assert np.isfinite(model.evaluate(x, narrow, verbose=0)).all()  # Any number of labels per row.


def test_labels_out_of_range_change_no_weight(x, multi_hot):
    _, padded = multi_hot
    model = model_of("softmax", "multi_hot_sparse_categorical_crossentropy")
    before = model.get_weights()
    for bad in (COLUMNS, -2):
        wrong = padded.copy()
        wrong[149, 0] = bad
        with pytest.raises(
            IndexError, match=rf"fit: y must hold ids in \[0, 6\), padded with -1. Received: {bad} in row 149"
        ):
            model.fit(x, wrong, verbose=0)
    with pytest.raises(ValueError, match="y must have the shape of output"):
        model.fit(x, sp.csr_matrix((150, 7)), verbose=0)
    with pytest.raises(ValueError, match="class_weight needs one class a row"):
        model.fit(x, padded, verbose=0, class_weight={0: 1})
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_csr_y_with_splits_and_weights(x, multi_hot):
    y, _ = multi_hot
    w = np.arange(150) % 3
    dense = y.toarray()
    for options in (
        {"validation_split": 0.3},
        {"sample_weight": w},
        {"validation_data": None, "initial_epoch": 1},
    ):
        same = [
            trained("sigmoid", "binary_crossentropy", x, t, ["acc", "auc", "precision"], **options) for t in (y, dense)
        ]
        assert_same(*same)
    model = model_of("sigmoid", "binary_crossentropy")
    a = model.fit(x, y, verbose=0, validation_data=(x, y, w)).history["val_loss"]
    assert a == pytest.approx([model.evaluate(x, dense, verbose=0, sample_weight=w)], rel=1e-5)


def test_class_weight_of_csr_y(x):
    classes = np.random.default_rng(0).integers(0, COLUMNS, 150)
    one_hot = np.eye(COLUMNS, dtype=np.float32)[classes]
    one_hot[7] = 0  # Then argmax gives class 0.
    one_hot[8] = [-1, -1, 0, -1, -1, -1]
    weight = {c: 0.5 + c for c in range(COLUMNS)}
    a, b = (trained("softmax", "mse", x, y, class_weight=weight) for y in (sp.csr_matrix(one_hot), one_hot))
    assert_same(a, b)
    column = sp.csr_matrix((classes > 2).astype(np.float32)[:, None])
    inputs = Input((20,), sparse=True)
    model = Model(inputs, Dense(1, activation="sigmoid", kernel_initializer="ones")(inputs))
    model.compile(SGD(0.0), "binary_crossentropy")
    pair = {0: 1, 1: 3}
    losses_of = [
        model.fit(x, y, verbose=0, shuffle=False, class_weight=pair).history["loss"] for y in (column, column.toarray())
    ]
    assert losses_of[0] == pytest.approx(losses_of[1])


def test_a_users_loss_sees_csr(x, multi_hot):
    y, _ = multi_hot
    assert_same(
        trained("sigmoid", lambda t, p: K.sum(p - t, axis=-1), x, y),
        trained("sigmoid", lambda t, p: K.sum(p - t, axis=-1), x, y.toarray()),
    )
    with pytest.raises(ValueError, match="csr"):  # exp of csr would be dense, which never happens silently.
        trained("sigmoid", lambda t, p: K.sum(K.exp(t) * p, axis=-1), x, y)
    assert_same(
        trained("sigmoid", lambda t, p: K.sum(K.exp(K.to_dense(t)) * p, axis=-1), x, y),
        trained("sigmoid", lambda t, p: K.sum(K.exp(t) * p, axis=-1), x, y.toarray()),
    )


def test_a_users_metric_reads_padded_labels(x, multi_hot):
    y, padded = multi_hot
    model = model_of("softmax", "multi_hot_sparse_categorical_crossentropy", [lambda t, p: K.cast(t, "float32")])
    assert model.evaluate(x, padded, verbose=0)[1] == pytest.approx(padded.mean())
    with pytest.raises(ValueError, match="must hold ids, padded with -1, where op cast"):
        model.evaluate(x, y, verbose=0)


def test_csr_y_is_never_copied(multi_hot):
    y, _ = multi_hot
    before = [a.copy() for a in (y.data, y.indices, y.indptr)]
    for a in (y.data, y.indices, y.indptr):
        a.setflags(write=False)
    model = model_of("sigmoid", "binary_crossentropy", ["f1"])
    model.fit(sp.random(150, 20, 0.2, format="csr"), y, verbose=0)
    for a, b in zip(before, (y.data, y.indices, y.indptr)):
        np.testing.assert_array_equal(a, b)


def run(function, *arrays):
    """Runs a function of symbols on arrays, row by row."""
    inputs = [Input(a.shape[1:], dtype="int64" if a.dtype.kind == "i" else None) for a in arrays]
    return Model(inputs, function(*inputs)).predict(list(arrays))


def test_backend_functions():
    p = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], np.float32)
    ids, padded = np.array([[1], [0]]), np.array([[1, -1], [2, 0]])
    one_hot = np.eye(3, dtype=np.float32)[ids[:, 0]]
    odds = np.log(p / (1 - p))
    expected = -np.log([0.5, 0.6])
    for values, logits in ((p, False), (np.log(p), True)):
        for function, target in (
            (K.categorical_crossentropy, one_hot),
            (K.sparse_categorical_crossentropy, ids),
            (K.multi_hot_sparse_categorical_crossentropy, padded),
        ):
            got = run(lambda t, y, f=function, given=logits: f(t, y, from_logits=given), target, values)
            more = -np.log([1, 0.1]) if target is padded else 0
            np.testing.assert_allclose(got, expected + more, rtol=1e-5)
    for values, logits in ((p, False), (odds, True)):
        got = run(lambda t, y, given=logits: K.binary_crossentropy(t, y, from_logits=given), one_hot, values)
        by_hand = -one_hot * np.log(p) - (1 - one_hot) * np.log(1 - p)
        np.testing.assert_allclose(got, by_hand, rtol=1e-5)
    third = np.array([[2], [1]])
    np.testing.assert_array_equal(run(lambda y, t: K.in_top_k(y, t, 1), p, third), [0, 0])
    np.testing.assert_array_equal(run(lambda y, t: K.in_top_k(y, t, 2), p, third), [1, 1])
    with pytest.raises(ValueError, match="axis is not supported yet"):
        run(lambda t, y: K.categorical_crossentropy(t, y, axis=0), one_hot, p)
