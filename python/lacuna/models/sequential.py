"""Layers one after another: Sequential of lacuna.models."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import listed, shown
from lacuna._custom import bad_config
from lacuna._types import Config, Flag, Shape
from lacuna.layers.base import Layer, checked_symbols, deserialize, register_model
from lacuna.layers.input import InputLayer
from lacuna.models.model import Model

__all__ = [
    "Sequential",
]


def __dir__() -> list[str]:
    return __all__


@register_model
class Sequential(Model):
    """Layers one after another. The input's shape comes from an Input() or InputLayer that stands first, from the first
    layer's input_shape (or input_dim, input_length), from build(), or else from the first x that is given."""

    _saved_as = "Sequential"

    def __init__(self, layers: Any = None, name: str | None = None) -> None:
        self._core = _core.Sequential(_core.unique_name(type(self).__name__) if name is None else name)
        self._layers = []
        if not isinstance(layers, (list, tuple, type(None))):
            raise TypeError(f"Sequential: layers must be a list. Received: layers={shown(layers)}.")
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """One more layer, or a model of one input and one output; a Sequential without a shape gets that of what
        stands before it, once it is known."""
        if isinstance(layer, _core.Symbol):
            layer = InputLayer._of(layer)
        if not isinstance(layer, (Layer, Model)):
            raise TypeError(f"Sequential: what is added must be a layer or a model. Received: {shown(layer)}.")
        self._core.add(layer._core)
        if not isinstance(layer, InputLayer):
            self._layers.append(layer)

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A model of what get_config gave, its weights drawn anew. custom_objects: a dict of one's own classes and
        functions by name."""
        with bad_config("Sequential", config):
            model, shape = cls.__new__(cls), config.get("build_input_shape")
            Sequential.__init__(model, name=config.get("name"))
            for of_layer in listed(config["layers"]):
                model.add(deserialize(of_layer, custom_objects))
            if shape and not model.built:
                model.build(shape)
            if config.get("trainable") is False:
                model._core.freeze_itself()
            return model

    def pop(self) -> None:
        """Takes the last layer off."""
        self._core.pop()
        self._layers.pop()

    def build(self, input_shape: Shape | None = None) -> None:
        """Makes the weights for inputs of a shape, the batch first: (None, 20)."""
        if input_shape is None:
            raise ValueError("build: input_shape must be given. Received: none.")
        self._core.build(input_shape)

    def __call__(self, inputs: Any, training: Flag | None = None) -> Any:
        """The model as a layer; the first call makes the weights where the shape of the input was not
        known."""
        if not self.built:
            self.build(checked_symbols(self.name, inputs).shape)
        return super().__call__(inputs, training)

    @property
    def built(self) -> Any:
        """Whether the shape of the input is known."""
        return self._core.built
