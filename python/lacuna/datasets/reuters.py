"""Reuters: 11,228 newswires as numbers of words, with labels from 0 to 45."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import number
from lacuna._types import Flag, Number, Path, Whole
from lacuna.datasets._files import arrays_of, json_of, located
from lacuna.datasets._texts import Cut

__all__ = [
    "get_word_index",
    "load_data",
]


def __dir__() -> list[str]:
    return __all__


def load_data(
    path: Path = "reuters.npz",
    num_words: Whole | None = None,
    skip_top: Whole = 0,
    maxlen: Whole | None = None,
    test_split: Number = 0.2,
    seed: Whole = 113,
    start_char: Whole | None = 1,
    oov_char: Whole | None = 2,
    index_from: Whole | None = 3,
    sparse: Flag = False,
    **kwargs: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): x are arrays of lists of numbers of words, y arrays of topics.

    test_split: the fraction of the rows, after they are shuffled, that are for testing. All else is as in
    imdb.load_data."""
    where = "reuters.load_data"
    cut = Cut(where, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from, sparse, kwargs)
    share = split_of(where, test_split)
    file = located(
        where, path, "https://s3.amazonaws.com/text-datasets/reuters.npz", "87aedbeb0cb229e378797a632c1997b6"
    )
    x, y = arrays_of(where, file, ["x", "y"])
    (order,) = cut.orders(len(x))
    xs, labels = cut.words(x[order], y[order])
    return cut.split(xs, labels, int(len(xs) * (1 - share)))


def split_of(where: str, test_split: Any) -> float:
    """A fraction from 0 to 1."""
    share = number(where, "test_split", test_split)
    if not 0 <= share <= 1:
        raise ValueError(f"{where}: test_split must be in [0, 1]. Received: test_split={share}.")
    return share


def get_word_index(path: Path = "reuters_word_index.json") -> Any:
    """The words' ranks by frequency, a dict; a word's number in load_data is its rank plus index_from. path: as in
    load_data."""
    file = located(
        "reuters.get_word_index",
        path,
        "https://s3.amazonaws.com/text-datasets/reuters_word_index.json",
        "4d44cc38712099c9e383dc6e5f11a921",
    )
    return json_of("reuters.get_word_index", file)
