"""What callbacks see as validation_data: the arrays that fit validates on, as Keras lists them."""

import numpy as np

from lacuna.models._batches import gives_batches


def validation_arrays(x, y, sample_weight, split, data):
    """A function that returns the arrays [x…, y…, sample weights…]; None if fit validates on no arrays."""
    if isinstance(data, (list, tuple)) and len(data) in (2, 3):
        return lambda: _listed(*map(_arrays, (*data, None)[:3]))
    if data is None and isinstance(split, float) and split > 0 and not gives_batches(x):
        return lambda: _listed(*(_end_of(part, split) for part in (x, y, sample_weight)))
    return None


def _listed(x, y, sample_weight):
    return [*map(_column, x), *map(_column, y), *(sample_weight or [np.ones(one.shape[0]) for one in y])]


def _arrays(given):
    several = isinstance(given, (list, tuple)) and all(hasattr(one, "shape") for one in given)
    arrays = given.values() if isinstance(given, dict) else given if several else [given]
    return [one if hasattr(one, "shape") else np.asarray(one) for one in arrays if one is not None]


def _column(array):
    return array[:, None] if isinstance(array, np.ndarray) and array.ndim == 1 else array


def _end_of(given, split):
    """The last part of the rows, which validation_split takes."""
    from lacuna.utils.generic_utils import slice_arrays

    return [slice_arrays(one, int(one.shape[0] * (1 - split))) for one in _arrays(given)]
