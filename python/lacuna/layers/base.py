"""The base class of layers. A Layer holds a layer of the C++ library. A network keeps only the state of that one, and
finds the Python object again as long as it is alive."""

from __future__ import annotations

import contextlib
import inspect
import weakref
from typing import Any

from lacuna import _core, activations, constraints, initializers, regularizers
from lacuna._arguments import dtype_name, flag, from_config, listed, no_more, settings_of, shown, unsupported, whole
from lacuna._custom import bad_config, custom_object_scope, to_config
from lacuna._types import Config, DTypeLike, Flag, Identifier, Shape, Whole
from lacuna._weights import HasWeights

__all__ = [
    "Layer",
    "deserialize",
    "serialize",
]


def __dir__() -> list[str]:
    return __all__


_alive = weakref.WeakValueDictionary()  # Layers and models by the identity of their state.
_classes = {}  # Lacuna's own layer classes, by name.
# The module whose get() reads an argument, by the last word of the argument's name, as in kernel_initializer.
_KINDS = {
    "activation": activations,
    "constraint": constraints,
    "initializer": initializers,
    "regularizer": regularizers,
}
_models = {}  # Model classes by name. They register themselves, since models import layers and not the other way round.


def remember(core: Any, owner: Any) -> Any:
    """Makes found() return `owner` for the state of `core`."""
    _alive[core.id] = owner


def found(core: Any) -> Any:
    """The Python object of a library's layer; if it no longer exists, a new one with the same weights."""
    layer = _alive.get(core.id)
    if layer is None:
        cls = _classes.get(core.class_name, Layer)
        layer = cls.__new__(cls)
        layer._adopt(core)
    return layer


def register_model(cls) -> Any:
    """A decorator for a model class, so that deserialize can make models of it."""
    _models[cls.__name__] = cls
    return cls


def makers(symbols: Any) -> Any:
    """The layers that made the symbols, from these back to the inputs."""
    result, seen, to_visit = [], set(), list(symbols)
    while to_visit:
        history = getattr(to_visit.pop(), "_history", None)
        if history is None or id(history) in seen:
            continue
        seen.add(id(history))
        layer, inputs = history
        result.append(layer)
        to_visit.extend(inputs)
    return result


def layers_in(value: Any) -> Any:
    """The layers and models in a value: the value itself, or the contents of lists, tuples, sets and dicts."""
    if isinstance(value, Layer) or getattr(type(value), "_saved_as", None):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, (list, tuple, set, frozenset)):
        return []
    return [layer for one in value for layer in layers_in(one)]


def checked_symbols(name: str, inputs: Any) -> Any:
    """The inputs, which must be a symbol or a list of symbols; TypeError for anything else."""
    several = isinstance(inputs, (list, tuple))
    for x in inputs if several else [inputs]:
        if not isinstance(x, (_core.Symbol, _core.Variable)):
            raise TypeError(f"{name}: inputs must be symbols, of Input() or of layers. Received: {shown(x)}.")
    return list(inputs) if several else inputs


def options(where: Any, kwargs: Any) -> Any:
    """The settings in Keras' **kwargs of layers: name, trainable, dtype, input_shape, batch_input_shape, batch_size;
    input_dim for layers without an argument of that name."""
    kwargs = dict(kwargs)
    if "input_dim" in kwargs:
        columns = (whole(where, "input_dim", kwargs.pop("input_dim")),)
        if kwargs.get("input_shape") is None:
            kwargs["input_shape"] = columns
    dtype, batch_size = dtype_name(kwargs.pop("dtype", None)), kwargs.pop("batch_size", None)
    unsupported(where, weights=kwargs.pop("weights", None), input_dtype=kwargs.pop("input_dtype", None))
    names = ("name", "trainable", "input_shape", "batch_input_shape")
    settings = {"dtype": dtype, **{name: kwargs.pop(name) for name in names if kwargs.get(name, ...) is not ...}}
    no_more(where, kwargs)
    shape = settings.get("input_shape")
    if shape is not None and settings.get("batch_input_shape") is None and batch_size is not None:
        settings["batch_input_shape"] = (batch_size, *_dims(where, shape))
    if settings.get("name", ...) is None:
        del settings["name"]
    return settings


