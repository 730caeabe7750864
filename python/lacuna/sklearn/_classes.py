"""Estimators of classes: labels of any type, several labels at once, probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from lacuna._arguments import shown
from lacuna._array_likes import is_sparse
from lacuna._types import ArrayLike, Whole
from lacuna.sklearn._base import Estimator
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._inputs import with_classes, with_known_classes
from lacuna.sklearn._settings import check_settings

_TINY = 1e-7  # Probabilities of float32 are kept this far from 0 and 1 before their logarithm is taken.


class Classifier(ClassifierMixin, Estimator):
    """Classes, of which each row has one, or labels, of which it has any number (y of 0 and 1 with a column each)."""

    class_weight: Any
    classes_: Any
    _labels = False  # Whether a row may have several labels.
    _sparse_labels = False  # Whether these came as a sparse matrix.
    _places: Any = None  # By label, its place in classes_.
    _given_classes: Any = None  # Of the last partial_fit: the same list need not be checked again.

    # Targets.

    def _learn_targets(self, y: Any, weights: Any) -> None:
        check_classification_targets(y)
        self._learn_kind(y)
        self._sparse_labels = is_sparse(y)
        if self._labels:
            self._learn_classes(np.arange(y.shape[1]))
            return
        classes = np.unique(column_or_1d(y, warn=True))
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__}: y must have more than one class. Received: {len(classes)} class, "
                f"{shown(classes.tolist()[0])}."
            )
        self._learn_classes(classes)

    def _learn_kind(self, y: Any) -> None:
        self._labels = type_of_target(y).startswith("multilabel")
        if self._labels and not self._several_outputs:
            raise ValueError(
                f"{type(self).__name__}: y must have one label for each row; sklearn's OneVsRestClassifier makes a "
                f"model for each of several labels. Received: shape={np.shape(y)}."
            )

    def _learn_classes(self, classes: Any) -> None:
        self.classes_, self._given_classes = classes, None
        self._places = {label: place for place, label in enumerate(classes.tolist())}

    def _targets(self, y: Any) -> Any:
        if self._labels:
            if y.ndim != 2 or y.shape[1] != len(self.classes_):
                raise ValueError(
                    f"{type(self).__name__}: y must have a column of 0 and 1 for each label. Received: "
                    f"shape={y.shape}, labels={len(self.classes_)}."
                )
            values = y.data if is_sparse(y) else y
            if not ((values == 0) | (values == 1)).all():
                odd = values[(values != 0) & (values != 1)].tolist()[0]
                raise ValueError(
                    f"{type(self).__name__}: y of several labels must be 0 or 1 in each place. Received: {shown(odd)}."
                )
            return y.astype(np.float32)
        y = column_or_1d(y)
        places = np.searchsorted(self.classes_, y)
        places[places == len(self.classes_)] = 0
        if not np.array_equal(self.classes_[places], y):
            unknown = y[self.classes_[places] != y].tolist()[0]
            raise ValueError(
                f"{type(self).__name__}: labels must be among the classes of the first call. Received: "
                f"y={shown(unknown)}, classes={self.classes_}."
            )
        return places.astype(np.float32 if len(self.classes_) == 2 else np.int32)

    def _weights(self, y: Any, weights: Any, steps: bool) -> Any:
        if self.class_weight is not None and not self._labels:
            y = column_or_1d(y)
            if steps:
                return with_known_classes(type(self).__name__, weights, self.class_weight, y, self.classes_)
        return with_classes(weights, self.class_weight, y)

    def _held_out(self, y: Any, rows: Any, random: Any) -> Any:
        alike = None if self._labels else column_or_1d(y)[rows]
        return train_test_split(rows, test_size=self.validation_fraction, random_state=random, stratify=alike)[1]

    def _facts(self) -> Facts:
        classes = len(self.classes_)
        kind = "labels" if self._labels else "binary" if classes == 2 else "classes"
        return Facts(self.n_features_in_, 1 if kind == "binary" else classes, kind, self.classes_)

    # Steps.

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike = None, sample_weight: ArrayLike = None
    ) -> Any:
        """A step on all rows of X at once. classes: all labels that will come, which the first call must name. A call
        on one row of csr after another of its kind skips the checks of scikit-learn that the library makes too. Returns
        the estimator. ValueError for labels that are not among the classes."""
        quick, known = self._one_row, classes is None or classes is self._given_classes
        same = self.class_weight is None and self.learning_rate is self._rate
        if quick is not None and known and same and sample_weight is None and quick(X, y):
            return self
        with self._as_before_if_it_fails():
            self._know_classes(y, classes)
            return self._partial_fit(X, y, sample_weight)

    def _know_classes(self, y: Any, classes: Any) -> None:
        """Learns the classes from the first call of partial_fit; those of later ones must be the same."""
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"{type(self).__name__}: class_weight must be a dict for partial_fit, which does not know how many "
                "rows will come; sklearn's compute_class_weight makes one. Received: "
                f"class_weight={self.class_weight!r}."
            )
        if not hasattr(self, "model_"):
            check_settings(self)
            if classes is None:
                raise ValueError(
                    f"{type(self).__name__}: the first partial_fit must be given all classes. Received: classes=None."
                )
            self._learn_kind(y)
            self._learn_classes(self._listed_classes(classes))
        elif classes is not None and not np.array_equal(self._listed_classes(classes), self.classes_):
            raise ValueError(
                f"{type(self).__name__}: classes must be those of the first call. Received: classes={classes}, before "
                f"{self.classes_}."
            )
        if classes is not self._given_classes:
            self._given_classes = classes

    def _listed_classes(self, classes: Any) -> Any:
        """The classes that a user names, in order."""
        given = np.asarray(classes)
        if given.ndim == 1 and given.size and not (given.dtype.kind == "f" and np.isnan(given).any()):
            try:
                listed = np.unique(given)
            except TypeError:  # Labels of types that have no order.
                listed = given[:0]
            if len(listed) > 1:
                return listed
        raise ValueError(
            f"{type(self).__name__}: classes must be a list of two or more labels of one type, none of them missing. "
            f"Received: classes={shown(classes)}."
        )

    def progressive(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike = None,
        sample_weight: ArrayLike = None,
        batch_size: Whole = 1,
    ) -> Any:
        """Predicts each row before it learns from it, in the order of X, in one pass: how well an estimator does that
        learns as rows come. Returns a Progressive: predictions are the probabilities as predict_proba gives them;
        losses, that of each step; loss, their mean. classes: those of partial_fit; None: those of y. batch_size: rows
        that are predicted, and then learned, at a time."""
        with self._as_before_if_it_fails():
            if classes is None and not hasattr(self, "model_"):
                classes = np.arange(np.shape(y)[1]) if np.ndim(y) == 2 else np.unique(np.asarray(y))
            self._know_classes(y, classes)
            seen = self._progressive(X, y, sample_weight, batch_size)
        values = seen.predictions.astype(np.float64)
        return seen._replace(predictions=np.hstack([1 - values, values]) if values.shape[1] == 1 else values)

    # Predictions.

    def decision_function(self, X: ArrayLike) -> Any:
        """Values before the last activation: (rows,) for two classes, where above 0 means the second; else (rows,
        classes)."""
        values, before = self._predicted(X)
        if not before:
            values = np.clip(values, _TINY, None)
            if self._facts().kind == "classes":
                values = np.log(values)
            else:
                values = np.log(values) - np.log(np.clip(1 - values, _TINY, None))
        return values[:, 0] if self._facts().kind == "binary" else values

    def predict_proba(self, X: ArrayLike) -> Any:
        """The probability of each class, or of each label: (rows, classes)."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        return expit(scores) if self._labels else softmax(scores, axis=1)

    def predict_log_proba(self, X: ArrayLike) -> Any:
        """The logarithm of predict_proba."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([log_expit(-scores), log_expit(scores)])
        return log_expit(scores) if self._labels else log_softmax(scores, axis=1)

    def predict(self, X: ArrayLike) -> Any:
        """The label of each row, of the type of y: (rows,). Where rows may have several labels, 0 and 1 in a column for
        each: (rows, labels), a csr_matrix if y of fit was sparse."""
        check_is_fitted(self, "model_")
        scores = self.decision_function(X)
        if self._labels:
            labels = (scores > 0).astype(np.int64)
            if not self._sparse_labels:
                return labels
            from scipy.sparse import csr_matrix

            return csr_matrix(labels)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = self._several_outputs
        return tags
