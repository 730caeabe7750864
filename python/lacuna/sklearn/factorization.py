"""Factorization machines."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Number, Whole
from lacuna.sklearn import _networks
from lacuna.sklearn._classes import Classifier
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._values import Regressor

__all__ = ["FMClassifier", "FMRegressor"]


def __dir__() -> list[str]:
    return __all__


class FMClassifier(Classifier):
    """A factorization machine (Rendle, 2010): a linear model and, for each pair of columns, the product of their
    factors. For one-hot rows whose pairs matter: users and items, clicks.

    factors: the length of a column's factors. l2: the penalty l2 Σw², added to the mean loss of a row. sparse_weight:
    as in LinearClassifier. The other parameters: LacunaClassifier tells about them.

        >>> x = csr_matrix([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])
        >>> classifier = FMClassifier(factors=4, random_state=0).fit(x, [0, 1, 1, 0])
        >>> classifier.predict_proba(x).shape
        (4, 2)
    """

    _several_outputs = False  # A machine for each of many labels would cost as many models.

    def __init__(
        self,
        factors: Whole = 8,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        class_weight: Any = None,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.fm(facts, self.factors, self.l2, self.sparse_weight)


class FMRegressor(Regressor):
    """A factorization machine for values, such as ratings. Parameters as in FMClassifier.

    >>> x = csr_matrix([[1.0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]])
    >>> regressor = FMRegressor(factors=4, random_state=0).fit(x, [5.0, 1.0, 4.0, 2.0])
    >>> regressor.predict(x).shape
    (4,)
    """

    def __init__(
        self,
        factors: Whole = 8,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.fm(facts, self.factors, self.l2, self.sparse_weight)
