"""lacuna.sklearn: what a tester found wrong once: models that do not fit the classes, weights, ranges, failures."""

import copy
import warnings

import numpy as np
import pytest
import scipy.sparse as sp

pytest.importorskip("sklearn", "1.6", reason="scikit-learn is not installed")

from lacuna import Input, Model, Sequential  # noqa: E402
from lacuna.backend import get_value  # noqa: E402
from lacuna.callbacks import Callback  # noqa: E402
from lacuna.layers import Activation, Dense  # noqa: E402
from lacuna.sklearn import (  # noqa: E402
    FMClassifier,
    LacunaClassifier,
    LacunaRegressor,
    LinearClassifier,
    LinearRegressor,
    MLPClassifier,
    WideDeepClassifier,
)


def rows(count=200, columns=20, classes=2, seed=0):
    random = np.random.default_rng(seed)
    x = sp.random(count, columns, 0.3, "csr", np.float32, random)
    return x, np.asarray(x @ random.normal(size=(columns, classes))).argmax(axis=1)


def same(a, b):
    return all(np.array_equal(one, other) for one, other in zip(a.model_.get_weights(), b.model_.get_weights()))


def rate_of(estimator):
    return float(get_value(estimator.model_.optimizer.lr))


def build(units, activation, after=False):
    def make(facts):
        inputs = Input((facts.n_features,))
        if not after:
            return Model(inputs, Dense(units, activation)(inputs))
        return Model(inputs, Activation(activation)(Dense(units)(inputs)))

    return make


# Models of one's own.


@pytest.mark.parametrize("units, classes", [(2, 2), (3, 2), (2, 3), (4, 3)])
def test_a_model_of_another_width_is_refused(units, classes):
    x, y = rows(classes=classes)
    with pytest.raises(ValueError, match="n_outputs"):
        LacunaClassifier(build(units, "softmax")).fit(x, y)
    with pytest.raises(ValueError, match="n_outputs"):
        LacunaRegressor(build(2, "linear")).fit(x, y)


def test_a_model_of_two_outputs_is_refused():
    def make(facts):
        inputs = Input((facts.n_features,))
        return Model(inputs, [Dense(1, "sigmoid")(inputs), Dense(1, "sigmoid")(inputs)])

    with pytest.raises(ValueError, match="one output"):
        LacunaClassifier(make).fit(*rows())


@pytest.mark.filterwarnings("ignore:softmax")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "softmax"])
def test_a_last_layer_that_gives_no_probabilities_is_refused(activation, after):
    with pytest.raises(ValueError, match="must give probabilities.*sigmoid"):
        LacunaClassifier(build(1, activation, after)).fit(*rows())


def test_another_last_activation_is_not_taken_for_that_of_the_facts():
    x, y = rows(classes=3)
    classifier = LacunaClassifier(build(3, "sigmoid", after=True), random_state=0).fit(x, y)
    given = classifier.model_.predict(x)
    assert np.allclose(classifier.predict_proba(x), given / given.sum(axis=1, keepdims=True), atol=1e-5)
    two = LacunaClassifier(build(1, "hard_sigmoid", after=True), random_state=0).fit(*rows())
    assert np.allclose(two.predict_proba(x)[:, 1], two.model_.predict(x)[:, 0], atol=1e-5)


def test_a_last_activation_that_is_called_twice():
    def make(facts):
        inputs, sigmoid = Input((facts.n_features,)), Activation("sigmoid")
        return Model(inputs, sigmoid(Dense(1)(sigmoid(Dense(4)(inputs)))))

    x, y = rows()
    classifier = LacunaClassifier(make, random_state=0, max_iter=3).fit(x, y)
    assert np.allclose(classifier.predict_proba(x)[:, 1], classifier.model_.predict(x)[:, 0], atol=1e-6)


