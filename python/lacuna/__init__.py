"""Lacuna: deep learning on sparse data, in Keras' words. Zeros cost nothing.

The examples in docstrings take for granted `import lacuna, numpy as np`, `from scipy.sparse import csr_matrix`,
`from lacuna import backend as K`, and that layers, models, optimizers and the like are imported by name."""

from lacuna import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    data,
    data_utils,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from lacuna._keras_names import keras_names
from lacuna.layers import Input
from lacuna.models import Model, Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "data",
    "data_utils",
    "datasets",
    "initializers",
    "keras_names",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
]


_LATER = ("datasets", "preprocessing", "wrappers")  # Imported when they are used, so that importing lacuna is quick.


def __getattr__(name):
    if name == "__version__":
        from importlib.metadata import version

        return version("lacuna")
    if name in _LATER:
        import importlib

        return importlib.import_module(f"lacuna.{name}")
    raise AttributeError(f"module 'lacuna' has no attribute '{name}'")
