"""Converts containers of other libraries (pandas, pydata's sparse, dask, xarray, polars, torch, …) to NumPy arrays or
scipy matrices. Sparse data stays sparse; data that is not numeric is an error that says what to write instead.
None of these libraries is imported: an object is recognized by its attributes."""

import numpy as np


def is_sparse(value):
    """Whether the value is a matrix or an array of scipy.sparse, in any format."""
    return hasattr(value, "tocsr") and not hasattr(value, "to_scipy_sparse")


def columns_of(value):
    """The names of the columns of a frame of pandas, polars or pyarrow; None for anything else."""
    if hasattr(value, "column_names") and hasattr(value, "num_rows"):  # pyarrow, where `columns` are the arrays.
        return value.column_names
    if hasattr(value, "columns") and (hasattr(value, "dtypes") or hasattr(value, "get_columns")):
        return list(value.columns)
    return None


def plain(value, where):
    """The value as a numeric NumPy array or a scipy matrix. `where` starts the message of an error: "fit: x"."""
    if hasattr(value, "dims") and hasattr(value, "coords"):  # xarray, which wraps another array.
        value = getattr(value, "data", value)
    for finish in ("compute", "collect", "to_coo"):  # dask, where np.asarray would lose masks; polars; pydata's DOK.
        if hasattr(value, finish):
            value = getattr(value, finish)()
    for to_scipy in ("to_scipy_sparse", "to_scipy", "asscipy"):  # pydata, pyarrow, MXNet.
        if hasattr(value, to_scipy):
            return _of_sparse(value, to_scipy, where)
    if is_sparse(value):
        return value
    if hasattr(value, "items") and hasattr(value, "dtypes") and hasattr(value, "columns"):
        return _of_frame(value, where)
    if hasattr(value, "isna") and hasattr(value, "dtype"):
        return _of_column(value, where)
    _refuse_sparse(value, where)
    _refuse_nulls(value, where)
    return numbers(_of_any(value, where), where)


def numbers(array, where):
    """The array as a plain np.ndarray of numbers; an array of Python numbers (dtype object) is converted. ValueError
    for masked values and for anything that is not a number."""
    if type(array) is np.ndarray and array.dtype.kind in "biuf":
        return array
    if np.ma.is_masked(array):
        raise ValueError(
            f"{where} must have no masked values. Received: {int(np.ma.getmaskarray(array).sum())} of them; write "
            "x.filled(0), or leave their rows out."
        )
    array = np.asarray(array)
    if array.dtype.kind == "O":
        array = _of_objects(array, where)
    kind = array.dtype.kind
    if kind in "biuf":
        return array
    advice = {
        "c": "write x.real or np.abs(x)",
        "M": "convert dates to numbers first, e.g. by x.astype('int64')",
        "m": "convert times to numbers first, e.g. by x / np.timedelta64(1, 's')",
        "U": _TEXT,
        "S": _TEXT,
        "V": "write x.astype('float32')",
    }.get(kind, "write x.astype('float32') where they are numbers")
    if array.dtype.names:
        advice = "write numpy.lib.recfunctions.structured_to_unstructured(x)"
    raise ValueError(f"{where} must hold numbers. Received: dtype={array.dtype}; {advice}.")


_TEXT = (
    "convert text to numbers first: labels by sklearn's LabelEncoder, columns by its OneHotEncoder or "
    "pandas.get_dummies"
)


def _of_any(value, where):
    try:
        if isinstance(value, (list, tuple)) and any(isinstance(one, np.ma.MaskedArray) for one in value):
            return np.ma.array(value)
        return np.asanyarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        why = f"{type(value).__name__}; {error}"
        if "inhomogeneous" in why:
            why = f"{type(value).__name__}; its rows must be of one length: pad them"
    raise ValueError(f"{where} must be an array of numbers. Received: {why}.")


def _of_objects(array, where):
    """Converts an array of dtype object: a single object that is not an array, or Python numbers."""
    if array.ndim == 0:
        one = array.item()
        if is_sparse(one):  # np.array(matrix)
            return one
        batches = hasattr(one, "__iter__") and not isinstance(one, (dict, set, frozenset))
        advice = "; what gives batches is x of fit and of predict, alone" if batches else ""
        raise ValueError(f"{where} must be an array of numbers. Received: {type(one).__name__}{advice}.")
    if any(is_sparse(one) for one in array.flat):
        raise ValueError(
            f"{where} must be one matrix. Received: {array.size} of them; write scipy.sparse.vstack(x) where they are "
            "its rows."
        )
    try:
        converted = np.array(array.tolist())
    except ValueError:  # The elements have different lengths.
        return array
    return converted if converted.shape == array.shape else array


