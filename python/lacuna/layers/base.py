"""The base class of layers. A Layer holds a layer of the C++ library. A network keeps only the state of that one, and
finds the Python object again as long as it is alive."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from typing import Any

from lacuna import _core, activations, constraints, initializers, regularizers
from lacuna._arguments import dtype_name, flag, from_config, listed, settings_of, shown, unsupported, whole
from lacuna._code import names_alone
from lacuna._custom import bad_config, custom_object_scope, to_config
from lacuna._types import Config, DTypeLike, Flag, Identifier, Shape
from lacuna._weights import HasWeights
from lacuna.layers._added import AddsToSteps
from lacuna.layers._calls import HasCalls, alive, one_or_all, shapes_of
from lacuna.layers._given import (
    checked_arguments,
    checked_symbols,
    first_weights,
    is_symbol,
    listed_shapes,
    masked,
    options,
)
from lacuna.layers._input_spec import check

__all__ = [
    "Layer",
    "deserialize",
    "serialize",
]


def __dir__() -> list[str]:
    return __all__


_classes = {}  # Lacuna's own layer classes whose modules are imported, by name.
# The module whose get() reads an argument, by the last word of the argument's name, as in kernel_initializer.
_KINDS = {
    "activation": activations,
    "constraint": constraints,
    "initializer": initializers,
    "regularizer": regularizers,
}
_models = {}  # Model classes by name. They register themselves, since models import layers and not the other way round.


def _import(name: Any) -> None:
    """Imports the module of Lacuna's own layer or model of that name, if there is one; its class registers itself."""
    if isinstance(name, str) and name not in _classes:
        for package in ("lacuna.layers", "lacuna.models"):
            getattr(importlib.import_module(package), name, None)


def remember(core: Any, owner: Any) -> Any:
    """Makes found() return `owner` for the state of `core`."""
    alive[core.id] = owner


def found(core: Any) -> Any:
    """The Python object of a library's layer; if it no longer exists, a new one with the same weights."""
    layer = alive.get(core.id)
    if layer is None:
        _import(core.class_name)
        cls = _classes.get(core.class_name, Layer)
        layer = cls.__new__(cls)
        layer._adopt(core)
    return layer


def register_model(cls) -> Any:
    """A decorator for a model class, so that deserialize can make models of it."""
    _models[cls.__name__] = cls
    return cls


def layers_in(value: Any) -> Any:
    """The layers and models in a value: the value itself, or the contents of lists, tuples, sets and dicts."""
    if isinstance(value, Layer) or getattr(type(value), "_saved_as", None):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return []
    return [layer for one in value for layer in layers_in(one)]


