"""CIFAR-100: 60,000 small pictures in colour of a hundred kinds of things, 32 × 32."""

from __future__ import annotations

import os
from typing import Any

from lacuna._arguments import shown
from lacuna.datasets.cifar10 import batch_of
from lacuna.utils.downloads import get_file

__all__ = ["load_data"]


def __dir__() -> list[str]:
    return __all__


def load_data(label_mode: str = "fine") -> Any:
    """((x_train, y_train), (x_test, y_test)): pictures of shape (rows, 32, 32, 3), uint8, and kinds (rows, 1): a
    hundred for label_mode='fine', twenty for 'coarse'.

    The archive is downloaded to the cache, unless it or its folder cifar-100-python is there."""
    where = "cifar100.load_data"
    if not isinstance(label_mode, str) or label_mode not in ("fine", "coarse"):
        raise ValueError(f"{where}: label_mode must be 'fine' or 'coarse'. Received: label_mode={shown(label_mode)}.")
    origin = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    folder = get_file("cifar-100-python", origin, untar=True)
    train, test = (batch_of(where, os.path.join(folder, name), f"{label_mode}_labels") for name in ("train", "test"))
    return train, test
