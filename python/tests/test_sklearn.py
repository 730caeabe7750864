"""lacuna.sklearn: labels, weights, single rows, stopping, copies, and bad input."""

import copy
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.sparse as sp

pytest.importorskip("sklearn", "1.6", reason="scikit-learn is not installed")
from sklearn.base import clone  # noqa: E402

import lacuna  # noqa: E402
from lacuna import Input, Model, Sequential  # noqa: E402
from lacuna.layers import Dense  # noqa: E402
from lacuna.sklearn import (  # noqa: E402
    Facts,
    FMClassifier,
    FMRegressor,
    LacunaClassifier,
    LacunaRegressor,
    LinearClassifier,
    LinearRegressor,
    MLPClassifier,
    MLPRegressor,
    WideDeepClassifier,
    WideDeepRegressor,
)

CLASSIFIERS = [LinearClassifier, FMClassifier, MLPClassifier, WideDeepClassifier]
REGRESSORS = [LinearRegressor, FMRegressor, MLPRegressor, WideDeepRegressor]


def rows(count=300, columns=50, classes=2, seed=0):
    """Sparse rows, and which of some random directions each is nearest to."""
    random = np.random.default_rng(seed)
    x = sp.random(count, columns, 0.2, "csr", np.float32, random)
    return x, np.asarray(x @ random.normal(size=(columns, classes))).argmax(axis=1)


def same(a, b):
    return all(np.array_equal(one, other) for one, other in zip(a.model_.get_weights(), b.model_.get_weights()))


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("labels", [["no", "yes"], [False, True], [-1, 1], [2.0, 7.0], ["a", "b", "c"], [5, 6, 9]])
def test_labels_of_any_type(kind, labels):
    x, y = rows(classes=len(labels))
    labels = np.array(labels)
    classifier = kind(random_state=0).fit(x, labels[y])
    assert np.array_equal(classifier.classes_, labels)
    assert classifier.predict(x).dtype == labels.dtype
    assert classifier.score(x, labels[y]) > 0.85
    probabilities = classifier.predict_proba(x)
    assert probabilities.shape == (300, len(labels))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.allclose(np.log(probabilities), classifier.predict_log_proba(x))


@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csr_array, sp.csc_matrix, sp.coo_array, lambda x: x.toarray()])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_every_kind_of_matrix_gives_the_same_bits(make, index):
    x, y = rows()
    other = make(x)
    if getattr(other, "format", None) == "csr":
        other.indices, other.indptr = other.indices.astype(index), other.indptr.astype(index)
    expected, found = LinearClassifier(random_state=0).fit(x, y), LinearClassifier(random_state=0).fit(other, y)
    assert np.allclose(found.predict_proba(other), expected.predict_proba(x), atol=1e-5)
    if sp.issparse(other):
        assert same(found, expected)


def test_rows_are_never_made_dense():
    columns = 2**40
    x = sp.csr_array(
        (np.ones(40, np.float32), np.arange(40, dtype=np.int64) * 2**33 % columns, np.arange(21, dtype=np.int64) * 2),
        shape=(20, columns),
    )
    y = np.arange(20) % 2
    classifier = LinearClassifier(random_state=0, max_iter=50).fit(x, y)
    assert classifier.score(x, y) == 1
    again = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(again.decision_function(x), classifier.decision_function(x))


@pytest.mark.parametrize("kind", [*CLASSIFIERS, *REGRESSORS])
def test_a_number_as_random_state_gives_the_same_bits(kind):
    x, y = rows()
    first = kind(random_state=3).fit(x, y)
    lacuna.utils.set_random_seed(11)
    drawn = np.random.rand()
    lacuna.utils.set_random_seed(11)
    threads = lacuna.config.num_threads()
    try:
        lacuna.config.set_num_threads(3)
        again = kind(random_state=3).fit(x, y)
    finally:
        lacuna.config.set_num_threads(threads)
    assert same(first, again)
    assert np.random.rand() == drawn  # The process's random numbers are left alone.
    assert not same(first, kind(random_state=4).fit(x, y))