def test_a_model_whose_input_is_not_known_yet():
    x, y = rows(classes=3)
    classifier = LacunaClassifier(lambda facts: Sequential([Dense(3), Activation("softmax")]), random_state=0)
    classifier.fit(x, y)
    assert classifier._scorer[1] and classifier.predict_proba(x).shape == (200, 3)
    assert LacunaClassifier(Sequential([Dense(1, "sigmoid")])).fit(x, y > 0).predict(x).shape == (200,)


def test_the_rate_of_a_compiled_model():
    x, y = rows()
    model = build(1, "sigmoid")(type("Facts", (), {"n_features": 20}))
    model.compile("adam", "binary_crossentropy")
    assert rate_of(LacunaClassifier(model, learning_rate=0.5, max_iter=2).fit(x, y)) == 0.5
    assert np.isclose(rate_of(LacunaClassifier(model, max_iter=2).fit(x, y)), 0.001)


# Rates that are set later.


@pytest.mark.parametrize("kind", [LinearClassifier, LinearRegressor])
def test_a_rate_that_is_set_later(kind):
    x, y = rows()
    classes = {"classes": [0, 1]} if kind is LinearClassifier else {}
    stepped = kind(random_state=0).partial_fit(x[:1], y[:1], **classes)
    stepped.set_params(learning_rate=0.125).partial_fit(x[1:2], y[1:2])
    assert rate_of(stepped) == 0.125
    with pytest.raises(ValueError, match="learning_rate must be"):
        copy.deepcopy(stepped).set_params(learning_rate=np.nan).partial_fit(x[1:2], y[1:2])
    stepped.model_.optimizer.lr = 0.5  # By hand: it is left alone.
    assert rate_of(stepped.partial_fit(x[2:3], y[2:3])) == 0.5
    warm = kind(random_state=0, warm_start=True, max_iter=2).fit(x, y)
    assert rate_of(warm.set_params(learning_rate=0.0625).fit(x, y)) == 0.0625


# Early stopping.


@pytest.mark.parametrize("tol", [None, 0.0, 0.5])
def test_the_best_weights_are_kept_where_max_iter_ends_first(tol):
    x, y = rows(120)
    settings = {"early_stopping": True, "learning_rate": 2.0, "random_state": 0, "n_iter_no_change": 50, "tol": tol}
    whole = MLPClassifier(16, max_iter=30, **settings).fit(x, y)
    losses = whole.history_["val_loss"]
    best = int(np.argmin(losses))
    assert whole.n_iter_ == 30 and best < 29
    assert same(whole, MLPClassifier(16, max_iter=best + 1, **settings).fit(x, y))


def test_rows_are_held_out_among_those_that_count():
    x, y = rows()
    weights = (np.arange(200) < 40).astype(float)
    held_out = LinearClassifier()._held_out
    classifier = LinearClassifier(early_stopping=True, random_state=0).fit(x, y, weights)
    assert np.isfinite(classifier.history_["val_loss"]).all()
    for numbers in (held_out, LinearRegressor(validation_fraction=0.25)._held_out):
        assert (numbers(y, np.flatnonzero(weights), np.random.RandomState(0)) < 40).all()


# Weights.


def test_the_scale_of_weights_makes_no_difference_to_fit():
    x, y = rows()
    weights = 1.0 + np.arange(200) % 2
    for kind in (LinearClassifier, LinearRegressor):
        expected = kind(random_state=0, l2=1e-3).fit(x, y, weights)
        for scale in (2.0**-300, 1 / 512, 2.0**1000):
            assert same(kind(random_state=0, l2=1e-3).fit(x, y, weights * scale), expected)
    assert same(LinearClassifier(random_state=0).fit(x, y, 0.25), LinearClassifier(random_state=0).fit(x, y, 1.0))
    with pytest.raises(ValueError, match="float32 can hold"):
        LinearClassifier().partial_fit(x, y, [0, 1], weights * 1e300)


