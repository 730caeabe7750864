"""What scikit-learn checks of rows, targets and weights, and what Lacuna needs of them."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import validate_data

from lacuna._arguments import shown
from lacuna._array_likes import is_sparse

_ROWS = {"accept_sparse": "csr", "accept_large_sparse": True, "dtype": "numeric"}


def rows_of(estimator: Any, x: Any) -> Any:
    """x to predict: an array or csr, checked against what fit has seen."""
    return validate_data(estimator, x, reset=False, **_ROWS)


def rows_and_targets(estimator: Any, x: Any, y: Any, reset: bool, numeric: bool) -> tuple[Any, Any]:
    """x as an array or csr, and y as an array, or csr where it is sparse. reset: x says what columns there are."""
    if y is None:
        validate_data(estimator, x, reset=reset, **_ROWS)  # Says that y is missing.
    if numeric and is_sparse(y):
        raise ValueError(
            f"{type(estimator).__name__}: y of a regressor must be dense; write y.toarray(). Received: "
            f"{type(y).__name__}, shape={y.shape}."
        )
    return validate_data(estimator, x, y, reset=reset, multi_output=True, y_numeric=numeric, **_ROWS)


def check_range(where: str, what: str, values: Any, dtype: Any) -> None:
    """ValueError if finite values, dense or csr, are not finite in the dtype that a model computes in."""
    values = values.data if is_sparse(values) else values
    dtype = np.dtype(dtype)
    if values.dtype.kind != "f" or dtype.kind != "f" or values.dtype.itemsize <= dtype.itemsize or not values.size:
        return
    with np.errstate(over="ignore"):
        for extreme in (values.min(), values.max()):
            if not np.isfinite(extreme.astype(dtype)):
                raise ValueError(
                    f"{where}: {what} must hold values that {dtype} can hold, in which the model computes; bring them "
                    f"to a smaller scale. Received: {extreme}, limit={np.finfo(dtype).max}."
                )


def weights_of(sample_weight: Any, rows: int) -> Any:
    """A weight for each row as float64; None for None. ValueError unless they are finite, not negative, not all 0."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        sample_weight = np.full(rows, sample_weight)
    weights = np.asarray(sample_weight, np.float64)
    if weights.shape != (rows,):
        raise ValueError(
            f"fit: sample_weight must have one number for each row. Received: shape={weights.shape}, rows={rows}."
        )
    if not np.isfinite(weights).all() or weights.min(initial=0) < 0:
        raise ValueError(
            "fit: each sample_weight must be finite and not negative. Received: "
            f"min={weights.min()}, max={weights.max()}."
        )
    if not weights.any():
        raise ValueError(f"fit: a sample_weight must not be zero for all rows. Received: {rows} zeros.")
    return weights


def as_fed(weights: Any, of_mean_one: bool) -> Any:
    """Weights as the model takes them, in float32. of_mean_one: those that are not 0 are brought to a mean of 1 first,
    so that tol and the penalties meet the loss of a row, whatever the weights sum up to."""
    if weights is None:
        return None
    if of_mean_one:
        if not weights.any():
            raise ValueError(f"fit: class_weight must not be zero for all rows. Received: {len(weights)} zeros.")
        weights = weights / weights.max()  # Large ones must not overflow in their sum.
        weights = weights / weights[weights > 0].mean()
    with np.errstate(over="ignore"):
        fed = weights.astype(np.float32)
    if not np.isfinite(fed).all():
        raise ValueError(
            f"fit: sample_weight, times class_weight, must be numbers that float32 can hold. Received: "
            f"max={weights.max()}."
        )
    return fed


def with_classes(weights: Any, class_weight: Any, labels: Any) -> Any:
    """Weights of rows times those of their classes. labels: as the user gave them."""
    if class_weight is None:
        return weights
    return _times(weights, compute_sample_weight(class_weight, labels), class_weight)


def with_known_classes(where: str, weights: Any, class_weight: Any, labels: Any, classes: Any) -> Any:
    """The same for a batch that need not have all classes; those that class_weight does not name weigh 1."""
    if class_weight is None:
        return weights
    if not hasattr(class_weight, "get"):
        raise ValueError(f"{where}: class_weight must be a dict by label. Received: {shown(class_weight)}.")
    known = classes.tolist()
    unknown = [label for label in class_weight if label not in known]
    if unknown:
        raise ValueError(
            f"{where}: class_weight must name labels of classes. Received: {shown(unknown[0])}, classes={classes}."
        )
    return _times(weights, np.array([float(class_weight.get(label, 1)) for label in labels.tolist()]), class_weight)


def _times(weights: Any, by_class: Any, class_weight: Any) -> Any:
    if not np.isfinite(by_class).all() or by_class.min(initial=0) < 0:
        raise ValueError(
            f"fit: each class_weight must be finite and not negative. Received: class_weight={shown(class_weight)}."
        )
    return by_class if weights is None else weights * by_class
