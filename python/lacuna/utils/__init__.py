"""Helpers: custom objects, the random seed, and functions on arrays and data."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import whole
from lacuna._custom import custom, custom_object_scope
from lacuna._types import Whole
from lacuna.utils import data_utils, np_utils
from lacuna.utils.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, Sequence
from lacuna.utils.np_utils import normalize, to_categorical

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "Sequence",
    "custom_object_scope",
    "get_custom_objects",
    "data_utils",
    "normalize",
    "np_utils",
    "set_random_seed",
    "to_categorical",
]


def __dir__() -> list[str]:
    return __all__


CustomObjectScope = custom_object_scope


def get_custom_objects() -> Any:
    """The dict of your own classes and functions by name that reading configs and files uses; you may change it."""
    return custom


def set_random_seed(seed: Whole) -> Any:
    """Seeds Lacuna, Python's random and NumPy with a whole number from 0 to 2³² - 1. From then on, training gives the
    same weights, bit for bit, on any number of threads."""
    seed = whole("set_random_seed", "seed", seed)
    if not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed: seed must be in [0, 2³²). Received: seed={seed}.")
    random.seed(seed)
    np.random.seed(seed)
    _core.set_random_seed(seed)
