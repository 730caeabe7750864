"""Callbacks, which observe and control training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lacuna._later import later, listed

if TYPE_CHECKING:
    from lacuna.callbacks.base import *  # noqa: F403
    from lacuna.callbacks.history import *  # noqa: F403
    from lacuna.callbacks.library import *  # noqa: F403
    from lacuna.callbacks.logs import *  # noqa: F403
    from lacuna.callbacks.rates import *  # noqa: F403
    from lacuna.callbacks.tensorboard import *  # noqa: F403

_NAMES = {
    "base": "Callback CallbackList LambdaCallback",
    "history": "History",
    "library": "BackupAndRestore CSVLogger EarlyStopping ModelCheckpoint TerminateOnNaN",
    "logs": "BaseLogger ProgbarLogger RemoteMonitor",
    "rates": "LearningRateScheduler ReduceLROnPlateau",
    "tensorboard": "TensorBoard",
}
__all__ = listed(_NAMES)


def __dir__() -> list[str]:
    return __all__


__getattr__ = later(__name__, _NAMES)
