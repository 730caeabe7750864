"""The columns of a text or table, and what each of them is for."""

from __future__ import annotations

from collections.abc import Sequence

from lacuna import _core
from lacuna._arguments import shown
from lacuna._types import Number, Whole

__all__ = [
    "Column",
    "categories",
    "category",
    "ids",
    "ignored",
    "label",
    "number",
    "numbers",
    "query_id",
    "sample_weight",
    "string",
    "strings",
]

Column = _core.Column


def __dir__() -> list[str]:
    return __all__


def listed(where, columns):
    """Columns as one list: numbers and categories are lists themselves."""
    if isinstance(columns, (str, bytes)) or not isinstance(columns, Sequence):
        raise TypeError(
            f"{where}: columns must be a list of lacuna.data.label, numbers and the like. Received: {shown(columns)}."
        )
    return [column for some in columns for column in (some if isinstance(some, (list, tuple)) else [some])]


def label(name: str) -> Column:
    """y, a finite number. Several labels are several targets."""
    return _core.label(name)


def sample_weight(name: str) -> Column:
    """The weight of a row, a number of 0 or more."""
    return _core.sample_weight(name)


def query_id(name: str) -> Column:
    """A whole number that the rows of a group share."""
    return _core.query_id(name)


def ignored(name: str) -> Column:
    """A column that is not read."""
    return _core.ignored(name)


def numbers(
    names: str,
    transform: str | None = None,
    buckets: Whole = 0,
    boundaries: Sequence[Number] = (),
    missing: Number | None = None,
    input: str = "x",
) -> list[Column]:
    """Columns of numbers; "I{1..13}" names I1 to I13.

    transform: 'log1p', ln(1 + x) for x above -1; 'signed_log1p', sign(x) ln(1 + |x|); None, x itself.
    buckets: the number becomes one of so many categories: 0 if it is missing, else 1 + ⌊x⌋ of the transformed x, at
        least 1 and below `buckets`. boundaries: the same, with 1 + how many of these are ≤ x. With neither, it is one
        column with the value.
    missing: what a missing number counts as. input: the input of the model that the column is a part of.
    """
    return list(_core.numbers(names, transform, buckets, _several("numbers", "boundaries", boundaries), missing, input))


def number(
    name: str,
    transform: str | None = None,
    buckets: Whole = 0,
    boundaries: Sequence[Number] = (),
    missing: Number | None = None,
    input: str = "x",
) -> Column:
    """A column of numbers; the arguments are those of numbers."""
    return _single("number", name, numbers(name, transform, buckets, boundaries, missing, input))


def categories(
    names: str,
    bins: Whole = 0,
    vocabulary: Sequence[str] = (),
    separator: str | None = None,
    input: str = "x",
) -> list[Column]:
    """Columns of words; "C{1..26}" names C1 to C26.

    bins: a word becomes the bin that Keras' Hashing(bins) gives it. vocabulary: or its place among these words, from 1,
        and 0 for all others. separator: one character between several words of a field, each of which counts.
    input: the input of the model that the column is a part of.
    """
    return list(_core.categories(names, bins, _several("categories", "vocabulary", vocabulary), separator, input))


def category(
    name: str,
    bins: Whole = 0,
    vocabulary: Sequence[str] = (),
    separator: str | None = None,
    input: str = "x",
) -> Column:
    """A column of words; the arguments are those of categories."""
    return _single("category", name, categories(name, bins, vocabulary, separator, input))


def ids(name: str, n: Whole, separator: str | None = None, input: str = "x") -> Column:
    """A column of ids, whole numbers from 0 on and below n, as they are: of n columns of its input, a row has those
    that it names, and twice what it names twice.

    separator: one character between several ids of a field of text. A table may have lists of ids instead
        (lacuna.data.arrow). input: the input of the model that the column is a part of.
    """
    return _core.ids_column(name, n, separator, input)


def strings(names: str, input: str = "x") -> list[Column]:
    """Columns of texts as they are, for a model whose own layers take strings: Input(dtype="string") and
    TextVectorization, StringLookup, Hashing and the like. "S{1..3}" names S1 to S3.

    A missing text is the empty one; a text that is no valid UTF-8 makes its row bad. input: the input of the model,
    dense and of dtype string, with a column for each that names it; no other columns can be there.
    """
    return list(_core.strings_columns(names, input))


def string(name: str, input: str = "x") -> Column:
    """A column of texts; the arguments are those of strings."""
    return _single("string", name, strings(name, input))


def _several(where, name, given):
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise TypeError(f"{where}: {name} must be a list. Received: {name}={shown(given)}.")
    return list(given)


def _single(where, name, columns):
    if len(columns) != 1:
        several = {"number": "numbers", "category": "categories", "string": "strings"}[where]
        raise ValueError(
            f"{where}: name must be that of one column; {several} takes a range. Received: name={shown(name)}."
        )
    return columns[0]
