"""Datasets of lines of JSON."""

from __future__ import annotations

from collections.abc import Sequence

from lacuna import _core
from lacuna._files import paths_of
from lacuna._types import Flag, Number, Path, Whole
from lacuna.data.columns import Column, listed
from lacuna.data.dataset import Dataset, reading

__all__ = ["jsonl"]


def __dir__() -> list[str]:
    return __all__


def jsonl(
    path: Path | Sequence[Path],
    columns: Sequence[Column],
    fields: Flag = False,
    on_bad: str = "raise",
    max_bad: Number = 0.01,
    rejects: Path | None = None,
    readers: Whole | None = None,
) -> Dataset:
    """A Dataset of text with an object of JSON in each line, plain or compressed, which is read anew in each epoch.

    columns: what the columns are for (lacuna.data.label, numbers, categories, ids, …), found by their names, in any
        order: a key of the object, or keys within each other, joined by dots ("user.id"). Other keys are not read.
    A value means what its text means in csv, with the same bins and buckets. Labels, weights and numbers are numbers,
    booleans or texts of numbers; categories, ids and query ids are texts or whole numbers, and categories and ids may
    be lists of them. null, and a key that is not there, are the empty text: a word of its own; no entry where the
    column has a `separator`; and no id, so that ids that may be missing need a separator, whatever it is. If no row at
    the start of the files has a column, the pass warns.
    A row is bad whose line is no whole object (NaN and Infinity are not JSON), has a value of another kind or the key
    of a column twice, is not UTF-8, has a whole number beyond 64 bits, or is longer than 16 MiB. Blank lines are
    skipped. path, fields, on_bad, max_bad, rejects, readers: as in csv. ValueError for options that do not fit.

        >>> with open("rows.jsonl", "w") as file:
        ...     _ = file.write('{"y": 1, "user": {"id": 3}}\\n{"user": {"id": 0}, "tags": ["a", "b"], "y": 0}\\n')
        >>> columns = [lacuna.data.label("y"), lacuna.data.ids("user.id", 4),
        ...            lacuna.data.category("tags", vocabulary=["a", "b"], separator=",")]
        >>> lacuna.data.jsonl("rows.jsonl", columns).load()[0].toarray()
        array([[0., 0., 0., 1., 0., 0., 0.],
               [1., 0., 0., 0., 0., 1., 1.]], dtype=float32)
    """
    return Dataset(
        _core.jsonl(
            paths_of("jsonl", path),
            listed("jsonl", columns),
            fields,
            *reading("jsonl", on_bad, max_bad, rejects, readers),
        )
    )
