"""Models: networks of layers and their training; also loads them from configs and files."""

from __future__ import annotations

from lacuna._absent import refusing
from lacuna.layers.input import Input
from lacuna.models import files
from lacuna.models.files import *  # noqa: F403
from lacuna.models.model import Model
from lacuna.models.ready import ready_model
from lacuna.models.sequential import Sequential

__all__ = ["Input", "Model", "Sequential", "ready_model"]
__all__ += files.__all__


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)
