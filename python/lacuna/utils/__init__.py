"""Helpers: data by workers and files, custom objects, the random seed, pictures of models, functions on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._absent import refusing
from lacuna._arguments import whole
from lacuna._types import Whole
from lacuna.utils import (
    conv_utils,
    data_utils,
    generic_utils,
    io_utils,
    layer_utils,
    multi_gpu_utils,
    np_utils,
    vis_utils,
)
from lacuna.utils.data_utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence, get_file
from lacuna.utils.feature_space import FeatureSpace
from lacuna.utils.generic_utils import (
    CustomObjectScope,
    Progbar,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)
from lacuna.utils.io_utils import HDF5Matrix
from lacuna.utils.layer_utils import convert_all_kernels_in_model, get_source_inputs, print_summary
from lacuna.utils.multi_gpu_utils import multi_gpu_model
from lacuna.utils.np_utils import normalize, to_categorical, to_channels_first
from lacuna.utils.vis_utils import plot_model

__all__ = [
    "CustomObjectScope",
    "FeatureSpace",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "conv_utils",
    "convert_all_kernels_in_model",
    "custom_object_scope",
    "data_utils",
    "deserialize_keras_object",
    "generic_utils",
    "get_custom_objects",
    "get_file",
    "get_source_inputs",
    "io_utils",
    "layer_utils",
    "multi_gpu_model",
    "multi_gpu_utils",
    "normalize",
    "np_utils",
    "plot_model",
    "print_summary",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "to_channels_first",
    "vis_utils",
]


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


def set_random_seed(seed: Whole) -> Any:
    """Seeds Lacuna, Python's random and NumPy with a whole number from 0 to 2³² - 1. From then on, training gives the
    same weights, bit for bit, on any number of threads."""
    seed = whole("set_random_seed", "seed", seed)
    if not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed: seed must be in [0, 2³²). Received: seed={seed}.")
    import random  # Here, so that importing lacuna is quick.

    random.seed(seed)
    np.random.seed(seed)
    _core.set_random_seed(seed)
