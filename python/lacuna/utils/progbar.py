"""Progbar: a progress bar with averages of values, as Keras shows it."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from lacuna._arguments import number, shown, whole
from lacuna._types import Number, Whole

__all__ = ["Progbar"]


def __dir__() -> list[str]:
    return __all__


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}" if minutes else f"{seconds}s"


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _redraws() -> bool:
    """Whether a line can be replaced: in a terminal and a notebook, but not in a file or a pipe."""
    return (hasattr(sys.stdout, "isatty") and sys.stdout.isatty()) or "ipykernel" in sys.modules


class Progbar:
    """A progress bar on standard output. target: the number of steps, or None if it is unknown. width: of the bar, in
    characters. verbose: 0 shows nothing, 1 the bar, 2 a line at the end. interval: seconds between two pictures.
    stateful_metrics: names of values that are shown as they are; of all others the average over the steps is shown."""

    def __init__(
        self,
        target: Whole | None,
        width: Whole = 30,
        verbose: Whole = 1,
        interval: Number = 0.05,
        stateful_metrics: Any = None,
    ) -> None:
        self.target = None if target is None else whole("Progbar", "target", target)
        self.width, self.verbose = whole("Progbar", "width", width), whole("Progbar", "verbose", verbose)
        self.interval = number("Progbar", "interval", interval)
        if not 0 <= self.width <= 10_000:
            raise ValueError(f"Progbar: width must be in [0, 10000]. Received: width={self.width}.")
        try:
            self.stateful_metrics = set(stateful_metrics or [])
        except TypeError:
            raise TypeError(f"Progbar: stateful_metrics must be names. Received: {shown(stateful_metrics)}.") from None
        self._values: dict[str, tuple[Any, float]] = {}  # A sum and what to divide it by.
        self._seen = self._shown_width = 0
        self._start = time.time()
        self._last = -float("inf")

    def update(self, current: Whole, values: Any = None) -> None:
        """Shows that `current` steps are done. values: pairs of a name and its value for the steps since the last
        update."""
        current = whole("Progbar", "current", current)
        for name, value in self._pairs(values):
            if name in self.stateful_metrics:
                self._values[name] = (value, 1)
            else:
                total, steps = self._values.get(name, (0, 0))
                self._values[name] = (total + value * (current - self._seen), steps + current - self._seen)
        self._seen = current
        now = time.time()
        ended = self.target is not None and current >= self.target
        if self.verbose == 1 and (ended or now - self._last >= self.interval):
            self._draw(current, now, ended)
            self._last = now
        elif self.verbose == 2 and (ended or self.target is None):
            sys.stdout.write(f" - {now - self._start:.0f}s{self._averages()}\n")
            sys.stdout.flush()

    def add(self, n: Whole, values: Any = None) -> None:
        """Shows that n more steps are done."""
        self.update(self._seen + whole("Progbar", "n", n), values)

    def _pairs(self, values: Any) -> list[Any]:
        try:
            return [(name, value if name in self.stateful_metrics else value + 0.0) for name, value in values or []]
        except (TypeError, ValueError):
            raise TypeError(
                f"Progbar: values must be pairs of a name and a number. Received: {shown(values)}."
            ) from None

    def _averages(self) -> str:
        shown = ""
        for name, (total, steps) in self._values.items():
            try:
                average = float(np.mean(total / max(1, steps)))
            except TypeError:  # A text of a stateful metric.
                shown += f" - {name}: {total}"
            else:
                shown += f" - {name}: {average:.4f}" if abs(average) > 1e-3 else f" - {name}: {average:.4e}"
        return shown

    def _draw(self, current: int, now: float, ended: bool) -> None:
        picture = f"{current:7d}/Unknown"
        if self.target is not None:
            done = int(self.width * min(1, current / self.target)) if self.target > 0 else self.width
            head = "" if not done else "=" if ended else ">"
            bar = "=" * (done - len(head)) + head + "." * (self.width - done)
            picture = f"{current:{len(str(self.target))}d}/{self.target} [{bar}]"
        each = (now - self._start) / current if current else 0
        if self.target is not None and not ended:
            picture += f" - ETA: {_duration(each * (self.target - current))}"
        else:
            picture += f" - {now - self._start:.0f}s {_per_step(each)}"
        picture += self._averages()
        blanks = " " * max(0, self._shown_width - len(picture))
        self._shown_width = len(picture)
        sys.stdout.write(("\r" if _redraws() else "\n") + picture + blanks + ("\n" if ended else ""))
        sys.stdout.flush()
