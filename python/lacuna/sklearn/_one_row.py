"""partial_fit on one row after another without what scikit-learn's checks cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core

_LARGEST, _LARGEST_SQUARE = np.float64(1e38), np.float64(1e76)
_NO_WEIGHTS: dict[int, float] = {}


class OneRow:
    """Takes a training step on one csr row, if it is like the one before; else it does nothing, and says so. The
    library checks indices and values; the columns and the label are checked here. Each line costs: the step takes but
    some µs."""

    def __init__(self, estimator: Any) -> None:
        self._step = estimator.model_._core.train_on_batch
        self._columns = estimator.n_features_in_
        self._shape = (1, self._columns)  # scipy's own attribute, whose property takes ten times as long.
        self._places = getattr(estimator, "_places", None)
        # One array for all targets, since making one takes longer than writing to it.
        self._target = np.zeros(1, np.float32 if self._places is None or len(self._places) == 2 else np.int32)
        self._view = _core.dense(self._target)

    @classmethod
    def of(cls, estimator: Any) -> Any:
        """None where rows need more: several labels, weights of classes, or scaled targets."""
        several = getattr(estimator, "_labels", False) or getattr(estimator, "_outputs", 1) > 1
        if several or getattr(estimator, "class_weight", None) is not None:
            return None
        if getattr(estimator, "_means", None) is not None or hasattr(estimator, "feature_names_in_"):
            return None
        return cls(estimator)

    def __call__(self, x: Any, y: Any) -> bool:
        """Whether it took the step."""
        try:
            if x._shape != self._shape or x.format != "csr":
                return False
            (label,) = y
            if self._places is not None:
                target = self._places[label]
            elif -_LARGEST < label < _LARGEST:
                target = label
            else:
                return False  # NaN, infinity, or more than float32 holds.
            data = x.data
            if data.itemsize > 4 and not data.dot(data) < _LARGEST_SQUARE:
                return False  # One may be more than float32 holds.
            row = _core.one_row(self._columns, data, x.indices, x.indptr)
            if row is None:
                return False
            self._target[0] = target
        except (AttributeError, KeyError, TypeError, ValueError):
            return False  # The long way tells what is wrong.
        self._step(row, self._view, None, _NO_WEIGHTS, None)
        return True
