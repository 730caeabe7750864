"""Metrics: functions of symbols (y_true, y_pred), and objects with a state, which are exact over all rows of an epoch
instead of a mean over batches. Every loss can be used as a metric. The names "accuracy" and "crossentropy" choose the
function that suits output and loss; "auc", "precision", "recall", "f1" and "log_loss" are objects defined below.
These objects, and all weighted_metrics of compile, use the sample weights given to fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import from_config, listed, shown
from lacuna._arrays import is_sparse, view
from lacuna._custom import custom, custom_object_scope, to_config
from lacuna._settings import Settings
from lacuna._types import ArrayLike, Config, Identifier, TensorLike, Whole
from lacuna.losses import (
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine,
    cosine_proximity,
    hinge,
    kld,
    kullback_leibler_divergence,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    multi_hot_sparse_categorical_crossentropy,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)

__all__ = [
    "AUC",
    "F1",
    "F1Score",
    "KLD",
    "LogLoss",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "Metric",
    "Precision",
    "Recall",
    "SparseTopKCategoricalAccuracy",
    "StatefulMetric",
    "TopKCategoricalAccuracy",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine",
    "cosine_proximity",
    "deserialize",
    "get",
    "hinge",
    "kld",
    "kullback_leibler_divergence",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "multi_hot_sparse_categorical_accuracy",
    "multi_hot_sparse_categorical_crossentropy",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]


def __dir__() -> list[str]:
    return __all__


def binary_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """The fraction of the last axis where t equals p rounded."""
    return _core.metric("binary_accuracy")(y_true, y_pred)


def categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where argmax(t) = argmax(p), else 0."""
    return _core.metric("categorical_accuracy")(y_true, y_pred)


def sparse_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where argmax(p) = t, else 0."""
    return _core.metric("sparse_categorical_accuracy")(y_true, y_pred)


def multi_hot_sparse_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where argmax(p) is the largest label of the row, else 0, as in Keras-MXNet. y_true: labels padded with -1, or a
    0/1 matrix."""
    return _core.metric("multi_hot_sparse_categorical_accuracy")(y_true, y_pred)


def top_k_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike, k: Whole = 5) -> Any:
    """1 where argmax(t) is the index of one of the k largest values of p, else 0; all values that tie count as
    included. In the dialect of Keras 2.2.4 the mean over all rows."""
    return _mean_in_keras_2(_core.top_k_categorical_accuracy(y_true, y_pred, k))


def sparse_top_k_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike, k: Whole = 5) -> Any:
    """1 where t is the index of one of the k largest values of p, else 0; all values that tie count as included. In
    the dialect of Keras 2.2.4 the mean over all rows."""
    return _mean_in_keras_2(_core.sparse_top_k_categorical_accuracy(y_true, y_pred, k))


def _mean_in_keras_2(rows):
    return rows if _core.keras() == "3" else _core.mean(rows, [], False)


class Metric(Settings):
    """The base class of the metrics below. `name` is the key in History, with a number added if it occurs twice. Your
    own metric is a function of (y_true, y_pred); or derives from a class below to change its settings; or, if it has a
    state, is a Layer as in Keras 2.2.4: stateful=True, variables, reset_states(), and __call__(y_true, y_pred), which
    calls add_update and returns a scalar."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("lacuna."):
            return
        of_none = any(base in (Metric, StatefulMetric, CountsMetric) for base in cls.__bases__)
        if of_none or {"update_state", "result", "reset_states", "call"} & set(cls.__dict__):
            raise TypeError(
                f"{cls.__name__}: a metric with a state of your own must be a Layer with stateful=True, reset_states() "
                "and __call__(y_true, y_pred); or write a function of (y_true, y_pred) that gives a symbol with a "
                "value for each sample, or derive from AUC, Precision, Recall or F1 and change its settings. Received: "
                f"a class that derives from {cls.__bases__[0].__name__}."
            )

    _maker = _core.metric

    @classmethod
    def _of(cls, core):
        result = cls.__new__(cls)
        result._core = core
        return result

    @property
    def name(self) -> str:
        """The key in History."""
        return self._core.name

    def __reduce__(self):
        return (get, (self.name,)) if type(self) is Metric else super().__reduce__()

    def __repr__(self) -> str:
        return f"<Metric '{self.name}'>" if type(self) is Metric and "_core" in vars(self) else super().__repr__()


class LogLoss(Metric):
    """The weighted crossentropy of output and labels, as scikit-learn's log_loss."""

    def __init__(self, name: str = "log_loss") -> None:
        self._make("LogLoss", locals())


