"""Views of a user's arrays (NumPy, scipy, lists) for the C++ library. Data is shared where its layout allows, else
converted once. A view keeps the array behind it alive."""

import numpy as np

from lacuna import _core
from lacuna._array_likes import columns_of, is_sparse, numbers, plain
from lacuna._custom import shown
from lacuna._strings import strings_of, view_of_strings


def view(array, where, strings=False):
    """A view of one array of rank 1 or more, with `strings` also of strings. `where` starts the message of an error:
    "fit: x"."""
    if strings and not _is_plain(array) and (words := strings_of(array)) is not None:
        return view_of_strings(words, where)
    array = _as_plain(array, where)
    if array.ndim == 0:
        raise ValueError(f"{where} must be an array of rank 1 or more. Received: {shown(array)}.")
    return constant_view(array, where)


def constant_view(array, where="constant"):
    """A view of a value that becomes a constant, of any rank."""
    array = _as_plain(array, where)
    return _csr(array, where) if is_sparse(array) else _core.dense(_readable(array, where))


def views(arrays, where, count=None, names=(), of_strings=()):
    """Views of one array, a list of arrays, a dict of arrays by name, or a frame whose columns have the names; None
    stands for a missing one. `count`: how many arrays are expected, since a list of lists may be one array or several.
    names: of those that are expected. of_strings: the names of those that hold strings."""
    if arrays is None:
        return None
    if len(names) > 1 and (columns := columns_of(arrays)) is not None:
        arrays = _by_name(arrays, columns, where, names)
    if isinstance(arrays, dict) and not is_sparse(arrays):  # scipy's dok is a dict.
        return {
            str(name): _view_or_none(array, f"{where}['{name}']", str(name) in of_strings)
            for name, array in arrays.items()
        }
    strings = bool(of_strings)  # Of the only one.
    if not isinstance(arrays, (list, tuple)):
        return view(arrays, where, strings)
    if any(isinstance(array, tuple) and _holds_arrays(array, None) for array in arrays):
        raise ValueError(
            f"{where} must hold arrays. Received: a {type(arrays).__name__} of tuples of arrays; write fit(x, y) with "
            "all rows in x and y, or fit(iter(batches)) for a list of batches."
        )
    if not _holds_arrays(arrays, count):
        return view(arrays, where, strings)
    if count == 1 and len(arrays) > 1:
        join = "scipy.sparse.vstack(x)" if is_sparse(arrays[0]) else "numpy.stack(x)"
        raise ValueError(
            f"{where} must be one array. Received: a {type(arrays).__name__} of {len(arrays)}; write {join} where "
            "they are its rows."
        )
    takes = [name in of_strings for name in names] if len(names) == len(arrays) else [strings] * len(arrays)
    return [_view_or_none(array, f"{where}[{i}]", takes[i]) for i, array in enumerate(arrays)]


def _by_name(frame, columns, where, names):
    """The columns of a frame that have these names, as a dict."""
    missing = [name for name in names if name not in columns]
    if missing:
        raise ValueError(
            f"{where} must have a column for each of several inputs or outputs, by its name. Received: a frame without "
            f"{missing[0]!r}, columns {shown(list(columns))}."
        )
    return {name: frame[name] for name in names}


def scipy_csr(shape, data, indices, indptr):
    """A scipy matrix that shares these arrays."""
    from scipy.sparse import csr_matrix

    return csr_matrix((data, indices, indptr), shape, copy=False)


def ids(values, size):
    """A view of positions along an axis, int64. `values` are a boolean mask, or whole numbers, of which negative ones
    count from the end. size: the length of the axis, or None if it is open."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"item: ids or a mask must be an array of rank 1. Received: shape={array.shape}.")
    if array.dtype == bool:
        if size is not None and len(array) != size:
            raise IndexError(
                f"item: a mask must have a value for each place of the axis. Received: len(mask)={len(array)}, "
                f"size={size}."
            )
        array = np.flatnonzero(array)
    elif array.dtype.kind not in "iu" and array.size:
        raise ValueError(f"item: ids must be whole numbers. Received: dtype={array.dtype}.")
    array = array.astype(np.int64)
    if size is not None:
        array = np.where(array < 0, array + size, array)
        if array.size and (array.min() < 0 or array.max() >= size):
            raise IndexError(f"item: ids must be in the range of the axis. Received: ids={values}, size={size}.")
    return _core.dense(np.ascontiguousarray(array))


def assign(variable, value):
    """Replaces the value of a variable; `value` must have its shape."""
    value = plain(value, "set_value: value")
    if is_sparse(value):
        variable.assign(_csr(value, "set_value: value"))
        return
    variable.assign(_core.dense(np.asarray(value, dtype=variable.dtype, order="C")))


def _is_plain(array):  # The common case, kept fast.
    return type(array) is np.ndarray and array.dtype.kind in "biuf" or getattr(array, "format", None) == "csr"


def _as_plain(array, where):
    return array if _is_plain(array) else plain(array, where)


def _view_or_none(array, where, strings):
    return None if array is None else view(array, where, strings)


def _holds_arrays(arrays, count):
    if any(len(getattr(array, "shape", ())) > 0 for array in arrays):
        return True
    return count is not None and count > 1 and len(arrays) == count


def _readable(array, where):
    """The array C-contiguous, in native byte order, and with floats of 32 or 64 bits."""
    values = numbers(array, where)
    kind, size = values.dtype.kind, values.dtype.itemsize
    wanted = values.dtype.newbyteorder("=")
    if kind == "f" and size not in (4, 8):
        wanted = np.dtype(np.float32 if size == 2 else np.float64)
    return np.asarray(values, dtype=wanted, order="C")


def _csr(matrix, where):
    if len(matrix.shape) != 2:
        raise ValueError(
            f"{where} must have rank 2 where it is sparse. Received: shape={matrix.shape}; write x.reshape(rows, "
            "columns), or x.toarray() where it is small."
        )
    if matrix.format != "csr":
        matrix = matrix.tocsr()
    indices, indptr = np.asarray(matrix.indices, order="C"), np.asarray(matrix.indptr, order="C")
    if indices.dtype.kind not in "iu" or indptr.dtype.kind not in "iu":
        raise ValueError(
            f"{where} must have whole numbers for indices. Received: indices {indices.dtype}, indptr {indptr.dtype}."
        )
    if indices.dtype != indptr.dtype or indices.dtype not in (np.int32, np.int64):
        indices, indptr = indices.astype(np.int64), indptr.astype(np.int64)
    return _core.csr(tuple(matrix.shape), _readable(matrix.data, where), indices, indptr)


def initial(function, shape):
    """A view of what an initializer of the user's own gives for a shape: an array, a number or a symbol."""
    try:
        values = function(shape)
    except TypeError:
        if "dtype" not in getattr(getattr(function, "__code__", None), "co_varnames", ()):
            raise
        values = function(shape, dtype=_core.floatx())
    if isinstance(values, _core.Symbol):
        values = _core.eval(values)
    return _core.dense(_readable(np.asarray(values), "initializer"))