@pytest.mark.parametrize("kind", [*CLASSIFIERS, *REGRESSORS])
def test_copies_before_and_after_fit(kind):
    x, y = rows()
    for estimator in (kind(random_state=0), kind(random_state=0).fit(x, y)):
        for made in (pickle.loads(pickle.dumps(estimator)), copy.deepcopy(estimator)):
            if hasattr(estimator, "model_"):
                assert np.array_equal(made.predict(x), estimator.predict(x))
                before = copy.deepcopy(estimator)
                assert same(made.partial_fit(x, y), before.partial_fit(x, y))
            else:
                assert same(made.fit(x, y), clone(estimator).fit(x, y))
    assert not hasattr(clone(estimator), "model_")


def test_several_labels():
    x, y = rows(classes=4)
    several = np.eye(4, dtype=int)[y]
    several[:, 3] |= several[:, 0]
    for kind in (LinearClassifier, MLPClassifier, WideDeepClassifier):
        dense, sparse = kind(random_state=0).fit(x, several), kind(random_state=0).fit(x, sp.csr_matrix(several))
        assert same(dense, sparse)
        assert dense.predict_proba(x).shape == dense.predict(x).shape == (300, 4)
        assert np.array_equal(sparse.predict(x).toarray(), dense.predict(x))
        assert (dense.predict(x) == several).mean() > 0.85
    with pytest.raises(ValueError, match="OneVsRestClassifier"):
        FMClassifier().fit(x, several)


@pytest.mark.parametrize("kind", REGRESSORS)
def test_values_of_any_scale(kind):
    x, _ = rows()
    y = 1e4 + 100 * (x @ np.random.default_rng(1).normal(size=50))
    assert kind(random_state=0).fit(x, y).score(x, y) > 0.8
    two = np.column_stack([y, -y])
    regressor = kind(random_state=0).fit(x, two)
    assert regressor.predict(x).shape == (300, 2)
    assert regressor.score(x, two) > 0.8


def test_coefficients_are_those_of_the_predictions():
    x, y = rows(classes=3)
    three, two = LinearClassifier(random_state=0).fit(x, y), LinearClassifier(random_state=0).fit(x, y > 0)
    for classifier, outputs in ((three, 3), (two, 1)):
        assert classifier.coef_.shape == (outputs, 50) and classifier.intercept_.shape == (outputs,)
        scores = x @ classifier.coef_.T + classifier.intercept_
        assert np.allclose(scores.squeeze(), classifier.decision_function(x), atol=1e-4)
    values = 3.0 * y + 7
    for given in (values, values[:, None]):
        regressor = LinearRegressor(random_state=0).fit(x, given)
        assert np.allclose(x @ regressor.coef_.T + regressor.intercept_, regressor.predict(x), atol=1e-4)
    without = LinearRegressor(fit_intercept=False, random_state=0).partial_fit(x, values)
    assert without.intercept_ == 0 and without.coef_.shape == (50,)


def test_weights_of_rows_and_of_classes():
    x, y = rows()
    expected = LinearClassifier(random_state=0).fit(x, y, np.where(y == 1, 5.0, 1.0))
    assert same(LinearClassifier(random_state=0, class_weight={1: 5.0}).fit(x, y), expected)
    balanced = LinearClassifier(random_state=0, class_weight="balanced").fit(x, y)
    by_hand = LinearClassifier(random_state=0).fit(x, y, (len(y) / 2 / np.bincount(y))[y])
    assert same(balanced, by_hand)
    named = np.array(["no", "yes"])[y]
    assert same(LinearClassifier(random_state=0, class_weight={"yes": 5.0}).fit(x, named), expected)


def test_early_stopping_keeps_the_best_weights():
    x, y = rows(600)
    stopped = MLPClassifier(32, early_stopping=True, tol=0, n_iter_no_change=3, random_state=0, max_iter=400).fit(x, y)
    losses = stopped.history_["val_loss"]
    assert stopped.n_iter_ == len(losses) < 400
    assert int(np.argmin(losses)) == len(losses) - 4
    endless = LinearClassifier(tol=None, max_iter=30, random_state=0).fit(x, y)
    assert endless.n_iter_ == 30


