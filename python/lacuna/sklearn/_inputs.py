"""What scikit-learn checks of rows, targets and weights, and what Lacuna needs of them."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import validate_data

_ROWS = {"accept_sparse": "csr", "accept_large_sparse": True, "dtype": "numeric"}


def rows_of(estimator: Any, x: Any) -> Any:
    """x to predict: an array or csr, checked against what fit has seen."""
    return validate_data(estimator, x, reset=False, **_ROWS)


def rows_and_targets(estimator: Any, x: Any, y: Any, reset: bool, numeric: bool) -> tuple[Any, Any]:
    """x as an array or csr, and y as an array, or csr where it is sparse. reset: x says what columns there are."""
    if y is None:
        validate_data(estimator, x, reset=reset, **_ROWS)  # Says that y is missing.
    return validate_data(estimator, x, y, reset=reset, multi_output=True, y_numeric=numeric, **_ROWS)


def weights_of(sample_weight: Any, rows: int) -> Any:
    """A weight for each row as float32; None for None. ValueError unless they are finite, not negative, not all 0."""
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
    return weights.astype(np.float32)


def with_classes(weights: Any, class_weight: Any, labels: Any) -> Any:
    """Weights of rows times those of their classes. labels: as the user gave them."""
    if class_weight is None:
        return weights
    by_class = compute_sample_weight(class_weight, labels)
    return (by_class if weights is None else weights * by_class).astype(np.float32)
