"""Estimators of values."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.model_selection import train_test_split

from lacuna._types import ArrayLike, Whole
from lacuna.sklearn._base import Estimator
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._inputs import weights_of
from lacuna.sklearn._settings import check_settings


class Regressor(RegressorMixin, Estimator):
    """One value for each row, or several (y of (rows, values)). fit trains on targets of mean 0 and deviation 1, so
    that its rate need not follow their scale; partial_fit alone takes them as they are."""

    _numeric_targets = True
    _means: Any = None  # Of each column of y, None where they are taken as they are.
    _scales: Any = None
    _flat = True  # Whether y has rank 1.
    _outputs = 1

    def _learn_targets(self, y: Any, weights: Any) -> None:
        self._flat, self._outputs = y.ndim == 1, 1 if y.ndim == 1 else y.shape[1]
        y = np.asarray(y, np.float64).reshape(len(y), -1)
        if weights is not None:
            y, weights = y[weights > 0], weights[weights > 0] / weights.max()
        with np.errstate(over="ignore", invalid="ignore"):
            self._means = np.average(y, axis=0, weights=weights)
            if not getattr(self, "fit_intercept", True):
                self._means = np.zeros_like(self._means)  # Without a bias a model cannot make up for a mean.
            self._scales = np.sqrt(np.average((y - self._means) ** 2, axis=0, weights=weights))
        if not np.isfinite(self._scales).all():
            raise ValueError(
                f"{type(self).__name__}: y must have a finite mean and deviation; bring it to a smaller scale. "
                f"Received: mean={self._means.tolist()}, deviation={self._scales.tolist()}."
            )
        self._scales[self._scales == 0] = 1

    def _targets(self, y: Any) -> Any:
        y = np.asarray(y, np.float64).reshape(len(y), -1)
        if y.shape[1] != self._outputs:
            raise ValueError(
                f"{type(self).__name__}: y must have the columns of the first call. Received: {y.shape[1]}, before "
                f"{self._outputs}."
            )
        with np.errstate(over="ignore", invalid="ignore"):
            targets = (y if self._means is None else (y - self._means) / self._scales).astype(np.float32)
        if not np.isfinite(targets).all():
            bad = y[~np.isfinite(targets)].tolist()[0]
            raise ValueError(
                f"{type(self).__name__}: y must hold numbers that float32 can hold; bring them to a smaller scale. "
                f"Received: {bad}."
            )
        return targets

    def _held_out(self, y: Any, rows: Any, random: Any) -> Any:
        return train_test_split(rows, test_size=self.validation_fraction, random_state=random)[1]

    def _facts(self) -> Facts:
        return Facts(self.n_features_in_, self._outputs, "values")

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None) -> Any:
        """A step on all rows of X at once; y as in fit. A call on one row of csr after another of its kind skips the
        checks of scikit-learn that the library makes too. Returns the estimator."""
        quick = self._one_row
        same = self.learning_rate is self._rate
        if quick is not None and same and sample_weight is None and quick(X, y):
            return self
        with self._as_before_if_it_fails():
            self._know_columns(y)
            return self._partial_fit(X, y, sample_weight)

    def _know_columns(self, y: Any) -> None:
        """Learns from the first call of partial_fit how many values a row has."""
        if not hasattr(self, "model_"):
            check_settings(self)
            self._means = self._scales = None
            shape = np.shape(y)
            self._flat, self._outputs = len(shape) < 2, shape[1] if len(shape) > 1 else 1

    def progressive(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None, batch_size: Whole = 1) -> Any:
        """Predicts each row before it learns from it, in the order of X, in one pass: how well an estimator does that
        learns as rows come. Returns a Progressive: predictions as predict gives them; losses, that of each step; loss,
        their mean. y: as in partial_fit. batch_size: rows that are predicted, and then learned, at a time. After fit,
        which scales y, a loss of squared errors is in units of y, without penalties; another loss is that of the
        scaled values."""
        with self._as_before_if_it_fails():
            self._know_columns(y)
            seen = self._progressive(X, y, sample_weight, batch_size)
        predictions = self._in_units_of_y(seen.predictions.astype(np.float64))
        if self._means is not None and _is_of_squares(self.model_.loss):
            columns = (len(predictions), -1)
            wrong = predictions.reshape(columns) - np.asarray(y, np.float64).reshape(columns)
            errors = np.mean(wrong**2, axis=1)
            weights = weights_of(sample_weight, len(errors))
            losses, mean = _mean_errors(errors, np.ones(len(errors)) if weights is None else weights, int(batch_size))
            seen = seen._replace(losses=losses, logs={**seen.logs, "loss": mean})
        return seen._replace(predictions=predictions)

    def predict(self, X: ArrayLike) -> Any:
        """The value of each row: (rows,), or (rows, values) where y of fit has rank 2."""
        return self._in_units_of_y(self._predicted(X)[0])

    def _in_units_of_y(self, values: Any) -> Any:
        if self._means is not None:
            values = values * self._scales + self._means
        return values[:, 0] if self._flat else values


def _is_of_squares(loss: Any) -> bool:
    return getattr(loss, "__name__", loss) in ("mean_squared_error", "mse", "MSE")


def _mean_errors(errors: Any, weights: Any, batch_size: int) -> tuple[Any, float]:
    """The mean weighted error of each step, and of all rows; rows of weight 0 are not counted."""
    starts = np.arange(0, len(errors), batch_size)
    sums = np.add.reduceat(errors * weights, starts)
    counts = np.add.reduceat((weights > 0).astype(float), starts)
    return sums / np.maximum(counts, 1), float(sums.sum() / counts.sum())
