"""What a layer adds to the steps of the models that hold it: losses, metrics and updates."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import listed, shown
from lacuna._arrays import constant_view


class AddsToSteps:
    """A layer; its `_core` keeps what it adds."""

    def add_update(self, updates: Any, inputs: Any = None) -> Any:
        """Adds an update, or a list of updates, such as K.update(…), that each training step makes beside the changes
        of trainable weights: within call(), for that call; elsewhere for every model that holds the layer and can
        compute the value, from the next compile on. No update is made while the layer is not trainable."""
        for update in updates if isinstance(updates, (list, tuple)) else [updates]:
            self._core.add_update(update)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds a symbol or a number, or a list of them, to the loss of every model that holds the layer and can compute
        it; of one that is no scalar, the mean counts. Within call() it belongs to that call; elsewhere to the call on
        `inputs` or, without these, to none, and counts from the next compile on."""
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._core.add_loss(number_or_symbol(loss, self.dtype))
            if not _core.is_within_call():
                self.__dict__.setdefault("_added_losses", []).append((loss, None if inputs is None else listed(inputs)))

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Adds a symbol to what fit and evaluate report under that name: its mean over the rows. To be called within
        call()."""
        if aggregation not in ("mean", None):
            raise ValueError(f"add_metric: aggregation must be 'mean'. Received: aggregation={shown(aggregation)}.")
        _core.add_metric(value, name or f"{self.name}_metric")

    @property
    def losses(self) -> Any:
        """What the layer adds to the loss: penalties of its weights, those of each call, and those of add_loss."""
        return self._core.penalties + self._core.losses + [loss for loss, _ in self._added()]

    def get_losses_for(self, inputs: Any) -> Any:
        """The losses of the call on these symbols; for None, those of no call, such as penalties of weights."""
        if inputs is None:
            return self._core.penalties + [loss for loss, given in self._added() if given is None]
        inputs = listed(inputs)
        return self._core.losses_for(inputs) + [loss for loss, given in self._added() if given == inputs]

    def _added(self):
        return vars(self).get("_added_losses", [])

    @property
    def updates(self) -> Any:
        """The updates that a training step makes, of each call and those of add_update; none if not trainable."""
        return self._core.updates + self._core.free_updates

    def get_updates_for(self, inputs: Any) -> Any:
        """The updates of the call on these symbols; for None, those of no call."""
        return self._core.free_updates if inputs is None else self._core.updates_for(listed(inputs))


def number_or_symbol(loss: Any, dtype: str) -> Any:
    """A number as a symbol; anything else as it is."""
    return _core.constant(constant_view(loss, "add_loss"), dtype) if isinstance(loss, (int, float)) else loss
