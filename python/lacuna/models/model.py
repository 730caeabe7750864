"""Model of lacuna.models: a network of layers and its training."""

from __future__ import annotations

from typing import Any

from lacuna import _core, losses, optimizers
from lacuna import metrics as metrics_module
from lacuna._arguments import (
    batch_size_of,
    class_weight_of,
    flag,
    listed,
    no_more,
    shown,
    text,
    unsupported,
    verbose_of,
    whole,
)
from lacuna._arrays import views
from lacuna._custom import bad_config, custom_object_scope
from lacuna._files import path_of
from lacuna._types import ArrayLike, Config, Flag, Function, Identifier, Number, Path, Whole
from lacuna._weights import HasWeights
from lacuna.callbacks import CallbackList, History
from lacuna.layers.base import checked_symbols, deserialize, found, makers, register_model, remember
from lacuna.models.files import named, own_objects, restored_bytes, restored_config, to_yaml

__all__ = [
    "Model",
]


def __dir__() -> list[str]:
    return __all__


def _one_or_all(values):
    return values[0] if len(values) == 1 else values


_SUBCLASS = (
    "a model must be given its inputs and outputs: x = Input(…), then Model(x, layers(x)); in a class of your own, "
    "super().__init__(inputs, outputs) in __init__, and no method call."
)


