"""Functions of classes and ids, and the crossentropies. Those take probabilities, which are kept 1e-7 away from 0 and
1, or logits."""

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
    """(…, num_classes) with a 1 at each index; an index outside of [0, num_classes) gives no 1. sparse: the result is
    csr, for indices of rank 1."""
    return _core.one_hot(indices, num_classes, sparse)


def multi_hot(indices: TensorLike, num_classes: Whole, sparse: Flag = False) -> Any:
    """indices (…, k) become (…, num_classes) with a 1 at each of the k; an index outside of [0, num_classes) gives no
    1, so -1 can be used as padding. sparse: the result is csr, for indices of rank 2."""
    return _core.multi_hot(indices, num_classes, sparse)


def digitize(x: TensorLike, bins: TensorLike) -> Any:
    """For each element the number of bins (ascending) that are not above it, int32; csr stays csr if 0 is below all
    bins."""
    return _core.digitize(x, [float(b) for b in bins])


def bincount(x: TensorLike, weights: TensorLike = None, minlength: Whole = 0, sparse: Flag = False) -> Any:
    """Counts how often each number from 0 on occurs in x, of rank 1, or in each row of rank 2: int32, or sums of
    weights. There are as many counts as the largest number needs, at least minlength. sparse: the result is csr, for
    rank 2."""
    return _core.bincount(x, weights, minlength, sparse)


def retain(x: TensorLike, indices: TensorLike) -> Any:
    """A row_sparse x with only the rows that indices name, as in MXNet's sparse.retain."""
    return _core.retain(x, indices)


def _last_axis(where, axis, x):
    if axis not in (-1, len(shape_of(where, x)) - 1):
        unsupported(where, axis=axis)


def categorical_crossentropy(target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1) -> Any:
    """-sum(t log p) over the last axis, where p is output divided by its sum, or the softmax of logits. target: has the
    shape of output, dense or csr."""
    _last_axis("categorical_crossentropy", axis, output)
    return _core.categorical_crossentropy(target, output, from_logits)


def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1
) -> Any:
    """-log p[t]. target: whole numbers t, also as floats, with the shape of output but without its last axis, or with a
    last axis of 1."""
    _last_axis("sparse_categorical_crossentropy", axis, output)
    if shape_of("sparse_categorical_crossentropy", target) is not None and str(target.dtype).startswith("float"):
        target = _core.cast(target, "int64")
    return _core.sparse_categorical_crossentropy(target, output, from_logits)


def multi_hot_sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: Flag = False, axis: Axes = -1
) -> Any:
    """-sum(log p[t]) over the labels t of a row. target: whole numbers (batch, any), padded with -1."""
    _last_axis("multi_hot_sparse_categorical_crossentropy", axis, output)
    return _core.multi_hot_sparse_categorical_crossentropy(target, output, from_logits)


def binary_crossentropy(target: TensorLike, output: TensorLike, from_logits: Flag = False) -> Any:
    """-t log p - (1 - t) log(1 - p), element by element. target: has the shape of output, dense or csr."""
    return _core.binary_crossentropy(target, output, from_logits)


def in_top_k(predictions: TensorLike, targets: TensorLike, k: Whole) -> Any:
    """1 where fewer than k predictions of a row are larger than that of its target, else 0, in the dtype of
    predictions. targets: whole numbers, indices into the last axis of predictions."""
    return _core.in_top_k(predictions, targets, k)
