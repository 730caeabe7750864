"""The base class of layers and models: weights, and whether training changes them."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import flag
from lacuna._arrays import view
from lacuna._types import Flag


class HasWeights:
    """A layer or a model; its `_core` has the weights."""

    @property
    def trainable(self) -> Any:
        """Whether training changes the weights, also those of nested layers. A change takes effect at the next
        compile."""
        return self._core.trainable

    @trainable.setter
    def trainable(self, trainable: Flag) -> None:
        self._core.trainable = flag(self.name, "trainable", trainable)

    @property
    def weights(self) -> Any:
        """The variables, layer by layer; the trainable ones of a layer come first."""
        return self._core.weights

    @property
    def trainable_weights(self) -> Any:
        """The variables that training changes."""
        return self._core.trainable_weights

    @property
    def non_trainable_weights(self) -> Any:
        """The variables that training does not change."""
        learn = set(self.trainable_weights)
        return [v for v in self.weights if v not in learn]

    # As newer versions of Keras name them.
    @property
    def variables(self) -> Any:
        """The same as weights."""
        return self.weights

    @property
    def trainable_variables(self) -> Any:
        """The same as trainable_weights."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> Any:
        """The same as non_trainable_weights."""
        return self.non_trainable_weights

    def get_weights(self) -> list[Any]:
        """Copies of all values, as arrays, in the order of `weights`. A weight with sparse_weight=True that would take
        more than 1 GiB is an error: weights[i].rows() gives its touched rows."""
        return self._core.get_weights()

    def set_weights(self, weights: Any) -> None:
        """Replaces all values by arrays of the same shapes. If one does not fit: ValueError, and nothing is changed."""
        self._core.set_weights([view(w, f"set_weights: weights[{i}]") for i, w in enumerate(weights)])