class Layer(HasWeights, HasCalls, AddsToSteps):
    """The base class of all layers. Your own layer derives from it and defines build(input_shape), which calls
    add_weight, and call(inputs), which returns a symbol; both run while the graph is built, not in each step.

        >>> class Scale(Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight("factor", (input_shape[-1],), initializer="ones")
        ...         super().build(input_shape)
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        ...
        >>> Sequential([Scale()]).predict(csr_matrix([[0, 2.0]])).toarray()
        array([[0., 2.]], dtype=float32)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("lacuna.layers."):
            _classes[cls.__name__] = cls
            return
        for base in cls.__mro__[1:]:
            ours = _classes.get(base.__name__) is base and not getattr(base, "_open", False)
            for method in ("build", "call"):
                if ours and method in cls.__dict__:
                    raise TypeError(
                        f"{cls.__name__}: {method} can only be defined in a class that derives from Layer itself. "
                        f"Received: a class that derives from {base.__name__}."
                    )

    def __init__(self, **kwargs: Any) -> None:
        cls = type(self).__name__
        self._adopt(_core.python_layer(self, cls, options(cls, kwargs)))
        first_weights(self._core, kwargs.get("weights"))

    def _make(self, class_name, arguments):
        """Makes and holds the library's layer of that class. arguments: the locals() of __init__. Each becomes an
        attribute, as in Keras. The library refers to a user's own function weakly, so the attribute keeps it alive."""
        given, objects, held = settings_of(arguments), {}, {}
        for name, value in given.items():
            kind = _KINDS.get(name.rpartition("_")[2])
            if kind is not None:
                objects[name] = kind.get(value)
                held[name] = objects[name] and kind._core_of(objects[name])
        self._adopt(_core.layer(class_name, {**options(class_name, arguments["kwargs"]), **given, **held}))
        plain = self._core.config
        vars(self).update({name: objects[name] if name in objects else plain[name] for name in given})
        vars(self)["_fixed"] = frozenset(given)
        first_weights(self._core, arguments["kwargs"].get("weights"))

    def __setattr__(self, name: str, value: Any) -> None:
        """An AttributeError for a setting of a layer of the library, which would keep the one that it was made with."""
        if name in vars(self).get("_fixed", ()):
            raise AttributeError(
                f"{self.name}: {name} is fixed when the layer is made: make another by "
                f"from_config({{**get_config(), '{name}': …}}). Received: {name}={shown(value)}."
            )
        super().__setattr__(name, value)

    def _adopt(self, core):
        self._core = core
        remember(core, self)

    def __call__(self, inputs: Any, training: Flag | None = None, mask: Any = None, **arguments: Any) -> Any:
        """Applies the layer to a symbol or a list of symbols and returns a symbol, or a list if it has several outputs.
        training: False makes it behave as in prediction; None, the default, as the run does: in training or prediction.
        mask: a mask, or a list of masks, in place of those that the inputs have. arguments: further arguments that
        call() of your own layer has, symbols or what JSON can hold; a model's config keeps them. The first call builds
        the weights. Layers and models that are attributes, that are in lists and dicts in attributes, or that call()
        applies, belong to this layer: they are trained, counted and saved with it."""
        inputs = checked_symbols(self.name, inputs)
        if mask is not None:
            inputs = masked(inputs, mask)
        for layer in layers_in(vars(self)):
            with contextlib.suppress(ValueError):  # A layer may know the model that holds it.
                self._core.hold(layer._core)
        self.assert_input_compatibility(inputs)
        with _as_it_was(self) if _core.is_sketch() else contextlib.nullcontext():
            outputs = self._core(inputs, training, checked_arguments(self.name, arguments))
        if self.input_spec is not None:
            self.assert_input_compatibility(inputs)  # build may have set it.
        for output in outputs:
            output._history = (self, [*listed(inputs), *(one for one in arguments.values() if is_symbol(one))])
        return outputs[0] if len(outputs) == 1 else outputs

    input_spec: Any = None  # An InputSpec, or a list of them: what the inputs must be.
    stateful = False

    def assert_input_compatibility(self, inputs: Any) -> None:
        """ValueError unless the inputs are as input_spec says."""
        if self.input_spec is not None:
            check(self.name, self.input_spec, inputs)

    def _build(self, shapes):
        self.build(shapes[0] if len(shapes) == 1 else shapes)

    def build(self, input_shape: Any) -> None:
        """Makes the weights for an input of that shape, the batch dimension first, or for a list of shapes: what the
        first call does. Your own layer overrides it, and makes weights by add_weight."""
        if type(self).build is Layer.build:
            self._core.make_weights(listed_shapes(self.name, input_shape)[0])
        else:
            self.built = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for an input of that shape, the batch dimension first and None where a dimension is
        open; lists for several inputs or outputs. The layer needs no weights for it, and makes none."""
        shapes, several = listed_shapes(self.name, input_shape)
        with _as_it_was(self):
            return one_or_all(self._core.compute_output_shape(shapes, several))

    def call(self, inputs: Any) -> Any:
        """Makes the output, a symbol or a list, from the input, a symbol or a list; override it. If it has an argument
        `training`, it is called with True and with False, and each run uses the result for its phase. If it has an
        argument `mask`, it gets the mask of the input, or a list of masks, if there is one."""
        return inputs if self._core.is_python else self(inputs)

    @property
    def supports_masking(self) -> Any:
        """Whether the layer accepts an input that has a mask; your own layer may set it."""
        return self._core.supports_masking

    @supports_masking.setter
    def supports_masking(self, supports: Flag) -> None:
        self._core.supports_masking = flag(self.name, "supports_masking", supports)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output, a symbol or None, from the input and its mask, or lists of these; you may override
        it. By default the mask of the input is passed on, and it is a TypeError if there is one and supports_masking is
        False. A mask has shape (batch, steps): 1 where a step counts and 0 where it does not."""
        several, masks = isinstance(inputs, (list, tuple)), listed(mask)
        if not self._core.is_python and len(listed(inputs)) > 1:
            return one_or_all(self._core.masks(list(inputs), masks if several else [mask], True))
        if not self.supports_masking and any(m is not None for m in masks):
            raise TypeError(
                f"{self.name}: the layer does not support masking, but its input has a mask. Received: "
                f"mask={shown(mask)}."
            )
        if self._core.is_python:
            return one_or_all(masks) if any(m is not None for m in masks) else None
        return one_or_all(self._core.masks(listed(inputs), masks, several))

    def _compute_mask(self, inputs, masks):
        if len(inputs) == 1:
            return self.compute_mask(inputs[0], masks[0])
        mask = self.compute_mask(inputs, masks)
        return None if type(self).compute_mask is Layer.compute_mask else mask

    def _takes_training(self, given):
        parameters = inspect.signature(self.call).parameters
        rest = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
        return "training" in parameters or (given and rest)

    def _traced(self, inputs, masks, training, arguments):
        takes = inspect.signature(self.call).parameters
        if training is not None:
            arguments["training"] = training
        if "mask" in takes and any(mask is not None for mask in masks):
            arguments["mask"] = masks if isinstance(inputs, list) else masks[0]
        outputs = self.call(inputs, **arguments)
        if not self._declares_shape() or _core.is_sketch():
            return outputs
        declared = self.compute_output_shape(shapes_of(inputs)) if _is_open(outputs) else None
        return outputs if declared is None else _sized(outputs, declared)

    def _declares_shape(self):
        """Whether compute_output_shape knows sizes that call() may leave open."""
        return type(self).compute_output_shape is not Layer.compute_output_shape

    def add_weight(
        self,
        name: str | Shape | None = None,
        shape: Shape | Identifier = None,
        dtype: DTypeLike = None,
        initializer: Identifier = None,
        regularizer: Identifier = None,
        trainable: Flag = True,
        constraint: Identifier = None,
        sparse_weight: Flag = False,
    ) -> Any:
        """Makes a new weight of the layer's dtype, filled by the initializer (glorot_uniform unless given). Also in the
        order of Keras 3: shape, initializer."""
        if isinstance(name, (tuple, list)):
            name, shape, initializer = None, name, initializer if shape is None else shape
        if name is None:
            name = f"weight_{len(self._core.weights) + 1}"
        if shape is None:
            shape = ()
        if dtype is not None and dtype_name(dtype) != self.dtype:
            unsupported(self.name, dtype=dtype)
        regularizer = regularizers.get(regularizer)
        self.__dict__.setdefault("_regularizers", []).append(regularizer)
        return self._core.add_weight(
            name,
            shape,
            initializers._core_of(initializer or "glorot_uniform"),
            regularizers._core_of(regularizer),
            trainable,
            constraints._core_of(constraint),
            sparse_weight,
        )

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """The same as add_weight."""
        return self.add_weight(*args, **kwargs)

    @property
    def trainable_weights(self) -> Any:
        """The variables that training changes. A layer of your own may set them: its other variables then do not
        learn."""
        return self._core.trainable_weights

    @trainable_weights.setter
    def trainable_weights(self, weights: Any) -> None:
        self._set_own(weights, True)

    @property
    def non_trainable_weights(self) -> Any:
        """The variables that training does not change; a layer of your own may set them."""
        learn = set(self.trainable_weights)
        return [v for v in self.weights if v not in learn]

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights: Any) -> None:
        self._set_own(weights, False)

    # As layers of Keras say in build: self._trainable_weights += ….
    _trainable_weights, _non_trainable_weights = trainable_weights, non_trainable_weights

    def _set_own(self, weights, learn):
        held = {v for layer in layers_in(vars(self)) for v in layer.weights}
        own = [v for v in weights if not isinstance(v, _core.Variable) or v not in held]
        self._core.set_own_weights(own if isinstance(weights, (list, tuple)) else weights, learn)

    @property
    def dtype(self) -> Any:
        """The dtype of the weights."""
        return self._core.dtype

    @property
    def built(self) -> Any:
        """Whether the weights exist."""
        return self._core.built

    @built.setter
    def built(self, built: Flag) -> None:
        """Says whether the first call need not build: your own layer may set it."""
        self._core.built = flag(self.name, "built", built)

    def _added(self):
        """The losses of add_loss, also those of the layers that this one holds."""
        held = {id(layer): layer for layer in layers_in(vars(self)) if isinstance(layer, Layer)}
        return super()._added() + [added for layer in held.values() for added in layer._added()]

    def get_config(self) -> Config:
        """The settings, by the names of the arguments, from which from_config makes the same layer with new weights.
        Your own layer adds its settings to this dict."""
        return self._core.config

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """A layer made from what get_config returned."""
        return cls(**config)

    def __reduce__(self):
        if self.built and self.weights:
            raise TypeError(
                f"{self.name}: a layer with weights is copied with its model, by pickle or clone_model; its settings "
                f"alone by from_config(get_config()). Received: layer '{self.name}'."
            )
        return _again, (type(self), self.get_config(), self._core.key)

    def count_params(self) -> int:
        """The number of values in all weights, including rows that were never touched. ValueError before the first
        call."""
        if not self.built:
            raise ValueError(f"count_params: the layer must have been called. Received: layer '{self.name}'.")
        total = 0
        for weight in self.weights:
            size = 1
            for dim in weight.shape:
                size *= dim
            total += size
        return total

    def __repr__(self) -> str:
        """The class, the name, the settings that differ from those of the class, and the last input."""
        if "_core" not in vars(self):  # A debugger may ask before super().__init__().
            return object.__repr__(self)
        try:
            with names_alone():
                told = self._core.shown
        except Exception:  # A get_config of one's own may fail, but a repr must not.
            told = f"<{self._core.class_name} '{self.name}'>"
        return f"<{type(self).__name__}{told.removeprefix(f'<{self._core.class_name}')}"


