"""Callbacks, which observe and control training."""

from __future__ import annotations

import inspect
import os
import warnings
import weakref
from typing import Any

from lacuna import _core
from lacuna._arguments import flag, no_more, number, shown, text, whole
from lacuna._files import path_of
from lacuna._types import Config, Flag, Function, Number, Path, Whole

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]


def __dir__() -> list[str]:
    return __all__


class Callback:
    """The base class of all callbacks. While fit runs, `model` is the model, whose stop_training ends fit after the
    batch, and `params` is a dict: batch_size, epochs, samples, verbose, do_validation, metrics. An exception from a
    callback ends fit. Any other method named on_… is never called; fit warns about it.

    A copy (pickle, copy.deepcopy) has all attributes except the model."""

    model = None
    params = None
    validation_data = None

    def __getstate__(self):
        left = ("_core", "_model", "model", "validation_data")
        return {name: value for name, value in self.__dict__.items() if name not in left}

    def __repr__(self) -> str:
        names = inspect.signature(type(self)).parameters
        settings = [f"{name}={getattr(self, name)!r}" for name in names if hasattr(self, name)]
        return f"{type(self).__name__}({', '.join(settings)})"

    def set_params(self, params: Config) -> Any:
        """Called before training."""
        self.params = params

    def set_model(self, model: Any) -> Any:
        """Called before training."""
        self.model = model

    def on_epoch_begin(self, epoch: Whole, logs: Config | None = None) -> None:
        """Before an epoch; they are counted from 0."""

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """After an epoch. Values added to the logs here are seen by later callbacks in the list and kept in History."""

    def on_batch_begin(self, batch: Whole, logs: Config | None = None) -> None:
        """Before a batch; logs: batch and size."""

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """After a batch; logs: batch, size, and its loss and metrics."""

    def on_train_batch_begin(self, batch: Whole, logs: Config | None = None) -> None:
        """The newer name of on_batch_begin; called right after it."""

    def on_train_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """The newer name of on_batch_end; called right after it."""

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Config | None = None) -> None:
        """After the last epoch."""


_HOOKS = [name for name in dir(Callback) if name.startswith("on_")]
_OF_BATCHES = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


def _warn_of_other_hooks(callback):
    """Warns about methods on_… that are never called: misspelt ones, and those of Keras' evaluate and predict, which
    take no callbacks here."""
    import difflib  # Here, so that importing lacuna is quick.

    for name in sorted({*dir(type(callback)), *vars(callback)}):
        if name.startswith("on_") and name not in _HOOKS and callable(getattr(callback, name)):
            nearest = difflib.get_close_matches(name, _HOOKS, 1, 0)[0]
            warnings.warn(
                f"{type(callback).__name__}: {name} is never called; did you mean {nearest}? Methods that are: "
                f"{', '.join(_HOOKS)}.",
                RuntimeWarning,
                stacklevel=4,
            )


class CallbackList:
    """Several callbacks, called in order."""

    def __init__(self, callbacks: Any = None, queue_length: Whole = 10) -> None:
        if not isinstance(callbacks, (list, tuple, type(None))):
            raise TypeError(
                f"callbacks: must be a list of callbacks; write callbacks=[…]. Received: callbacks={shown(callbacks)}."
            )
        self.callbacks = list(callbacks or [])
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                a_class = " (a class: make an object of it)" if inspect.isclass(callback) else ""
                raise TypeError(
                    f"callbacks: must be a list of objects of Callback. Received: {shown(callback)}{a_class}."
                )
            _warn_of_other_hooks(callback)

    @property
    def wants_batches(self) -> Any:
        """Whether any callback has a hook for batches; if none has, the library runs an epoch without calling
        Python."""
        ours = [getattr(Callback, name) for name in _OF_BATCHES]
        methods = [getattr(c, name) for c in self.callbacks for name in _OF_BATCHES]
        return any(getattr(method, "__func__", method) not in ours for method in methods)

    def append(self, callback: Any) -> Any:
        """Adds a callback at the end."""
        self.callbacks.append(*CallbackList([callback]).callbacks)

    def set_params(self, params: Config) -> Any:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> Any:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.set_model(model)

    def on_epoch_begin(self, epoch: Whole, logs: Config | None = None) -> None:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_batch_begin(self, batch: Whole, logs: Config | None = None) -> None:
        """Calls both methods of each callback: this one and the one with the newer name."""
        for callback in self.callbacks:
            callback.on_batch_begin(batch, logs)
            callback.on_train_batch_begin(batch, logs)

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Calls both methods of each callback: this one and the one with the newer name."""
        for callback in self.callbacks:
            callback.on_batch_end(batch, logs)
            callback.on_train_batch_end(batch, logs)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs: Config | None = None) -> None:
        """Calls this method of each callback."""
        for callback in self.callbacks:
            callback.on_train_end(logs)


class History(Callback):
    """The return value of fit: `epoch` lists the epochs, and `history` is a dict of lists with a value per epoch:
    loss, acc, val_loss, val_acc, …"""

    _model = None

    def __init__(self) -> None:
        self.epoch = []
        self.history = {}

    @property
    def model(self) -> Any:
        """The model, or None once it is deleted: the model refers to its history, so this is a weak reference."""
        return self._model and self._model()

    def set_model(self, model: Any) -> Any:
        """Called before training."""
        self._model = weakref.ref(model)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Clears the history."""
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Stores the logs."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)


