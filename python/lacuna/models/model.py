"""Model of lacuna.models: a network of layers and its training."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import (
    batch_size_of,
    flag,
    listed,
    shown,
    text,
    unsupported,
    whole,
)
from lacuna._custom import bad_config, custom_object_scope
from lacuna._files import path_of
from lacuna._types import ArrayLike, Config, Flag, Function, Whole
from lacuna._weights import HasWeights
from lacuna.layers.base import checked_symbols, deserialize, found, makers, register_model, remember
from lacuna.models._generators import TrainedByGenerators
from lacuna.models._readable import warn_of_lost_settings
from lacuna.models._streams import bytes_of, is_open, write
from lacuna.models._training import Trained, one_or_all
from lacuna.models.files import named, own_objects, restored_bytes, restored_config, to_yaml

__all__ = [
    "Model",
]


def __dir__() -> list[str]:
    return __all__


_SUBCLASS = (
    "a model must be given its inputs and outputs: x = Input(…), then Model(x, layers(x)); in a class of your own, "
    "super().__init__(inputs, outputs) in __init__, and no method call."
)


@register_model
class Model(HasWeights, Trained, TrainedByGenerators):
    """A network of layers from `inputs` to `outputs`, which are symbols or lists of symbols."""

    _saved_as = "Model"  # The class that files name.

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__module__.startswith("lacuna.") and "call" in cls.__dict__:
            raise TypeError(
                f"{cls.__name__}: {_SUBCLASS} Received: a class that defines call, which would never be called."
            )

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None) -> None:
        if inputs is None or outputs is None:
            raise TypeError(f"{type(self).__name__}: {_SUBCLASS} Received: no inputs or no outputs.")
        inputs, outputs = (listed(checked_symbols("Model", s)) for s in (inputs, outputs))
        self._core = _core.Model(inputs, outputs, _core.unique_name(type(self).__name__) if name is None else name)
        made = {layer._core.id: layer for layer in makers(outputs)}
        self._layers = [made.get(core.id) or found(core) for core in self._core.layers]

    def __call__(self, inputs: Any, training: Flag | None = None) -> Any:
        """Applies the model as a layer: the same weights on other symbols. training: only the call method of your own
        layer may pass it on; anywhere else it must be None."""
        if training is not None and training != _core.traced_phase():
            raise ValueError(
                f"{self.name}: a model as a layer trains where the model around it does; only the call method of "
                f"your own layer may pass training. Received: training={shown(training)}."
            )
        inputs = listed(checked_symbols(self.name, inputs))
        outputs = self._core(inputs)
        remember(self._core, self)
        for symbol in outputs:
            symbol._history = (self, inputs)
        return one_or_all(outputs)

    # Structure

    @property
    def name(self) -> str:
        """The name that was given, else the class name with a number."""
        return self._core.name

    @property
    def layers(self) -> Any:
        """The layers, from the inputs to the outputs."""
        return list(self._layers)

    def get_layer(self, name: str | None = None, index: Whole | None = None) -> Any:
        """The layer with that name, or at that index of `layers`. ValueError if there is none."""
        if index is not None:
            index = whole("get_layer", "index", index)
            if not -len(self._layers) <= index < len(self._layers):
                raise ValueError(
                    f"get_layer: index must be below the number of layers. Received: index={index}, "
                    f"layers={len(self._layers)}."
                )
            return self._layers[index]
        if name is None:
            raise ValueError("get_layer: name or index must be given. Received: neither.")
        text("get_layer", "name", name)
        for layer in self._layers:
            if layer.name == name:
                return layer
        return found(self._core.get_layer(name))  # Its error lists the names that exist.

    @property
    def inputs(self) -> Any:
        """The symbols that are fed."""
        return self._core.inputs

    @property
    def outputs(self) -> Any:
        """The symbols that the model computes."""
        return self._core.outputs

    @property
    def input(self) -> Any:
        """The symbol that is fed, or a list of them."""
        return one_or_all(self.inputs)

    @property
    def output(self) -> Any:
        """The symbol that the model computes, or a list of them."""
        return one_or_all(self.outputs)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`; the batch dimension, first, is None."""
        return one_or_all([s.shape for s in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of `output`; the batch dimension, first, is None."""
        return one_or_all([s.shape for s in self.outputs])

    @property
    def input_names(self) -> Any:
        """The names of the inputs: the keys of a dict x."""
        return self._core.input_names

    @property
    def output_names(self) -> Any:
        """The names of the layers that compute the outputs: the keys of a dict y."""
        return self._core.output_names

    @property
    def built(self) -> Any:
        """Whether the weights exist."""
        return True

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps a state from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self.layers)

    def reset_states(self) -> None:
        """Makes the next batch of all stateful layers start from zeros."""
        for layer in self.layers:
            if getattr(layer, "stateful", hasattr(layer, "layers")):
                layer.reset_states()

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds a symbol, or a list of them, that are computed from the model's layers, to the loss; of one that is no
        scalar, the mean counts. It takes effect at the next compile, which then needs no loss. Files do not keep it."""
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._core.add_loss(loss)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Adds a symbol, computed from the model's layers, to what fit and evaluate report: its mean over the rows,
        under that name. It takes effect at the next compile. Files do not keep it."""
        if aggregation not in ("mean", None):
            raise ValueError(f"add_metric: aggregation must be 'mean'. Received: aggregation={shown(aggregation)}.")
        self._core.add_metric(value, name)

    @property
    def losses(self) -> Any:
        """The symbols that are added to the loss: penalties of weights, those of layers, and those of add_loss."""
        return self._core.penalties + self._core.losses

    def get_losses_for(self, inputs: Any) -> Any:
        """The losses that depend on the model's inputs; for None, the others: the penalties of weights."""
        return self._core.penalties if inputs is None else self._core.losses

    def count_params(self) -> int:
        """The number of values in all weights, including rows that were never touched."""
        return self._core.count_params()

    def summary(
        self, line_length: Whole | None = None, positions: Any = None, print_fn: Function | None = None
    ) -> None:
        """Prints a line for each layer: name, shape, number of values. print_fn: called with each line instead of
        print."""
        unsupported("summary", positions=positions)
        for line in self._core.summary(line_length).splitlines():
            (print_fn or print)(line)

    def explain(
        self, x: ArrayLike, y: ArrayLike = None, batch_size: Whole = 32, print_fn: Function | None = None
    ) -> Any:
        """Prints op by op how a batch, the first batch_size rows of x, is computed: the storages in and out, bytes, the
        fraction of a weight's rows that the batch names, the kernel, the time. It runs a prediction or, with y, a
        training step up to its gradients, and changes nothing. With lazy_update=False and a regularizer, a real step
        also reads all rows that were ever touched, which explain leaves out. print_fn: called with each line instead of
        print."""
        table = self._core.explain(
            self._x(x, "explain"),
            None if y is None else self._y(y, "explain"),
            batch_size_of("explain", batch_size),
        )
        for line in table.splitlines():
            (print_fn or print)(line)

    # Configs

    def get_config(self) -> Config:
        """The layers, their settings and what each is called on; no weights. ValueError if an op outside of a layer
        stands between inputs and outputs."""
        return self._core.config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A model made from what get_config returned, with new weights. custom_objects: a dict of your own classes and
        functions by name."""
        made = []  # The network does not keep Python objects alive, so this list must, until the model has them.

        def make(class_name, of_layer):
            made.append(deserialize({"class_name": class_name, "config": of_layer}))
            return made[-1]

        with custom_object_scope(custom_objects), bad_config("Model", config):
            name = config.get("name")
            model = cls.__new__(cls)  # The __init__ of a user's class has other arguments.
            Model.__init__(model, *_core.network_from_config(config, make), name=name)
            if config.get("trainable") is False:
                model._core.freeze_itself()
            return model

    def to_json(self, **kwargs: Any) -> str:
        """The class name and get_config as JSON, for model_from_json. kwargs: passed to json.dumps."""
        import json  # Here, so that importing lacuna is quick.

        return json.dumps(named(self), **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """As to_json, but YAML, for model_from_yaml. kwargs: passed to yaml.safe_dump. PyYAML must be installed."""
        return to_yaml(self, **kwargs)

    # Files

    def save(self, filepath: Any, overwrite: Flag = True, include_optimizer: Flag = True) -> None:
        """Writes an HDF5 file with layers, weights and, for a compiled model, the optimizer with its state, so that
        training can go on with the same bits. Keras 2 can read it if no weight is sparse. An existing file is replaced
        as a whole: if the process is killed during the save, the old file stays. The new file keeps the mode and, if
        the system allows it, the owner of the old one. overwrite=False: an existing file is a FileExistsError. A path
        that cannot be written is the matching OSError, which is also a ValueError. filepath may also be a group of
        h5py, in which parts of the same names are replaced, or a stream of bytes."""
        include_optimizer = flag("save", "include_optimizer", include_optimizer)
        warn_of_lost_settings(self)
        if is_open(filepath):
            return write("save", filepath, self._core.save_to_bytes(include_optimizer), overwrite)
        path, overwrite = path_of("save", filepath), flag("save", "overwrite", overwrite)
        return self._core.save(path, overwrite, include_optimizer)

    def save_weights(self, filepath: Any, overwrite: Flag = True) -> None:
        """Writes the weights alone, in the same way as save; of a sparse weight, only rows that were touched."""
        if is_open(filepath):
            return write("save_weights", filepath, self._core.save_weights_to_bytes(), overwrite)
        path = path_of("save_weights", filepath)
        return self._core.save_weights(path, flag("save_weights", "overwrite", overwrite))

    def load_weights(
        self, filepath: Any, by_name: Flag = False, skip_mismatch: Flag = False, reshape: Flag = False
    ) -> None:
        """Loads weights from a file that save, save_weights or Keras 2 wrote. They go in order into the layers that
        have weights, or with by_name into the layers with the same names. skip_mismatch, for by_name: a layer that does
        not fit keeps its weights, with a warning. reshape: an array of another shape that has as many values is taken,
        in C order. Anything else that does not fit, or a damaged file, is a ValueError,
        and no weight is changed; a missing file is a FileNotFoundError, which is a ValueError too."""
        where = "load_weights"
        by_name, skip = flag(where, "by_name", by_name), flag(where, "skip_mismatch", skip_mismatch)
        reshape = flag(where, "reshape", reshape)
        if is_open(filepath):
            return self._core.load_weights_from_bytes(bytes_of(where, filepath), by_name, skip, reshape)
        return self._core.load_weights(path_of(where, filepath), by_name, skip, reshape)

    def __reduce__(self):
        if not self.built:
            return restored_config, (type(self), self.get_config(), own_objects(self), self._core.training_config)
        own = own_objects(self)
        if not type(self).__module__.startswith("lacuna."):
            own[self._saved_as] = type(self)
        return restored_bytes, (self._core.save_to_bytes(), own)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}'>"
