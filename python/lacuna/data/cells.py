"""Datasets of cells by genes: files of anndata and of 10x Genomics."""

from __future__ import annotations

from lacuna import _core
from lacuna._arguments import shown
from lacuna._files import path_of
from lacuna._types import Path
from lacuna.data.arrays import paths_by_name
from lacuna.data.dataset import Dataset

__all__ = ["h5_10x", "h5ad"]


def __dir__() -> list[str]:
    return __all__


def h5ad(
    path: Path,
    x: str | dict[str, str] = "X",
    y: str | dict[str, str] | None = None,
    sample_weight: str | None = None,
) -> Dataset:
    """A Dataset of a file of anndata (.h5ad), whose rows are read some chunks at a time in each epoch, so that memory
    does not grow with them. Neither anndata nor h5py is needed.

    x: a matrix in csr, or a dense one: "X", "layers/counts", "raw/X", "obsm/X_pca"; of several inputs a dict of these
        by their names. The columns of a csr one have the names of var, for `split` and `negatives`.
    y: the target, a column of obs, or a dict of several by their names. A categorical is the number of its category,
        from 0, in the order of adata.obs[y].cat.categories; numbers and booleans are as they are.
    sample_weight: a column of obs with the weights of rows.
    The file is read in a process of its own first, all of it up to 16 MiB, else its start and end, since HDF5 may crash
    on a damaged one. ValueError if a part is not there or of another kind (csc: write adata.X = adata.X.tocsr()), if it
    is compressed by what HDF5 itself does not have (lzf: write compression="gzip"), or if parts have not the same
    number of rows; in a pass, if rows are damaged or a target is missing.

        >>> import h5py
        >>> with h5py.File("cells.h5ad", "w") as file:  # As adata.write("cells.h5ad") does.
        ...     cells = csr_matrix(np.eye(3, 4, dtype="f4"))
        ...     for part in ("data", "indices", "indptr"):
        ...         file["X/" + part] = getattr(cells, part)
        ...     file["X"].attrs.update({"encoding-type": "csr_matrix", "shape": cells.shape})
        ...     file["obs/age"] = [3, 1, 2]
        >>> x, y, _ = lacuna.data.h5ad("cells.h5ad", y="age").load()
        >>> x.shape, y.tolist()
        ((3, 4), [3, 1, 2])
    """
    weight = None if sample_weight is None else _text("sample_weight", sample_weight)
    return Dataset(_core.h5ad(path_of("h5ad", path), _by_name("x", x), {} if y is None else _by_name("y", y), weight))


def h5_10x(
    path: Path,
    y: Path | dict[str, Path] | None = None,
    sample_weight: Path | None = None,
    group: str = "matrix",
) -> Dataset:
    """A Dataset of a feature-barcode matrix of 10x Genomics' Cell Ranger (.h5): the input x, csr, (barcodes, features),
    whose columns have the ids of the features. Its rows are read as those of h5ad.

    y, sample_weight: paths of arrays of numpy.save, in the order of the barcodes, as in npz. group: in a file of
    Cell Ranger 2, the genome. ValueError as in h5ad.
    """
    weight = None if sample_weight is None else path_of("h5_10x", sample_weight)
    return Dataset(_core.h5_10x(path_of("h5_10x", path), paths_by_name("h5_10x", "y", y), weight, group))


def _by_name(name: str, given: str | dict[str, str]) -> dict[str, str]:
    parts = given if isinstance(given, dict) else {name: given}
    return {str(part): _text(name, key) for part, key in parts.items()}


def _text(name: str, given: str) -> str:
    if not isinstance(given, str) or not given:
        raise TypeError(f"h5ad: {name} must be the name of a part of the file. Received: {name}={shown(given)}.")
    return given
