"""Whole numbers, as classes and ids, and the crossentropies that read them: of probabilities, which are kept 1e-7
away from 0 and 1, or of logits."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import shape_of, unsupported
from lacuna._types import Axes, Flag, TensorLike, Whole

__all__ = [
    "binary_crossentropy",
    "bincount",
    "categorical_crossentropy",
    "digitize",
    "in_top_k",
    "multi_hot",
    "multi_hot_sparse_categorical_crossentropy",
    "one_hot",
    "retain",
    "sparse_categorical_crossentropy",
]


def __dir__() -> list[str]:
    return __all__


def one_hot(indices: TensorLike, num_classes: Whole, sparse: Flag = False) -> Any:
    """(…, num_classes) with a 1 at each index; outside of [0, num_classes) none. sparse: csr, of rank 1
    indices."""
    return _core.one_hot(indices, num_classes, sparse)


def multi_hot(indices: TensorLike, num_classes: Whole, sparse: Flag = False) -> Any:
    """Of (…, k): (…, num_classes) with a 1 at each of the k; outside of [0, num_classes) none, so that -1 pads.
    sparse: csr, of rank 2 indices."""
    return _core.multi_hot(indices, num_classes, sparse)


def digitize(x: TensorLike, bins: TensorLike) -> Any:
    """How many of the ascending bins are at or below each element, int32; csr stays csr where 0 is below all."""
    return _core.digitize(x, [float(b) for b in bins])


def bincount(x: TensorLike, weights: TensorLike = None, minlength: Whole = 0, sparse: Flag = False) -> Any:
    """How often each number from 0 on stands in x, of rank 1 or 2 (then in each row): int32, or the sums of
    weights. As many counts as the largest number asks for, minlength at least. sparse: csr, of rank 2."""
    return _core.bincount(x, weights, minlength, sparse)


def retain(x: TensorLike, indices: TensorLike) -> Any:
    """The rows of a row_sparse x that indices name, and no others, as MXNet's sparse.retain."""
    return _core.retain(x, indices)


def _last_axis(where, axis, x):
    if axis not in (-1, len(shape_of(where, x)) - 1):
        unsupported(where, axis=axis)


def categorical_crossentropy(target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1) -> Any:
    """-sum(t log p) over the last axis, p = output divided by its sum, or the softmax of logits; target: of the
    shape of output, dense or csr."""
    _last_axis("categorical_crossentropy", axis, output)
    return _core.categorical_crossentropy(target, output, from_logits)


def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1
) -> Any:
    """-log p[t]; target: whole numbers, of the shape of output without the last axis, or with a last axis of
    1."""
    _last_axis("sparse_categorical_crossentropy", axis, output)
    return _core.sparse_categorical_crossentropy(target, output, from_logits)


def multi_hot_sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1
) -> Any:
    """-sum(log p[t]) over the labels t of a row; target: whole numbers (batch, any), padded with -1."""
    _last_axis("multi_hot_sparse_categorical_crossentropy", axis, output)
    return _core.multi_hot_sparse_categorical_crossentropy(target, output, from_logits)


def binary_crossentropy(target: TensorLike, output: TensorLike, from_logits: Flag = False) -> Any:
    """-t log p - (1 - t) log(1 - p), element by element; target: of the shape of output, dense or csr."""
    return _core.binary_crossentropy(target, output, from_logits)


def in_top_k(predictions: TensorLike, targets: TensorLike, k: Whole) -> Any:
    """1 where fewer than k of a row's predictions are larger than that of its target, else 0, in the dtype of
    predictions. targets: whole numbers, a place in the last axis of predictions each."""
    return _core.in_top_k(predictions, targets, k)
