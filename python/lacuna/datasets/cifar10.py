"""CIFAR-10: 60,000 small pictures in colour of ten kinds of things, 32 × 32."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from lacuna import backend
from lacuna.datasets._files import read_with, unpickled
from lacuna.utils.downloads import get_file

__all__ = ["load_data"]


def __dir__() -> list[str]:
    return __all__


def batch_of(where: str, path: str, labels: str) -> tuple[Any, Any]:
    """Pictures of shape (rows, 32, 32, 3), uint8, and labels (rows, 1) of a file of CIFAR; channels come first where
    the backend says so."""

    def read(path: str) -> tuple[Any, Any]:
        with open(path, "rb") as file:
            batch = unpickled(file)
        return np.asarray(batch["data"]).reshape(-1, 3, 32, 32), np.reshape(batch[labels], (-1, 1))

    x, y = read_with(where, path, f"a pickle with data and {labels}", read)
    first = getattr(backend, "image_data_format", lambda: "channels_last")() == "channels_first"
    return (x if first else np.ascontiguousarray(x.transpose(0, 2, 3, 1))), y


def load_data() -> Any:
    """((x_train, y_train), (x_test, y_test)): pictures of shape (rows, 32, 32, 3), uint8, and kinds (rows, 1).

    The archive is downloaded to the cache, unless it or its folder cifar-10-batches-py is there."""
    where, origin = "cifar10.load_data", "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    folder = get_file("cifar-10-batches-py", origin, untar=True)
    parts = [batch_of(where, os.path.join(folder, f"data_batch_{i}"), "labels") for i in range(1, 6)]
    x, y = (np.concatenate(some) for some in zip(*parts))
    return (x, y.astype("uint8")), batch_of(where, os.path.join(folder, "test_batch"), "labels")
