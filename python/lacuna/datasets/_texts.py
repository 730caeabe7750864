"""What imdb and reuters have in common: sequences of numbers of words, cut as load_data says, or as csr bags."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from lacuna._arguments import flag, no_more, whole
from lacuna.preprocessing._bags import bags


class Cut:
    """The arguments of load_data that say which words are kept."""

    def __init__(
        self,
        where: str,
        num_words: Any,
        skip_top: Any,
        maxlen: Any,
        seed: Any,
        start_char: Any,
        oov_char: Any,
        index_from: Any,
        sparse: Any,
        kwargs: Any,
    ) -> None:
        self.where = where
        if "nb_words" in kwargs:
            warnings.warn(f"{where}: nb_words is called num_words now.", UserWarning, stacklevel=4)
            num_words = kwargs.pop("nb_words")
        no_more(where, kwargs)
        self.num_words, self.maxlen = self._whole("num_words", num_words), self._whole("maxlen", maxlen)
        self.skip_top, self.seed = whole(where, "skip_top", skip_top), whole(where, "seed", seed)
        self.start_char, self.oov_char = self._whole("start_char", start_char), self._whole("oov_char", oov_char)
        self.index_from = self._whole("index_from", index_from) or 0
        self.sparse = flag(where, "sparse", sparse)
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"{where}: seed must be in [0, 2³²). Received: seed={seed}.")
        if self.sparse and not self.num_words:
            raise ValueError(
                f"{where}: num_words, the number of columns, must be given where sparse=True. Received: none; write "
                "num_words=10000."
            )

    def _whole(self, name: str, value: Any) -> Any:
        value = None if value is None else whole(self.where, name, value)
        if value is not None and not 0 <= value < 2**53:
            raise ValueError(f"{self.where}: {name} must be 0 or more. Received: {name}={value}.")
        return value

    def orders(self, *lengths: int) -> list[Any]:
        """A random order of the rows for each length, as NumPy draws it from the seed; NumPy's own state stays."""
        drawn = np.random.RandomState(self.seed)
        result = [np.arange(length) for length in lengths]
        for one in result:
            drawn.shuffle(one)
        return result

    def words(self, x: Any, labels: Any) -> tuple[list[Any], Any]:
        """The sequences with shifted numbers, without those of maxlen words and more, and with words cut."""
        first = [] if self.start_char is None else [self.start_char]
        xs = [first + [word + self.index_from for word in one] for one in x]
        labels = list(labels)
        if self.maxlen:
            kept = [i for i, one in enumerate(xs) if len(one) < self.maxlen]
            xs, labels = [xs[i] for i in kept], [labels[i] for i in kept]
            if not xs:
                raise ValueError(
                    f"{self.where}: maxlen must leave a sequence. Received: maxlen={self.maxlen}, which is at most the "
                    "length of each."
                )
        top = self.num_words or max((max(one, default=0) for one in xs), default=0)
        low, other = self.skip_top, self.oov_char
        if other is None:
            return [[word for word in one if low <= word < top] for one in xs], labels
        return [[word if low <= word < top else other for word in one] for one in xs], labels

    def split(self, xs: list[Any], labels: Any, at: int) -> Any:
        """((x, y), (x, y)) of the rows before and after `at`."""
        return tuple((self._rows(xs[part]), np.array(labels[part])) for part in (slice(at), slice(at, None)))

    def _rows(self, xs: list[Any]) -> Any:
        if self.sparse:
            return bags(self.where, xs, self.num_words, "count", True)
        if len({len(one) for one in xs}) == 1:
            return np.array(xs)
        result = np.empty(len(xs), dtype=object)
        result[:] = xs
        return result
