"""IMDB: 50,000 reviews of films as numbers of words, with labels 0 (negative) and 1 (positive)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._types import Flag, Path, Whole
from lacuna.datasets._files import arrays_of, json_of, located
from lacuna.datasets._texts import Cut

__all__ = [
    "get_word_index",
    "load_data",
]


def __dir__() -> list[str]:
    return __all__


def load_data(
    path: Path = "imdb.npz",
    num_words: Whole | None = None,
    skip_top: Whole = 0,
    maxlen: Whole | None = None,
    seed: Whole = 113,
    start_char: Whole | None = 1,
    oov_char: Whole | None = 2,
    index_from: Whole | None = 3,
    sparse: Flag = False,
    **kwargs: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): x are arrays of lists of numbers of words, y arrays of 0 and 1.

    path: a file, or its name in the cache; it is downloaded only if neither is there. A word has its rank by frequency
    plus index_from as its number. Numbers below skip_top, or num_words and more, become oov_char, or are left out if
    that is None. start_char begins each review; None: nothing does. maxlen: longer reviews, and those of just this
    length, are left out, and what is left is divided after as many rows as the training data had. seed: of the order of
    rows.

    sparse: x are csr bags of words with num_words columns, as Tokenizer(num_words).sequences_to_matrix(x, "count",
    sparse=True) gives them. ValueError if sparse is given without num_words, or for a file of another form."""
    where = "imdb.load_data"
    cut = Cut(where, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from, sparse, kwargs)
    file = located(where, path, "https://s3.amazonaws.com/text-datasets/imdb.npz", "599dadb1135973df5b59232a0e9a887c")
    x_train, y_train, x_test, y_test = arrays_of(where, file, ["x_train", "y_train", "x_test", "y_test"])
    train, test = cut.orders(len(x_train), len(x_test))
    xs = np.concatenate([x_train[train], x_test[test]])
    labels = np.concatenate([y_train[train], y_test[test]])
    return cut.split(*cut.words(xs, labels), len(x_train))


def get_word_index(path: Path = "imdb_word_index.json") -> Any:
    """The words' ranks by frequency, a dict; a word's number in load_data is its rank plus index_from. path: as in
    load_data."""
    file = located(
        "imdb.get_word_index",
        path,
        "https://s3.amazonaws.com/text-datasets/imdb_word_index.json",
        "bfafd718b763782e994055a2d397834f",
    )
    return json_of("imdb.get_word_index", file)
