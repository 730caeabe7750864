"""Losses: functions of symbols (y_true, y_pred) that return one value per sample. Your own function of that kind can be
used as a loss; it is called once, while the graph is built, not in each step.

y may be a scipy.sparse matrix. The crossentropies, squared, absolute and hinge errors, logcosh, poisson and cosine read
it sparse: it costs its non-zeros, beside the cost of the dense prediction. The percentage error, the logarithmic error
and Kullback-Leibler, which are not 0 where y is 0, make it dense, one batch at a time."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import from_config
from lacuna._custom import custom, custom_object_scope, name_of, shown, to_config
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
    """mean((p - t)²)

    (batch, …, columns) twice gives (batch, …). ValueError if the shapes differ.

        >>> K.eval(mean_squared_error(K.constant([[1.0, 0.0]]), K.constant([[3.0, 0.0]])))
        array([2.], dtype=float32)
    """
    return _core.loss("mean_squared_error")(y_true, y_pred)


def mean_absolute_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean(|p - t|)"""
    return _core.loss("mean_absolute_error")(y_true, y_pred)


def mean_absolute_percentage_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """100 mean(|t - p| / max(|t|, 1e-7))"""
    return _core.loss("mean_absolute_percentage_error")(y_true, y_pred)


def mean_squared_logarithmic_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean((log(p + 1) - log(t + 1))²); values below 0 count as 0"""
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
    """-sum(t log p); p: probabilities; t: one-hot rows or any distribution, of the shape of p, dense or csr.

    (batch, …, classes) twice gives (batch, …). ValueError if the shapes differ.

        >>> K.eval(categorical_crossentropy(K.constant(csr_matrix([[0, 1.0]])), K.constant([[0.5, 0.5]]))).round(3)
        array([0.693], dtype=float32)
    """
    return _core.loss("categorical_crossentropy")(y_true, y_pred)


def sparse_categorical_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-log p[t]; p: probabilities; t: whole numbers, the class as an index into the last axis of p.

    Ids (batch, …) or (batch, …, 1) and (batch, …, classes) give (batch, …). IndexError for an id that is no class.

        >>> K.eval(sparse_categorical_crossentropy(K.constant([[1]]), K.constant([[0.5, 0.5]]))).round(3)
        array([0.693], dtype=float32)
    """
    return _core.loss("sparse_categorical_crossentropy")(y_true, y_pred)


def multi_hot_sparse_categorical_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-sum(log p[t]) over the labels t of a row, as in Keras-MXNet. y_true: whole numbers (batch, any), padded with -1,
    or a csr matrix of zeros and ones of the shape of p. Equals categorical_crossentropy of a 0/1 matrix."""
    return _core.loss("multi_hot_sparse_categorical_crossentropy")(y_true, y_pred)


def binary_crossentropy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """-mean(t log p + (1 - t) log(1 - p)); t is dense or csr.

    (batch, …, columns) twice gives (batch, …). ValueError if the shapes differ.

        >>> K.eval(binary_crossentropy(K.constant([[1.0], [0.0]]), K.constant([[0.5], [0.25]]))).round(3)
        array([0.693, 0.288], dtype=float32)
    """
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
    """The function of a name. A function or None is returned as it is. ValueError for an unknown name."""
    if identifier is None:
        return None
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        return globals()[_core.loss(identifier).name]
    if isinstance(identifier, dict):
        return from_config("loss", identifier, {})
    if callable(identifier):
        return identifier
    raise ValueError(f"loss: must be a name or a function of (y_true, y_pred). Received: {shown(identifier)}.")


def serialize(loss: Identifier) -> Any:
    """The name of a function; an object with get_config as {'class_name': …, 'config': …}."""
    return to_config(loss)


def deserialize(name: Any, custom_objects: Config | None = None) -> Any:
    """The function of a name, or the object of a config. custom_objects: a dict of your own functions and classes by
    name."""
    with custom_object_scope(custom_objects):
        return get(name)


def _core_of(loss):
    """The library's loss. It refers to a user's own function only weakly, so the model must hold the function."""
    loss = get(loss)
    if loss is None:
        return None
    name = name_of(loss) if hasattr(loss, "get_config") else getattr(loss, "__name__", "function")
    if globals().get(name) is loss:
        return _core.loss(name)
    return _core.custom_loss(loss, name, loss.get_config() if hasattr(loss, "get_config") else None)
