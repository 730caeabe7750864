"""Where the file of a data set is, and what it holds. A pickle within it may only make arrays, lists and numbers, so
that no file can run code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from lacuna._arguments import shown
from lacuna._files import path_of
from lacuna.utils.downloads import cache_folder, get_file

_ALLOWED = {
    ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
}


def located(where: str, path: Any, origin: str, file_hash: str | None = None) -> str:
    """The file `path`: the one of this name in the cache, else the one at this path, else it is downloaded."""
    name = os.fsdecode(path_of(where, path))
    for there in (os.path.join(cache_folder(), name), name):
        if os.path.isfile(there):
            return there
    return get_file(name, origin, file_hash=file_hash)


@contextmanager
def _of_form(where: str, path: str, form: str) -> Iterator[None]:
    """A context in which a file of another form is a ValueError."""
    import pickle
    import zipfile
    import zlib

    try:
        yield
    except (KeyError, ValueError, EOFError, TypeError, AttributeError, IndexError) as error:
        why = str(error)[:150]
    except (pickle.UnpicklingError, zipfile.BadZipFile, zlib.error) as error:
        why = str(error)[:150]
    else:
        return
    raise ValueError(f"{where}: the file must hold {form}: {why}. Received: {shown(path)}; delete it if it is damaged.")


def unpickled(file: Any) -> Any:
    """What a pickle holds, if that is arrays, lists, dicts, texts and numbers; ValueError for anything else."""
    import pickle

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if (module, name) in _ALLOWED:
                return _ALLOWED[module, name]
            if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name in ("_reconstruct", "scalar"):
                return super().find_class("numpy._core.multiarray" if _is_2() else "numpy.core.multiarray", name)
            raise ValueError(f"a pickle must hold arrays and lists only, not {module}.{name}"[:100])

    return Reader(file, encoding="latin1").load()


def _is_2() -> bool:
    return int(np.__version__.partition(".")[0]) >= 2


def _array(file: Any) -> Any:
    """The array of a .npy file; its objects are unpickled by `unpickled`."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read(file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    return unpickled(file).reshape(shape, order="F" if by_columns else "C")


def arrays_of(where: str, path: str, names: list[str]) -> list[Any]:
    """The arrays of these names in an .npz file."""
    import io
    import zipfile

    with _of_form(where, path, f"the arrays {', '.join(names)}"), zipfile.ZipFile(path) as archive:
        return [_array(io.BytesIO(archive.read(f"{name}.npy"))) for name in names]


def json_of(where: str, path: str) -> Any:
    """The dict that a JSON file holds."""
    import json

    with _of_form(where, path, "a dict as JSON"), open(path, encoding="utf-8") as file:
        return dict(json.load(file))


def read_with(where: str, path: str, form: str, read: Callable[[str], Any]) -> Any:
    """read(path); a file of another form is a ValueError."""
    with _of_form(where, path, form):
        return read(path)
