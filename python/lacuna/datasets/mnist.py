"""MNIST: 70,000 pictures of handwritten digits, 28 × 28."""

from __future__ import annotations

from typing import Any

from lacuna._types import Path
from lacuna.datasets._files import arrays_of, located

__all__ = ["load_data"]


def __dir__() -> list[str]:
    return __all__


def load_data(path: Path = "mnist.npz") -> Any:
    """((x_train, y_train), (x_test, y_test)) of uint8: pictures of shape (rows, 28, 28), and digits (rows,).

    path: a file, or its name in the cache; it is downloaded only if neither is there."""
    where = "mnist.load_data"
    file = located(where, path, "https://s3.amazonaws.com/img-datasets/mnist.npz", "8a61469f7ea1b51cbae51d4f78837e45")
    x_train, y_train, x_test, y_test = arrays_of(where, file, ["x_train", "y_train", "x_test", "y_test"])
    return (x_train, y_train), (x_test, y_test)
