"""Keras' backend, imported as K: functions on symbols. An op without a rule for csr is an error; to_dense explicitly
makes a csr symbol dense."""

from __future__ import annotations

from lacuna._absent import refusing
from lacuna.activations import elu, hard_sigmoid, relu, sigmoid, softmax, softplus, softsign, tanh
from lacuna.backend import (
    convolution,
    elementwise,
    folds,
    labels,
    normalization,
    phases,
    products,
    random,
    recurrent,
    reductions,
    settings,
    symbols,
    values,
)
from lacuna.backend.convolution import *  # noqa: F403
from lacuna.backend.elementwise import *  # noqa: F403
from lacuna.backend.folds import *  # noqa: F403
from lacuna.backend.labels import *  # noqa: F403
from lacuna.backend.normalization import *  # noqa: F403
from lacuna.backend.phases import *  # noqa: F403
from lacuna.backend.products import *  # noqa: F403
from lacuna.backend.random import *  # noqa: F403
from lacuna.backend.recurrent import *  # noqa: F403
from lacuna.backend.reductions import *  # noqa: F403
from lacuna.backend.settings import *  # noqa: F403
from lacuna.backend.symbols import *  # noqa: F403
from lacuna.backend.values import *  # noqa: F403

__all__ = ["elu", "hard_sigmoid", "relu", "sigmoid", "softmax", "softplus", "softsign", "tanh"]
__all__ += convolution.__all__
__all__ += elementwise.__all__
__all__ += folds.__all__
__all__ += labels.__all__
__all__ += normalization.__all__
__all__ += phases.__all__
__all__ += products.__all__
__all__ += random.__all__
__all__ += recurrent.__all__
__all__ += reductions.__all__
__all__ += settings.__all__
__all__ += symbols.__all__
__all__ += values.__all__


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)
