"""Data that need not fit in memory, and data files. A Dataset is a recipe for rows, cheap to copy: fit, evaluate,
predict and validation_data take one, and read its rows as they need them.

    from lacuna import data
    log = data.csv("day_*.gz", [data.label("click"), *data.numbers("I{1..13}", transform="log1p", buckets=32),
                                *data.categories("C{1..26}", bins=2**20)], delimiter="\\t")
    model.fit(log, batch_size=4096, epochs=2)

A missing number or word is an empty field, or null in a table. A missing word is a word of its own, the empty one; a
missing number has the bucket 0, or counts as `missing` says; where neither is given, its row is bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lacuna._later import later, listed

if TYPE_CHECKING:
    from lacuna.data.arrays import *  # noqa: F403
    from lacuna.data.cells import *  # noqa: F403
    from lacuna.data.columns import *  # noqa: F403
    from lacuna.data.dataset import *  # noqa: F403
    from lacuna.data.iterables import *  # noqa: F403
    from lacuna.data.json_lines import *  # noqa: F403
    from lacuna.data.load import *  # noqa: F403
    from lacuna.data.tables import *  # noqa: F403
    from lacuna.data.vowpal_wabbit import *  # noqa: F403

_NAMES = {
    "arrays": "npz",
    "cells": "h5_10x h5ad",
    "columns": "Column categories category ids ignored label number numbers query_id sample_weight string strings",
    "dataset": "BadRow Dataset Report csv libsvm open",
    "iterables": "batches",
    "json_lines": "jsonl",
    "load": "load_libsvm",
    "tables": "arrow",
    "vowpal_wabbit": "vw",
}
__all__ = listed(_NAMES)


def __dir__() -> list[str]:
    return __all__


__getattr__ = later(__name__, _NAMES)