def test_rows_of_weight_0_do_not_set_the_scale_of_values():
    x, _ = rows()
    y = np.asarray(x @ np.arange(20.0)) + 3
    spoiled, weights = y.copy(), np.ones(200)
    spoiled[::10], weights[::10] = 1e6, 0
    kept = weights > 0
    regressor = LinearRegressor(random_state=0).fit(x, spoiled, weights)
    assert np.allclose(regressor._means, y[kept].mean()) and np.allclose(regressor._scales, y[kept].std())
    assert regressor.score(x[kept], y[kept]) > 0.8
    with pytest.raises(ValueError, match="finite mean"):
        LinearRegressor().fit(x, np.where(kept, 1e200, -1e200))


def test_without_an_intercept_values_are_not_centred():
    x, _ = rows()
    regressor = LinearRegressor(fit_intercept=False, random_state=0).fit(x, np.full(200, 100.0) + np.arange(200) % 3)
    assert regressor.intercept_ == 0
    assert regressor.predict(sp.csr_matrix((1, 20), dtype=np.float32)) == 0
    assert np.allclose(x @ regressor.coef_, regressor.predict(x), atol=1e-2)


def test_class_weights_in_steps():
    x, y = rows(40)
    one = np.flatnonzero(y == 1)[:3]
    weighted = LinearClassifier(class_weight={0: 3.0, 1: 2.0}, random_state=0)
    weighted.partial_fit(x[one], y[one], classes=[0, 1])
    by_hand = LinearClassifier(random_state=0).partial_fit(x[one], y[one], [0, 1], np.full(3, 2.0))
    assert same(weighted, by_hand)
    LinearClassifier(class_weight={0: 3.0}, random_state=0).partial_fit(x[one], y[one], classes=[0, 1])
    with pytest.raises(ValueError, match="class_weight must name labels"):
        LinearClassifier(class_weight={7: 3.0}).partial_fit(x, y, classes=[0, 1])
    with pytest.raises(ValueError, match="class_weight must not be zero"):
        LinearClassifier(class_weight={0: 0, 1: 0}).fit(x, y)
    with pytest.raises(ValueError, match="not negative"):
        LinearClassifier(class_weight={0: -3.0}).partial_fit(x, y, classes=[0, 1])


def test_class_weights_that_are_set_later():
    x, y = rows(40)
    plain = LinearClassifier(random_state=0).partial_fit(x[:1], y[:1], classes=[0, 1])
    weighted = copy.deepcopy(plain).set_params(class_weight={0: 50.0, 1: 50.0})
    weighted.partial_fit(x[:1], y[:1])
    assert weighted.partial_fit(x[1:2], y[1:2])._one_row is None
    plain.partial_fit(x[:1], y[:1], sample_weight=[50.0]).partial_fit(x[1:2], y[1:2], sample_weight=[50.0])
    assert same(plain, weighted)
    with pytest.raises(ValueError, match="balanced"):
        plain.set_params(class_weight="balanced").partial_fit(x[:1], y[:1])
    assert plain._one_row is not None
    fitted = LinearClassifier(class_weight="balanced").fit(x, y)
    with pytest.raises(ValueError, match="balanced"):
        fitted.partial_fit(x, y)


# Targets and ranges.


@pytest.mark.parametrize("make", [np.asarray, sp.csr_matrix])
@pytest.mark.parametrize("odd", [2, -1])
def test_several_labels_are_0_or_1(make, odd):
    x, y = rows()
    labels = np.column_stack([y, 1 - y])
    with pytest.raises(ValueError, match=f"0 or 1 in each place. Received: {odd}"):
        LinearClassifier().fit(x, make(labels * odd))
    LinearClassifier(max_iter=1).fit(x, make(labels.astype(bool) * 1.0))


