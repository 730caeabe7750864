"""Callbacks that gather what fit tells, or show it elsewhere."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna._arguments import flag, shown, text
from lacuna._types import Config, Flag, Whole
from lacuna.callbacks.base import Callback

__all__ = [
    "BaseLogger",
    "ProgbarLogger",
    "RemoteMonitor",
]


def __dir__() -> list[str]:
    return __all__


class BaseLogger(Callback):
    """Averages the metrics of an epoch over its samples. fit does so itself; a loop of your own over train_on_batch
    needs this one. stateful_metrics: names of metrics that are not averaged, but whose last value counts."""

    def __init__(self, stateful_metrics: Any = None) -> None:
        self.stateful_metrics = set(stateful_metrics or [])
        self.seen = 0
        self.totals: dict[str, float] = {}

    def on_epoch_begin(self, epoch: Whole, logs: Config | None = None) -> None:
        """Begins the averages."""
        self.seen = 0
        self.totals = {}

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Adds the values of a batch, weighted by its size."""
        logs = logs or {}
        size = logs.get("size", 0)
        self.seen += size
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self.totals[name] = value
            else:
                self.totals[name] = self.totals.get(name, 0) + value * size

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Adds the averages that the logs do not have yet."""
        if logs is None:
            return
        for name in (self.params or {}).get("metrics", []):
            if name in self.totals and name not in logs:
                stateful = name in self.stateful_metrics
                logs[name] = self.totals[name] if stateful else self.totals[name] / max(self.seen, 1)


class ProgbarLogger(Callback):
    """Shows a progress bar, as fit does itself with verbose=1; for a loop of your own. count_mode: 'samples' or
    'steps'. stateful_metrics: names of metrics that are shown as they are, not averaged."""

    def __init__(self, count_mode: str = "samples", stateful_metrics: Any = None) -> None:
        if count_mode not in ("samples", "steps"):
            raise ValueError(
                f"ProgbarLogger: count_mode must be 'samples' or 'steps'. Received: count_mode={shown(count_mode)}."
            )
        self.count_mode = count_mode
        self.use_steps = count_mode == "steps"
        self.stateful_metrics = set(stateful_metrics or [])
        self._bar = None
        self.seen = 0

    def __getstate__(self):
        return {**super().__getstate__(), "_bar": None}

    def on_epoch_begin(self, epoch: Whole, logs: Config | None = None) -> None:
        """Begins a bar."""
        from lacuna.utils import Progbar  # Here, so that importing lacuna is quick.

        params = self.params or {}
        verbose = params.get("verbose", 1)
        if verbose:
            print(f"Epoch {epoch + 1}/{params.get('epochs', '?')}")
        self.seen = 0
        self.target = params.get("steps" if self.use_steps else "samples")
        self._bar = Progbar(target=self.target, verbose=verbose, stateful_metrics=self.stateful_metrics)

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Moves the bar; the end of the epoch draws the last one."""
        logs = logs or {}
        self.seen += 1 if self.use_steps else logs.get("size", 0)
        if self._bar is not None and (self.target is None or self.seen < self.target):
            self._bar.update(self.seen, self._values(logs))

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Draws the full bar."""
        if self._bar is not None:
            self._bar.update(self.seen, self._values(logs or {}))

    def _values(self, logs):
        return [(name, logs[name]) for name in (self.params or {}).get("metrics", []) if name in logs]


class RemoteMonitor(Callback):
    """Sends the epoch and its logs to a server by HTTP POST: as the field `field` of a form, or as the whole body with
    send_as_json. A server that cannot be reached is a warning. headers: a dict of more HTTP headers."""

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Any = None,
        send_as_json: Flag = False,
    ) -> None:
        self.root, self.path = text("RemoteMonitor", "root", root), text("RemoteMonitor", "path", path)
        self.field, self.headers = text("RemoteMonitor", "field", field), headers
        self.send_as_json = flag("RemoteMonitor", "send_as_json", send_as_json)

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Sends the logs."""
        import json  # Here, so that importing lacuna is quick.
        from urllib.error import URLError
        from urllib.parse import urlencode
        from urllib.request import Request, urlopen

        send = json.dumps({"epoch": int(epoch), **{name: float(value) for name, value in (logs or {}).items()}})
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        body = send if self.send_as_json else urlencode({self.field: send})
        headers = {"Content-Type": kind, **(self.headers or {})}
        try:
            with urlopen(Request(self.root + self.path, body.encode(), headers), timeout=10):
                pass
        except (URLError, OSError) as error:
            warnings.warn(
                f"RemoteMonitor: the server must answer. Received: root={shown(self.root)}, {error}.",
                RuntimeWarning,
                stacklevel=2,
            )
