"""A user's arrays (NumPy's, scipy's, lists) as views that the library reads: converted once where they must
be, else shared. The views keep what they look at alive."""

import numpy as np

from lacuna import _core


def is_sparse(array):
    """Whether it is a matrix or array of scipy.sparse, in any format."""
    return hasattr(array, "tocsr")


def view(array, where):
    """One array. `where` starts the message of an error: "fit: x"."""
    return _csr(array, where) if is_sparse(array) else _core.dense(_dense(array, where))


def constant_view(array, where="constant"):
    """The same of a value that becomes a constant: any rank."""
    return _csr(array, where) if is_sparse(array) else _core.dense(_numbers(np.asarray(array), where))


def views(arrays, where, count=None):
    """One array, a list of them, or a dict by name; `count`: how many are expected, since a list of lists may
    be both."""
    if arrays is None:
        return None
    if isinstance(arrays, dict) and not is_sparse(arrays):  # scipy's dok is a dict.
        return {str(name): view(array, f"{where}['{name}']") for name, array in arrays.items()}
    if isinstance(arrays, (list, tuple)) and _holds_arrays(arrays, count):
        return [view(array, f"{where}[{i}]") for i, array in enumerate(arrays)]
    return view(arrays, where)


def scipy_csr(shape, data, indices, indptr):
    """A matrix of scipy over these arrays."""
    from scipy.sparse import csr_matrix

    return csr_matrix((data, indices, indptr), shape, copy=False)


def ids(values, size):
    """Ids of places, int64, as a view: those of a mask where `values` are bools, else whole numbers, of which
    negative ones count from the end. size: that of the axis, or None."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"item: ids or a mask must stand one in a row. Received: shape={array.shape}.")
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
    """Replaces the values of a variable, or of a scalar one its value."""
    if is_sparse(value):
        variable.assign(_csr(value, "set_value: value"))
        return
    variable.assign(_core.dense(np.asarray(value, dtype=variable.dtype, order="C")))


def _holds_arrays(arrays, count):
    if any(len(getattr(array, "shape", ())) > 0 for array in arrays):
        return True
    return count is not None and count > 1 and len(arrays) == count


def _dense(array, where):
    try:
        values = np.asarray(array)
    except ValueError as error:
        raise ValueError(
            f"{where} must be an array of numbers. Received: {type(array).__name__}; {error}"
        ) from None
    values = _numbers(values, where)
    if values.ndim == 0:
        raise ValueError(f"{where} must be an array of rank 1 or more. Received: {array!r}.")
    return values


def _numbers(values, where):
    """C-contiguous, in an order of bytes and a width that the library reads."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind not in "biuf":
        raise ValueError(f"{where} must hold numbers. Received: dtype={values.dtype}.")
    wanted = values.dtype.newbyteorder("=")
    if kind == "f" and size not in (4, 8):
        wanted = np.dtype(np.float32 if size == 2 else np.float64)
    return np.asarray(values, dtype=wanted, order="C")


def _csr(matrix, where):
    if getattr(matrix, "format", None) != "csr":
        matrix = matrix.tocsr()
    if len(matrix.shape) != 2:
        raise ValueError(f"{where} must have rank 2 where it is sparse. Received: shape={matrix.shape}.")
    indices, indptr = np.asarray(matrix.indices, order="C"), np.asarray(matrix.indptr, order="C")
    if indices.dtype.kind not in "iu" or indptr.dtype.kind not in "iu":
        raise ValueError(
            f"{where} must have whole numbers for indices. Received: indices {indices.dtype}, "
            f"indptr {indptr.dtype}."
        )
    if indices.dtype != indptr.dtype or indices.dtype not in (np.int32, np.int64):
        indices, indptr = indices.astype(np.int64), indptr.astype(np.int64)
    return _core.csr(tuple(matrix.shape), _numbers(matrix.data, where), indices, indptr)
