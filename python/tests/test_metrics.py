"""Metrics of arrays and of models, against NumPy formulas, and against scikit-learn if it is installed."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import metrics
from lacuna.callbacks import EarlyStopping, LambdaCallback
from lacuna.layers import Dense, Input
from lacuna.losses import mean_squared_error
from lacuna.metrics import (
    AUC,
    F1,
    LogLoss,
    Precision,
    Recall,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from lacuna.models import Model, Sequential
from lacuna.optimizers import SGD


def auc_of(y, p, w=None):
    """AUC over all pairs; ties count half."""
    w = np.ones(len(y)) if w is None else np.asarray(w, float)
    difference = np.sign(p[y == 1][:, None].astype(float) - p[y == 0][None, :])
    pairs = w[y == 1][:, None] * w[y == 0][None, :]
    return (pairs * (difference + 1) / 2).sum() / pairs.sum()


def f1_of(y, predicted, w=None):
    w = np.ones(len(y)) if w is None else w
    w = w if y.ndim == 1 else w[:, None]
    return 2 * (w * y * predicted).sum() / (w * (y + 0.0 + predicted)).sum()


def value(metric, *arrays):
    metric.reset_states()
    for begin in range(0, len(np.asarray(arrays[1])), 16):
        metric.update_state(*(a[begin : begin + 16] for a in arrays))
    return metric.result()


@pytest.fixture
def scene():
    """Scores with ties, labels and weights (zeros too): 90 rows of 4 columns."""
    random = np.random.default_rng(3)
    y = (random.random((90, 4)) < 0.3).astype(np.float32)
    p = (random.integers(0, 17, (90, 4)) / 20 + 0.15 * y).astype(np.float32)
    return y, p, random.integers(0, 3, 90) / 2


def test_of_arrays(scene):
    y, p, w = scene
    assert value(AUC(), y[:, 0], p[:, 0]) == pytest.approx(auc_of(y[:, 0], p[:, 0]), abs=1e-12)
    assert value(AUC(), y, p, w) == pytest.approx(np.mean([auc_of(y[:, c], p[:, c], w) for c in range(4)]))
    assert value(AUC(average="micro"), sp.csr_matrix(y), p) == pytest.approx(auc_of(y.ravel(), p.ravel()))
    assert value(F1(), y, p, w) == pytest.approx(f1_of(y, p > 0.5, w))
    assert value(F1(thresholds=[0.3], class_id=2), 2 * y - 1, p) == pytest.approx(
        f1_of(y[:, 2], p[:, 2] > np.float32(0.3))
    )
    labels = np.arange(90) % 4
    assert value(Precision(), labels, p) == pytest.approx(np.mean(p.argmax(1) == labels))


def test_as_scikit_learn(scene):
    sk = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    y, p, w = scene
    for weight in (None, w):
        given = (y, p) if weight is None else (y, p, weight)
        for average in ("micro", "macro", "weighted"):
            options = {"average": average, "sample_weight": weight}
            assert value(AUC(average=average), *given) == pytest.approx(sk.roc_auc_score(y, p, **options), abs=1e-12)
            assert value(AUC("PR", average), *given) == pytest.approx(
                sk.average_precision_score(y, p, **options), abs=1e-12
            )
            for ours, theirs in (
                (Precision, sk.precision_score),
                (Recall, sk.recall_score),
                (F1, sk.f1_score),
            ):
                for threshold in (0.5, 0.75):
                    assert value(ours(threshold, average=average), *given) == pytest.approx(
                        theirs(y, p > threshold, zero_division=0, **options), abs=1e-12
                    )
        labels = np.arange(90) % 4
        shares = p.astype(float) / p.sum(1, keepdims=True, dtype=float)
        given = (labels, shares) if weight is None else (labels, shares, weight)
        assert value(AUC(), *given) == pytest.approx(
            sk.roc_auc_score(labels, shares, multi_class="ovr", average="macro", sample_weight=weight)
        )
        assert value(F1(average="macro"), *given) == pytest.approx(
            sk.f1_score(labels, shares.argmax(1), average="macro", sample_weight=weight)
        )


def test_one_class_alone_is_nan_with_a_warning():
    metric = AUC()
    with pytest.warns(RuntimeWarning, match="there are no samples"):
        assert np.isnan(metric.result())
    metric.update_state(np.ones(4), np.linspace(0, 1, 4))
    with pytest.warns(RuntimeWarning, match="not defined: y_true has samples with the label alone"):
        assert np.isnan(metric.result())
    metric.update_state(np.zeros(4), np.linspace(0, 1, 4), np.zeros(4))
    with pytest.warns(RuntimeWarning, match="y_true has samples with the label alone"):
        assert np.isnan(metric.result())
    assert F1().result() == 0
    model = linear()
    model.compile("sgd", "binary_crossentropy", ["auc"])
    with pytest.warns(RuntimeWarning, match="evaluate: auc is not defined: y_true has no sample with the label"):
        assert np.isnan(model.evaluate(np.ones((3, 20)), np.zeros(3), verbose=0)[1])


def test_errors():
    with pytest.raises(ValueError, match="auc: curve must be 'ROC' or 'PR'. Received: curve='roc'"):
        AUC("roc")
    with pytest.raises(ValueError, match="thresholds must be one number"):
        Precision([0.1, 0.2])
    with pytest.raises(ValueError, match="y_true must hold 0 and 1, or -1 and 1. Received: 2 in row 1"):
        AUC().update_state([0.0, 2.0], [0.1, 0.2])
    with pytest.raises(IndexError, match=r"ids must be in \[0, 3\).*Received: id=3"):
        AUC().update_state([0, 3], np.zeros((2, 3)))
    with pytest.raises(ValueError, match="did you mean 'precision'"):
        metrics.get("precison")
    with pytest.raises(TypeError, match="weighted_metrics must be a list or a dict"):
        linear().compile("sgd", "mse", weighted_metrics="acc")
    with pytest.raises(ValueError, match="weighted needs a value for each sample"):
        linear().compile("sgd", "mse", weighted_metrics=[lambda t, p: K.mean(t - p)])


def test_names():
    assert isinstance(metrics.get("auc"), AUC) and isinstance(metrics.get(Recall), Recall)
    assert metrics.get("accuracy").name == "acc"
    again = metrics.deserialize(metrics.serialize(F1([0.3], top_k=2, average="macro", name="mine")))
    assert again.get_config() == {
        "thresholds": 0.3, "top_k": 2, "class_id": None, "average": "macro", "name": "mine",
    }  # fmt: skip
    for metric in (AUC("PR", "micro"), LogLoss(), TopKCategoricalAccuracy(3)):
        again = metrics.deserialize(metrics.serialize(metric))
        assert type(again) is type(metric) and again.get_config() == metric.get_config()
    model = linear()
    model.compile(
        "sgd",
        "binary_crossentropy",
        ["auc", AUC("PR"), AUC, "acc", F1(name="mine")],
        weighted_metrics=["acc", "auc"],
    )
    assert model.metrics_names == [
        "loss",
        "auc",
        "auc_1",
        "auc_2",
        "acc",
        "mine",
        "weighted_acc",
        "weighted_auc",
    ]


# In models


def linear(units=1, activation="sigmoid"):
    return Sequential([Dense(units, activation=activation, input_shape=(20,))])


@pytest.fixture
def split(x, labels):
    return x[:100], labels[:100], x[100:], labels[100:]


def test_fit_evaluate_and_validation_are_exact(split, capsys):
    x, y, x_val, y_val = split
    model = linear()
    model.compile(SGD(0.0), "binary_crossentropy", ["auc", "precision", "recall", "f1", LogLoss(), "acc"])
    history = model.fit(x, y, batch_size=7, epochs=2, validation_data=(x_val, y_val)).history
    assert "- auc: " in capsys.readouterr().out
    for prefix, data, labels in (("", x, y), ("val_", x_val, y_val)):
        p = model.predict(data)[:, 0]
        auc = auc_of(labels, p)
        assert history[prefix + "auc"] == pytest.approx([auc, auc], abs=1e-12)
        assert history[prefix + "f1"][1] == pytest.approx(f1_of(labels, p > 0.5))
        assert history[prefix + "precision"][1] == pytest.approx(labels[p > 0.5].mean())
        assert history[prefix + "recall"][1] == pytest.approx((p > 0.5)[labels == 1].mean())
        assert history[prefix + "log_loss"][1] == pytest.approx(history[prefix + "loss"][1], rel=1e-5)
        evaluated = dict(zip(model.metrics_names, model.evaluate(data, labels, verbose=0)))
        assert evaluated["auc"] == pytest.approx(auc, abs=1e-12)
    p = model.predict(x_val)[:, 0]
    assert model.test_on_batch(x_val, y_val)[1] == pytest.approx(auc_of(y_val, p), abs=1e-12)
    assert model.train_on_batch(x_val[:9], y_val[:9])[1] == pytest.approx(auc_of(y_val[:9], p[:9]), abs=1e-12)


def test_means_over_batches_would_be_wrong(split):
    """The reason for metrics with a state: the mean of the batches' AUCs is a different number."""
    x, y, _, _ = split
    model = linear()
    model.compile(SGD(0.0), "binary_crossentropy", ["auc"])
    of_batches = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(0, 100, 10):
            of_batches.append(model.test_on_batch(x[i : i + 10], y[i : i + 10])[1])
    assert abs(np.nanmean(of_batches) - model.evaluate(x, y, verbose=0)[1]) > 1e-3


