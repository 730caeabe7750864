"""Boston housing: 13 features of 506 districts of 1978, and the median value of their houses in thousands of
dollars."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._arguments import whole
from lacuna._types import Number, Path, Whole
from lacuna.datasets._files import arrays_of, located
from lacuna.datasets.reuters import split_of

__all__ = ["load_data"]


def __dir__() -> list[str]:
    return __all__


def load_data(path: Path = "boston_housing.npz", test_split: Number = 0.2, seed: Whole = 113) -> Any:
    """((x_train, y_train), (x_test, y_test)) of float64; x has shape (rows, 13), y (rows,).

    path: a file, or its name in the cache; it is downloaded only if neither is there. test_split: the fraction of the
    rows for testing. seed: of the order of rows."""
    where = "boston_housing.load_data"
    share, seed = split_of(where, test_split), whole(where, "seed", seed)
    if not 0 <= seed < 2**32:
        raise ValueError(f"{where}: seed must be in [0, 2³²). Received: seed={seed}.")
    origin = "https://s3.amazonaws.com/keras-datasets/boston_housing.npz"
    file = located(where, path, origin, "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5")
    x, y = arrays_of(where, file, ["x", "y"])
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    at = int(len(x) * (1 - share))
    return (x[:at], y[:at]), (x[at:], y[at:])
