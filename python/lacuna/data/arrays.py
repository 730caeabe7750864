"""Datasets of files of NumPy and scipy."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._files import path_of
from lacuna._types import Path
from lacuna.data.dataset import Dataset

__all__ = ["npz"]


def __dir__() -> list[str]:
    return __all__


def npz(
    x: Path | dict[str, Path],
    y: Path | dict[str, Path] | None = None,
    sample_weight: Path | None = None,
) -> Dataset:
    """A Dataset of arrays in files, which are read row by row in each epoch, so that memory does not grow with them.

    x, y, sample_weight: paths; of several inputs or targets a dict of paths by their names. A .npz file is a csr matrix
        that scipy.sparse.save_npz has saved, compressed or not; any other is an array of numpy.save, in C order, plain
        or compressed by gz, zst and the like.
    The heads of the files are read at once: ValueError if a file is of another kind, or if the files have not the same
    number of rows. A file that is cut short or damaged is a ValueError when its rows are read.

        >>> from scipy.sparse import save_npz
        >>> save_npz("x.npz", csr_matrix(np.eye(6)))
        >>> np.save("y.npy", np.arange(6.0))
        >>> lacuna.data.npz("x.npz", "y.npy").skip(4).load()[1]
        array([4., 5.])
    """
    return Dataset(
        _core.npz(
            paths_by_name("npz", "x", x),
            paths_by_name("npz", "y", y),
            None if sample_weight is None else path_of("npz", sample_weight),
        )
    )


def paths_by_name(where: str, name: str, given: Any) -> dict[str, bytes]:
    """Paths by the names of parts; a single one has the name."""
    paths = {} if given is None else given if isinstance(given, dict) else {name: given}
    return {str(name): path_of(where, path) for name, path in paths.items()}
