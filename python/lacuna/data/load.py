"""Reads data files into memory."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import dtype_name
from lacuna._files import paths_of
from lacuna._types import DTypeLike, Flag, Path, Whole

__all__ = [
    "load_libsvm",
]


def __dir__() -> list[str]:
    return __all__


def load_libsvm(
    path: Path,
    n_features: Whole | None = None,
    dtype: DTypeLike = "float32",
    multilabel: Flag = False,
    zero_based: Flag | str = "auto",
    query_id: Flag = False,
) -> Any:
    """Reads a libsvm (svmlight) file, plain or compressed by gz, xz, bz2, zst or lz4, or a list of files as if they
    were one. Returns (x, y), or (x, y, query_id) if query_id is True.

    x is a scipy csr matrix of shape (lines, n_features); unless given, n_features follows from the largest column in
    the file. y is an array of numbers, or with multilabel a list of tuples. zero_based: whether columns are counted
    from 0; 'auto' finds out. For test data pass n_features=x.shape[1] of the training data and the same zero_based.
    ValueError, with the line number, for text in another format.
    """
    from scipy.sparse import csr_matrix

    file = _core.load_libsvm(
        paths_of("load_libsvm", path), n_features, dtype_name(dtype), multilabel, zero_based, query_id
    )
    x = csr_matrix((file["data"], file["indices"], file["indptr"]), shape=file["shape"])
    if multilabel:
        ends, labels = file["label_ptr"], file["labels"].tolist()
        y = [tuple(labels[begin:end]) for begin, end in zip(ends[:-1], ends[1:])]
    else:
        y = file["y"]
    return (x, y, file["qid"]) if query_id else (x, y)
