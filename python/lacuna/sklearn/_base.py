"""What all estimators have in common: making a model, training it, and taking steps on single rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from lacuna._types import ArrayLike
from lacuna.models import Model
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._fitting import Seeded, optimizer_of, train
from lacuna.sklearn._inputs import as_fed, check_range, rows_and_targets, rows_of, weights_of
from lacuna.sklearn._one_row import OneRow
from lacuna.sklearn._outputs import before_activation, check_outputs
from lacuna.sklearn._settings import check_settings

_PREDICTED_AT_ONCE = 1024


class Estimator(BaseEstimator, ABC):
    """A model that is made when fit knows the columns and the targets. Subclasses say how: `_make(facts)`; mixins for
    classes and values say what targets are."""

    # Parameters, which subclasses take in __init__.
    optimizer: Any
    learning_rate: Any
    learning_rate_schedule: Any
    max_iter: Any
    batch_size: Any
    tol: Any
    n_iter_no_change: Any
    early_stopping: Any
    validation_fraction: Any
    shuffle: Any
    warm_start: Any
    random_state: Any
    verbose: Any
    # What fit learns.
    model_: Any
    n_features_in_: int
    n_iter_: int
    history_: dict[str, list[float]]
    # Made from the model, and not kept in files.
    _scorer: Any = None
    _one_row: Any = None
    _rate: Any = None  # The learning_rate that the optimizer was given last.

    _numeric_targets = False
    _several_outputs = True  # Whether y may have rank 2.

    def _keep(self, parameters: dict[str, Any]) -> None:
        """Keeps the arguments of an __init__ as scikit-learn wants it: by their names, as they are."""
        for name, value in parameters.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    # What subclasses say.

    @abstractmethod
    def _make(self, facts: Facts) -> Any:
        """A model for these facts, compiled or not."""

    @abstractmethod
    def _learn_targets(self, y: Any, weights: Any) -> None:
        """Learns from the targets of fit, and the weights of their rows, what they are, and forgets what was known."""

    @abstractmethod
    def _targets(self, y: Any) -> Any:
        """Targets as the model takes them."""

    def _weights(self, y: Any, weights: Any, steps: bool) -> Any:
        """Weights of rows times those of their classes; None where all are 1. steps: y need not have all classes."""
        return weights

    @abstractmethod
    def _held_out(self, y: Any, rows: Any, random: Any) -> Any:
        """Those of the rows, which are numbers, that early stopping validates on."""

    @abstractmethod
    def _facts(self) -> Facts:
        """What the model must be made for."""

    # Training.

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None) -> Any:
        """Trains a new model, or with warm_start goes on with the one there is. Returns the estimator.

        X: (rows, columns), dense or sparse, which stays csr. y: (rows,), or (rows, outputs). sample_weight: (rows,).
        Weights, times those of classes, are brought to a mean of 1. ValueError for what does not fit, NaN, or
        weights that are all 0; the estimator is then what it was before."""
        check_settings(self)
        anew = not (self.warm_start and hasattr(self, "model_"))
        with self._as_before_if_it_fails():
            X, y = rows_and_targets(self, X, y, anew, self._numeric_targets)
            weights = weights_of(sample_weight, y.shape[0])
            if anew:
                self._learn_targets(y, weights)
            weights = as_fed(self._weights(y, weights, False), True)
            targets = self._targets(y)
            random = check_random_state(self.random_state)
            with Seeded(int(random.randint(2**31))):
                if anew:
                    self._begin(X)
                self._check_range(X)
                self._follow_rate()
                held_out = None
                if self.early_stopping:
                    held_out = self._held_out(y, _that_count(weights, y.shape[0]), random)
                history = train(self, X, targets, weights, held_out)
            self.history_, self.n_iter_ = history.history, len(history.epoch)
        return self

    @contextmanager
    def _as_before_if_it_fails(self) -> Iterator[None]:
        """Forgets what was learned of targets and columns, with the new model, unless this has trained."""
        before = self.__dict__.copy()
        try:
            yield
        except BaseException:
            model: Any = self.__dict__.get("model_")
            history = None if model is before.get("model_") else model.history
            if history is not None and history.epoch:
                self.history_, self.n_iter_ = history.history, len(history.epoch)
            else:
                self.__dict__.clear()
                self.__dict__.update(before)
            raise

    def _begin(self, X: Any) -> None:
        """Makes a new model for rows like X, compiled."""
        facts = self._facts()._replace(dtype="float32" if X.dtype == np.float32 else "float64")
        model = self._make(facts)
        if not isinstance(model, Model):
            raise TypeError(
                f"{type(self).__name__}: a function that makes a model must return a lacuna.Model. Received: "
                f"{type(model).__name__}."
            )
        check_outputs(type(self).__name__, model, facts)
        self._rate = None
        if model.optimizer is None:
            self._rate = self.learning_rate
            # A row of weight 0 is as if it were not there, in either dialect.
            model.compile(optimizer_of(self.optimizer, self.learning_rate), facts.loss, zero_weights_count=False)
        self.model_, self._one_row, self.n_iter_ = model, None, 0
        self._ask_before_activation()

    def _follow_rate(self) -> None:
        """Gives the optimizer the learning_rate, if that was set anew; another set by hand is left alone."""
        if self.learning_rate is not None and self.learning_rate != self._rate:
            check_settings(self)
            self.model_.optimizer.lr = float(self.learning_rate)
        self._rate = self.learning_rate

    def _check_range(self, X: Any) -> None:
        if X.dtype == np.float32:
            return
        for tensor in self.model_.inputs:
            check_range(type(self).__name__, "X", X, tensor.dtype)

    def _ask_before_activation(self) -> None:
        """Makes what predicts: the model or, where it ends in a layer Activation, the values before that, which are
        exact where probabilities of float32 are 0 or 1."""
        before = before_activation(self.model_, self._facts())
        self._scorer = (self.model_ if before is None else before, before is not None)

    def _for_steps(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Rows, targets and weights for steps of a model, which is made if there is none."""
        anew = not hasattr(self, "model_")
        X, y = rows_and_targets(self, X, y, anew, self._numeric_targets)
        weights = as_fed(self._weights(y, weights_of(sample_weight, y.shape[0]), True), False)
        targets = self._targets(y)
        if anew:
            random = check_random_state(self.random_state)
            with Seeded(int(random.randint(2**31))):
                self._begin(X)
        self._check_range(X)
        self._follow_rate()
        return X, targets, weights

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Any:
        """A step on all rows at once, for partial_fit after its first checks."""
        X, targets, weights = self._for_steps(X, y, sample_weight)
        self.model_.train_on_batch(X, targets, weights)
        self.n_iter_ += 1
        self._one_row = OneRow.of(self)
        return self

    def _progressive(self, X: Any, y: Any, sample_weight: Any, batch_size: Any) -> Any:
        """What Model.progressive returns."""
        X, targets, weights = self._for_steps(X, y, sample_weight)
        return self.model_.progressive(X, targets, batch_size=batch_size, sample_weight=weights)

    # Predictions.

    def _predicted(self, X: Any) -> tuple[Any, bool]:
        """What the model gives for rows, and whether these are values before the last activation."""
        check_is_fitted(self, "model_")
        X = rows_of(self, X)
        self._check_range(X)
        model, before = self._scorer
        values = model.predict(X, batch_size=_PREDICTED_AT_ONCE)
        if hasattr(values, "toarray"):
            values = values.toarray()
        return values.astype(np.float64), before

    # Files and tags.

    def __getstate__(self) -> Any:
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name not in ("_scorer", "_one_row")}

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        if hasattr(self, "model_"):
            self._ask_before_activation()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = self._several_outputs
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there is a model."""
        return hasattr(self, "model_")


def _that_count(weights: Any, rows: int) -> Any:
    """The numbers of the rows whose weight is not 0."""
    return np.arange(rows) if weights is None else np.flatnonzero(weights)
