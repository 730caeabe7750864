"""The estimators of lacuna.sklearn within scikit-learn's tools."""

import numpy as np
import pytest
import scipy.sparse as sp

pytest.importorskip("sklearn", "1.6", reason="scikit-learn is not installed")
import sklearn  # noqa: E402
from joblib import parallel_backend  # noqa: E402
from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import StackingClassifier  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score  # noqa: E402
from sklearn.multioutput import MultiOutputRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

from lacuna.sklearn import (  # noqa: E402
    FMClassifier,
    LinearClassifier,
    LinearRegressor,
    MLPClassifier,
    WideDeepClassifier,
)

WORDS = {"cooking": "salt pepper oven soup bread butter", "sailing": "wind mast rope harbour anchor wave"}


def texts(count=120):
    random = np.random.default_rng(0)
    topics = random.choice(sorted(WORDS), count)
    return [" ".join(random.choice([*WORDS[t].split(), "the", "and", "of"], 8)) for t in topics], topics


def test_a_pipeline_after_tf_idf_stays_sparse():
    x, y = texts()
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LinearClassifier(random_state=0)).fit(x[:80], y[:80])
    assert pipeline.score(x[80:], y[80:]) > 0.95
    assert list(pipeline.classes_) == ["cooking", "sailing"]


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_search_by_processes_and_by_threads(backend):
    x, y = texts()
    pipeline = make_pipeline(TfidfVectorizer(), LinearClassifier(random_state=0))
    grid = {"linearclassifier__learning_rate": [0.001, 0.25], "linearclassifier__l2": [0.0, 1e-5]}
    alone = GridSearchCV(pipeline, grid, cv=3).fit(x, y)
    with parallel_backend(backend):
        search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(x, y)
    assert np.array_equal(search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"])
    assert search.best_params_ == alone.best_params_
    assert search.score(x, y) > 0.95


def test_columns_of_a_frame():
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(0)
    frame = pandas.DataFrame({"city": random.choice(["a", "b", "c"], 300), "age": random.integers(18, 80, 300)})
    y = np.where((frame["city"] == "a") | (frame["age"] > 60), "yes", "no")
    columns = ColumnTransformer([("words", OneHotEncoder(), ["city"]), ("numbers", StandardScaler(), ["age"])])
    for estimator in (LinearClassifier(random_state=0), FMClassifier(random_state=0), WideDeepClassifier()):
        assert make_pipeline(columns, estimator).fit(frame, y).score(frame, y) > 0.8


def test_cross_validation_calibration_and_stacks():
    x, y = texts()
    x = TfidfVectorizer().fit_transform(x)
    assert sp.issparse(x)
    probabilities = cross_val_predict(LinearClassifier(random_state=0), x, y, cv=3, method="predict_proba")
    assert probabilities.shape == (120, 2) and ((probabilities[:, 1] > 0.5) == (y == "sailing")).mean() > 0.9
    assert CalibratedClassifierCV(LinearClassifier(random_state=0), cv=3).fit(x, y).score(x, y) > 0.95
    parts = [("linear", LinearClassifier(random_state=0)), ("mlp", MLPClassifier(16, random_state=0))]
    assert StackingClassifier(parts, LinearClassifier(random_state=0), cv=3).fit(x, y).score(x, y) > 0.9
    several = MultiOutputRegressor(LinearRegressor(random_state=0)).fit(x, np.column_stack([y == "sailing"] * 2))
    assert several.predict(x).shape == (120, 2)


def test_weights_are_routed():
    x, y = texts()
    x, weights = TfidfVectorizer().fit_transform(x), np.where(y == "sailing", 3.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        asked = LinearClassifier(random_state=0).set_fit_request(sample_weight=True)
        asked.set_score_request(sample_weight=True)
        assert (cross_val_score(asked, x, y, cv=3, params={"sample_weight": weights}) > 0.9).all()
        with pytest.raises(ValueError, match="sample_weight"):
            cross_val_score(LinearClassifier(), x, y, cv=3, params={"sample_weight": weights}, error_score="raise")
