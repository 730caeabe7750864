"""Data that need not fit in memory, and data files. A Dataset is a recipe for rows, cheap to copy: fit, evaluate,
predict and validation_data take one, and read its rows as they need them.

    from lacuna import data
    log = data.csv("day_*.gz", [data.label("click"), *data.numbers("I{1..13}", transform="log1p", buckets=32),
                                *data.categories("C{1..26}", bins=2**20)], delimiter="\\t")
    model.fit(log, batch_size=4096, epochs=2)

A missing number or word is an empty field, or null in a table. A missing word is a word of its own, the empty one; a
missing number has the bucket 0, or counts as `missing` says; where neither is given, its row is bad."""

from __future__ import annotations

from lacuna.data.arrays import npz
from lacuna.data.columns import (
    Column,
    categories,
    category,
    ids,
    ignored,
    label,
    number,
    numbers,
    query_id,
    sample_weight,
)
from lacuna.data.dataset import BadRow, Dataset, Report, csv, libsvm, open
from lacuna.data.iterables import batches
from lacuna.data.load import load_libsvm
from lacuna.data.tables import arrow
from lacuna.data.vowpal_wabbit import vw

__all__ = [
    "BadRow",
    "Column",
    "Dataset",
    "Report",
    "arrow",
    "batches",
    "categories",
    "category",
    "csv",
    "ids",
    "ignored",
    "label",
    "libsvm",
    "load_libsvm",
    "npz",
    "number",
    "numbers",
    "open",
    "query_id",
    "sample_weight",
    "vw",
]


def __dir__() -> list[str]:
    return __all__
