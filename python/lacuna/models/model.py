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
)
from lacuna._custom import bad_config, custom_object_scope
from lacuna._files import path_of
from lacuna._types import ArrayLike, Config, Flag, Function, Whole
from lacuna.layers._calls import makers, one_or_all
from lacuna.layers._given import checked_symbols
from lacuna.layers.base import deserialize, found, register_model, remember
from lacuna.models._generators import TrainedByGenerators
from lacuna.models._readable import warn_of_keras_archive, warn_of_lost_settings
from lacuna.models._streams import bytes_of, is_open, write
from lacuna.models._structure import Structure
from lacuna.models._training import Trained
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
class Model(Structure, Trained, TrainedByGenerators):
    """A network of layers from `inputs` to `outputs`, which are symbols or lists of symbols; inputs may be a dict of
    them by their names, as FeatureSpace.get_inputs gives it.

    TypeError without both, or for what is no symbol; ValueError if the outputs depend on an input that is not given, or
    if a key of a dict is not the name of its input.

        >>> words = Input((1000,), sparse=True)
        >>> model = Model(words, Dense(2, kernel_initializer="ones")(words))
        >>> model.predict(csr_matrix(([3.0], ([0], [7])), shape=(1, 1000)))
        array([[3., 3.]], dtype=float32)
    """

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
        keys = list(inputs) if isinstance(inputs, dict) else None
        if keys is not None:
            inputs = list(inputs.values())
        inputs, outputs = (listed(checked_symbols("Model", s)) for s in (inputs, outputs))
        self._core = _core.Model(inputs, outputs, _core.unique_name(type(self).__name__) if name is None else name)
        made = {layer._core.id: layer for layer in makers(outputs)}
        self._layers = [made.get(core.id) or found(core) for core in self._core.layers]
        if keys is not None and keys != self.input_names:
            raise ValueError(
                f"Model: the keys of a dict of inputs must be the names of the inputs, by which arrays are fed. "
                f"Received: keys={shown(keys)}, names={shown(self.input_names)}."
            )

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

    # Numbers

    def count_params(self) -> int:
        """The number of values in all weights, including rows that were never touched."""
        return self._core.count_params()

    def summary(
        self, line_length: Whole | None = None, positions: Any = None, print_fn: Function | None = None
    ) -> None:
        """Prints a line for each layer: name, shape, number of values. print_fn: called with each line instead of
        print. line_length: the columns of the table.

        ValueError while the shape of the input is unknown.

            >>> Sequential([Dense(2, input_dim=1000, name="score")], name="words").summary(line_length=60)
            ____________________________________________________________
            Layer (type)               Output Shape            Param #
            ============================================================
            score (Dense)              (None, 2)               2002
            ============================================================
            Total params: 2,002
            Trainable params: 2,002
            Non-trainable params: 0
            ____________________________________________________________
        """
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
        print. Returns an Explanation, which a notebook shows as a table, and whose `ops` are the lines as dicts."""
        from lacuna.models._shown import Explanation

        explanation = Explanation(
            *self._core.explain(
                self._x(x, "explain"),
                None if y is None else self._y(y, "explain"),
                batch_size_of("explain", batch_size),
            )
        )
        for line in str(explanation).splitlines():
            (print_fn or print)(line)
        return explanation

    # Configs

    def get_config(self) -> Config:
        """The layers, their settings and what each is called on; no weights. ValueError if an op outside of a layer
        stands between inputs and outputs."""
        return self._core.config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Config | None = None) -> Any:
        """A model made from what get_config returned, with new weights. custom_objects: a dict of your own classes and
        functions by name."""
        return cls._from_config_on([], config, custom_objects)

    def _clone_on(self, inputs, custom_objects):
        return self._from_config_on(listed(inputs), self.get_config(), custom_objects)

    @classmethod
    def _from_config_on(cls, inputs, config, custom_objects):
        made = []  # The network does not keep Python objects alive, so this list must, until the model has them.

        def make(class_name, of_layer):
            made.append(deserialize({"class_name": class_name, "config": of_layer}))
            return made[-1]

        with custom_object_scope(custom_objects), bad_config("Model", config):
            name = config.get("name")
            model = cls.__new__(cls)  # The __init__ of a user's class has other arguments.
            Model.__init__(model, *_core.network_from_config(config, make, inputs), name=name)
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
        h5py, in which parts of the same names are replaced, or a stream of bytes. A name that ends in .keras gives a
        warning, since Keras 3 reads no HDF5 from it.

            >>> x, model = csr_matrix([[0.0, 2.0]]), Sequential([Dense(1, input_dim=2)])
            >>> model.compile("sgd", "mse")
            >>> model.save("model.h5")
            >>> bool(np.all(load_model("model.h5").predict(x) == model.predict(x)))
            True
        """
        include_optimizer = flag("save", "include_optimizer", include_optimizer)
        warn_of_lost_settings(self)
        if is_open(filepath):
            return write("save", filepath, self._core.save_to_bytes(include_optimizer), overwrite)
        path, overwrite = path_of("save", filepath), flag("save", "overwrite", overwrite)
        warn_of_keras_archive(path)
        return self._core.save(path, overwrite, include_optimizer)

    def export(self, filepath: Any, precision: str = "float32", overwrite: Flag = True) -> Any:
        """Writes a file for programs that only predict, which lacuna.Predictor reads in Python, C++ and C: what the
        model predicts by now, with the rows of weights that were touched and what layers of features learned. An
        existing file is replaced as a whole; predictors that have mapped it keep what they have. Returns a report of
        the weights: their bytes and, in `weights`, what the precision cost; printed, a table.

        precision: "float32" keeps all bits, so that predictions are the same; "bfloat16" takes half of the bytes,
        "int8" a quarter: whole numbers times a scale of their row. overwrite=False: an existing file is a
        FileExistsError. ValueError for a model with functions or layers of your own, or with an output that is sparse
        or whose rows have an open dimension.

            >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
            >>> model.export("served.lacuna").weights[0]["largest_error"]
            0.0
        """
        path, overwrite = path_of("export", filepath), flag("export", "overwrite", overwrite)
        return self._core.export(path, text("export", "precision", precision), overwrite)

    def save_weights(self, filepath: Any, overwrite: Flag = True) -> None:
        """Writes the weights alone, in the same way as save; of a sparse weight, only rows that were touched.

        >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
        >>> model.save_weights("weights.h5")
        >>> model.set_weights([np.zeros((2, 1)), np.zeros(1)])
        >>> model.load_weights("weights.h5")
        >>> model.predict(csr_matrix([[0.0, 2.0]]))
        array([[2.]], dtype=float32)
        """
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
        if "_core" not in vars(self):  # A debugger may ask before super().__init__().
            return object.__repr__(self)
        from lacuna.models._shown import told  # Here, so that importing lacuna is quick.

        return told(self)

    def _repr_html_(self) -> str:
        from lacuna import _html
        from lacuna.models._shown import summary

        return summary(self) if "_core" in vars(self) else _html.line(repr(self))
