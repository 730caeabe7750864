"""Splits texts into words and makes tf-idf rows of unit length: log(1 + count) log(texts / texts with the word)."""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp

WORD = re.compile(r"(?u)\b\w\w+\b")


def words(text: str, pairs: bool = False) -> list[str]:
    """The words of two or more letters, and with `pairs` also all pairs of neighbouring words."""
    found = WORD.findall(text.lower())
    return found + [f"{a} {b}" for a, b in zip(found, found[1:])] if pairs else found


class TfIdf:
    """Learns the words and their weights from the training texts; other words are ignored later."""

    def __init__(self, pairs: bool = False):
        self.pairs = pairs

    def fit_transform(self, texts: Iterable[str]) -> sp.csr_matrix:
        self.columns: dict[str, int] = {}
        counts = self._counts(texts, learn=True)
        rows_with = np.bincount(counts.indices, minlength=counts.shape[1])
        self.idf = np.log(counts.shape[0] / rows_with).astype(np.float32)
        return self._weigh(counts)

    def transform(self, texts: Iterable[str]) -> sp.csr_matrix:
        return self._weigh(self._counts(texts, learn=False))

    def _counts(self, texts: Iterable[str], learn: bool) -> sp.csr_matrix:
        indices: list[int] = []
        data: list[int] = []
        indptr = [0]
        for text in texts:
            row: Counter[int] = Counter()
            for word, count in Counter(words(text, self.pairs)).items():
                column = self.columns.setdefault(word, len(self.columns)) if learn else self.columns.get(word)
                if column is not None:
                    row[column] = count
            in_order = sorted(row)
            indices += in_order
            data += [row[column] for column in in_order]
            indptr.append(len(indices))
        return sp.csr_matrix(
            (np.array(data, np.float32), np.array(indices, np.int32), np.array(indptr, np.int32)),
            shape=(len(indptr) - 1, len(self.columns)),
        )

    def _weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        counts.data = np.log1p(counts.data) * self.idf[counts.indices]
        length = np.sqrt(np.add.reduceat(np.append(counts.data**2, 0), counts.indptr[:-1]))
        length[(np.diff(counts.indptr) == 0) | (length == 0)] = 1
        counts.data /= np.repeat(length, np.diff(counts.indptr)).astype(np.float32)
        return counts