def test_sample_weights(split):
    x, y, x_val, y_val = split
    w = np.arange(100) % 3
    model = linear()
    model.compile(SGD(0.0), "binary_crossentropy", ["auc", "acc", F1(), LogLoss()], weighted_metrics=["acc", "mae"])
    history = model.fit(x, y, batch_size=16, verbose=0, sample_weight=w, validation_data=(x_val, y_val)).history
    p = model.predict(x)[:, 0]
    right = (p > 0.5) == y
    assert history["auc"][0] == pytest.approx(auc_of(y, p, w), abs=1e-12)
    assert history["f1"][0] == pytest.approx(f1_of(y, p > 0.5, w))
    assert history["acc"][0] == pytest.approx(right.mean())
    assert history["weighted_acc"][0] == pytest.approx(np.average(right, weights=w))
    assert history["weighted_mean_absolute_error"][0] == pytest.approx(np.average(abs(y - p), weights=w), rel=1e-5)
    loss = -np.log(np.where(y == 1, p, 1 - p))
    assert history["log_loss"][0] == pytest.approx(np.average(loss, weights=w), rel=1e-5)
    assert history["loss"][0] != pytest.approx(np.average(loss, weights=w), rel=1e-3)  # Keras does not divide by Σ w.
    p_val = model.predict(x_val)[:, 0]
    assert history["val_auc"][0] == pytest.approx(auc_of(y_val, p_val), abs=1e-12)
    assert history["val_weighted_acc"][0] == pytest.approx(((p_val > 0.5) == y_val).mean())
    with pytest.warns(RuntimeWarning, match="fit: auc is not defined: y_true has samples with the label alone"):
        model.fit(x, y, verbose=0, class_weight={0: 0, 1: 2})
    with pytest.raises(ValueError, match="sample weights must not be negative. Received: -1"):
        model.evaluate(x, y, verbose=0, sample_weight=np.where(w == 0, -1, 1))


