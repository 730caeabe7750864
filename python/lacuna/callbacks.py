"""Callbacks: what looks into training, and steers it."""

import math
import os
import weakref

from lacuna import _core
from lacuna._arguments import no_more
from lacuna._arrays import assign
from lacuna._files import path_of


class Callback:
    """What a user derives from. While fit runs, `model` is its model, whose stop_training ends fit after
    the batch, and `params` a dict: batch_size, epochs, samples, verbose, do_validation, metrics. What a callback
    raises ends fit."""

    model = None
    params = None
    validation_data = None

    def set_params(self, params):
        """Called before training."""
        self.params = params

    def set_model(self, model):
        """Called before training."""
        self.model = model

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch; they are counted from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch. What is put into the logs here is seen by callbacks later in the list, and kept in
        History."""

    def on_batch_begin(self, batch, logs=None):
        """Before a batch; logs: batch and size."""

    def on_batch_end(self, batch, logs=None):
        """After a batch; logs: batch, size, and its loss and metrics."""

    def on_train_begin(self, logs=None):
        """Before the first epoch."""

    def on_train_end(self, logs=None):
        """After the last epoch."""


class CallbackList:
    """Several callbacks, called in order."""

    def __init__(self, callbacks=None, queue_length=10):
        self.callbacks = list(callbacks or [])
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"callbacks: must be a list of objects of Callback. Received: {callback!r}.")

    @property
    def wants_batches(self):
        """Whether any of them looks at batches; without one, an epoch is run as a whole."""
        ours = (Callback.on_batch_begin, Callback.on_batch_end)
        return any(
            getattr(method, "__func__", method) not in ours
            for c in self.callbacks
            for method in (c.on_batch_begin, c.on_batch_end)
        )

    def append(self, callback):
        """One more."""
        self.callbacks.append(callback)

    def set_params(self, params):
        """Of each."""
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Of each."""
        for callback in self.callbacks:
            callback.set_model(model)

    def on_epoch_begin(self, epoch, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_batch_begin(self, batch, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_batch_begin(batch, logs)

    def on_batch_end(self, batch, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_batch_end(batch, logs)

    def on_train_begin(self, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs=None):
        """Of each."""
        for callback in self.callbacks:
            callback.on_train_end(logs)


class History(Callback):
    """What fit returns: `epoch`, a list of numbers, and `history`, a dict of lists with a value for each:
    loss, acc, val_loss, val_acc, …"""

    _model = None

    def __init__(self):
        self.epoch = []
        self.history = {}

    @property
    def model(self):
        """The model, for as long as somebody else has it: the model has its history, and goes with its last name."""
        return self._model and self._model()

    def set_model(self, model):
        """Called before training."""
        self._model = weakref.ref(model)

    def on_train_begin(self, logs=None):
        """Starts anew."""
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch, logs=None):
        """Keeps the logs."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)


class LambdaCallback(Callback):
    """Functions for a Callback's methods: of (epoch, logs), (batch, logs), or (logs)."""

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_batch_begin=None,
        on_batch_end=None,
        on_train_begin=None,
        on_train_end=None,
        **kwargs,
    ):
        self.__dict__.update(kwargs)
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
        }
        self.__dict__.update({name: function for name, function in functions.items() if function is not None})


class EarlyStopping(Callback):
    """Ends training when `monitor` has not become better by min_delta for `patience` epochs. mode: 'min',
    'max', or 'auto', which is max for accuracies, auc, precision, recall and f1. restore_best_weights keeps
    touched rows alone where a weight is sparse."""

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
    ):
        self.monitor, self.min_delta, self.patience = monitor, min_delta, patience
        self.verbose, self.mode, self.baseline = verbose, mode, baseline
        self.restore_best_weights = restore_best_weights
        self._core = _core.EarlyStopping(
            monitor, min_delta, patience, verbose, mode, baseline, restore_best_weights
        )

    @property
    def wait(self):
        """Epochs since the best."""
        return self._core.wait

    @property
    def stopped_epoch(self):
        """The epoch that ended training, 0 where none did."""
        return self._core.stopped_epoch

    @property
    def best(self):
        """The best value so far."""
        return self._core.best

    def on_train_begin(self, logs=None):
        """Starts anew."""
        self._core.on_train_begin()

    def on_epoch_end(self, epoch, logs=None):
        """Compares."""
        self._core.on_epoch_end(self.model._core, epoch, logs or {})

    def on_train_end(self, logs=None):
        """Says so, with verbose."""
        self._core.on_train_end()


