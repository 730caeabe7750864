"""Lacuna: deep learning on sparse data, in Keras' words. Zeros cost nothing."""

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
    "initializers",
    "keras_names",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "utils",
]


def __getattr__(name):
    if name == "__version__":
        from importlib.metadata import version

        return version("lacuna")
    raise AttributeError(f"module 'lacuna' has no attribute '{name}'")
