"""Estimators of values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.model_selection import train_test_split

from lacuna._types import ArrayLike, Whole
from lacuna.sklearn._base import Estimator
from lacuna.sklearn._facts import Facts


class Regressor(RegressorMixin, Estimator):
    """One value for each row, or several (y of (rows, values)). fit trains on targets of mean 0 and deviation 1, so
    that its rate need not follow their scale; partial_fit alone takes them as they are."""

    _numeric_targets = True
    _means: Any = None  # Of each column of y, None where they are taken as they are.
    _scales: Any = None
    _flat = True  # Whether y has rank 1.
    _outputs = 1

    def _learn_targets(self, y: Any) -> None:
        self._flat, self._outputs = y.ndim == 1, 1 if y.ndim == 1 else y.shape[1]
        y = np.asarray(y.todense() if hasattr(y, "todense") else y, np.float64).reshape(len(y), -1)
        self._means, self._scales = y.mean(axis=0), y.std(axis=0)
        self._scales[self._scales == 0] = 1

    def _targets(self, y: Any) -> Any:
        y = np.asarray(y, np.float64).reshape(len(y), -1)
        if y.shape[1] != self._outputs:
            raise ValueError(
                f"{type(self).__name__}: y must have the columns of the first call. Received: {y.shape[1]}, before "
                f"{self._outputs}."
            )
        return (y if self._means is None else (y - self._means) / self._scales).astype(np.float32)

    def _held_out(self, y: Any, random: Any) -> Any:
        return train_test_split(np.arange(len(y)), test_size=self.validation_fraction, random_state=random)[1]

    def _facts(self) -> Facts:
        return Facts(self.n_features_in_, self._outputs, "values")

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None) -> Any:
        """A step on all rows of X at once; y as in fit. A call on one row of csr after another of its kind skips the
        checks of scikit-learn that the library makes too. Returns the estimator."""
        quick = self._one_row
        if quick is not None and sample_weight is None and quick(X, y):
            return self
        self._know_columns(y)
        return self._partial_fit(X, y, sample_weight)

    def _know_columns(self, y: Any) -> None:
        """Learns from the first call of partial_fit how many values a row has."""
        if not hasattr(self, "model_"):
            self._means = self._scales = None
            shape = np.shape(y)
            self._flat, self._outputs = len(shape) < 2, shape[1] if len(shape) > 1 else 1

    def progressive(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None, batch_size: Whole = 1) -> Any:
        """Predicts each row before it learns from it, in the order of X, in one pass: how well an estimator does that
        learns as rows come. Returns a Progressive: predictions as predict gives them; losses, that of each step; loss,
        their mean. y: as in partial_fit. batch_size: rows that are predicted, and then learned, at a time."""
        self._know_columns(y)
        seen = self._progressive(X, y, sample_weight, batch_size)
        return replace(seen, predictions=self._in_units_of_y(seen.predictions.astype(np.float64)))

    def predict(self, X: ArrayLike) -> Any:
        """The value of each row: (rows,), or (rows, values) where y of fit has rank 2."""
        return self._in_units_of_y(self._predicted(X)[0])

    def _in_units_of_y(self, values: Any) -> Any:
        if self._means is not None:
            values = values * self._scales + self._means
        return values[:, 0] if self._flat else values