class ModelCheckpoint(Callback):
    """Saves the model after epochs, in place of what is at filepath.

    filepath: values of the logs and the epoch, from 1, may stand in it: "w.{epoch:02d}-{val_loss:.2f}.h5".
    save_best_only: only where `monitor` is better than ever before; mode: 'min', 'max', or 'auto', which is max for
    accuracies. save_weights_only: save_weights in place of save. period: epochs between two saves.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        period=1,
    ):
        encoded = path_of("ModelCheckpoint", filepath)
        self.filepath, self.monitor, self.verbose, self.mode = os.fsdecode(encoded), monitor, verbose, mode
        self.save_best_only, self.save_weights_only, self.period = save_best_only, save_weights_only, period
        self._core = _core.ModelCheckpoint(encoded, monitor, int(verbose), bool(save_best_only), mode, period)

    @property
    def best(self):
        """The best value so far."""
        return self._core.best

    def on_epoch_end(self, epoch, logs=None):
        """Saves."""
        logs = logs or {}
        try:
            path = self.filepath.format(epoch=epoch + 1, **logs)
        except (IndexError, KeyError, ValueError) as error:
            raise ValueError(
                "ModelCheckpoint: filepath must name the epoch or what is in the logs. Received: "
                f"filepath={self.filepath!r}, {error}; logs: {', '.join(logs)}."
            ) from None
        if not self._core.is_due(epoch, logs, os.fsencode(path)):
            return
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)


class LearningRateScheduler(Callback):
    """Sets the rate before each epoch: schedule(epoch, lr), or schedule(epoch), gives it, the epoch counted from 0. The
    logs get it as "lr"."""

    def __init__(self, schedule, verbose=0):
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Sets the rate."""
        import inspect  # Here, so that importing lacuna is quick.

        lr = float(self.model.optimizer.lr.numpy())
        try:
            inspect.signature(self.schedule).bind(epoch, lr)
            rate_too = True
        except TypeError:  # Of the epoch alone, as in older versions of Keras.
            rate_too = False
        except ValueError:  # Written in C.
            rate_too = True
        rate = self.schedule(epoch, lr) if rate_too else self.schedule(epoch)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) and not hasattr(rate, "__float__"):
            raise ValueError(f"LearningRateScheduler: the schedule must give a number. Received: {rate!r}.")
        rate = float(rate)
        if not math.isfinite(rate) or rate < 0:
            raise ValueError(
                "LearningRateScheduler: the schedule must give a rate that is finite and not negative. Received: "
                f"{rate} for epoch {epoch}."
            )
        assign(self.model.optimizer.lr, rate)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1:05d}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch, logs=None):
        """Tells the rate."""
        if logs is not None:
            logs["lr"] = float(self.model.optimizer.lr.numpy())


class ReduceLROnPlateau(Callback):
    """The rate becomes factor times what it was, not below min_lr, where `monitor` has not become better by min_delta
    for `patience` epochs; cooldown: epochs after a reduction that are not counted. mode: 'min', 'max', or 'auto', which
    is max for accuracies. The logs get the rate as "lr"."""

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0,
        **kwargs,
    ):
        min_delta = kwargs.pop("epsilon", min_delta)  # Keras' older name.
        no_more("ReduceLROnPlateau", kwargs)
        self.monitor, self.factor, self.patience, self.verbose = monitor, factor, patience, verbose
        self.mode, self.min_delta, self.cooldown, self.min_lr = mode, min_delta, cooldown, min_lr
        self._core = _core.ReduceLROnPlateau(
            monitor, factor, patience, int(verbose), mode, min_delta, cooldown, min_lr
        )

    @property
    def wait(self):
        """Epochs since the best."""
        return self._core.wait

    @property
    def best(self):
        """The best value so far."""
        return self._core.best

    def on_train_begin(self, logs=None):
        """Starts anew."""
        self._core.on_train_begin()

    def on_epoch_end(self, epoch, logs=None):
        """Compares."""
        logs = {} if logs is None else logs
        logs.update(self._core.on_epoch_end(self.model._core, epoch, logs))


class TerminateOnNaN(Callback):
    """Ends fit, in the middle of an epoch, where a batch's loss is not finite."""

    def on_batch_end(self, batch, logs=None):
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class CSVLogger(Callback):
    """A line an epoch in a file: its number, from 0, and the logs, sorted by name, as the first line names them.
    append: below what is in the file already. A line is in the file when its epoch ends."""

    def __init__(self, filename, separator=",", append=False):
        self.filename = os.fsdecode(path_of("CSVLogger", filename))
        self.sep, self.append = separator, append
        self.keys = self.writer = self.csv_file = None

    def on_train_begin(self, logs=None):
        """Opens the file."""
        import csv

        begun = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        if not begun:
            self.keys = None
        self._with_header = not begun
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")
        self.writer = csv.writer(self.csv_file, delimiter=self.sep, lineterminator="\n")

    def on_epoch_end(self, epoch, logs=None):
        """Writes a line; NA for what an epoch that was ended early does not have."""
        logs = logs or {}
        self.keys = self.keys or sorted(logs)
        if self._with_header:
            self.writer.writerow(["epoch", *self.keys])
            self._with_header = False
        self.writer.writerow([epoch, *(logs.get(key, "NA") for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs=None):
        """Closes the file."""
        self.csv_file.close()
        self.writer = None