class TopKCategoricalAccuracy(Metric):
    """The fraction of rows where argmax(y_true) is the index of one of the k largest values of y_pred."""

    def __init__(self, k: Whole = 5, name: str = "top_k_categorical_accuracy") -> None:
        self._make("TopKCategoricalAccuracy", locals())


class SparseTopKCategoricalAccuracy(Metric):
    """The fraction of rows where y_true is the index of one of the k largest values of y_pred."""

    def __init__(self, k: Whole = 5, name: str = "sparse_top_k_categorical_accuracy") -> None:
        self._make("SparseTopKCategoricalAccuracy", locals())


class StatefulMetric(Metric):
    """A metric that is not a mean of values per sample. It also works without a model, on arrays: update_state, result,
    reset_states."""

    _state = None

    def update_state(self, y_true: TensorLike, y_pred: TensorLike, sample_weight: ArrayLike = None) -> None:
        """Adds rows. y_pred: (n,) or (n, columns). y_true: 0 and 1 (or -1 and 1) of that shape, an array or a scipy
        matrix; or whole numbers (n,) or (n, 1), each the index of a column. sample_weight: (n,), not negative.
        ValueError for other labels or shapes, IndexError for a label beyond the columns."""
        y_pred = np.asarray(y_pred)
        if y_pred.ndim == 1:
            y_pred = y_pred.reshape(-1, 1)
        ids = False
        if not is_sparse(y_true):
            y_true = np.asarray(y_true)
            ids = y_pred.shape[-1] > 1 and y_true.dtype.kind in "iu" and y_true.shape[1:] in ((), (1,))
            y_true = y_true.reshape(-1, 1) if y_true.ndim == 1 else y_true
        if self._state is None:
            self._state = _core.MetricState(self._core, ids)
        weights = None if sample_weight is None else view(sample_weight, "update_state: sample_weight")
        where = "update_state: y_"
        self._state.add(view(y_true, where + "true"), view(y_pred, where + "pred"), weights, ids)

    def result(self) -> Any:
        """The value over all rows that were added; NaN, with a warning, if it is not defined."""
        return (self._state or _core.MetricState(self._core, False)).value()

    def reset_states(self) -> None:
        """Forgets all rows that were added."""
        self._state = None


class AUC(StatefulMetric):
    """The exact area under a curve: computed from all scores, not at thresholds; ties count half.

    curve: 'ROC', the probability that a row with the label has a larger score than one without (scikit-learn's
        roc_auc_score), or 'PR', average precision (average_precision_score).
    average: how several columns are combined: 'macro', 'weighted' (by the rows with the label) or 'micro' (all columns
        as one). class_id: only that column; for whole-number labels that class against the rest.

    If all rows of a column have the same class, the value is NaN, with a warning. Keeps all scores of an epoch: 8 bytes
    per score (16 for float64), and 8 per row if there are weights.

    ValueError for another curve or average, or for labels that are not as update_state says.

        >>> auc = AUC()
        >>> auc.update_state([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> auc.result()
        0.75
    """

    def __init__(
        self, curve: str = "ROC", average: str = "macro", class_id: Whole | None = None, name: str = "auc"
    ) -> None:
        self._make("AUC", locals())


class CountsMetric(StatefulMetric):
    """The base class of Precision, Recall and F1, which count true and false positives and negatives."""

    def _make(self, class_name, arguments):
        thresholds = arguments["thresholds"]
        if isinstance(thresholds, (list, tuple)):
            if len(thresholds) != 1:
                raise ValueError(
                    f"{class_name}: thresholds must be one number. Received: thresholds={shown(thresholds)}."
                )
            arguments = {**arguments, "thresholds": thresholds[0]}
        super()._make(class_name, arguments)


