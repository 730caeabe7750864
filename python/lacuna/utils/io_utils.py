"""Data in HDF5 files, and the question before a file is replaced."""

from __future__ import annotations

import collections
import os
from typing import Any

import numpy as np

from lacuna._absent import refusing
from lacuna._arguments import shown, text, whole
from lacuna._files import path_of
from lacuna._types import Function, Path, Whole

__all__ = [
    "HDF5Matrix",
    "ask_to_proceed_with_overwrite",
]
__path__: list[str] = []  # So that `from … import h5dict` can be answered with a reason.


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


class HDF5Matrix:
    """The rows from start to end of a dataset in an HDF5 file, read when they are asked for; h5py must be installed.

    datapath: the file. dataset: its name in the file. end: the number of rows unless given. normalizer: a function
    applied to what is read. An object of it is taken by fit where an array is, which then reads all of it; by rows in a
    Sequence only these are read. ValueError if there is no such dataset, or for rows that it has not."""

    refs: Any = collections.defaultdict(int)  # Open files, by path; they are shared.

    def __init__(
        self,
        datapath: Path,
        dataset: str,
        start: Whole = 0,
        end: Whole | None = None,
        normalizer: Function | None = None,
    ) -> None:
        try:
            import h5py
        except ImportError:
            raise ImportError("HDF5Matrix: h5py must be installed.") from None
        path = os.path.abspath(os.fsdecode(path_of("HDF5Matrix", datapath)))
        name = text("HDF5Matrix", "dataset", dataset)
        if normalizer is not None and not callable(normalizer):
            raise TypeError(f"HDF5Matrix: normalizer must be a function. Received: normalizer={shown(normalizer)}.")
        if not self.refs[path]:
            self.refs[path] = h5py.File(path, "r")
        file = self.refs[path]
        if not name or not isinstance(file.get(name), h5py.Dataset):
            raise ValueError(
                f"HDF5Matrix: the file must have the dataset. Received: dataset={shown(dataset)}, in the file: "
                f"{', '.join(file)[:100]}."
            )
        self.data, self.normalizer = file[name], normalizer
        rows = len(self.data)
        self.start = whole("HDF5Matrix", "start", start)
        self.end = rows if end is None else whole("HDF5Matrix", "end", end)
        if not 0 <= self.start <= self.end <= rows:
            raise ValueError(
                f"HDF5Matrix: start and end must be rows of the dataset. Received: start={self.start}, end={self.end}, "
                f"rows={rows}."
            )

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            first, stop, step = key.indices(len(self))
            if step < 1 or (key.start or 0) > len(self):
                raise IndexError(
                    f"HDF5Matrix: a slice must begin below {len(self)} and have a positive step. Received: {key}."
                )
            rows = self.data[self.start + first : self.start + max(first, stop) : step]
        elif isinstance(key, (list, tuple, np.ndarray)):
            # HDF5 reads rows in rising order, each once.
            key = np.flatnonzero(key) if np.asarray(key).dtype == bool and len(key) == len(self) else key
            each, places = np.unique([self._row(one) for one in key], return_inverse=True)
            rows = self.data[each][places] if len(each) else self.data[:0]
        else:
            rows = self.data[self._row(key)]
        return rows if self.normalizer is None else self.normalizer(rows)

    def _row(self, index: Any) -> int:
        index = whole("HDF5Matrix", "a row", index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"HDF5Matrix: a row must be below {len(self)}. Received: {index}.")
        return self.start + index % len(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self[:], dtype=dtype)

    @property
    def shape(self) -> Any:
        """The shape of these rows."""
        return (len(self), *self.data.shape[1:]) if self.normalizer is None else (len(self), *np.shape(self[:1])[1:])

    @property
    def dtype(self) -> Any:
        """The dtype of what is read."""
        return self.data.dtype if self.normalizer is None else np.asarray(self[:1]).dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return int(np.prod(self.shape))


def ask_to_proceed_with_overwrite(filepath: Path) -> bool:
    """Asks the person at the terminal whether a file may be replaced: True for y, False for n."""
    path_of("ask_to_proceed_with_overwrite", filepath)
    answer, name = "", os.fsdecode(filepath)
    while answer not in ("y", "n"):
        try:
            answer = input(f"[WARNING] {name} already exists - overwrite? [y/n] ").strip().lower()
        except EOFError:
            raise OSError(f"ask_to_proceed_with_overwrite: a person must answer. Received: {shown(name)}.") from None
    return answer == "y"
