"""Callbacks that the C++ library implements: early stopping, checkpoints, schedules, logs."""

from __future__ import annotations

import inspect
import os
import warnings
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import flag, no_more, number, shown, text, whole
from lacuna._arrays import assign
from lacuna._files import path_of
from lacuna._types import Config, Flag, Function, Number, Path, Whole
from lacuna.callbacks.base import Callback

__all__ = [
    "CSVLogger",
    "EarlyStopping",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]


def __dir__() -> list[str]:
    return __all__


def _ours(model):
    """The library's model; None for a model of another kind: any object that has what the callback uses."""
    core = getattr(model, "_core", None)
    return core if isinstance(core, _core.Model) else None


def _rate(model):
    return float(_core.eval(model.optimizer.lr))


class Bound(Callback):
    """A callback that the C++ library implements. A copy is made again from the settings and then given the state of
    this one. For a model of another kind the library decides, and Python acts."""

    def __setstate__(self, state):
        seen = state.pop("_seen", None)
        self.__dict__.update(state)
        self._make()
        if seen:
            self._core.restore(*seen)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Resets the state."""
        self._core.on_train_begin(_ours(self.model))


class EarlyStopping(Bound):
    """Ends training when `monitor` has not become better by min_delta for `patience` epochs.

    mode: 'min', 'max', or 'auto', which asks the metric with that name. For your own function the name decides: 'max'
    for accuracy, auc, f1, r2 and the like. restore_best_weights: keeps only touched rows of a sparse weight."""

    best_weights = None  # Those of the best epoch, of a model of another kind.

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
        core = _ours(self.model)
        if core is not None:
            return self._core.on_epoch_end(core, epoch, logs or {})
        verdict = self._core.judge(epoch, logs or {})
        if verdict == "best" and self.restore_best_weights:
            self.best_weights = self.model.get_weights()
        if verdict == "stop":
            self.model.stop_training = True
            if self.restore_best_weights and self.best_weights is not None:
                self.model.set_weights(self.best_weights)
        return None

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
        lr = _rate(self.model)
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
        core = _ours(self.model)
        if core is None:
            assign(self.model.optimizer.lr, rate)
        else:
            _core.schedule_learning_rate(core, epoch, rate, self.verbose)

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Adds the rate to the logs."""
        if logs is not None:
            logs["lr"] = _rate(self.model)


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
        if "epsilon" in kwargs:
            warnings.warn(
                "ReduceLROnPlateau: epsilon is the older name of min_delta.", DeprecationWarning, stacklevel=2
            )
        min_delta = kwargs.pop("epsilon", min_delta)
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
        core = _ours(self.model)
        if core is not None:
            return logs.update(self._core.on_epoch_end(core, epoch, logs))
        logs["lr"] = _rate(self.model)
        rate = self._core.judge(epoch, logs, logs["lr"])
        if rate != logs["lr"]:
            assign(self.model.optimizer.lr, rate)
        return None


class TerminateOnNaN(Bound):
    """Ends fit after the batch when the loss of a batch is not finite."""

    def __init__(self) -> None:
        self._make()

    def _make(self):
        self._core = _core.TerminateOnNaN()

    on_train_begin = Callback.on_train_begin

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Checks the loss."""
        core = _ours(self.model)
        if core is not None:
            self._core.on_batch_end(core, batch, logs or {})
        elif not np.isfinite((logs or {}).get("loss", 0.0)):
            self.model.stop_training = True


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
