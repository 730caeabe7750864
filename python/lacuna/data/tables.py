"""Datasets of tables in memory and of Arrow streams, without pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lacuna import _core
from lacuna._arguments import shown
from lacuna._types import Flag, Number, Path, Whole
from lacuna.data.columns import Column, listed
from lacuna.data.dataset import Dataset, reading

__all__ = ["arrow"]


def __dir__() -> list[str]:
    return __all__


def arrow(
    table: Any,
    columns: Sequence[Column],
    fields: Flag = False,
    on_bad: str = "raise",
    max_bad: Number = 0.01,
    rejects: Path | None = None,
    readers: Whole | None = None,
    version: str = "",
) -> Dataset:
    """A Dataset of a table or a stream of tables, through Arrow's C stream interface, by which data are not copied.

    table: what has `__arrow_c_stream__`: a Table or RecordBatchReader of pyarrow, a frame of pandas or polars, a
        relation of DuckDB; or a pyarrow.dataset.dataset("day*.parquet"); or a function without arguments that returns
        one of these, and is called for each pass. A reader, or what else is an iterator, gives one pass: `pack` it, or
        give the function that makes it, to train for several epochs.
    columns: what the columns are for (lacuna.data.label, numbers, categories, ids, …), found by their names; others are
        not read. A value means what its text means in csv, with the same bins and buckets, and null is the empty text.
        Labels, weights and numbers are columns of numbers, booleans or texts of numbers; a NaN is bad, and not missing.
        Categories and ids are texts or whole numbers, or lists of them, of which a null one is empty. The words of a
        dictionary (a categorical) are hashed once. For columns of another type, such as times, the first pass is a
        ValueError.
    fields, on_bad, max_bad, rejects, readers: as in csv; a bad row is named by its number, from 1.
    version: for pack, a text that changes when the rows do. Without it pack makes its file anew, since a stream does
        not tell what it is made of.
    """
    once = hasattr(table, "__next__")  # An iterator: a second pass would go on where the first has stopped.
    passes = 0

    def streams() -> Any:
        nonlocal passes
        passes += 1
        if once and passes > 1:
            raise ValueError(
                f"arrow: a {type(table).__name__} can be read once; pack the dataset for more passes, or give a "
                "function that makes a new one for each. Received: a second pass."
            )
        return _stream_of(table)

    if not (_has_stream(table) or callable(table)):
        _refuse(table)
    core = _core.arrow(
        streams,
        listed("arrow", columns),
        fields,
        *reading("arrow", on_bad, max_bad, rejects, readers),
        version,
    )
    return Dataset(core, streams)


_WAYS = ("__arrow_c_stream__", "to_reader", "scanner")  # Of frames and tables; of a pyarrow Scanner; of its Dataset.


def _has_stream(table):
    return any(hasattr(table, way) for way in _WAYS)


def _stream_of(table):
    if not _has_stream(table) and callable(table):
        table = table()
    if not _has_stream(table):
        _refuse(table)
    if hasattr(table, "scanner"):
        table = table.scanner()
    if not hasattr(table, "__arrow_c_stream__"):
        table = table.to_reader()
    return table.__arrow_c_stream__()


def _refuse(table):
    collect = "; write .collect()" if hasattr(table, "collect") else ""
    raise TypeError(
        "arrow: table must have __arrow_c_stream__ (a table of pyarrow, a frame of pandas or polars, a relation of "
        f"DuckDB), or be a function that returns one. Received: {shown(table)}{collect}."
    )
