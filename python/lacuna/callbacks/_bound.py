"""The base of callbacks that the C++ library implements."""

from __future__ import annotations

from lacuna import _core
from lacuna._types import Config
from lacuna.callbacks.base import Callback


def ours(model):
    """The library's model; None for a model of another kind: any object that has what the callback uses."""
    core = getattr(model, "_core", None)
    return core if isinstance(core, _core.Model) else None


class Bound(Callback):
    """A callback that the C++ library implements. A copy is made again from the settings and then given the state of
    this one. For a model of another kind the library decides, and Python acts."""

    def __setstate__(self, state):
        seen = state.pop("_seen", None)
        self.__dict__.update(state)
        self._make()
        if seen:
            self._core.restore(*seen)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Resets the state."""
        self._core.on_train_begin(ours(self.model))