@pytest.mark.parametrize("make", [sp.csr_matrix, lambda x: np.asarray(x.todense())])
def test_what_float32_cannot_hold_is_refused(make):
    x, y = rows()
    x = make(x.astype(np.float64))
    huge = x * 1e39
    for kind in (LinearClassifier, LinearRegressor):
        classes = {"classes": [0, 1]} if kind is LinearClassifier else {}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match="float32 can hold"):
                kind().fit(huge, y)
            with pytest.raises(ValueError, match="float32 can hold"):
                kind().partial_fit(huge, y, **classes)
            good = kind(random_state=0).partial_fit(x[:1], y[:1], **classes)
            before = copy.deepcopy(good)
            with pytest.raises(ValueError, match="float32 can hold"):
                good.partial_fit(huge[:1], y[:1])
            with pytest.raises(ValueError, match="float32 can hold"):
                good.predict(huge)
            assert same(good, before)
    MLPClassifier(max_iter=1).fit(huge, y)  # It computes in float64.


def test_values_that_float32_cannot_hold():
    x, _ = rows()
    y = np.asarray(x @ np.arange(20.0)) * 1e39
    assert LinearRegressor(random_state=0).fit(x, y).score(x, y) > 0.8  # They are scaled.
    stepped = LinearRegressor().partial_fit(x[:1], [1.0])
    before = copy.deepcopy(stepped)
    for bad in (x[:1], [1e39]), (x, y):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match="float32 can hold"):
                stepped.partial_fit(*bad)
    assert same(stepped, before)
    for steps in (LinearRegressor().fit, LinearRegressor().partial_fit):
        with pytest.raises(ValueError):
            steps(x, np.array([None] + [1.0] * 199, object))


def test_sparse_values_are_refused():
    x, y = rows()
    for ask in (LinearRegressor().fit, LinearRegressor().partial_fit, LinearRegressor().progressive):
        with pytest.raises(ValueError, match="must be dense"):
            ask(x, sp.csr_matrix(y[:, None]))


@pytest.mark.parametrize("classes", [[0], [], {0, 1}, [0.0, np.nan], 3, [[0, 1]], np.array([None, 1], object)])
def test_bad_classes(classes):
    x, y = rows()
    classifier = LinearClassifier()
    with pytest.raises(ValueError, match="two or more labels"):
        classifier.partial_fit(x, y, classes=classes)
    assert not hasattr(classifier, "classes_")
    classifier.partial_fit(x, y, classes=[0, 1])