def test_weights_of_zero_leave_rows_out(split):
    x, y, _, _ = split
    w = (np.arange(100) % 4 > 0).astype(float)
    model = linear()
    model.compile(SGD(0.0), "binary_crossentropy", ["auc", "f1", "precision"], weighted_metrics=["acc"])
    weighted = model.evaluate(x, y, sample_weight=w, verbose=0)
    assert weighted[1:] == pytest.approx(model.evaluate(x[w > 0], y[w > 0], verbose=0)[1:])


def test_of_classes(x):
    labels = np.arange(150) % 5
    model = linear(5, "softmax")
    named = [
        F1(average="macro"),
        SparseTopKCategoricalAccuracy(2),
        "sparse_top_k_categorical_accuracy",
        AUC(class_id=3),
        "log_loss",
    ]
    model.compile(SGD(0.1), "sparse_categorical_crossentropy", [*named, "acc"])
    evaluated = dict(zip(model.metrics_names, model.evaluate(x, labels, verbose=0)))
    p = model.predict(x)
    predicted = p.argmax(1)
    rank = (p > p[np.arange(150), labels][:, None]).sum(1)
    f1 = np.mean([f1_of(labels == c, predicted == c) for c in range(5)])
    assert evaluated["f1"] == pytest.approx(f1)
    assert evaluated["sparse_top_k_categorical_accuracy"] == pytest.approx((rank < 2).mean())
    assert evaluated["sparse_top_k_categorical_accuracy_1"] == 1
    assert evaluated["auc"] == pytest.approx(auc_of(labels == 3, p[:, 3]))
    assert evaluated["log_loss"] == pytest.approx(evaluated["loss"], rel=1e-5)
    one_hot = np.eye(5)[labels]
    for y in (one_hot, sp.csr_matrix(one_hot)):
        model.compile(SGD(0.1), "categorical_crossentropy", ["f1", TopKCategoricalAccuracy(k=2), "acc", "log_loss"])
        _, micro, top, accuracy, log_loss = model.evaluate(x, y, verbose=0)
        assert micro == pytest.approx(accuracy)
        assert top == pytest.approx((rank < 2).mean())
        assert log_loss == pytest.approx(evaluated["log_loss"], rel=1e-5)


