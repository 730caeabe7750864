"""scikit-learn's own checks of estimators pass, but for those that its SGDClassifier is excused from: rows of weight 2
are not the same as rows that come twice, where rows are dealt into batches."""

import pytest

pytest.importorskip("sklearn", "1.6", reason="scikit-learn is not installed")
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from lacuna import Input, Model  # noqa: E402
from lacuna import sklearn as estimators  # noqa: E402
from lacuna.layers import Dense  # noqa: E402

_WHY = "sample_weight is not equivalent to removing/repeating samples."
_EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _WHY,
    "check_sample_weight_equivalence_on_sparse_data": _WHY,
}
_CLASSES = [getattr(estimators, name) for name in estimators.__all__ if name != "Facts"]


def build(facts):
    x = Input((facts.n_features,), dtype=facts.dtype)
    return Model(x, Dense(facts.n_outputs, facts.activation, dtype=facts.dtype)(x))


@parametrize_with_checks(
    [
        *(one() for one in _CLASSES),
        estimators.LacunaClassifier(build, "adagrad", learning_rate=0.25),
        estimators.LacunaRegressor(build, "adagrad", learning_rate=0.25),
    ],
    expected_failed_checks=lambda estimator: _EXCUSED,
)
def test_a_check_of_scikit_learn_passes(estimator, check):
    check(estimator)
