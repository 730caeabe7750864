"""Metrics: functions of symbols (y_true, y_pred), shown beside the loss. Every loss is one too. The names
"accuracy" and "crossentropy" mean the one that fits output and loss."""

from lacuna import _core
from lacuna._custom import custom, custom_object_scope
from lacuna.losses import (  # noqa: F401
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
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)


def binary_accuracy(y_true, y_pred):
    """The share of the last axis where t is p rounded."""
    return _core.metric("binary_accuracy")(y_true, y_pred)


def categorical_accuracy(y_true, y_pred):
    """1 where the largest of t and of p stand at one place, else 0."""
    return _core.metric("categorical_accuracy")(y_true, y_pred)


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the largest of p stands at t, else 0."""
    return _core.metric("sparse_categorical_accuracy")(y_true, y_pred)


def get(identifier):
    """The function of a name; a function itself. ValueError for an unknown name."""
    if isinstance(identifier, str):
        if identifier in custom:
            return custom[identifier]
        return globals()[_core.metric(identifier).name]
    if callable(identifier):
        return identifier
    raise ValueError(f"metric: must be a name or a function of (y_true, y_pred). Received: {identifier!r}.")


def serialize(metric):
    """The name of a function."""
    return metric.__name__


def deserialize(config, custom_objects=None):
    """The function of a name. custom_objects: a dict of one's own functions by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(metric):
    """For the library, which refers to a user's own function weakly: the model must hold it."""
    if isinstance(metric, str):
        return _core.metric(metric)
    name = getattr(get(metric), "__name__", "function")
    return _core.metric(name) if globals().get(name) is metric else _core.custom_metric(metric, name)
