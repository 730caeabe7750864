"""Layers that apply another layer: to each step, or in both directions of time."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._custom import shown
from lacuna._types import Config, Flag
from lacuna.layers.base import Layer, deserialize, serialize
from lacuna.layers.merge import concatenate

__all__ = [
    "Bidirectional",
    "TimeDistributed",
    "Wrapper",
]


def __dir__() -> list[str]:
    return __all__


class Wrapper(Layer):
    """The base of layers that apply another one, `layer`."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not (isinstance(layer, Layer) or getattr(type(layer), "_saved_as", None)):
            raise TypeError(f"{type(self).__name__}: layer must be a layer or a model. Received: layer={shown(layer)}.")
        self.layer = layer
        super().__init__(**kwargs)
        self.supports_masking = True

    def get_config(self) -> Config:
        """The settings, and the layer as {'class_name': …, 'config': …}."""
        return {**super().get_config(), "layer": serialize(self.layer)}

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A layer made from what get_config returned."""
        layer = deserialize(config["layer"], custom_objects)
        return cls(layer, **{name: value for name, value in config.items() if name != "layer"})


class TimeDistributed(Wrapper):
    """Applies a layer to each step of (batch, time, …), with the same weights: a step is a row for it."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self._core.feeds_ids = isinstance(layer, Layer) and layer._core.feeds_ids

    def call(self, inputs: Any) -> Any:
        """The results of all steps, (batch, time, …)."""
        return _core.rows_as_steps(self.layer(_core.steps_as_rows(inputs)), inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the input."""
        return mask


class Bidirectional(Wrapper):
    """A recurrent layer and its copy that runs from the last step to the first.

    merge_mode: how the outputs become one: 'concat', 'sum', 'mul' or 'ave'; None gives a list of both. With
    return_state, the states of the first layer and then those of the copy follow.
    weights: initial values for both layers, as set_weights takes them.
    """

    def __init__(self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, **kwargs: Any) -> None:
        if merge_mode not in (*_MERGED, None):
            raise ValueError(
                "Bidirectional: merge_mode must be 'concat', 'sum', 'mul', 'ave' or None. Received: "
                f"merge_mode={shown(merge_mode)}."
            )
        for setting in ("go_backwards", "return_sequences", "return_state"):
            if not hasattr(layer, setting):
                raise TypeError(f"Bidirectional: layer must be recurrent. Received: layer={shown(layer)}.")
        super().__init__(layer, **kwargs)
        self.merge_mode, self._initial_weights = merge_mode, weights
        config = layer.get_config()
        self.forward_layer = type(layer).from_config({**config, "name": f"forward_{layer.name}"})
        config = {**self.forward_layer.get_config(), "name": f"backward_{layer.name}"}
        self.backward_layer = type(layer).from_config({**config, "go_backwards": not layer.go_backwards})
        self.layer = self.forward_layer
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.stateful = layer.stateful

    def __call__(
        self, inputs: Any, initial_state: Any = None, constants: Any = None, training: Flag | None = None
    ) -> Any:
        """Applies the layer to x, or to a list of x and the initial states: those of the first layer, then those of its
        copy."""
        if constants is not None:
            raise ValueError(f"{self.name}: constants are not supported. Received: constants={shown(constants)}.")
        if initial_state is not None:
            inputs = [*(inputs if isinstance(inputs, (list, tuple)) else [inputs]), *initial_state]
        first = self._initial_weights is not None and not self.built
        outputs = super().__call__(inputs, training)
        if first:
            self.set_weights(self._initial_weights)
        return outputs

    def call(self, inputs: Any) -> Any:
        """The merged outputs, then the states."""
        x, *states = inputs if isinstance(inputs, list) else [inputs]
        half = len(states) // 2
        if len(states) % 2:
            raise ValueError(f"{self.name}: both layers must get initial states. Received: states={len(states)}.")
        ahead = _listed(self.forward_layer(x, initial_state=states[:half] or None))
        back = _listed(self.backward_layer(x, initial_state=states[half:] or None))
        y, y_back = ahead[0], back[0]
        if self.return_sequences:
            y_back = y_back[:, ::-1]
        merged = [y, y_back] if self.merge_mode is None else [_MERGED[self.merge_mode](y, y_back)]
        outputs = [*merged, *ahead[1:], *back[1:]]
        return outputs if len(outputs) > 1 else outputs[0]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the input with return_sequences; else none."""
        mask = mask[0] if isinstance(mask, list) else mask
        merged = [mask if self.return_sequences else None] * (2 if self.merge_mode is None else 1)
        if not self.return_state:
            return merged if len(merged) > 1 else merged[0]
        sizes = _core.state_count(self.forward_layer._core)
        return [*merged, *[None] * (2 * sizes)]

    def reset_states(self) -> None:
        """Makes the next batch of stateful layers start from zeros."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def get_config(self) -> Config:
        """The settings, and the layer as {'class_name': …, 'config': …}."""
        config = super().get_config()
        name = self.forward_layer.name.removeprefix("forward_")
        config["layer"] = {**config["layer"], "config": {**config["layer"]["config"], "name": name}}
        return {**config, "merge_mode": self.merge_mode}


_MERGED = {
    "concat": lambda a, b: concatenate([a, b]),
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) * 0.5,
}


def _listed(given):
    return given if isinstance(given, list) else [given]
