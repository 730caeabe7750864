"""Datasets: recipes for rows that need not be in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

from lacuna import _core
from lacuna._arguments import shown
from lacuna._arrays import view
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
    """A recipe for rows, made by lacuna.data.csv, jsonl, libsvm, vw, npz, h5ad, h5_10x, arrow, batches or open."""

    def __init__(self, core: Any, keeps: Any = None) -> None:
        self._core = core
        self._keeps = keeps  # Functions that the core calls and does not keep: they may refer to this dataset.

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
        return Dataset(self._core.take(count), self._keeps)

    def skip(self, count: Whole) -> Dataset:
        """All but the first `count` rows."""
        return Dataset(self._core.skip(count), self._keeps)

    def map_labels(self, labels: Mapping[Number, Number]) -> Dataset:
        """The same rows, whose targets become what the dict says: labels as a loss wants them. Another label is a
        ValueError when it is read, as is a csr target, or an empty dict, at once.

            >>> import pathlib
            >>> _ = pathlib.Path("labels.vw").write_text("1 |f 3\\n-1 |f 4\\n")
            >>> rows = lacuna.data.vw("labels.vw", bins=5).map_labels({-1: 0, 1: 1})
            >>> rows.load()[1].ravel().tolist()
            [1.0, 0.0]
        """
        if not isinstance(labels, Mapping) or not all(isinstance(one, Real) for pair in labels.items() for one in pair):
            raise TypeError(
                f"map_labels: labels must be a dict from number to number. Received: labels={shown(labels)}."
            )
        pairs = [(float(label), float(to)) for label, to in labels.items()]
        return Dataset(self._core.map_labels(pairs), self._keeps)

    def split(self, fraction: Number, seed: Whole = 0, key: str | None = None) -> tuple[Dataset, Dataset]:
        """Two Datasets: about `fraction` of the rows, and all others. Rows stay together that have the same value of
        `key`, the name of a column; without a key those of a query, if the rows have query ids; else a row is chosen
        by its place. The choice follows from the seed alone. Words that share a bin count as the same.

        ValueError unless 0 < fraction < 1 and the key is a name of a part or of a column.

            >>> np.savetxt("all.csv", np.arange(200).reshape(100, 2), fmt="%d", delimiter=",")
            >>> rows = lacuna.data.csv("all.csv", [lacuna.data.label("y"), lacuna.data.category("c", bins=10)])
            >>> train, test = rows.split(0.8)
            >>> train.load()[0].shape[0] + test.load()[0].shape[0]
            100
        """
        first, second = self._core.split(fraction, seed, key)
        return Dataset(first, self._keeps), Dataset(second, self._keeps)

    def shard(self, count: Whole, index: Whole) -> Dataset:
        """The rows index, index + count, index + 2 count, …: one of `count` equal parts. ValueError unless
        0 <= index < count."""
        return Dataset(self._core.shard(count, index), self._keeps)

    def cache(self) -> Dataset:
        """The same rows, which stay in memory once they were read to the end: the first epoch fills the cache."""
        return Dataset(self._core.cache(), self._keeps)

    def map(self, function: Callable[[dict[str, Any]], dict[str, Any]], version: str = "") -> Dataset:
        """The rows that function(rows) makes of these, in their order.

        It gets a dict of arrays and csr matrices by the names of inputs and targets, and of 'sample_weight' and
        'query', of some thousand rows; how many is not said, so it must treat each row by itself. It returns such a
        dict, of as many rows or of fewer or more. What has the name of a target is one (or 'y', if there is none);
        other names are inputs. The parts and their shapes are those of the first rows, on which it is called once
        more to find out. version: a text that changes when the function does; without it `pack` makes its file anew,
        and BackupAndRestore cannot go on after a kill. ValueError in a pass, if later rows have other parts.

            >>> np.savetxt("all.csv", np.arange(200).reshape(100, 2), fmt="%d", delimiter=",")
            >>> rows = lacuna.data.csv("all.csv", [lacuna.data.label("y"), lacuna.data.category("c", bins=10)])
            >>> rows.map(lambda part: {**part, "y": np.log1p(part["y"])}).load()[1][:2, 0]
            array([0.       , 1.0986123], dtype=float32)
        """
        if not callable(function):
            raise TypeError(f"map: function must be one, of a dict of arrays. Received: {shown(function)}.")

        def on_rows(parts):
            return views_of_parts("map", function({name: _matrix(part) for name, part in parts.items()}))

        return Dataset(self._core.map(on_rows, version), (self._keeps, on_rows))

    def negatives(self, k: Whole, column: str, draws: str = "counts", seed: Whole = 0) -> Dataset:
        """The rows, each of which, if its label is above 0, is followed by `k` that have another id in one column,
        drawn among those that the row does not have, and the label 0. Without a target all rows count as positive, and
        get one, 'y', of 1 and 0. So a model of two towers learns from clicks alone.

        column: an input, or a column of one, that has ids: a category, ids, or a number with buckets. draws: 'counts',
        each id as often as it is in the positive rows, which are read once to count; 'evenly', all ids alike, also
        those that no row has. The draws follow from the seed, the number of the row and, in fit, the epoch.
        ValueError if k is not positive, if there are several targets or no such column, and in a pass, if a row has all
        ids.
        """
        return Dataset(self._core.negatives(k, column, draws, seed), self._keeps)

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
        if "_core" not in vars(self):  # A debugger may ask before __init__ is done.
            return object.__repr__(self)
        parts = ", ".join(
            f"{name}: {role} {shape} {dtype} {storage}" for name, role, shape, dtype, storage in self._core.schema
        )
        return f"<Dataset {parts}{'' if self.rows is None else f', {self.rows:,} rows'}>"

    def _repr_html_(self) -> str:
        from lacuna import _html  # Here, so that importing lacuna is quick.

        if "_core" not in vars(self):
            return _html.line(repr(self))
        head = ["part", "role", "shape", "dtype", "storage"]
        rows = "rows are not counted before they are read" if self.rows is None else f"{self.rows:,} rows"
        return _html.box(
            _html.line(rows, "Dataset"), _html.table(head, [[str(v) for v in p] for p in self._core.schema])
        )


def _one_or_all(parts):
    arrays = {name: _matrix(part) for name, part in parts.items()}
    return next(iter(arrays.values())) if len(arrays) == 1 else arrays or None


def _matrix(part):
    if not isinstance(part, tuple):
        return part
    from scipy.sparse import csr_matrix

    shape, *parts = part
    return csr_matrix(tuple(parts), shape=shape)


def views_of_parts(where: str, parts: Any) -> dict[str, Any]:
    """Views of arrays by name, of a dict that a user's function has made."""
    if not isinstance(parts, dict):
        raise TypeError(f"{where}: rows must be a dict of arrays by name. Received: {shown(parts)}.")
    return {str(name): view(array, f"{where}: '{name}'", strings=True) for name, array in parts.items()}


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
