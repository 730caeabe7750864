"""Linear models: logistic and softmax regression, and least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from lacuna._types import Flag, Number, Whole
from lacuna.sklearn import _networks
from lacuna.sklearn._classes import Classifier
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._values import Regressor

__all__ = ["LinearClassifier", "LinearRegressor"]


def __dir__() -> list[str]:
    return __all__


class _Coefficients:
    """coef_ and intercept_ of a linear model, as the model has them now."""

    model_: Any
    fit_intercept: Any

    def _kernel_and_bias(self) -> Any:
        check_is_fitted(self, "model_")
        kernel, *bias = self.model_.get_weights()
        return kernel.T.astype(np.float64), bias[0].astype(np.float64) if bias else np.zeros(kernel.shape[1])


class LinearClassifier(_Coefficients, Classifier):
    """Logistic regression, for several classes with softmax, for several labels with a sigmoid each; trained by steps
    of Adagrad on sparse or dense rows. It is quickest where columns are many: text and one-hot rows.

    l1, l2: penalties l1 Σ|w| + l2 Σw² that are added to the mean loss of a row. fit_intercept: whether there is a bias.
    sparse_weight: whether only the rows of the weight that were touched are kept; None: where it is large. The other
    parameters: LacunaClassifier tells about them.

        >>> x, y = csr_matrix([[0, 2.0], [1.0, 0], [0, 1.0], [3.0, 0]]), ["no", "yes", "no", "yes"]
        >>> classifier = LinearClassifier(random_state=0).fit(x, y)
        >>> classifier.predict(x)
        array(['no', 'yes', 'no', 'yes'], dtype='<U3')
        >>> classifier.coef_.shape, classifier.intercept_.shape
        ((1, 2), (1,))
    """

    def __init__(
        self,
        l1: Number = 0.0,
        l2: Number = 0.0,
        fit_intercept: Flag = True,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.25,
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
        return _networks.linear(facts, self.l1, self.l2, self.sparse_weight, self.fit_intercept)

    @property
    def coef_(self) -> Any:
        """The weights: (1, columns) for two classes, else (classes, columns)."""
        return self._kernel_and_bias()[0]

    @property
    def intercept_(self) -> Any:
        """The bias of each row of coef_."""
        return self._kernel_and_bias()[1]


class LinearRegressor(_Coefficients, Regressor):
    """Least squares, by steps of Adagrad on sparse or dense rows.

    l1, l2, fit_intercept, sparse_weight: as in LinearClassifier. The other parameters: LacunaClassifier tells about
    them.

        >>> x = csr_matrix([[0, 2.0], [1.0, 0], [0, 1.0], [3.0, 0]])
        >>> regressor = LinearRegressor(max_iter=200, random_state=0).fit(x, [20.0, 5.0, 10.0, 15.0])
        >>> regressor.predict(csr_matrix([[2.0, 0]])).round()
        array([10.])
    """

    def __init__(
        self,
        l1: Number = 0.0,
        l2: Number = 0.0,
        fit_intercept: Flag = True,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.25,
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
        return _networks.linear(facts, self.l1, self.l2, self.sparse_weight, self.fit_intercept)

    def _scaled(self) -> Any:
        kernel, bias = self._kernel_and_bias()
        if self._means is None:
            return kernel, bias
        return kernel * self._scales[:, None], bias * self._scales + self._means

    @property
    def coef_(self) -> Any:
        """The weights: (columns,), or (values, columns) where y has rank 2."""
        return self._scaled()[0][0] if self._flat else self._scaled()[0]

    @property
    def intercept_(self) -> Any:
        """The bias: a number, or one for each row of coef_."""
        return self._scaled()[1][0] if self._flat else self._scaled()[1]
