"""Callbacks, which observe and control training."""

from __future__ import annotations

from lacuna.callbacks import base, library, logs, rates
from lacuna.callbacks.base import *  # noqa: F403
from lacuna.callbacks.library import *  # noqa: F403
from lacuna.callbacks.logs import *  # noqa: F403
from lacuna.callbacks.rates import *  # noqa: F403
from lacuna.callbacks.tensorboard import TensorBoard

__all__ = ["TensorBoard"]
__all__ += base.__all__ + library.__all__ + logs.__all__ + rates.__all__


def __dir__() -> list[str]:
    return __all__