class Precision(CountsMetric):
    """tp / (tp + fp): the fraction of the predicted labels that are true.

    thresholds: a label is predicted where y_pred is above this number. Unless given, it is 0.5 for one column and for
        the losses binary_crossentropy and multi_hot_sparse_categorical_crossentropy; else only the column with the
        largest value is predicted. top_k: the k columns with the largest values are predicted.
    class_id: only that column; else all columns are combined by `average`: 'micro' (all counts together), 'macro' or
        'weighted' (by the rows with the label). 0 / 0 counts as 0. All as in scikit-learn.

    ValueError for other settings, or for labels that are not as update_state says.

        >>> precision = Precision()
        >>> precision.update_state(csr_matrix([[1], [0], [1]]), [[0.9], [0.6], [0.2]])
        >>> precision.result()
        0.5
    """

    def __init__(
        self,
        thresholds: Any = None,
        top_k: Whole | None = None,
        class_id: Whole | None = None,
        average: str = "micro",
        name: str = "precision",
    ) -> None:
        self._make("Precision", locals())


class Recall(CountsMetric):
    """tp / (tp + fn): the fraction of the true labels that are predicted. The arguments are those of Precision."""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: Whole | None = None,
        class_id: Whole | None = None,
        average: str = "micro",
        name: str = "recall",
    ) -> None:
        self._make("Recall", locals())


class F1(CountsMetric):
    """2 tp / (2 tp + fp + fn), the harmonic mean of precision and recall. The arguments are those of Precision."""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: Whole | None = None,
        class_id: Whole | None = None,
        average: str = "micro",
        name: str = "f1",
    ) -> None:
        self._make("F1", locals())


F1Score = F1
_CLASSES = [AUC, F1, LogLoss, Precision, Recall, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy]
_OBJECTS = {"auc": AUC, "f1": F1, "log_loss": LogLoss, "precision": Precision, "recall": Recall}


def get(identifier: Identifier) -> Any:
    """The function or object for a name or a class; a function or an object is returned as it is. ValueError for an
    unknown name."""
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        core = _core.metric(identifier)
        if core.name in _OBJECTS:
            return _OBJECTS[core.name]()
        return globals().get(core.name) or Metric._of(core)  # "accuracy" becomes a function once the loss is known.
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if callable(identifier) or isinstance(identifier, Metric):
        return identifier
    raise ValueError(
        f"metric: must be a name, an object or a function of (y_true, y_pred). Received: {shown(identifier)}."
    )


def serialize(metric: Identifier) -> Any:
    """A function as its name, an object as {'class_name': …, 'config': {…}}."""
    return to_config(metric)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the function or the object again from what serialize returned. custom_objects: a dict of your own functions
    by name."""
    with custom_object_scope(custom_objects):
        if isinstance(config, dict):
            return from_config("metric", config, {c.__name__: c for c in _CLASSES})
        return get(config)


def _core_of(metric):
    """The library's metric. It refers to a user's own function only weakly, so the model must hold the function."""
    if isinstance(metric, str) and metric not in custom:
        return _core.metric(metric)
    metric = get(metric)
    if isinstance(metric, Metric):
        return metric._core
    config = metric.get_config() if hasattr(metric, "get_config") else None
    if getattr(metric, "stateful", False) and hasattr(metric, "reset_states"):
        return _core.running_metric(_running(metric), metric.name, type(metric).__name__, config)
    name = getattr(metric, "__name__", None) or getattr(metric, "name", "function")
    if globals().get(name) is metric:
        return _core.metric(name)
    return _core.custom_metric(metric, name, type(metric).__name__, config)


def _running(metric):
    """A layer with stateful=True as the library calls it, once: the symbol that it gives, which reads its variables,
    and the updates that it adds. It is reset before, so that each epoch begins with what reset_states sets."""

    def traced(y_true, y_pred):
        updates = []
        metric.add_update = lambda given, inputs=None: updates.extend(listed(given))
        try:
            metric.reset_states()
            return metric(y_true, y_pred), updates
        finally:
            del metric.add_update

    metric._traced_as_metric = traced  # The library refers to it weakly.
    return traced
