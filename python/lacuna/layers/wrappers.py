"""Layers that apply another layer: to each step, or in both directions of time."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import whole
from lacuna._custom import shown
from lacuna._types import Config, Flag
from lacuna.layers._given import options
from lacuna.layers.base import Layer, deserialize, serialize

__all__ = [
    "Bidirectional",
    "TimeDistributed",
    "Wrapper",
]


def __dir__() -> list[str]:
    return __all__


class Wrapper(Layer):
    """The base of layers that apply another one, `layer`. Your own one defines call(inputs), and build(input_shape) if
    it has weights beside those of the layer."""

    _open = True  # Other classes may override build and call.

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        self.layer = self._checked(layer)
        super().__init__(**kwargs)
        self.supports_masking = True

    def _checked(self, layer):
        if not (isinstance(layer, Layer) or getattr(type(layer), "_saved_as", None)):
            raise TypeError(f"{type(self).__name__}: layer must be a layer or a model. Received: layer={shown(layer)}.")
        return layer

    @property
    def activity_regularizer(self) -> Any:
        """That of the layer, or None."""
        return getattr(self.layer, "activity_regularizer", None)

    def get_config(self) -> Config:
        """The settings, and the layer as {'class_name': …, 'config': …}."""
        return {**self._core.common_config, "layer": serialize(self.layer)}

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A layer made from what get_config returned."""
        layer = deserialize(config["layer"], custom_objects)
        return cls(layer, **{name: value for name, value in config.items() if name != "layer"})


class _LibraryWrapper(Wrapper):
    """A wrapper of the library."""

    _open = False

    def build(self, input_shape: Any) -> None:
        """Makes the weights; the first call does so by itself. input_shape: a shape, or a list of one for each
        input."""
        _core.make_weights(self._core, input_shape if isinstance(input_shape, list) else [input_shape])

    def _call(self, symbols, mask, training):
        masks = [*_listed(mask)[:1], *[None] * len(symbols)]
        outputs = _core.call_of_layer(self._core, symbols, masks[: len(symbols)], training)
        return outputs if len(outputs) > 1 else outputs[0]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output, or a list of masks, for an input with that mask."""
        masks = _core.masks_of_layer(self._core, _listed(inputs)[:1], [*_listed(mask), None][:1])
        return masks if len(masks) > 1 else masks[0]


class TimeDistributed(_LibraryWrapper):
    """Applies a layer to each step of (batch, time, …), with the same weights: a step is a row for it. Batch and time
    may be unknown. `dtype` may be that of integer ids.

    The mask of the output is the one that the layer gives; without one, a step counts if anything in it does.

    TypeError if layer is no layer or model, ValueError for an input of rank 2, csr included.

        >>> model = Sequential([TimeDistributed(Dense(1, kernel_initializer="ones"), input_shape=(None, 2))])
        >>> model.predict(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
        array([[[3.],
                [7.]]], dtype=float32)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        self.layer = self._checked(layer)
        if "int" in str(kwargs.get("dtype")):
            del kwargs["dtype"]
        self._adopt(_core.time_distributed(self, layer._core, options("TimeDistributed", kwargs)))

    def call(self, inputs: Any, training: Flag | None = None, mask: Any = None) -> Any:
        """What the layer makes of the symbol, without counting as a call of it."""
        return self._call([inputs], mask, training)


class Bidirectional(_LibraryWrapper):
    """A recurrent layer and its copy that runs from the last step to the first.

    merge_mode: how the outputs become one: 'concat', 'sum', 'mul' or 'ave'; None gives a list of both. With
    return_state, the states of the first layer and then those of the copy follow.
    weights: initial values for both layers, as set_weights takes them.

    TypeError if layer is not recurrent, ValueError for another merge_mode.

        >>> model = Sequential([Embedding(1000, 8), Bidirectional(LSTM(4, return_sequences=True))])
        >>> model.predict(np.array([[5, 2, 7]])).shape
        (1, 3, 8)
    """

    def __init__(self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, **kwargs: Any) -> None:
        for setting in ("go_backwards", "return_sequences", "return_state"):
            if not hasattr(layer, setting):
                raise TypeError(f"Bidirectional: layer must be recurrent. Received: layer={shown(layer)}.")
        self.merge_mode, self._initial_weights = merge_mode, weights
        self._constants = whole("Bidirectional", "num_constants", kwargs.pop("num_constants", None) or 0)
        config = layer.get_config()
        self.forward_layer = type(layer).from_config({**config, "name": f"forward_{layer.name}"})
        config = {**self.forward_layer.get_config(), "name": f"backward_{layer.name}"}
        self.backward_layer = type(layer).from_config({**config, "go_backwards": not layer.go_backwards})
        self.layer = self.forward_layer
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.stateful = layer.stateful
        cores, settings = (self.forward_layer._core, self.backward_layer._core), options("Bidirectional", kwargs)
        self._adopt(_core.bidirectional(self, *cores, merge_mode, self._constants, settings))

    def __call__(
        self, inputs: Any, initial_state: Any = None, constants: Any = None, training: Flag | None = None
    ) -> Any:
        """Applies the layer to x, or to a list of x, the initial states and the constants. initial_state: a list of the
        states of the first layer, then those of its copy. constants: symbols that the cell of an RNN gets in each
        step."""
        more = [*_listed(initial_state), *_listed(constants)]
        if more:
            inputs = [*_listed(inputs), *more]
        if constants is not None:
            self._take_constants(constants)
        first = self._initial_weights is not None and not self.built
        outputs = super().__call__(inputs, training)
        if first:
            self.set_weights(self._initial_weights)
        return outputs

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Flag | None = None,
        initial_state: Any = None,
        constants: Any = None,
    ) -> Any:
        """What the layer makes of the symbols, without counting as a call of it. mask: of x."""
        if constants is not None:
            self._take_constants(constants)
        return self._call([*_listed(inputs), *_listed(initial_state), *_listed(constants)], mask, training)

    def _take_constants(self, constants):
        self._constants = len(_listed(constants))
        _core.take_constants(self._core, self._constants)

    def reset_states(self) -> None:
        """Makes the next batch of stateful layers start from zeros."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    @property
    def constraints(self) -> Config:
        """Empty, as in Keras 2.2.4: a constraint belongs to its weight."""
        return {}

    def get_config(self) -> Config:
        """The settings, and the layer as {'class_name': …, 'config': …}."""
        config = super().get_config()
        name = self.forward_layer.name.removeprefix("forward_")
        config["layer"] = {**config["layer"], "config": {**config["layer"]["config"], "name": name}}
        config["merge_mode"] = self.merge_mode
        return {**config, "num_constants": self._constants} if self._constants else config


def _listed(given):
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]
