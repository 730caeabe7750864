"""Bags of words from sequences of numbers: counted by sorting, so that a csr matrix is made without a dense one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lacuna._arguments import shown, whole

MODES = ("binary", "count", "freq", "tfidf")


def bags(
    where: str,
    sequences: Iterable[Any],
    columns: int,
    mode: Any,
    sparse: bool,
    docs: Mapping[int, int] | None = None,
    doc_count: int = 0,
) -> Any:
    """A row for each sequence and a column for each number below `columns`, float64: an array, or a scipy csr matrix.
    docs: in how many of doc_count texts a number occurs. See Tokenizer.sequences_to_matrix."""
    if not isinstance(mode, str) or mode not in MODES:
        raise ValueError(f"{where}: mode must be one of {', '.join(MODES)}. Received: mode={shown(mode)}.")
    lengths, words = _flat(where, sequences)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    if words.size and words.min() < 0:
        raise ValueError(f"{where}: numbers of words must not be negative. Received: {words.min()}.")
    known = words < columns
    used, words = np.unique(words[known], return_inverse=True)  # So that places are small, whatever the columns are.
    places, counts = np.unique(rows[known] * max(1, len(used)) + words, return_counts=True)
    rows, words = np.divmod(places, max(1, len(used)))
    data = counts.astype(float)
    if mode == "binary":
        data[:] = 1
    elif mode == "freq":
        data /= lengths[rows]
    elif mode == "tfidf":
        with_word = np.array([(docs or {}).get(int(word), 0) for word in used], dtype=float)
        data = (1 + np.log(data)) * np.log(1 + doc_count / (1 + with_word))[words]
    words = used[words]
    if not sparse:
        result = np.zeros((len(lengths), columns))
        result[rows, words] = data
        return result
    from scipy.sparse import csr_matrix

    indptr = np.searchsorted(rows, np.arange(len(lengths) + 1))
    return csr_matrix((data, words, indptr), shape=(len(lengths), columns))


def _flat(where: str, sequences: Iterable[Any]) -> tuple[Any, Any]:
    """The length of each sequence, and all their numbers, one after another."""
    lengths, parts = [], []
    for one in sequences:
        if isinstance(one, (str, bytes, dict)) or not hasattr(one, "__len__"):
            raise TypeError(f"{where}: a sequence must be a list of whole numbers. Received: {shown(one)}.")
        lengths.append(len(one))
        parts.append(one)
    flat = list(itertools.chain.from_iterable(parts))
    words = np.asarray(flat if flat else [], dtype=None if flat else np.int64)
    if words.dtype.kind not in "iu" or words.ndim != 1:
        words = np.array([whole(where, "a word", word) for word in flat], dtype=np.int64)
    return np.array(lengths, dtype=np.int64), words.astype(np.int64, copy=False)