class LambdaCallback(Callback):
    """A callback made of functions, which take the arguments of the methods: (epoch, logs), (batch, logs), or
    (logs)."""

    def __init__(
        self,
        on_epoch_begin: Function | None = None,
        on_epoch_end: Function | None = None,
        on_batch_begin: Function | None = None,
        on_batch_end: Function | None = None,
        on_train_begin: Function | None = None,
        on_train_end: Function | None = None,
        **kwargs: Any,
    ) -> None:
        self.__dict__.update(kwargs)  # May hold on_train_batch_end and the like.
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
        }
        for name, function in {**functions, **kwargs}.items():
            if name.startswith("on_") and function is not None and not callable(function):
                raise TypeError(f"LambdaCallback: {name} must be a function. Received: {name}={shown(function)}.")
        self.__dict__.update({name: function for name, function in functions.items() if function is not None})


class Bound(Callback):
    """A callback that the C++ library implements. A copy is made again from the settings and then given the state of
    this one."""

    def __setstate__(self, state):
        seen = state.pop("_seen", None)
        self.__dict__.update(state)
        self._make()
        if seen:
            self._core.restore(*seen)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Resets the state."""
        self._core.on_train_begin(self.model._core)


class EarlyStopping(Bound):
    """Ends training when `monitor` has not become better by min_delta for `patience` epochs.

    mode: 'min', 'max', or 'auto', which asks the metric with that name. For your own function the name decides: 'max'
    for accuracy, auc, f1, r2 and the like. restore_best_weights: keeps only touched rows of a sparse weight."""

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: Number = 0,
        patience: Whole = 0,
        verbose: Whole | str = 0,
        mode: str = "auto",
        baseline: Any = None,
        restore_best_weights: Flag = False,
    ) -> None:
        self.monitor, self.min_delta, self.patience = monitor, min_delta, patience
        self.verbose, self.mode, self.baseline = verbose, mode, baseline
        self.restore_best_weights = restore_best_weights
        self._make()

    def _make(self):
        self._core = _core.EarlyStopping(
            self.monitor,
            self.min_delta,
            self.patience,
            self.verbose,
            self.mode,
            self.baseline,
            self.restore_best_weights,
        )

    def __getstate__(self):
        return {**super().__getstate__(), "_seen": (self.wait, self.stopped_epoch, self.best)}

    @property
    def wait(self) -> Any:
        """The number of epochs since the best one."""
        return self._core.wait

    @property
    def stopped_epoch(self) -> Any:
        """The epoch after which this callback ended training; 0 if it did not."""
        return self._core.stopped_epoch

    @property
    def best(self) -> Any:
        """The best value so far."""
        return self._core.best

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Compares the monitored value with the best one and acts on it."""
        self._core.on_epoch_end(self.model._core, epoch, logs or {})

    def on_train_end(self, logs: Config | None = None) -> None:
        """Prints whether training was ended early, if verbose."""
        self._core.on_train_end()


