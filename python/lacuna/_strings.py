"""Arrays of strings: NumPy's, lists, and columns of pandas, polars and pyarrow."""

import numpy as np

from lacuna import _core


def strings_of(value):
    """The value as an array of NumPy, of kind U, S or O, if it holds strings; else None. Missing strings stay None or
    NaN."""
    if type(value) is np.ndarray:
        return _of_array(value)
    if isinstance(value, (list, tuple)):
        return _of_array(np.array(value, dtype=object)) if _begins_with_string(value) else None
    if hasattr(value, "tocsr") or not (hasattr(value, "dtype") or hasattr(value, "dtypes") or hasattr(value, "type")):
        return None
    if hasattr(value, "columns") and hasattr(value, "dtypes"):  # A frame: all columns, or none.
        if not len(value.columns) or any(strings_of(value[name]) is None for name in value.columns):
            return None
        return np.column_stack([np.asarray(value[name], dtype=object) for name in value.columns])
    if getattr(getattr(value, "dtype", None), "kind", "O") in "biufcmM":
        return None
    try:
        return _of_array(np.asarray(value, dtype=object))
    except (TypeError, ValueError):  # Another container: its own errors say more.
        return None


def view_of_strings(array, where):
    """A copy of an array of strings for the C++ library. TypeError if something in it is no string."""
    array = np.ascontiguousarray(array)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return _core.strings(array, where)


def _of_array(array):
    kind = array.dtype.kind
    if kind in "US":
        return array
    if kind == "T":  # NumPy's strings of variable length.
        return array.astype(object)
    if kind != "O":
        return None
    for one in array.flat:  # The first that is not missing tells.
        if isinstance(one, (str, bytes)):
            return array
        if not _is_missing(one):
            return None
    # Where all are missing, None is none of a number, and NaN is one.
    return None if any(isinstance(one, float) for one in array.flat) else array


def _is_missing(one):
    return one is None or type(one).__name__ in ("NAType", "NaTType") or one != one


def _begins_with_string(value):
    """Whether the first item that is not None, in a list or in the first of its lists, is a string."""
    while isinstance(value, (list, tuple)):
        value = next((one for one in value if one is not None), None)
    return isinstance(value, (str, bytes))
