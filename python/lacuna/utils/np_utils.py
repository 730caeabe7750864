"""Functions on NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._custom import shown
from lacuna._types import Axes, DTypeLike, Whole

__all__ = [
    "normalize",
    "to_categorical",
    "to_channels_first",
]


def __dir__() -> list[str]:
    return __all__


def to_categorical(y: Any, num_classes: Whole | None = None, dtype: DTypeLike = "float32") -> Any:
    """One-hot rows for whole numbers of any shape: y.shape + (num_classes,); a last dimension of 1 in y is dropped.
    num_classes is the largest number plus 1 unless given. ValueError for a class that is negative or too large.

        >>> to_categorical([0, 2])
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    y = np.array(y, dtype="int64")
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    y = y.ravel()
    if num_classes is None:
        num_classes = int(y.max()) + 1 if y.size else 0
    if y.size and (y.min() < 0 or y.max() >= num_classes):
        raise ValueError(
            f"to_categorical: classes must be in [0, num_classes). Received: from {y.min()} to {y.max()}, "
            f"num_classes={num_classes}."
        )
    result = np.zeros((y.size, num_classes), dtype=dtype)
    result[np.arange(y.size), y] = 1
    return result.reshape(shape + (num_classes,))


def normalize(x: Any, axis: Axes = -1, order: Whole = 2) -> Any:
    """x with the vectors along an axis scaled to norm 1 (of the given order); zero vectors stay.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise ValueError(f"normalize: x must hold numbers. Received: x={shown(x)}.")
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)


def to_channels_first(data: Any) -> Any:
    """Pictures or volumes of shape (rows, …, channels), of rank 4 or 5, as (rows, channels, …). ValueError for another
    rank."""
    data = np.asarray(data)
    if data.ndim not in (4, 5):
        raise ValueError(f"to_channels_first: data must have rank 4 or 5. Received: shape={data.shape}.")
    return np.moveaxis(data, -1, 1)
