"""Losses: functions of symbols (y_true, y_pred) that give one value for each sample. Any such function may
stand for one; it is called while the graph is built, not in the step.

y may be a matrix of scipy.sparse: crossentropies, squared, absolute and hinge errors, logcosh, poisson and
cosine take it as it is, at the cost of its non-zeros beside that of the dense prediction; the percentage, the
logarithmic error and Kullback-Leibler's, which are not 0 where y is, make it dense, a batch at a time."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._custom import custom, custom_object_scope, name_of, shown
from lacuna._types import Config, Identifier, TensorLike

__all__ = [
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "binary_crossentropy",
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
    "multi_hot_sparse_categorical_crossentropy",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]


def __dir__() -> list[str]:
    return __all__


def mean_squared_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean((p - t)²)"""
    return _core.loss("mean_squared_error")(y_true, y_pred)


def mean_absolute_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(|p - t|)"""
    return _core.loss("mean_absolute_error")(y_true, y_pred)


def mean_absolute_percentage_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """100 mean(|t - p| / max(|t|, 1e-7))"""
    return _core.loss("mean_absolute_percentage_error")(y_true, y_pred)


def mean_squared_logarithmic_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean((log(p + 1) - log(t + 1))²), of values not below 0"""
    return _core.loss("mean_squared_logarithmic_error")(y_true, y_pred)


def squared_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(max(1 - t p, 0)²), t in {-1, 1}"""
    return _core.loss("squared_hinge")(y_true, y_pred)


def hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(max(1 - t p, 0)), t in {-1, 1}"""
    return _core.loss("hinge")(y_true, y_pred)


def categorical_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """max(0, max((1 - t) p) - sum(t p) + 1)"""
    return _core.loss("categorical_hinge")(y_true, y_pred)


def logcosh(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(log(cosh(p - t)))"""
    return _core.loss("logcosh")(y_true, y_pred)


def categorical_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-sum(t log p), p probabilities, t as wide: one-hot or any shares, dense or csr."""
    return _core.loss("categorical_crossentropy")(y_true, y_pred)


def sparse_categorical_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-log p[t], p probabilities, t whole numbers: the places in the last axis of p."""
    return _core.loss("sparse_categorical_crossentropy")(y_true, y_pred)


def multi_hot_sparse_categorical_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-sum(log p[t]) over the labels t of a row; y_true: whole numbers (batch, any), padded with -1, or a csr
    matrix of zeros and ones as wide as p. As categorical_crossentropy of a 0/1 matrix; Keras-MXNet's."""
    return _core.loss("multi_hot_sparse_categorical_crossentropy")(y_true, y_pred)


def binary_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-mean(t log p + (1 - t) log(1 - p)), t dense or csr."""
    return _core.loss("binary_crossentropy")(y_true, y_pred)


def kullback_leibler_divergence(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """sum(t log(t / p))"""
    return _core.loss("kullback_leibler_divergence")(y_true, y_pred)


def poisson(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(p - t log p)"""
    return _core.loss("poisson")(y_true, y_pred)


def cosine_proximity(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-sum(t p) / (|t| |p|)"""
    return _core.loss("cosine_proximity")(y_true, y_pred)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence
cosine = cosine_proximity


def get(identifier: Identifier) -> Any:
    """The function of a name; a function itself; None of None. ValueError for an unknown name."""
    if identifier is None:
        return None
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        return globals()[_core.loss(identifier).name]
    if callable(identifier):
        return identifier
    raise ValueError(f"loss: must be a name or a function of (y_true, y_pred). Received: {shown(identifier)}.")


def serialize(loss: Identifier) -> Any:
    """The name of a function."""
    return name_of(loss)


def deserialize(name: str, custom_objects: Config | None = None) -> Any:
    """The function of a name. custom_objects: a dict of one's own functions by name."""
    with custom_object_scope(custom_objects):
        return get(name)


def _core_of(loss):
    """For the library, which refers to a user's own function weakly: the model must hold it."""
    loss = get(loss)
    if loss is None:
        return None
    name = getattr(loss, "__name__", "function")
    return _core.loss(name) if globals().get(name) is loss else _core.custom_loss(loss, name)
