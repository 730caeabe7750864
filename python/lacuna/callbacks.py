"""Callbacks: what looks into training, and steers it."""

from lacuna import _core


class Callback:
    """What a user derives from. While fit runs, `model` is its model, whose stop_training ends fit with the
    epoch, and `params` a dict: batch_size, epochs, samples, verbose, do_validation, metrics. What a callback
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

    def __init__(self):
        self.epoch = []
        self.history = {}

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
