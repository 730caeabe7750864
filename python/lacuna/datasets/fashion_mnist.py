"""Fashion-MNIST: 70,000 pictures of clothes of ten kinds, 28 × 28."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna.datasets._files import read_with
from lacuna.utils.downloads import get_file

__all__ = ["load_data"]

_ORIGIN = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"


def __dir__() -> list[str]:
    return __all__


def _read(path: str) -> Any:
    """The array of a file in MNIST's own form: a head that has the number of dimensions and their sizes, then bytes."""
    import gzip

    with gzip.open(path) as file:
        content = file.read()
    shape = np.frombuffer(content, dtype=">i4", count=content[3], offset=4).tolist()
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy()


def load_data() -> Any:
    """((x_train, y_train), (x_test, y_test)) of uint8: pictures of shape (rows, 28, 28), and kinds (rows,).

    Four files are downloaded to the folder fashion-mnist of the cache, unless they are there."""
    result = []
    for part in ("train", "t10k"):
        names = (f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz")
        folder = "datasets/fashion-mnist"
        files = [get_file(name, _ORIGIN + name, cache_subdir=folder) for name in names]
        where, form = "fashion_mnist.load_data", "an array in MNIST's form"
        x, y = (read_with(where, file, form, _read) for file in files)
        result.append((x, y))
    return tuple(result)