def test_progressive_after_fit_is_in_units_of_y():
    x, _ = rows()
    y = 1e3 * np.asarray(x @ np.arange(20.0))
    for batch_size, weights in ((1, None), (7, np.arange(200) % 3)):
        seen = LinearRegressor(random_state=0).fit(x, y).progressive(x, y, weights, batch_size)
        count = np.ones(200) if weights is None else weights
        errors = count * (seen.predictions - y) ** 2
        assert np.isclose(seen.loss, errors.sum() / (count > 0).sum())
        assert np.isclose(seen.losses[0], errors[:batch_size].sum() / max(1, (count[:batch_size] > 0).sum()))
        assert len(seen.losses) == -(-200 // batch_size)
    two = np.column_stack([y, -y])
    for given in (y[:, None], two):
        seen = LinearRegressor(random_state=0).fit(x, given).progressive(x, given)
        assert np.isclose(seen.loss, np.mean((seen.predictions - given) ** 2))
    flat = LinearRegressor(random_state=0).fit(x, y).progressive(x, y[:, None])
    assert np.isclose(flat.loss, np.mean((flat.predictions - y) ** 2))
    # Where nothing is scaled, they are those of the model.
    plain = LinearRegressor(random_state=0).progressive(x, y / 1e3)
    assert np.isclose(plain.loss, np.mean((plain.predictions - y / 1e3) ** 2), rtol=1e-4)


# Failures.


def learned(estimator):
    return {name for name in vars(estimator) if name.endswith("_")}


def test_a_fit_that_fails_leaves_what_was_there():
    x, y = rows(classes=3)
    for estimator in (LinearClassifier(), LinearRegressor()):
        for bad in ({"sample_weight": np.zeros(200)}, {"sample_weight": [1.0]}):
            with pytest.raises(ValueError):
                estimator.fit(x, y, **bad)
            assert not learned(estimator)
    broken = LacunaClassifier(lambda facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        broken.fit(x, y)
    assert not learned(broken)
    fitted = LinearClassifier(random_state=0).fit(x, y)
    expected = fitted.predict_proba(x)
    with pytest.raises(ValueError):
        fitted.fit(x[:, :5], y > 0, np.zeros(200))
    with pytest.raises(TypeError):
        fitted.set_params(optimizer=3.5).fit(x[:, :5], y > 0)
    assert np.array_equal(fitted.predict_proba(x), expected) and fitted.n_features_in_ == 20


@pytest.mark.parametrize("ended", [0, 2])
def test_an_interrupted_fit_keeps_a_model_once_an_epoch_ended(monkeypatch, ended):
    from lacuna.sklearn import _fitting

    class Interrupts(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == ended:
                raise KeyboardInterrupt

    monkeypatch.setattr(_fitting, "LearningRateScheduler", lambda rate: Interrupts())
    x, y = rows()
    classifier = LinearClassifier(max_iter=5)
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(x, y)
    assert hasattr(classifier, "model_") == (ended > 0)
    if ended:
        assert classifier.n_iter_ == ended == len(classifier.history_["loss"])
        assert classifier.predict(x).shape == (200,)


# Parameters.


@pytest.mark.parametrize(
    "name, value",
    [
        *(("max_iter", value) for value in (2.9, "7", 0, -1)),
        *(("learning_rate_schedule", value) for value in ("liner", None, 3)),
        *(("early_stopping", value) for value in ("no", None, 2)),
        *(("tol", value) for value in (np.nan, "x", -1.0)),
        *(("verbose", value) for value in ("x", -1, None)),
        *(("batch_size", value) for value in (0, 1.5)),
        *(("learning_rate", value) for value in (np.nan, -1.0, "fast")),
        *(("n_iter_no_change", value) for value in (0, 1.5, None)),
        *(("shuffle", value) for value in ("no", 7)),
        ("warm_start", "no"),
        ("l1", -1.0),
        ("l2", np.nan),
        ("fit_intercept", "no"),
        ("sparse_weight", "no"),
    ],
)
def test_bad_parameters(name, value):
    x, y = rows()
    for kind, classes in ((LinearClassifier, {"classes": [0, 1]}), (LinearRegressor, {})):
        for estimator in (kind(**{name: value}), kind().set_params(**{name: value})):
            with pytest.raises((ValueError, TypeError), match=f"{kind.__name__}: {name} must be"):
                estimator.fit(x, y)
            with pytest.raises((ValueError, TypeError), match=f"{kind.__name__}: {name} must be"):
                estimator.partial_fit(x, y, **classes)


@pytest.mark.parametrize("value", [(), (64.0,), 0, None, "64", (8, 0), [[8]], {8}, -3, True, [[8], [8, 8]]])
def test_bad_hidden_layers(value):
    for kind in (MLPClassifier, WideDeepClassifier):
        with pytest.raises(ValueError, match="hidden_layer_sizes must be one or more whole numbers"):
            kind(value).fit(*rows())


def test_other_bad_parameters():
    x, y = rows()
    for bad in (2.7, 0, "8"):
        with pytest.raises((ValueError, TypeError), match="factors must be"):
            FMClassifier(bad).fit(x, y)
    for bad in (1.0, -0.5, "x"):
        with pytest.raises((ValueError, TypeError), match="dropout must be"):
            MLPClassifier(dropout=bad).fit(x, y)
    for bad in (0, 1.0, "x"):
        with pytest.raises((ValueError, TypeError), match="validation_fraction must be"):
            LinearClassifier(early_stopping=True, validation_fraction=bad).fit(x, y)
    for kind in (LacunaClassifier, LacunaRegressor):
        with pytest.raises(TypeError, match="model must be a function.*'linear'"):
            kind("linear").fit(x, y)
