"""KerasClassifier and KerasRegressor, alone and within scikit-learn, on dense and csr rows."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna.layers import Dense
from lacuna.models import Sequential
from lacuna.wrappers.scikit_learn import BaseWrapper, KerasClassifier, KerasRegressor


def binary(units=4, features=20):
    model = Sequential([Dense(units, activation="relu", input_dim=features), Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def softmax(loss="sparse_categorical_crossentropy", rate=0.1, classes=3):
    from lacuna.optimizers import Adam

    model = Sequential([Dense(classes, activation="softmax", input_dim=20)])
    model.compile(Adam(rate), loss, metrics=["acc"])
    return model


def regression(units=4):
    model = Sequential([Dense(units, input_dim=20), Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_binary_labels_of_any_kind(x, labels):
    names = np.where(labels > 0, "yes", "no")
    for given in (names, names[:, None]):
        classifier = KerasClassifier(binary, units=8, epochs=40, batch_size=10, verbose=0)
        history = classifier.fit(x, given)
        assert len(history.history["loss"]) == 40 and classifier.classes_.tolist() == ["no", "yes"]
        found, each = classifier.predict(x), classifier.predict_proba(x)
        assert found.shape == (150,) and set(found) <= {"no", "yes"}
        assert each.shape == (150, 2) and each.sum(axis=1) == pytest.approx(np.ones(150))
        assert np.array_equal(found == "yes", each[:, 1] > 0.5)
        assert classifier.score(x, given) == pytest.approx(np.mean(found == names)) and classifier.score(x, given) > 0.8
    with pytest.raises(ValueError, match="labels must be among those of fit"):
        classifier.score(x, np.full(150, "maybe"))


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_several_classes(x, y, loss):
    classes = np.digitize(y[:, 0], [-0.5, 0.5]) * 10
    classifier = KerasClassifier(softmax, loss=loss)
    classifier.fit(x, classes[:, None], epochs=1, verbose=0)
    classifier.fit(x, classes, epochs=20, verbose=0, sample_weight=np.ones(150))
    assert classifier.classes_.tolist() == [0, 10, 20] and classifier.predict_proba(x).shape == (150, 3)
    assert classifier.score(x, classes, verbose=0) == pytest.approx(np.mean(classifier.predict(x) == classes))
    if loss == "categorical_crossentropy":
        classifier.fit(x, np.eye(3)[classes // 10], epochs=1, verbose=0)
        assert classifier.classes_.tolist() == [0, 1, 2]
        assert 0 <= classifier.score(x, np.eye(3)[classes // 10], verbose=0) <= 1


def test_regression(x, y):
    regressor = KerasRegressor(regression, epochs=3, verbose=0)
    regressor.fit(x, y)
    found = regressor.predict(x)
    assert found.shape == (150,) and regressor.score(x, y) == pytest.approx(-np.mean((found - y[:, 0]) ** 2), rel=1e-4)


def test_models_by_objects_and_subclasses(x, y):
    class Maker:
        def __call__(self, units=2):
            return regression(units)

    class Own(KerasRegressor):
        def __call__(self, units=2):
            return regression(units)

    for wrapper in (KerasRegressor(Maker(), units=3), Own(units=3), KerasRegressor(build_fn=Maker().__call__, units=3)):
        wrapper.fit(x, y, verbose=0)
        assert wrapper.model.layers[0].units == 3


def test_parameters(x, y):
    wrapper = KerasRegressor(regression, units=3, epochs=2, verbose=0)
    assert wrapper.get_params(deep=False) == {"build_fn": regression, "units": 3, "epochs": 2, "verbose": 0}
    assert wrapper.set_params(units=5) is wrapper and wrapper.sk_params["units"] == 5
    assert wrapper.filter_sk_params(regression) == {"units": 5}
    assert wrapper.filter_sk_params(Sequential.predict, {"batch_size": 7}) == {"verbose": 0, "batch_size": 7}
    with pytest.raises(ValueError, match="must be an argument of build_fn, or of the model's fit.*Received: 'size'"):
        KerasRegressor(regression, size=3)
    with pytest.raises(ValueError, match="Received: 'size'"):
        wrapper.set_params(size=3)
    with pytest.raises(ValueError, match="fit must be called before predict"):
        wrapper.predict(x)
    with pytest.raises(TypeError, match="must be a function that returns a compiled model. Received: build_fn=3"):
        BaseWrapper(3)
    with pytest.raises(TypeError, match="must return a model that is compiled"):
        KerasRegressor(lambda: Sequential([Dense(1, input_dim=20)])).fit(x, y)
    wrapper.fit(x, y)
    with pytest.raises(TypeError, match="predict: unexpected keyword argument 'epochs'"):
        wrapper.predict(x, epochs=3)
    unmeasured = KerasClassifier(lambda: compiled_without_metrics(), verbose=0)
    unmeasured.fit(x, y[:, 0] > 0)
    with pytest.raises(ValueError, match=r"write compile\(…, metrics=\['accuracy'\]\)"):
        unmeasured.score(x, y[:, 0] > 0)


def compiled_without_metrics():
    model = Sequential([Dense(1, activation="sigmoid", input_dim=20)])
    model.compile("sgd", "binary_crossentropy")
    return model


def test_within_scikit_learn(x, y, labels):
    pytest.importorskip("sklearn")
    from sklearn.base import clone, is_classifier, is_regressor
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline

    classifier = KerasClassifier(binary, epochs=2, verbose=0)
    assert is_classifier(classifier) and is_regressor(KerasRegressor(regression))
    assert clone(classifier).get_params() == classifier.get_params()
    scores = cross_val_score(classifier, x, labels, cv=3)
    assert scores.shape == (3,) and all(0 <= score <= 1 for score in scores)
    search = GridSearchCV(classifier, {"units": [2, 3], "batch_size": [16]}, cv=2)
    search.fit(x, labels)
    assert search.best_params_["units"] in (2, 3) and search.predict(x).shape == (150,)
    texts, topics = ["sparse rows cost little", "dense rows cost much"] * 10, ["a", "b"] * 10
    pipeline = make_pipeline(TfidfVectorizer(), KerasClassifier(binary, features=6, units=8, epochs=80, verbose=0))
    assert sp.issparse(pipeline[0].fit_transform(texts))
    pipeline.fit(texts, topics)
    assert pipeline.score(texts, topics) > 0.9