class ModelCheckpoint(Bound):
    """Saves the model after epochs and replaces the file at filepath.

    filepath: may hold the epoch, counted from 1, and values of the logs: "w.{epoch:02d}-{val_loss:.2f}.h5". Its folder
    must exist when fit begins.
    save_best_only: saves only when `monitor` is better than ever before. mode: 'min', 'max', or 'auto', as in
    EarlyStopping.
    save_weights_only: calls save_weights instead of save. period: epochs between two saves.
    """

    def __init__(
        self,
        filepath: Path,
        monitor: str = "val_loss",
        verbose: Whole | str = 0,
        save_best_only: Flag = False,
        save_weights_only: Flag = False,
        mode: str = "auto",
        period: Whole = 1,
    ) -> None:
        self.filepath = os.fsdecode(path_of("ModelCheckpoint", filepath))
        self.monitor, self.verbose, self.mode = monitor, verbose, mode
        self.save_best_only, self.period = save_best_only, period
        self.save_weights_only = flag("ModelCheckpoint", "save_weights_only", save_weights_only)
        self._make()

    def _make(self):
        path = os.fsencode(self.filepath)
        self._core = _core.ModelCheckpoint(
            path, self.monitor, self.verbose, self.save_best_only, self.mode, self.period
        )

    def __getstate__(self):
        return {**super().__getstate__(), "_seen": (self.best,)}

    @property
    def best(self) -> Any:
        """The best value so far."""
        return self._core.best

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Saves the model if a save is due."""
        logs = logs or {}
        try:
            path = self.filepath.format(epoch=epoch + 1, **logs)
        except (IndexError, KeyError, ValueError) as error:
            raise ValueError(
                "ModelCheckpoint: filepath must name the epoch or what is in the logs. Received: "
                f"filepath={shown(self.filepath)}, {error}; logs: {', '.join(logs)}."
            ) from None
        if not self._core.is_due(epoch, logs, os.fsencode(path)):
            return
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch to schedule(epoch, lr) or schedule(epoch), with the epoch counted from
    0. The rate is added to the logs as "lr"."""

    def __init__(self, schedule: Function, verbose: Whole | str = 0) -> None:
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler: schedule must be a function. Received: schedule={shown(schedule)}."
            )
        self.schedule, self.verbose = schedule, whole("LearningRateScheduler", "verbose", verbose)

    def on_epoch_begin(self, epoch: Whole, logs: Config | None = None) -> None:
        """Sets the rate."""
        lr = float(self.model.optimizer.lr.numpy())
        try:
            inspect.signature(self.schedule).bind(epoch, lr)
            rate_too = True
        except TypeError:  # It takes the epoch alone, as in older versions of Keras.
            rate_too = False
        except ValueError:  # A function written in C has no signature.
            rate_too = True
        rate = self.schedule(epoch, lr) if rate_too else self.schedule(epoch)
        if isinstance(rate, bool):
            raise ValueError(f"LearningRateScheduler: the schedule must give a number. Received: {rate!r}.")
        rate = number("LearningRateScheduler", "what the schedule gives", rate)
        _core.schedule_learning_rate(self.model._core, epoch, rate, self.verbose)

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Adds the rate to the logs."""
        if logs is not None:
            logs["lr"] = float(self.model.optimizer.lr.numpy())


class ReduceLROnPlateau(Bound):
    """Multiplies the learning rate by `factor`, down to min_lr, when `monitor` has not become better by min_delta for
    `patience` epochs. cooldown: epochs after a reduction that are not counted. mode: 'min', 'max', or 'auto', as in
    EarlyStopping. The rate is added to the logs as "lr"."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: Number = 0.1,
        patience: Whole = 10,
        verbose: Whole | str = 0,
        mode: str = "auto",
        min_delta: Number = 1e-4,
        cooldown: Whole = 0,
        min_lr: Number = 0,
        **kwargs: Any,
    ) -> None:
        min_delta = kwargs.pop("epsilon", min_delta)  # Keras' older name.
        no_more("ReduceLROnPlateau", kwargs)
        self.monitor, self.factor, self.patience, self.verbose = monitor, factor, patience, verbose
        self.mode, self.min_delta, self.cooldown, self.min_lr = mode, min_delta, cooldown, min_lr
        self._make()

    def _make(self):
        self._core = _core.ReduceLROnPlateau(
            self.monitor,
            self.factor,
            self.patience,
            self.verbose,
            self.mode,
            self.min_delta,
            self.cooldown,
            self.min_lr,
        )

    def __getstate__(self):
        return {**super().__getstate__(), "_seen": (self.wait, self.best)}

    @property
    def wait(self) -> Any:
        """The number of epochs since the best one."""
        return self._core.wait

    @property
    def best(self) -> Any:
        """The best value so far."""
        return self._core.best

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Compares the monitored value with the best one and acts on it."""
        logs = {} if logs is None else logs
        logs.update(self._core.on_epoch_end(self.model._core, epoch, logs))


class TerminateOnNaN(Bound):
    """Ends fit after the batch when the loss of a batch is not finite."""

    def __init__(self) -> None:
        self._make()

    def _make(self):
        self._core = _core.TerminateOnNaN()

    on_train_begin = Callback.on_train_begin

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Checks the loss."""
        self._core.on_batch_end(self.model._core, batch, logs or {})


class CSVLogger(Bound):
    """Writes the logs of each epoch as a line of a file. The columns are the epoch, counted from 0, and the logs,
    sorted by name; the first line names them. A value that is missing, as in an epoch that ended early, is NA. append:
    keeps the lines that are in the file. A line is in the file when its epoch ends."""

    def __init__(self, filename: Path, separator: str = ",", append: Flag = False) -> None:
        self.filename = os.fsdecode(path_of("CSVLogger", filename))
        self.separator = self.sep = text("CSVLogger", "separator", separator)
        self.append = flag("CSVLogger", "append", append)
        self._make()

    def _make(self):
        self._core = _core.CSVLogger(os.fsencode(self.filename), self.separator, self.append)

    def __getstate__(self):
        return {**super().__getstate__(), "_seen": (self.keys or [],)}

    @property
    def keys(self) -> Any:
        """The columns besides the epoch; None before the first line."""
        return self._core.keys or None

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Writes a line."""
        self._core.write(epoch, {str(key): str(value) for key, value in (logs or {}).items()})

    def on_train_end(self, logs: Config | None = None) -> None:
        """Closes the file."""
        self._core.on_train_end()
