"""Data for a model: batches by workers, files from the web, and rows that fill whole batches."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna._absent import refusing
from lacuna._arguments import shown, whole
from lacuna._types import Whole
from lacuna.utils.downloads import _hash_file, get_file, urlretrieve, validate_file  # noqa: F401
from lacuna.utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from lacuna.utils.sequence import Sequence

__all__ = [
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "prepare_sliced_sparse_data",
    "urlretrieve",
    "validate_file",
]
__path__: list[str] = []  # So that `from … import init_pool` can be answered with a reason.


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


def prepare_sliced_sparse_data(data: Any, batch_size: Whole) -> Any:
    """The first rows of a sparse matrix, in any format, that fill whole batches, as csr. It exists for code written for
    Keras-MXNet: Lacuna itself trains on a partial last batch. None, and a matrix with fewer rows than a batch, are
    returned as they are, with a warning."""
    if data is not None and not hasattr(data, "tocsr"):
        raise TypeError(f"prepare_sliced_sparse_data: data must be a sparse matrix. Received: data={shown(data)}.")
    batch_size = whole("prepare_sliced_sparse_data", "batch_size", batch_size)
    if batch_size < 1:
        raise ValueError(f"prepare_sliced_sparse_data: batch_size must be positive. Received: batch_size={batch_size}.")
    if data is None or data.shape[0] < batch_size:
        warnings.warn(f"Cannot slice data: it must have {batch_size} rows or more.", UserWarning, stacklevel=2)
        return data
    return data.tocsr()[: data.shape[0] // batch_size * batch_size]
