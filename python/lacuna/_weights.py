"""What layers and models share: weights, and whether training changes them."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import flag
from lacuna._arrays import view
from lacuna._types import Flag


class HasWeights:
    """One whose `_core` has weights."""

    @property
    def trainable(self) -> Any:
        """Whether training changes the weights, its own and those of the layers in it; counts at compile."""
        return self._core.trainable

    @trainable.setter
    def trainable(self, trainable: Flag) -> None:
        self._core.trainable = flag(self.name, "trainable", trainable)

    @property
    def weights(self) -> Any:
        """The variables: layer by layer, of each the trainable ones first."""
        return self._core.weights

    @property
    def trainable_weights(self) -> Any:
        """The variables that training changes."""
        return self._core.trainable_weights

    @property
    def non_trainable_weights(self) -> Any:
        """The variables that it does not."""
        learn = set(self.trainable_weights)
        return [v for v in self.weights if v not in learn]

    def get_weights(self) -> list[Any]:
        """Copies of all values, as arrays, in the order of `weights`. Of one with sparse_weight=True above 1 GiB an
        error: weights[i].rows() gives its touched rows."""
        return self._core.get_weights()

    def set_weights(self, weights: Any) -> None:
        """Replaces all values by arrays of the same shapes. ValueError, and nothing changed, where one does not fit."""
        self._core.set_weights([view(w, f"set_weights: weights[{i}]") for i, w in enumerate(weights)])