@register_model
class Model(HasWeights):
    """A network of layers from `inputs` to `outputs`, which are symbols or lists of symbols."""

    _saved_as = "Model"  # The class that files name.

    optimizer = loss = metrics = weighted_metrics = loss_weights = history = None

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
        return _one_or_all(outputs)

    # Structure

    @property
    def name(self) -> str:
        """The name that was given, else the class name with a number."""
        return self._core.name

    @property
    def layers(self) -> Any:
        """The layers, from the inputs to the outputs."""
        return list(self._layers)

    def reset_states(self) -> None:
        """Makes the next batch of all stateful layers start from zeros."""
        for layer in self.layers:
            if getattr(layer, "stateful", hasattr(layer, "layers")):
                layer.reset_states()

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
        return _one_or_all(self.inputs)

    @property
    def output(self) -> Any:
        """The symbol that the model computes, or a list of them."""
        return _one_or_all(self.outputs)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`; the batch dimension, first, is None."""
        return _one_or_all([s.shape for s in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of `output`; the batch dimension, first, is None."""
        return _one_or_all([s.shape for s in self.outputs])

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

    def save(self, filepath: Path, overwrite: Flag = True, include_optimizer: Flag = True) -> None:
        """Writes an HDF5 file with layers, weights and, for a compiled model, the optimizer with its state, so that
        training can go on with the same bits. Keras 2 can read it if no weight is sparse. An existing file is replaced
        as a whole: if the process is killed during the save, the old file stays. The new file keeps the mode and, if
        the system allows it, the owner of the old one. overwrite=False: an existing file is a FileExistsError. A path
        that cannot be written is the matching OSError, which is also a ValueError."""
        path, overwrite = path_of("save", filepath), flag("save", "overwrite", overwrite)
        self._core.save(path, overwrite, flag("save", "include_optimizer", include_optimizer))

    def save_weights(self, filepath: Path, overwrite: Flag = True) -> None:
        """Writes the weights alone, in the same way as save; of a sparse weight, only rows that were touched."""
        path = path_of("save_weights", filepath)
        self._core.save_weights(path, flag("save_weights", "overwrite", overwrite))

    def load_weights(
        self, filepath: Path, by_name: Flag = False, skip_mismatch: Flag = False, reshape: Flag = False
    ) -> None:
        """Loads weights from a file that save, save_weights or Keras 2 wrote. They go in order into the layers that
        have weights, or with by_name into the layers with the same names. skip_mismatch, for by_name: a layer that does
        not fit keeps its weights, with a warning. Anything else that does not fit, or a damaged file, is a ValueError,
        and no weight is changed; a missing file is a FileNotFoundError, which is a ValueError too."""
        unsupported("load_weights", reshape=reshape or None)
        by_name, skip = flag("load_weights", "by_name", by_name), flag("load_weights", "skip_mismatch", skip_mismatch)
        self._core.load_weights(path_of("load_weights", filepath), by_name, skip)

    def __reduce__(self):
        if not self.built:
            return restored_config, (type(self), self.get_config(), own_objects(self), self._core.training_config)
        own = own_objects(self)
        if not type(self).__module__.startswith("lacuna."):
            own[self._saved_as] = type(self)
        return restored_bytes, (self._core.save_to_bytes(), own)

    # Training

    def compile(
        self,
        optimizer: Identifier,
        loss: Identifier = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        **kwargs: Any,
    ) -> None:
        """Makes the model ready to train.

        optimizer: a name or one of lacuna.optimizers. loss: a name or a function of (y_true, y_pred) for all outputs, a
        list with one for each output, or a dict by output name. metrics: a list, used for all outputs, or a dict by
        output name. "auc" of several columns is the mean over columns. Metrics with a state (lacuna.metrics.AUC(),
        "auc", "precision", …) use the sample weights given to fit; others ignore them. weighted_metrics: as metrics,
        but all of them use the weights: Σ w v / Σ w, named weighted_acc, …. loss_weights: a list or a dict of numbers.
        ValueError for an unknown name.
        """
        no_more("compile", kwargs)
        unsupported(
            "compile",
            sample_weight_mode=sample_weight_mode,
            target_tensors=target_tensors,
        )
        every, by_name = _metrics("metrics", metrics)
        every_weighted, by_name_weighted = _metrics("weighted_metrics", weighted_metrics)
        optimizer = optimizers.get(optimizer)
        if isinstance(loss, dict):
            core_loss = {name: losses._core_of(one) for name, one in loss.items()}
        elif isinstance(loss, (list, tuple)):
            core_loss = [losses._core_of(one) for one in loss]
        else:
            core_loss = losses._core_of(loss)
        self._core.compile(
            optimizers._core_of(optimizer),
            core_loss,
            every,
            by_name,
            list(loss_weights) if isinstance(loss_weights, tuple) else loss_weights,
            every_weighted,
            by_name_weighted,
        )
        self.optimizer, self.loss, self.metrics, self.loss_weights = (
            optimizer,
            loss,
            metrics or [],
            loss_weights,
        )
        self.weighted_metrics = weighted_metrics or []

    @property
    def metrics_names(self) -> Any:
        """The names of the values that evaluate returns, in order."""
        return self._core.metrics_names

    @property
    def stop_training(self) -> Any:
        """A callback sets this to True to end fit after the current batch."""
        return self._core.stop_training

    @stop_training.setter
    def stop_training(self, stop: Any) -> None:
        self._core.stop_training = flag(self.name, "stop_training", stop)

    def _x(self, x, where):
        return views(x, f"{where}: x", self._core.input_count)

    def _y(self, y, where, argument="y"):
        return views(y, f"{where}: {argument}", self._core.output_count)

    def fit(
        self,
        x: ArrayLike = None,
        y: ArrayLike = None,
        batch_size: Whole | None = None,
        epochs: Whole = 1,
        verbose: Whole | str = 1,
        callbacks: Any = None,
        validation_split: Number = 0.0,
        validation_data: ArrayLike = None,
        shuffle: Flag = True,
        class_weight: Any = None,
        sample_weight: ArrayLike = None,
        initial_epoch: Whole = 0,
        steps_per_epoch: Whole | None = None,
        validation_steps: Whole | None = None,
        **kwargs: Any,
    ) -> History:
        """Trains the model and returns a History.

        x, y: NumPy arrays or scipy matrices in any format, one row per sample; lists of them, or dicts by input or
            output name. They are never changed. csr and C-contiguous arrays are not copied; if another thread writes
            them meanwhile, old and new values mix. Pandas frames with sparse columns stay sparse.
        batch_size: rows per step, 32 unless given; a partial last batch is trained too.
        verbose: 0 is silent, 1 or 'auto' shows a progress bar, 2 prints a line per epoch.
        validation_split: the fraction of rows, taken from the end, that is used for validation instead of training.
        validation_data: (x, y) or (x, y, sample_weight).
        shuffle: True, False, or 'batch' to shuffle whole batches.
        class_weight: a dict from class to weight; for several outputs a dict or list of these, where None stands for no
            weights. sample_weight: a number for each row; for several outputs a dict or list of such arrays.

        Ctrl-C, or an exception from a callback, ends training after a whole step.
        """
        no_more("fit", kwargs)
        unsupported("fit", steps_per_epoch=steps_per_epoch, validation_steps=validation_steps)
        if isinstance(shuffle, str) and shuffle != "batch":
            raise ValueError(f"fit: shuffle must be True, False or 'batch'. Received: shuffle={shown(shuffle)}.")
        rows = "batch" if isinstance(shuffle, str) else "rows" if flag("fit", "shuffle", shuffle) else "none"
        validation = None
        if validation_data is not None:
            if not isinstance(validation_data, (list, tuple)) or len(validation_data) not in (2, 3):
                raise ValueError(
                    "fit: validation_data must be (x, y) or (x, y, sample_weight). Received: "
                    f"{type(validation_data).__name__}."
                )
            x_val, y_val, *w_val = validation_data
            where = "fit: validation_data"
            validation = (
                self._x(x_val, where),
                self._y(y_val, where),
                self._y(*w_val, where) if w_val else None,
            )
        history = History()
        every = CallbackList(callbacks)
        every.append(history)
        every.set_model(self)
        self.history = history
        self._core.fit(
            self._x(x, "fit"),
            self._y(y, "fit"),
            batch_size_of("fit", batch_size),
            whole("fit", "epochs", epochs),
            verbose_of("fit", verbose),
            every,
            validation_split,
            validation,
            rows,
            class_weight_of("fit", class_weight, self),
            self._y(sample_weight, "fit", "sample_weight"),
            whole("fit", "initial_epoch", initial_epoch),
        )
        return history

    def evaluate(
        self,
        x: ArrayLike = None,
        y: ArrayLike = None,
        batch_size: Whole | None = None,
        verbose: Whole | str = 1,
        sample_weight: ArrayLike = None,
        steps: Whole | None = None,
    ) -> Any:
        """The loss, or a list of loss and metrics (see metrics_names), over all rows."""
        unsupported("evaluate", steps=steps)
        return _one_or_all(
            self._core.evaluate(
                self._x(x, "evaluate"),
                self._y(y, "evaluate"),
                batch_size_of("evaluate", batch_size),
                verbose_of("evaluate", verbose),
                self._y(sample_weight, "evaluate", "sample_weight"),
            )
        )

    def predict(
        self, x: ArrayLike, batch_size: Whole | None = None, verbose: Whole | str = 0, steps: Whole | None = None
    ) -> Any:
        """An array with a row for each row of x, or a list of arrays for several outputs."""
        unsupported("predict", steps=steps)
        return _one_or_all(
            self._core.predict(
                self._x(x, "predict"), batch_size_of("predict", batch_size), verbose_of("predict", verbose)
            )
        )

    def train_on_batch(
        self, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None, class_weight: Any = None
    ) -> Any:
        """Trains one step on all rows at once. Returns the loss, or a list of loss and metrics."""
        return _one_or_all(
            self._core.train_on_batch(
                self._x(x, "train_on_batch"),
                self._y(y, "train_on_batch"),
                self._y(sample_weight, "train_on_batch", "sample_weight"),
                class_weight_of("train_on_batch", class_weight, self),
            )
        )

    def test_on_batch(self, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None) -> Any:
        """The loss, or a list of loss and metrics, over all rows in one batch."""
        return _one_or_all(
            self._core.test_on_batch(
                self._x(x, "test_on_batch"),
                self._y(y, "test_on_batch"),
                self._y(sample_weight, "test_on_batch", "sample_weight"),
            )
        )

    def predict_on_batch(self, x: ArrayLike) -> Any:
        """An array with a row for each row of x, computed in one batch."""
        return _one_or_all(self._core.predict_on_batch(self._x(x, "predict_on_batch")))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}'>"


def _metrics(argument, given):
    """A pair for the library: the metrics of all outputs, and a dict of those by output name."""
    if given is not None and not isinstance(given, (list, tuple, dict)):
        raise TypeError(
            f"compile: {argument} must be a list or a dict by output name. Received: {argument}={shown(given)}."
        )
    if isinstance(given, dict):
        return [], {name: [metrics_module._core_of(m) for m in listed(some)] for name, some in given.items()}
    return [metrics_module._core_of(m) for m in given or []], {}