def _again(cls, config, key):
    layer = cls.from_config(config)
    layer._core.key = key
    return layer


@contextlib.contextmanager
def _as_it_was(layer):
    """Afterwards the layer has the attributes that it had before: those of a build that made no values are dropped."""
    before = dict(vars(layer))
    try:
        yield
    finally:
        for name in set(vars(layer)) - set(before):
            del vars(layer)[name]
        vars(layer).update(before)


def _is_open(outputs):
    return any(None in s.shape[1:] for s in listed(outputs) if isinstance(s, _core.Symbol) and not s.is_sparse)


def _sized(outputs, declared):
    """The outputs with the sizes, other than the batch, that compute_output_shape says and the ops leave open."""
    if isinstance(outputs, (list, tuple)):
        return [_sized(*both) for both in zip(outputs, declared, strict=False)] + list(outputs[len(declared) :])
    said = tuple(declared)[1:]
    if not _is_open(outputs) or len(said) != len(outputs.shape) - 1:
        return outputs
    sizes = [size if known is None else known for known, size in zip(outputs.shape[1:], said, strict=True)]
    fits = sizes != list(outputs.shape[1:]) and sizes.count(None) == 0
    return _core.reshape(outputs, sizes) if fits else outputs


# A symbol of a layer, as Keras describes it.
_core.Symbol._keras_shape = property(lambda symbol: symbol.shape)
_core.Variable._keras_shape = property(lambda variable: variable.shape)


def _history_of(symbol):
    history = _core.history(symbol)
    if history is None:
        raise AttributeError("_keras_history: the symbol must be of a layer. Received: one of an op outside of layers.")
    return (found(history[0]), *history[1:])


_core.Symbol._keras_history = property(_history_of)
_core.Symbol._uses_learning_phase = property(_core.uses_learning_phase)


def serialize(layer: Any) -> Any:
    """A layer or a model as {'class_name': …, 'config': …}, for deserialize."""
    if not hasattr(layer, "get_config"):
        raise TypeError(f"serialize: a layer or a model must be given. Received: {shown(layer)}.")
    return to_config(layer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """The layer or model made from what serialize returned, with new weights. custom_objects: a dict of your own
    classes and functions by name. ValueError for an unknown class."""
    with custom_object_scope(custom_objects), bad_config("deserialize", config):
        _import(config.get("class_name") if isinstance(config, dict) else None)
        layer = from_config("layer", config, {**_classes, **_models})
        if config.get("key"):
            layer._core.key = whole("layer", "key", config["key"])
        if config.get("inner_keys"):
            layer._core.expect_keys(config["inner_keys"])
        return layer
