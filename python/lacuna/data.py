"""Readers of files."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import dtype_name
from lacuna._files import path_of
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
    """Reads a libsvm (svmlight) file, plain, gz, xz or bz2, or a list of them as if they were one: (x, y), or
    (x, y, query_id) with query_id.

    x is a csr matrix of scipy, of shape (lines, n_features) or as many columns as are named; y an array of
    numbers, or with multilabel a list of tuples. zero_based: whether the first column is called 0; 'auto'
    finds out. A file to test with takes n_features=x.shape[1] of the one to train with, and the same
    zero_based. ValueError, with the line, for text that is no such file.
    """
    from scipy.sparse import csr_matrix

    paths = path if isinstance(path, (list, tuple)) else [path]
    file = _core.load_libsvm(
        [path_of("load_libsvm", one) for one in paths], n_features, dtype_name(dtype), multilabel, zero_based, query_id
    )
    x = csr_matrix((file["data"], file["indices"], file["indptr"]), shape=file["shape"])
    if multilabel:
        ends, labels = file["label_ptr"], file["labels"].tolist()
        y = [tuple(labels[begin:end]) for begin, end in zip(ends[:-1], ends[1:])]
    else:
        y = file["y"]
    return (x, y, file["qid"]) if query_id else (x, y)
