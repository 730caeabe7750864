"""Callbacks that the C++ library implements: early stopping, checkpoints, logs."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import flag, shown, text, whole
from lacuna._files import path_of
from lacuna._types import Config, Flag, Number, Path, Whole
from lacuna.callbacks._bound import Bound, ours
from lacuna.callbacks.base import Callback

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "EarlyStopping",
    "ModelCheckpoint",
    "TerminateOnNaN",
]


def __dir__() -> list[str]:
    return __all__


class EarlyStopping(Bound):
    """Ends training when `monitor` has not become better by min_delta for `patience` epochs.

    mode: 'min', 'max', or 'auto', which asks the metric with that name. For your own function the name decides: 'max'
    for accuracy, auc, f1, r2 and the like. restore_best_weights: keeps only touched rows of a sparse weight.

    baseline: a value that the monitored one must become better than. A monitor that is not in the logs is a warning, a
    negative patience or another mode a ValueError.

        >>> model = Sequential([Dense(1, input_dim=2)])
        >>> model.compile(SGD(lr=0.0), "mse")
        >>> stopping = EarlyStopping(monitor="loss", patience=2)
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([1.0]), epochs=10, verbose=0, callbacks=[stopping])
        >>> history.epoch
        [0, 1, 2]
    """

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
        core = ours(self.model)
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


class BackupAndRestore(Bound):
    """Saves where fit is, so that a fit that was interrupted, even by `kill -9`, goes on there when it is called again,
    with the same bits: in the same epoch at the next batch.

    backup_dir: a file that ends in .h5, or a folder, which gets the file backup.h5. It is replaced in one step.
    save_freq: 'epoch', or how many batches are trained on between two saves.
    delete_checkpoint: whether the file is removed when fit has come to its end.

    The data, batch_size and the model must be those of the fit that was interrupted: else a ValueError. The logs of an
    epoch that goes on are means over the batches that were left. The state of other callbacks is not kept.

        >>> model = Sequential([Dense(1, input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> backup = BackupAndRestore("backup.h5", save_freq=1000)
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([1.0]), epochs=2, verbose=0, callbacks=[backup])
    """

    def __init__(self, backup_dir: Path, save_freq: Whole | str = "epoch", delete_checkpoint: Flag = True) -> None:
        self.backup_dir = os.fsdecode(path_of("BackupAndRestore", backup_dir))
        self.delete_checkpoint = flag("BackupAndRestore", "delete_checkpoint", delete_checkpoint)
        if isinstance(save_freq, str) and save_freq != "epoch":
            raise ValueError(
                "BackupAndRestore: save_freq must be 'epoch' or a number of batches. Received: "
                f"save_freq={save_freq!r}."
            )
        batches = 0 if isinstance(save_freq, str) else whole("BackupAndRestore", "save_freq", save_freq)
        if not isinstance(save_freq, str) and batches < 1:
            raise ValueError(f"BackupAndRestore: save_freq must be positive. Received: save_freq={save_freq}.")
        self.save_freq = batches or "epoch"
        if batches:
            self.on_batch_end = self._end_batch  # Of this object alone: fit is faster if it need not call it.
        self._make()

    def _make(self):
        batches = 0 if self.save_freq == "epoch" else self.save_freq
        self._core = _core.BackupAndRestore(os.fsencode(self.backup_dir), batches, self.delete_checkpoint)

    def _model(self):
        core = ours(self.model)
        if core is None:
            raise TypeError(
                f"BackupAndRestore: the model must be one of Lacuna. Received: {type(self.model).__name__}."
            )
        return core

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Restores what an interrupted fit has left."""
        self._core.begin(self._model())

    def _end_batch(self, batch, logs=None):
        self._core.end_batch(self._model())

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Saves, if save_freq is 'epoch'."""
        self._core.end_epoch(self._model())

    def on_train_end(self, logs: Config | None = None) -> None:
        """Removes the file, if delete_checkpoint."""
        self._core.end()


class ModelCheckpoint(Bound):
    """Saves the model after epochs and replaces the file at filepath.

    filepath: may hold the epoch, counted from 1, and values of the logs: "w.{epoch:02d}-{val_loss:.2f}.h5". Its folder
    must exist when fit begins.
    save_best_only: saves only when `monitor` is better than ever before. mode: 'min', 'max', or 'auto', as in
    EarlyStopping.
    save_weights_only: calls save_weights instead of save. period: epochs between two saves.

    ValueError if filepath names what is not in the logs. A monitor that is not in the logs is a warning.

        >>> model = Sequential([Dense(1, input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> saving = ModelCheckpoint("model.{epoch:02d}.h5")
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([1.0]), epochs=2, verbose=0, callbacks=[saving])
        >>> load_model("model.02.h5").output_shape
        (None, 1)
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


class TerminateOnNaN(Bound):
    """Ends fit after the batch when the loss of a batch is not finite."""

    def __init__(self) -> None:
        self._make()

    def _make(self):
        self._core = _core.TerminateOnNaN()

    on_train_begin = Callback.on_train_begin

    def on_batch_end(self, batch: Whole, logs: Config | None = None) -> None:
        """Checks the loss."""
        core = ours(self.model)
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
