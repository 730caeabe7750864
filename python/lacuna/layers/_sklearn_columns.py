"""scikit-learn's OneHotEncoder as lookups, its StandardScaler as Normalization, and the columns of a
ColumnTransformer."""

import numpy as np

from lacuna._arguments import shown
from lacuna.layers._sklearn_settings import fitted_attribute, kind_of, require
from lacuna.layers.lookups import IntegerLookup, StringLookup
from lacuna.layers.scaling import Normalization


def lookups(encoder, dtype, sparse):
    """For each column its layer, and the dtype of its input."""
    all_categories = fitted_attribute(encoder, "categories_")
    # This one means that unknown values are infrequent ones, of which there are none.
    require(encoder, "handle_unknown", "error", "ignore", "infrequent_if_exist")
    for setting in ("min_frequency", "max_categories"):
        if any(one is not None for one in getattr(encoder, "infrequent_categories_", ())):
            require(encoder, setting, None)
    dropped = encoder.drop_idx_ if encoder.drop_idx_ is not None else [None] * len(all_categories)
    settings = {
        "num_oov_indices": 0,
        "ignore_oov": encoder.handle_unknown != "error",
        "output_mode": "one_hot",
        "sparse": bool(encoder.sparse_output) and sparse,
        "dtype": dtype,
    }
    return [
        _lookup(i, categories, place, settings)
        for i, (categories, place) in enumerate(zip(all_categories, dropped, strict=True))
    ]


def _lookup(column, categories, place, settings):
    values = _values(column, categories)
    words = isinstance(values[0], str)
    # The dropped one has no column, but is known: a row of zeros.
    masked = None if place is None else values.pop(int(place))
    if not values:
        raise ValueError(
            f"from_sklearn: OneHotEncoder: each column must keep a category after drop. Received: none in column "
            f"{column}."
        )
    layer = (StringLookup if words else IntegerLookup)(vocabulary=values, mask_token=masked, **settings)
    return layer, "string" if words else "int64"


def _values(column, categories):
    values = categories.tolist()
    if all(isinstance(value, str) for value in values):
        return values
    whole = [int(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool) and v == np.floor(v)]
    if len(whole) == len(values) and all(abs(value) < 2**53 for value in whole):
        return whole
    raise ValueError(
        "from_sklearn: OneHotEncoder: categories must be words, or whole numbers, none of them missing. Received: "
        f"categories_[{column}]={shown(categories)}."
    )


def scaler(fitted, dtype):
    """The layer for a StandardScaler, with its weights."""
    count = fitted_attribute(fitted, "n_features_in_")
    scale = np.ones(count) if fitted.scale_ is None else np.asarray(fitted.scale_, np.float64)
    if scale.min(initial=1) < 1e-7:
        raise ValueError(
            "from_sklearn: StandardScaler: scale_ must be at least 1e-7, the least deviation of Normalization. "
            f"Received: {scale.min()} in column {scale.argmin()}."
        )
    mean = fitted.mean_ if fitted.with_mean else np.zeros(count)
    layer = Normalization(center=bool(fitted.with_mean), dtype=dtype)
    layer.build((None, count))
    layer.set_weights([np.asarray(mean, np.float64), scale * scale])  # Of which the root is scale, to the bit.
    return layer


def check_identity(fitted):
    """A FunctionTransformer must be what remainder='passthrough' is."""
    if kind_of(fitted) == "FunctionTransformer":
        require(fitted, "func", None)


def places(fitted, columns):
    """The places of the columns that a part of a ColumnTransformer takes."""
    count = fitted_attribute(fitted, "n_features_in_")
    if isinstance(columns, str) or np.ndim(columns) == 0 and not isinstance(columns, slice):
        columns = [columns]
    names = [str(name) for name in getattr(fitted, "feature_names_in_", ())]
    if isinstance(columns, slice):
        ends = [names.index(end) if isinstance(end, str) else end for end in (columns.start, columns.stop)]
        if isinstance(columns.stop, str):
            ends[1] += 1  # Names of a slice are inclusive.
        return list(range(count))[slice(*ends, columns.step)]
    if len(columns) and all(isinstance(one, (bool, np.bool_)) for one in columns):
        return [i for i, one in enumerate(columns) if one]
    return [names.index(one) if isinstance(one, str) else range(count)[one] for one in columns]
