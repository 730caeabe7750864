"""Lacuna: deep learning on sparse data, in Keras' words. Zeros cost nothing.

The examples in docstrings take for granted `import lacuna, numpy as np`, `from scipy.sparse import csr_matrix`,
`from lacuna import backend as K`, and that layers, models, optimizers and the like are imported by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lacuna._later import later

if TYPE_CHECKING:
    from lacuna import (
        activations,
        backend,
        callbacks,
        config,
        constraints,
        data,
        data_utils,
        datasets,
        initializers,
        layers,
        losses,
        metrics,
        models,
        optimizers,
        preprocessing,
        regularizers,
        serving,
        utils,
        wrappers,
    )
    from lacuna._keras_names import keras_names
    from lacuna.layers import Input
    from lacuna.models import Model, Sequential
    from lacuna.serving import Predictor

__all__ = [
    "Input",
    "Model",
    "Predictor",
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
    "serving",
    "utils",
    "wrappers",
]

# All names are modules but those that come from one.
_FROM_MODULES = {"_keras_names": "keras_names", "layers": "Input", "models": "Model Sequential", "serving": "Predictor"}
# Not in __all__, since `from lacuna import *` must not need scikit-learn.
_OF_OTHERS = {"sklearn": ""}
_named = later(__name__, dict.fromkeys(__all__, "") | _FROM_MODULES | _OF_OTHERS)


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("lacuna")
    return _named(name)