def test_several_outputs(x, labels):
    inputs = Input((20,), sparse=True)
    model = Model(
        inputs,
        [Dense(1, activation="sigmoid", name="a")(inputs), Dense(3, activation="softmax", name="b")(inputs)],
    )
    y = [labels, np.arange(150) % 3]
    w = [np.arange(150) % 2, np.ones(150)]
    model.compile(
        SGD(0.0),
        ["binary_crossentropy", "sparse_categorical_crossentropy"],
        {"a": ["auc"], "b": "acc"},
        weighted_metrics={"b": ["acc", F1()]},
    )
    assert model.metrics_names == [
        "loss",
        "a_loss",
        "b_loss",
        "a_auc",
        "b_acc",
        "b_weighted_acc",
        "b_weighted_f1",
    ]
    values = dict(zip(model.metrics_names, model.evaluate(x, y, sample_weight=w, verbose=0)))
    p, q = model.predict(x)
    assert values["a_auc"] == pytest.approx(auc_of(labels, p[:, 0], w[0]), abs=1e-12)
    assert values["b_acc"] == values["b_weighted_acc"] == pytest.approx((q.argmax(1) == y[1]).mean())
    assert values["b_weighted_f1"] == pytest.approx(values["b_acc"])


def test_early_stopping_and_callbacks(split):
    x, y, x_val, y_val = split
    model = linear()
    model.compile(SGD(0.0), "binary_crossentropy", ["auc"])
    stopping = EarlyStopping(monitor="val_auc", patience=2)
    seen = []
    watch = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(logs["auc"]))
    history = model.fit(x, y, 10, 20, verbose=0, callbacks=[stopping, watch], validation_data=(x_val, y_val))
    assert len(history.epoch) == 3  # The first epoch is the best; later ones are equal.
    assert stopping.best == pytest.approx(auc_of(y_val, model.predict(x_val)[:, 0]), abs=1e-12)
    assert len(seen) == 30 and np.nanmin(seen) >= 0
    model.compile(SGD(0.5), "binary_crossentropy", ["auc"])  # The model learns, and a larger AUC is better.
    history = model.fit(x, y, 10, 6, verbose=0, callbacks=[EarlyStopping("auc")])
    assert len(history.epoch) == 6 and history.history["auc"][-1] > history.history["auc"][0]


def test_functions_stay_functions(split):
    x, y, _, _ = split
    model = linear()
    model.compile("sgd", "mse", [mean_squared_error, lambda t, p: metrics.top_k_categorical_accuracy(t, p, k=1)])
    assert model.metrics_names == ["loss", "mean_squared_error", "<lambda>"]
    assert model.evaluate(x, y, verbose=0)[2] == 1