def _dims(where, shape):
    if isinstance(shape, (list, tuple)):
        return shape
    return (whole(where, "input_shape", shape),)


class Layer(HasWeights):
    """The base class of all layers. Your own layer derives from it and defines build(input_shape), which calls
    add_weight, and call(inputs), which returns a symbol; both run while the graph is built, not in each step."""

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

    def _adopt(self, core):
        self._core = core
        remember(core, self)

    def __call__(self, inputs: Any, training: Flag | None = None) -> Any:
        """Applies the layer to a symbol or a list of symbols and returns a symbol, or a list if it has several outputs.
        training: False makes it behave as in prediction; None, the default, as the run does: in training or
        prediction. The first call builds the weights. Layers and models that are attributes, that are in lists and
        dicts in attributes, or that call() applies, belong to this layer: they are trained, counted and saved with
        it."""
        inputs = checked_symbols(self.name, inputs)
        for layer in layers_in(vars(self)):
            with contextlib.suppress(ValueError):  # A layer may know the model that holds it.
                self._core.hold(layer._core)
        outputs = self._core(inputs, training)
        for output in outputs:
            output._history = (self, inputs if isinstance(inputs, list) else [inputs])
        return outputs[0] if len(outputs) == 1 else outputs

    def _build(self, shapes):
        self.build(shapes[0] if len(shapes) == 1 else shapes)

    def build(self, input_shape: Any) -> None:
        """Makes the weights by add_weight; override it. input_shape: a shape with the batch dimension first, or a list
        of shapes."""

    def call(self, inputs: Any) -> Any:
        """Makes the output, a symbol or a list, from the input, a symbol or a list; override it. If it has an argument
        `training`, it is called with True and with False, and each run uses the result for its phase. If it has an
        argument `mask`, it gets the mask of the input, or a list of masks, if there is one."""
        return inputs

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
        masks = mask if isinstance(mask, (list, tuple)) else [mask]
        if not self.supports_masking and any(m is not None for m in masks):
            raise TypeError(
                f"{self.name}: the layer does not support masking, but its input has a mask. Received: "
                f"mask={shown(mask)}."
            )
        return masks[0] if len(masks) == 1 else None

    def _compute_mask(self, inputs, masks):
        single = len(inputs) == 1
        return self.compute_mask(inputs[0] if single else inputs, masks[0] if single else masks)

    def _takes_training(self, given):
        parameters = inspect.signature(self.call).parameters
        rest = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
        return "training" in parameters or (given and rest)

    def _traced(self, inputs, masks, training):
        takes = inspect.signature(self.call).parameters
        arguments = {} if training is None else {"training": training}
        if "mask" in takes and any(mask is not None for mask in masks):
            arguments["mask"] = masks if isinstance(inputs, list) else masks[0]
        return self.call(inputs, **arguments)

    def add_update(self, updates: Any, inputs: Any = None) -> Any:
        """Adds an update, or a list of updates, such as K.update(…), that each training step makes beside the changes
        of trainable weights. To be called within call(). No update is made while the layer is not trainable."""
        for update in updates if isinstance(updates, (list, tuple)) else [updates]:
            self._core.add_update(update)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds a symbol, or a list of them, to the loss of every model that holds the layer; of one that is no scalar,
        the mean counts. To be called within call()."""
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            _core.add_loss(loss)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Not there: an error that names the method of models."""
        raise ValueError(
            f"{self.name}: add_metric of a layer is of Keras, not in Lacuna: write model.add_metric(value, name), with "
            "a value that the layer returns."
        )

    @property
    def losses(self) -> Any:
        """The symbols that the layer adds to the loss: penalties of its weights, and those of each call."""
        return self._core.penalties + self._core.losses

    def get_losses_for(self, inputs: Any) -> Any:
        """The losses of the call on these symbols; for None, those of no call: the penalties of the weights."""
        return self._core.penalties if inputs is None else self._core.losses_for(listed(inputs))

    def add_weight(
        self,
        name: str,
        shape: Shape,
        dtype: DTypeLike = None,
        initializer: Identifier = None,
        regularizer: Identifier = None,
        trainable: Flag = True,
        constraint: Identifier = None,
        sparse_weight: Flag = False,
    ) -> Any:
        """Makes a new weight of the layer's dtype, filled by the initializer (glorot_uniform unless given)."""
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

    @property
    def name(self) -> str:
        """The name that was given, else the class name with a number."""
        return self._core.name

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
        """Does nothing: Keras layers set it in build(); here the first call does."""

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

    @property
    def input(self) -> Any:
        """The symbol, or the list of symbols, that the layer was called on."""
        return self._at(0)

    @property
    def output(self) -> Any:
        """The symbol that the layer made."""
        return self._at(1)

    @property
    def input_mask(self) -> Any:
        """The mask of `input`, or a list of masks; None if all steps count."""
        return _masks(self.input)

    @property
    def output_mask(self) -> Any:
        """The mask of `output`; None if all steps count."""
        return _masks(self.output)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`; the batch dimension, first, is None."""
        return _shapes(self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of `output`; the batch dimension, first, is None."""
        return _shapes(self.output)

    def get_input_at(self, node_index: Whole) -> Any:
        """The symbol, or the list of symbols, of a call of the layer; calls are counted from 0."""
        return self._node("get_input_at", node_index, 0)

    def get_output_at(self, node_index: Whole) -> Any:
        """What a call of the layer made."""
        return self._node("get_output_at", node_index, 1)

    def get_input_shape_at(self, node_index: Whole) -> Any:
        """The shape of get_input_at."""
        return _shapes(self._node("get_input_shape_at", node_index, 0))

    def get_output_shape_at(self, node_index: Whole) -> Any:
        """The shape of get_output_at."""
        return _shapes(self._node("get_output_shape_at", node_index, 1))

    def get_input_mask_at(self, node_index: Whole) -> Any:
        """The mask of get_input_at."""
        return _masks(self._node("get_input_mask_at", node_index, 0))

    def get_output_mask_at(self, node_index: Whole) -> Any:
        """The mask of get_output_at."""
        return _masks(self._node("get_output_mask_at", node_index, 1))

    def _node(self, where, index, end):
        calls, index = self._core.calls, whole(where, "node_index", index)
        if not -len(calls) <= index < len(calls):
            raise ValueError(
                f"{where}: node_index must be below the number of calls. Received: node_index={index}, layer "
                f"'{self.name}', calls={len(calls)}."
            )
        symbols = calls[index][end]
        return symbols[0] if len(symbols) == 1 else symbols

    def _at(self, end):
        calls = self._core.calls
        if len(calls) != 1:
            raise AttributeError(f"{self.name}: the layer must have been called once. Received: calls={len(calls)}.")
        symbols = calls[0][end]
        return symbols[0] if len(symbols) == 1 else symbols

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}'>"


def _again(cls, config, key):
    layer = cls.from_config(config)
    layer._core.key = key
    return layer


def _masks(symbols):
    return [_core.mask_of(s) for s in symbols] if isinstance(symbols, list) else _core.mask_of(symbols)


def _shapes(symbols):
    return [s.shape for s in symbols] if isinstance(symbols, list) else symbols.shape


def serialize(layer: Any) -> Any:
    """A layer or a model as {'class_name': …, 'config': …}, for deserialize."""
    if not hasattr(layer, "get_config"):
        raise TypeError(f"serialize: a layer or a model must be given. Received: {shown(layer)}.")
    return to_config(layer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """The layer or model made from what serialize returned, with new weights. custom_objects: a dict of your own
    classes and functions by name. ValueError for an unknown class."""
    with custom_object_scope(custom_objects), bad_config("deserialize", config):
        layer = from_config("layer", config, {**_classes, **_models})
        if config.get("key"):
            layer._core.key = whole("layer", "key", config["key"])
        if config.get("inner_keys"):
            layer._core.expect_keys(config["inner_keys"])
        return layer
