"""What all estimators have in common: making a model, training it, and taking steps on single rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from lacuna._types import ArrayLike
from lacuna.layers import Activation
from lacuna.models import Model
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._fitting import Seeded, optimizer_of, train
from lacuna.sklearn._inputs import rows_and_targets, rows_of, weights_of
from lacuna.sklearn._one_row import OneRow

_PREDICTED_AT_ONCE = 1024


class Estimator(BaseEstimator):
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

    _numeric_targets = False
    _several_outputs = True  # Whether y may have rank 2.

    def _keep(self, parameters: dict[str, Any]) -> None:
        """Keeps the arguments of an __init__ as scikit-learn wants it: by their names, as they are."""
        for name, value in parameters.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    # What subclasses say.

    def _make(self, facts: Facts) -> Any:
        """A model for these facts, compiled or not."""
        raise NotImplementedError

    def _learn_targets(self, y: Any) -> None:
        """Learns from the targets of fit what they are, and forgets what was known."""
        raise NotImplementedError

    def _targets(self, y: Any) -> Any:
        """Targets as the model takes them."""
        raise NotImplementedError

    def _weights(self, y: Any, sample_weight: Any) -> Any:
        """The weights of rows; None where all are 1."""
        return weights_of(sample_weight, y.shape[0])

    def _held_out(self, y: Any, random: Any) -> Any:
        """The numbers of the rows that early stopping validates on."""
        raise NotImplementedError

    def _facts(self) -> Facts:
        """What the model must be made for."""
        raise NotImplementedError

    # Training.

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None) -> Any:
        """Trains a new model, or with warm_start goes on with the one there is. Returns the estimator.

        X: (rows, columns), dense or sparse, which stays csr. y: (rows,), or (rows, outputs). sample_weight: (rows,).
        ValueError for what does not fit, NaN, or weights that are all 0."""
        anew = not (self.warm_start and hasattr(self, "model_"))
        X, y = rows_and_targets(self, X, y, anew, self._numeric_targets)
        if anew:
            self._learn_targets(y)
        weights = self._weights(y, sample_weight)
        targets = self._targets(y)
        random = check_random_state(self.random_state)
        with Seeded(int(random.randint(2**31))):
            if anew:
                self._begin(X)
            held_out = self._held_out(y, random) if self.early_stopping else None
            history = train(self, X, targets, weights, held_out)
        self.history_, self.n_iter_ = history.history, len(history.epoch)
        return self

    def _begin(self, X: Any) -> None:
        """Makes a new model for rows like X, compiled."""
        facts = self._facts()._replace(dtype="float32" if X.dtype == np.float32 else "float64")
        model = self._make(facts)
        if not isinstance(model, Model):
            raise TypeError(
                f"{type(self).__name__}: a function that makes a model must return a lacuna.Model. Received: "
                f"{type(model).__name__}."
            )
        if model.optimizer is None:
            # A row of weight 0 is as if it were not there, in either dialect.
            model.compile(optimizer_of(self.optimizer, self.learning_rate), facts.loss, zero_weights_count=False)
        self.model_, self._one_row = model, None
        self._ask_before_activation()

    def _ask_before_activation(self) -> None:
        """Makes what predicts: the model or, where it ends in a layer Activation, the values before that, which are
        exact where probabilities of float32 are 0 or 1."""
        last = self.model_.layers[-1]
        before = isinstance(last, Activation) and self._facts().kind != "values"
        self._scorer = (Model(self.model_.inputs, last.input) if before else self.model_, before)

    def _for_steps(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Rows, targets and weights for steps of a model, which is made if there is none."""
        anew = not hasattr(self, "model_")
        X, y = rows_and_targets(self, X, y, anew, self._numeric_targets)
        weights = self._weights(y, sample_weight)
        if anew:
            random = check_random_state(self.random_state)
            with Seeded(int(random.randint(2**31))):
                self._begin(X)
            self.n_iter_ = 0
        return X, self._targets(y), weights

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
