"""Datasets of the text of Vowpal Wabbit."""

from __future__ import annotations

from collections.abc import Sequence

from lacuna import _core
from lacuna._arguments import shown
from lacuna._files import paths_of
from lacuna._types import Flag, Number, Path, Whole
from lacuna.data.dataset import Dataset, reading

__all__ = ["vw"]


def __dir__() -> list[str]:
    return __all__


def vw(
    path: Path | Sequence[Path],
    bins: Whole = 2**18,
    namespaces: Sequence[str] | None = None,
    on_bad: str = "raise",
    max_bad: Number = 0.01,
    rejects: Path | None = None,
    readers: Whole | None = None,
    labels: Flag = True,
) -> Dataset:
    """A Dataset of Vowpal Wabbit's text, plain or compressed, such as "1 2.0 'tag|user:0.5 age:31 m |shop 7 red": the
    input x, csr, with the values of features; the target y, (rows, 1); and the importances of rows as sample weights.

    bins: the number of columns. A name that is a whole number is its column, modulo bins; any other has the bin that
        Keras' Hashing(bins) gives it. Values that share a column in a row are added.
    namespaces: those that are read, each with so many columns, in this order; "" is that without a name. They are
        columns of the input for `split` and `negatives`. None: all are read into the same columns, with their names.
    labels: False: a row may have no label, as where it is to be predicted; it is 0 then.
    A row is bad that has no finite label or value, a negative importance, or a feature without a name; tags are not
    read. path, on_bad, max_bad, rejects, readers: as in csv. ValueError for options that do not fit.

        >>> with open("rows.vw", "w") as file:
        ...     _ = file.write("1 |f 3:0.5\\n-1 2.0 |f 4\\n")
        >>> x, y, weights = lacuna.data.vw("rows.vw", bins=5, namespaces=["f"]).load()
        >>> x.toarray()
        array([[0. , 0. , 0. , 0.5, 0. ],
               [0. , 0. , 0. , 0. , 1. ]], dtype=float32)
    """
    names = [] if namespaces is None else namespaces
    if isinstance(names, (str, bytes)) or not hasattr(names, "__iter__"):
        raise TypeError(f"vw: namespaces must be a list of names. Received: namespaces={shown(names)}.")
    return Dataset(
        _core.vw(paths_of("vw", path), bins, list(names), labels, *reading("vw", on_bad, max_bad, rejects, readers))
    )
