"""Sequential of lacuna.models: a model of layers one after another."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import listed, shown
from lacuna._array_likes import is_sparse
from lacuna._custom import bad_config
from lacuna._types import ArrayLike, Config, Flag, Shape, Whole
from lacuna.layers._given import checked_symbols
from lacuna.layers.base import Layer, deserialize, register_model
from lacuna.layers.input import InputLayer
from lacuna.models.model import Model

__all__ = [
    "Sequential",
]


def __dir__() -> list[str]:
    return __all__


@register_model
class Sequential(Model):
    """A model of layers one after another. The shape of the input comes from an Input() or InputLayer in first place,
    from the input_shape (or input_dim, input_length) of the first layer, from build(), or else from the first x.

    layers: a list of layers and models, each with one input and one output. TypeError for anything else, ValueError for
    two layers of one name.

        >>> model = Sequential([Dense(2, kernel_initializer="ones", input_dim=1000), Activation("relu")])
        >>> model.predict(csr_matrix(([3.0], ([0], [7])), shape=(1, 1000)))
        array([[3., 3.]], dtype=float32)
    """

    _saved_as = "Sequential"

    def __init__(self, layers: Any = None, name: str | None = None) -> None:
        self._core = _core.Sequential(_core.unique_name(type(self).__name__) if name is None else name)
        self._layers = []
        if not isinstance(layers, (list, tuple, type(None))):
            raise TypeError(f"Sequential: layers must be a list. Received: layers={shown(layers)}.")
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Adds a layer, or a model with one input and one output, at the end. A Sequential without an input shape takes
        the output shape of the layer before it, once that is known.

            >>> model = Sequential()
            >>> model.add(Dense(1, input_shape=(1000,), sparse_weight=True))
            >>> model.output_shape
            (None, 1)
        """
        if isinstance(layer, _core.Symbol):
            layer = InputLayer._of(layer)
        if not isinstance(layer, (Layer, Model)):
            raise TypeError(f"Sequential: what is added must be a layer or a model. Received: {shown(layer)}.")
        self._core.add(layer._core)
        if not isinstance(layer, InputLayer):
            self._layers.append(layer)

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A model made from what get_config returned, with new weights. custom_objects: a dict of your own classes and
        functions by name."""
        with bad_config("Sequential", config):
            return cls._with_layers([deserialize(of, custom_objects) for of in listed(config["layers"])], config)

    def _clone_on(self, inputs, custom_objects):
        config = self.get_config()
        layers = [of for of in config["layers"] if of["class_name"] != "InputLayer"]
        return type(self)._with_layers([*inputs, *(deserialize(of, custom_objects) for of in layers)], config)

    @classmethod
    def _with_layers(cls, layers, config):
        model, shape = cls.__new__(cls), config.get("build_input_shape")
        Sequential.__init__(model, layers, name=config.get("name"))
        if shape and not model.built:
            model.build(shape)
        if config.get("trainable") is False:
            model._core.freeze_itself()
        return model

    @property
    def weights(self) -> Any:
        """The variables, layer by layer; those of layers that have some, while the shape of the input is unknown."""
        return self._core.weights if self.built else [v for layer in self.layers for v in layer.weights]

    @property
    def trainable_weights(self) -> Any:
        """The variables that training changes."""
        return self._core.trainable_weights if self.built else [v for la in self.layers for v in la.trainable_weights]

    def pop(self) -> None:
        """Removes the last layer."""
        self._core.pop()
        self._layers.pop()

    def predict_proba(self, x: ArrayLike, batch_size: Whole | None = 32, verbose: Whole | str = 0) -> Any:
        """What predict gives, for a model whose outputs are probabilities."""
        return self.predict(x, batch_size, verbose)

    def predict_classes(self, x: ArrayLike, batch_size: Whole | None = 32, verbose: Whole | str = 0) -> Any:
        """The class of each row: the place of the largest output or, of one output, whether it is above 0.5."""
        outputs = self.predict(x, batch_size, verbose)
        if outputs.shape[-1] == 1:
            return ((outputs.toarray() if is_sparse(outputs) else outputs) > 0.5).astype("int32")
        classes = outputs.argmax(axis=-1)
        return classes.A1 if is_sparse(outputs) else classes

    def build(self, input_shape: Shape | None = None) -> None:
        """Makes the weights for an input shape, the batch dimension first: (None, 20)."""
        if input_shape is not None:
            self._core.build(input_shape)
        elif not self.built:
            raise ValueError("build: input_shape must be given, since no layer says it. Received: none.")

    @property
    def model(self) -> Any:
        """The model itself: in old versions of Keras, a model within it."""
        return self

    def __call__(self, inputs: Any, training: Flag | None = None) -> Any:
        """Applies the model as a layer. If the shape of the input was not known, the first call makes the weights."""
        if not self.built and _core.is_sketch():
            for layer in self.layers:
                inputs = layer(inputs)
            return inputs
        if not self.built:
            self.build(checked_symbols(self.name, inputs).shape)
        return super().__call__(inputs, training)

    @property
    def built(self) -> Any:
        """Whether the shape of the input is known."""
        return self._core.built
