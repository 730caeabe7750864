"""What a model is made for."""

from __future__ import annotations

from typing import Any, NamedTuple

_LOSSES = {
    "binary": "binary_crossentropy",
    "classes": "sparse_categorical_crossentropy",
    "labels": "binary_crossentropy",
    "values": "mean_squared_error",
}
_ACTIVATIONS = {"binary": "sigmoid", "classes": "softmax", "labels": "sigmoid", "values": "linear"}


class Facts(NamedTuple):
    """What fit knows when it makes a model: n_features, the columns of X; n_outputs, the units that the last layer must
    have; kind: 'binary' (two classes, one unit), 'classes' (more, a unit for each), 'labels' (several at once) or
    'values' (of a regressor); classes: the labels in order, None for values; dtype: 'float32' if X is, else 'float64'.

        >>> facts = Facts(n_features=1000, n_outputs=3, kind="classes", classes=["a", "b", "c"])
        >>> facts.activation, facts.loss
        ('softmax', 'sparse_categorical_crossentropy')
    """

    n_features: int
    n_outputs: int
    kind: str
    classes: Any = None
    dtype: str = "float32"

    @property
    def loss(self) -> str:
        """The loss that goes with the kind."""
        return _LOSSES[self.kind]

    @property
    def activation(self) -> str:
        """The activation of the last layer that goes with the kind."""
        return _ACTIVATIONS[self.kind]