def test_a_warm_start_goes_on():
    x, y = rows()
    warm = LinearClassifier(warm_start=True, max_iter=2, random_state=0)
    first = warm.fit(x, y).model_
    loss = warm.history_["loss"][-1]
    assert warm.fit(x, y).model_ is first
    assert warm.history_["loss"][-1] < loss
    with pytest.raises(ValueError, match="features"):
        warm.fit(x[:, :10], y)
    cold = LinearClassifier(random_state=0, max_iter=2).fit(x, y)
    assert cold.fit(x[:, :10], y).n_features_in_ == 10


@pytest.mark.parametrize("kind", [*CLASSIFIERS, *REGRESSORS])
@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csr_array])
def test_rows_one_by_one_are_learned_as_by_the_model(kind, make):
    x, y = rows(40)
    x, classes = make(x), {"classes": [0, 1]} if kind in CLASSIFIERS else {}
    quick, slow = kind(random_state=0), kind(random_state=0)
    for row in range(40):
        quick.partial_fit(x[row : row + 1], y[row : row + 1], **classes)
        slow._one_row = None  # As the first call does it.
        slow.partial_fit(x[row : row + 1], y[row : row + 1], **classes)
        classes = {}
    assert quick._one_row is not None
    assert same(quick, slow)


def test_a_row_that_is_not_like_the_one_before():
    x, y = rows(40)
    classifier = LinearClassifier(random_state=0)
    classifier.partial_fit(x[:1], [0], classes=[0, 1])
    weights = classifier.model_.get_weights()
    bad = x[:1].copy()
    bad.data[0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        classifier.partial_fit(bad, [0])
    bad.data[0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        classifier.partial_fit(bad, [0])
    with pytest.raises(ValueError, match="classes.*Received: y=2"):
        classifier.partial_fit(x[:1], [2])
    with pytest.raises(ValueError, match="features"):
        classifier.partial_fit(x[:1, :10], [0])
    with pytest.raises(ValueError, match="inconsistent"):
        classifier.partial_fit(x[:1], [0, 1])
    damaged = sp.csr_matrix(x[:1])
    damaged.indices = damaged.indices + 50
    with pytest.raises((ValueError, IndexError)):
        classifier.partial_fit(damaged, [0])
    assert all(np.array_equal(a, b) for a, b in zip(weights, classifier.model_.get_weights()))
    classifier.partial_fit(x[:3].toarray(), [0, 1, 0]).partial_fit(x[:1], np.array([1]), sample_weight=[2.0])
    with pytest.raises(ValueError, match="first call"):
        classifier.partial_fit(x[:1], [0], classes=[0, 1, 2])


@pytest.mark.parametrize("kind", [*CLASSIFIERS, *REGRESSORS])
def test_progressive_predicts_each_row_before_it_learns_from_it(kind):
    x, y = rows(30)
    classes = {"classes": [0, 1]} if kind in CLASSIFIERS else {}
    ask = "predict_proba" if kind in CLASSIFIERS else "predict"
    at_once, by_hand = kind(random_state=0), kind(random_state=0)
    seen = at_once.progressive(x[:20], y[:20], **classes)
    by_hand.partial_fit(x[:1], y[:1], **classes)
    for row in range(1, 20):
        said = getattr(by_hand, ask)(x[row : row + 1])[0]
        assert np.allclose(seen.predictions[row], said, atol=1e-5)
        by_hand.partial_fit(x[row : row + 1], y[row : row + 1])
    assert same(at_once, by_hand)
    assert len(seen.losses) == 20 and np.isclose(seen.loss, seen.losses.mean())
    assert len(at_once.progressive(x[20:], y[20:], batch_size=5).losses) == 2  # It goes on.


def test_progressive_knows_the_classes_of_y():
    x, y = rows(classes=3)
    names = np.array(["a", "b", "c"])
    classifier = LinearClassifier(random_state=0)
    seen = classifier.progressive(x, names[y])
    assert list(classifier.classes_) == ["a", "b", "c"] and seen.predictions.shape == (300, 3)
    assert (names[seen.predictions.argmax(axis=1)] == names[y])[150:].mean() > 0.5
    several = LinearClassifier(random_state=0).progressive(x, np.eye(3)[y].astype(int))
    assert several.predictions.shape == (300, 3)


def test_partial_fit_must_know_the_classes():
    x, y = rows(10)
    with pytest.raises(ValueError, match="all classes"):
        LinearClassifier().partial_fit(x, y)
    with pytest.raises(ValueError, match="balanced"):
        LinearClassifier(class_weight="balanced").partial_fit(x, y, classes=[0, 1])


@pytest.mark.parametrize(
    "weights, error",
    [(np.zeros(300), "zero for all"), (np.full(300, -1.0), "negative"), ([np.nan] * 300, "finite"), ([1.0], "shape")],
)
def test_bad_weights(weights, error):
    x, y = rows()
    for estimator in (LinearClassifier(), LinearRegressor()):
        with pytest.raises(ValueError, match=error):
            estimator.fit(x, y, weights)


def test_a_function_is_told_the_facts():
    x, y = rows(classes=3)
    told = []

    def build(facts):
        told.append(facts)
        return Sequential([Dense(facts.n_outputs, facts.activation, input_dim=facts.n_features)])

    LacunaClassifier(build, max_iter=1).fit(x, np.array(["a", "b", "c"])[y])
    LacunaClassifier(build, max_iter=1).fit(x, y == 1)
    LacunaClassifier(build, max_iter=1).fit(x, np.eye(3)[y].astype(int))
    LacunaRegressor(build, max_iter=1).fit(x, y.astype(float))
    three, two, labels, values = told
    assert three[:3] == (50, 3, "classes") and list(three.classes) == ["a", "b", "c"]
    assert two[:3] == (50, 1, "binary")
    assert labels[:3] == (50, 3, "labels")
    assert values == Facts(50, 1, "values") and values.loss == "mean_squared_error"
    with pytest.raises(TypeError, match="must return a lacuna.Model"):
        LacunaClassifier(lambda facts: None).fit(x, y)


def test_a_model_is_copied():
    x, y = rows()
    inputs = Input((50,), sparse=True)
    model = Model(inputs, Dense(1, "sigmoid")(inputs))
    model.compile("adam", "binary_crossentropy")
    before = model.get_weights()
    classifier = LacunaClassifier(model, max_iter=3).fit(x, y)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    assert classifier.model_ is not model and classifier.model_.loss.__name__ == "binary_crossentropy"
    assert clone(classifier).fit(x, y).predict(x).shape == (300,)
    # The sigmoid is part of a Dense here, so that scores come from its probabilities.
    assert np.allclose(classifier.predict_proba(x)[:, 1], classifier.model_.predict(x)[:, 0], atol=1e-6)


def test_names_of_columns():
    pandas = pytest.importorskip("pandas")
    x, y = rows()
    frame = pandas.DataFrame(x.toarray(), columns=[f"c{i}" for i in range(50)])
    classifier = LinearClassifier(random_state=0).fit(frame, y)
    assert list(classifier.feature_names_in_) == list(frame.columns)
    assert classifier.n_features_in_ == 50
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(frame[frame.columns[::-1]])


def test_what_it_looks_like():
    assert repr(LinearClassifier()) == "LinearClassifier()"
    assert repr(FMClassifier(16, l2=0.1)) == "FMClassifier(factors=16, l2=0.1)"
    assert "MLPRegressor" in MLPRegressor()._repr_html_()
    x, y = rows()
    assert "WideDeepClassifier" in WideDeepClassifier(max_iter=1).fit(x, y)._repr_html_()


def test_the_dialect_of_keras_makes_no_difference():
    x, y = rows()
    before = lacuna.config.keras()
    fitted = []
    try:
        for dialect in ("2.2.4", "3"):
            lacuna.config.set_keras(dialect)
            fitted.append(LinearClassifier(random_state=0).fit(x, y, np.arange(300) % 3))
    finally:
        lacuna.config.set_keras(before)
    assert same(*fitted)


def test_no_warnings():
    x, y = rows()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LinearClassifier(random_state=0).fit(x, y).predict(x)
        MLPRegressor(random_state=0).fit(x.toarray(), y).predict(x.toarray())


def test_lacuna_does_not_import_scikit_learn():
    script = """
import sys
import lacuna, lacuna.layers, lacuna.models
from lacuna import *
assert "sklearn" not in sys.modules
sys.modules["sklearn"] = None
try:
    lacuna.sklearn
except ImportError as error:
    assert "pip install 'lacuna[sklearn]'" in str(error), error
else:
    raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
