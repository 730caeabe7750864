"""What Model.progressive returns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Progressive(NamedTuple):
    """predictions: an array with a row for each row of x, as predict gives it, or a list for several outputs; None if
    they were not wanted. losses: float64, the loss of each step, before it. logs: the loss and the metrics by their
    names: means over all rows, and what metrics with a state have reached."""

    predictions: Any
    losses: np.ndarray
    logs: dict[str, float]

    @property
    def loss(self) -> float:
        """The mean loss of rows that were not learned yet."""
        return self.logs["loss"]

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:.6g}" for name, value in self.logs.items())
        return f"Progressive({len(self.losses)} steps: {values})"