def _of_sparse(value, to_scipy, where):
    try:
        if getattr(value, "ndim", 2) == 1 and hasattr(value, "todense"):
            return numbers(value.todense(), where)  # One value per row, so it becomes dense.
        return getattr(value, to_scipy)()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{where} must be a matrix of scipy.sparse or an array. Received: {type(value).__name__}, "
            f"shape={value.shape}; {error}."
        ) from None


def _refuse_sparse(value, where):
    """Raises ValueError for sparse tensors of libraries that cannot convert to scipy."""
    layout = str(getattr(value, "layout", ""))
    if layout.startswith("torch.") and layout != "torch.strided":
        parts = (
            "csr_matrix((x.values(), x.col_indices(), x.crow_indices()), x.shape) of x.to_sparse_csr()"
            if layout != "torch.sparse_coo"
            else "coo_matrix((x.values(), x.indices()), x.shape) of x.coalesce()"
        )
    elif hasattr(value, "dense_shape"):  # TensorFlow.
        parts = "coo_matrix((x.values, np.transpose(x.indices)), x.dense_shape)"
    elif hasattr(value, "todense") and not isinstance(value, np.ndarray):  # JAX and others.
        parts = "coo_matrix((x.data, np.transpose(x.indices)), x.shape)"
    else:
        return
    raise ValueError(
        f"{where} must be a matrix of scipy.sparse or an array. Received: a sparse {type(value).__name__}; write "
        f"scipy.sparse.{parts}."
    )


def _missing(where, count):
    raise ValueError(
        f"{where} must have a value in each place. Received: {count} without one (NA); fill them, as x.fillna(0) "
        "does, or leave their rows out."
    )


def _refuse_nulls(value, where):
    """Raises ValueError for null values of polars and pyarrow, which would otherwise become NaN."""
    if hasattr(value, "get_columns"):
        columns = value.get_columns()
    else:
        columns = value.columns if hasattr(value, "num_columns") else [value]
    for column in columns:
        nulls = getattr(column, "null_count", 0)
        if count := nulls() if callable(nulls) else nulls:
            _missing(where, count)


def _of_column(column, where):
    """Converts a pandas series, index or array. It has one value per row, so a sparse one becomes dense."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) or hasattr(dtype, "fill_value"):
        return numbers(np.asarray(column), where)
    if hasattr(dtype, "categories"):  # By their codes, of which -1 is a missing one.
        codes = np.asarray(getattr(getattr(column, "cat", column), "codes"))
        if count := int(np.sum(codes < 0)):
            _missing(where, count)
        return codes
    if count := int(np.sum(column.isna())):
        _missing(where, count)
    if getattr(dtype, "kind", "O") in "biuf":
        return np.asarray(column, dtype=dtype.numpy_dtype)
    return numbers(np.asarray(column), where)


def _of_frame(frame, where):
    dtypes = list(frame.dtypes)
    if all(isinstance(dtype, np.dtype) and dtype.kind in "biuf" for dtype in dtypes):
        return frame.to_numpy(dtype=np.result_type(*dtypes) if dtypes else float)
    if any(hasattr(dtype, "fill_value") for dtype in dtypes):
        return _csr_of_frame(frame, where)
    return np.column_stack([_of_column(column, f"{where}: column {name!r}") for name, column in frame.items()])


def _csr_of_frame(frame, where):
    """Converts a frame with sparse columns, column by column; zeros of its dense columns are left out."""
    from scipy.sparse import csc_matrix

    data, rows, ends = [], [], [0]
    for name, column in frame.items():
        place = f"{where}: column {name!r}"
        if hasattr(column.dtype, "fill_value"):
            array = column.array
            if not array.fill_value == 0:  # Also true for NaN.
                raise ValueError(
                    f"{place} must have fill value 0 where it is sparse. Received: dtype={array.dtype}; write "
                    "x.fillna(0).astype(pandas.SparseDtype('float32', 0)), or x.sparse.to_dense()."
                )
            data.append(numbers(array.sp_values, place))
            rows.append(array.sp_index.to_int_index().indices)
        else:
            values = _of_column(column, place)
            rows.append(np.flatnonzero(values))
            data.append(values[rows[-1]])
        ends.append(ends[-1] + len(rows[-1]))
    return csc_matrix((np.concatenate(data), np.concatenate(rows), ends), shape=frame.shape)
