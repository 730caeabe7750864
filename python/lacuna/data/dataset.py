"""Datasets: recipes for rows that need not be in memory at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lacuna import _core
from lacuna._files import path_of, paths_of
from lacuna._types import Flag, Number, Path, Whole
from lacuna.data.columns import Column, listed

__all__ = ["BadRow", "Dataset", "Report", "csv", "libsvm", "open"]


def __dir__() -> list[str]:
    return __all__


class BadRow(NamedTuple):
    """A row that was not understood. column: None if it is the row as a whole. text: the bytes of its line. Of
    a table, path is empty, line the number of the row from 1, and text its values."""

    path: str
    line: int
    column: str | None
    reason: str
    text: bytes


class Report(NamedTuple):
    """Of one pass over a dataset: its rows, how many of them were bad, and the first 20 of these."""

    rows: int
    bad: int
    first: list[BadRow]


class Dataset:
    """A recipe for rows, made by lacuna.data.csv, libsvm, arrow or open."""

    def __init__(self, core: Any, streams: Any = None) -> None:
        self._core = core
        self._streams = streams  # Called by the core, which does not keep it: it may refer to this dataset.

    @property
    def rows(self) -> int | None:
        """The number of rows; None if it is not known before they are read."""
        return self._core.rows

    @property
    def report(self) -> Report:
        """The bad rows of the last pass that came to its end."""
        report = self._core.report
        first = [BadRow(**{**row, "path": row["path"].decode(errors="surrogateescape")}) for row in report["first"]]
        return Report(report["rows"], report["bad"], first)

    def take(self, count: Whole) -> Dataset:
        """The first `count` rows."""
        return Dataset(self._core.take(count), self._streams)

    def skip(self, count: Whole) -> Dataset:
        """All but the first `count` rows."""
        return Dataset(self._core.skip(count), self._streams)

    def split(self, fraction: Number, seed: Whole = 0) -> tuple[Dataset, Dataset]:
        """Two Datasets: about `fraction` of the rows, and all others. A row is chosen by its place, or by its query id
        if there is one, so that the rows of a query stay together. The choice follows from the seed alone.

        ValueError unless 0 < fraction < 1.

            >>> np.savetxt("all.csv", np.arange(200).reshape(100, 2), fmt="%d", delimiter=",")
            >>> rows = lacuna.data.csv("all.csv", [lacuna.data.label("y"), lacuna.data.category("c", bins=10)])
            >>> train, test = rows.split(0.8)
            >>> train.load()[0].shape[0] + test.load()[0].shape[0]
            100
        """
        first, second = self._core.split(fraction, seed)
        return Dataset(first), Dataset(second)

    def shard(self, count: Whole, index: Whole) -> Dataset:
        """The rows index, index + count, index + 2 count, …: one of `count` equal parts. ValueError unless
        0 <= index < count."""
        return Dataset(self._core.shard(count, index))

    def pack(
        self, path: Path, compression: str | None = None, read_only: Flag = False, shuffle: Whole | None = None
    ) -> Dataset:
        """Writes the rows to a packed file, which is read many times faster than text, and returns the Dataset in it.

        If the file is there already, and was made of the same files by the same settings, it is opened as it is; if
        not, it is made anew, with a warning that says what differs. It takes its place when it is whole. compression:
        'lz4' or 'zstd' for a smaller file. read_only: a file that does not fit is a ValueError, and none is written.
        shuffle: a seed; the rows are put in an order at random, all among all, whatever the size of the file, so that
        `fit`, which shuffles within `shuffle_bytes`, sees a fair sample in each part. Until the file is whole, its rows
        take the same room on the disk once more. FileError (an OSError) if the disk is full and the like.
        """
        return Dataset(self._core.pack(path_of("pack", path), compression, read_only, shuffle))

    def load(self) -> tuple[Any, Any, Any]:
        """Reads all rows into memory: (x, y, sample_weight), where x and y are arrays or csr matrices, dicts of them if
        there are several, and None if there is none."""
        x, y, weight, _ = self._core.load()
        return _one_or_all(x), _one_or_all(y), weight

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{name}: {role} {shape} {dtype} {storage}" for name, role, shape, dtype, storage in self._core.schema
        )
        return f"<Dataset {parts}>"


def _one_or_all(parts):
    arrays = {name: _matrix(part) for name, part in parts.items()}
    return next(iter(arrays.values())) if len(arrays) == 1 else arrays or None


def _matrix(part):
    if not isinstance(part, tuple):
        return part
    from scipy.sparse import csr_matrix

    shape, *parts = part
    return csr_matrix(tuple(parts), shape=shape)


def reading(where: str, on_bad: str, max_bad: Number, rejects: Path | None, readers: Whole | None) -> tuple[Any, ...]:
    """What all sources take about bad rows and threads, as the library takes it."""
    return on_bad, max_bad, None if rejects is None else path_of(where, rejects), 0 if readers is None else readers


def csv(
    path: Path | Sequence[Path],
    columns: Sequence[Column],
    delimiter: str = ",",
    quote: str | None = '"',
    header: Flag | str = "auto",
    fields: Flag = False,
    on_bad: str = "raise",
    max_bad: Number = 0.01,
    rejects: Path | None = None,
    readers: Whole | None = None,
) -> Dataset:
    """A Dataset of CSV or TSV text, plain or compressed, which is read anew in each epoch.

    path: a file, or a list of files, which are read one after another; one with *, ? or [ stands for those that it
        matches.
    columns: what the columns are for (lacuna.data.label, numbers, categories, …), all of them in order if there is no
        header. Each input is one csr matrix, in which each of its columns has a range, in the order of this list.
    header: whether the first line of a file names its columns; 'auto': if it has the name of one of them. Other columns
        of the file are not read then.
    quote: around a field that holds the delimiter; doubled within. None: there are none.
    fields: each input is an array of ids, (rows, columns), for an Embedding. Numbers must then have buckets.
    on_bad: 'raise' an error at a row that is not understood (a field too few or too many, no finite number, a quote
        that does not close in its line), or 'skip' it: then it is counted in `report`, written to the file
        `rejects`, and an error if more than `max_bad` of the rows are bad.
    readers: threads that parse; None: half of those of lacuna.config. The rows and their order are always the same.
    Blank lines are skipped where there are several columns. ValueError for options that do not fit.
    """
    return Dataset(
        _core.csv(
            paths_of("csv", path),
            listed("csv", columns),
            delimiter,
            quote,
            header,
            fields,
            *reading("csv", on_bad, max_bad, rejects, readers),
        )
    )


def libsvm(
    path: Path | Sequence[Path],
    n_features: Whole | None = None,
    zero_based: Flag | str = "auto",
    query_id: Flag = False,
    on_bad: str = "raise",
    max_bad: Number = 0.01,
    rejects: Path | None = None,
    readers: Whole | None = None,
) -> Dataset:
    """A Dataset of libsvm (svmlight) text, plain or compressed, which is read anew in each epoch: the input x, csr, and
    the target y, (rows, 1).

    n_features, zero_based, query_id: as in load_libsvm. Unless n_features and zero_based are given, the files are read
        once to find out. path, on_bad, max_bad, rejects, readers: as in csv.
    """
    return Dataset(
        _core.libsvm(
            paths_of("libsvm", path),
            n_features,
            zero_based,
            query_id,
            *reading("libsvm", on_bad, max_bad, rejects, readers),
        )
    )


def open(path: Path) -> Dataset:
    """The Dataset in a packed file (Dataset.pack). The files that it was made of are not needed. ValueError if it is no
    whole packed file; a damaged block is an error when it is read."""
    return Dataset(_core.open_dataset(path_of("open", path)))
