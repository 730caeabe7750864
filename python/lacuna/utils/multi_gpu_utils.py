"""Keras' multi_gpu_model, for scripts that call it: Lacuna trains on all cores without it."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna import _core
from lacuna._arguments import shown

__all__ = ["multi_gpu_model"]

_told: list[bool] = []  # Not empty once the user was told.


def __dir__() -> list[str]:
    return __all__


def multi_gpu_model(model: Any, gpus: Any = None, cpu_merge: Any = True, cpu_relocation: Any = False) -> Any:
    """The model itself, which trains on the cores that there are, in the same way. The first call says so by a warning.
    All other arguments are without effect."""
    if not isinstance(getattr(model, "_core", None), _core.Model):
        raise TypeError(f"multi_gpu_model: a model must be given. Received: model={shown(model)}.")
    if not _told:
        _told.append(True)
        warnings.warn(
            "multi_gpu_model: Lacuna trains on the processor's cores (config.set_num_threads); the model is returned "
            "as it is.",
            UserWarning,
            stacklevel=2,
        )
    return model
