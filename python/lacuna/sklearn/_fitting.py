"""How an estimator is trained: seeds, rate, size of batches, number of epochs, and when it stops.

The defaults were measured on tf-idf rows (20newsgroups, made rows like rcv1's) and one-hot rows (a9a, adult, dna):
docs/performance.md. Once some 40,000 rows were seen, further passes do not help a linear model on held-out rows, so few
rows are read often and many rows once; a rate that falls linearly to 0 ends near the minimum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lacuna
from lacuna import _core
from lacuna.callbacks import Callback, EarlyStopping, LearningRateScheduler
from lacuna.optimizers import Adagrad

_ROWS_SEEN, _MOST_EPOCHS = 40_000, 100
_LEAST_BATCH, _LARGEST_BATCH = 16, 512


class Seeded:
    """While it is open, what this thread makes draws its keys from the seed; the process's are left alone."""

    def __init__(self, seed: int) -> None:
        self._keys = _core.KeysFrom(seed)

    def __enter__(self) -> None:
        self._keys.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._keys.__exit__(*error)


def optimizer_of(optimizer: Any, learning_rate: Any) -> Any:
    """A new optimizer, whose states nobody else has. 'adagrad' begins at 0 in the dialect of Keras 3 too."""
    of_zero = isinstance(optimizer, str) and optimizer.lower() == "adagrad"
    made = Adagrad(initial_accumulator_value=0.0) if of_zero else lacuna.optimizers.get(optimizer)
    if made is optimizer and hasattr(made, "get_config"):
        made = type(made).from_config(made.get_config())
    if learning_rate is not None:
        made.lr = float(learning_rate)
    return made


def batch_size_of(batch_size: Any, rows: int) -> int:
    """Rows a step: a hundredth of all, within limits, unless given."""
    if batch_size is not None:
        return int(batch_size)
    return min(_LARGEST_BATCH, max(_LEAST_BATCH, rows // 100))


def epochs_of(max_iter: Any, rows: int, early_stopping: bool) -> int:
    """The largest number of epochs."""
    if max_iter is not None:
        return int(max_iter)
    return _MOST_EPOCHS if early_stopping else min(_MOST_EPOCHS, math.ceil(_ROWS_SEEN / max(1, rows)))


def train(estimator: Any, x: Any, y: Any, weights: Any, held_out: Any) -> Any:
    """Trains estimator.model_ and returns its History. held_out: the numbers of the rows to validate on, or None."""
    model, rows = estimator.model_, x.shape[0]
    epochs = epochs_of(estimator.max_iter, rows, held_out is not None)
    validation, rate = None, float(lacuna.backend.get_value(model.optimizer.lr))
    best = None
    callbacks: list[Any] = []
    if estimator.tol is not None:
        stopping = EarlyStopping(
            "loss" if held_out is None else "val_loss", float(estimator.tol), int(estimator.n_iter_no_change)
        )
        callbacks.append(stopping)
    if held_out is not None:
        kept = np.setdiff1d(np.arange(rows), held_out)
        validation = (x[held_out], y[held_out], *(() if weights is None else (weights[held_out],)))
        x, y, weights = x[kept], y[kept], None if weights is None else weights[kept]
        best = _Best()
        callbacks.append(best)
    elif estimator.learning_rate_schedule == "linear" and epochs > 1:
        callbacks.append(LearningRateScheduler(lambda epoch: rate * (1 - epoch / epochs)))
    try:
        history = model.fit(
            x,
            y,
            batch_size=batch_size_of(estimator.batch_size, x.shape[0]),
            epochs=epochs,
            verbose=int(estimator.verbose),
            callbacks=callbacks,
            validation_data=validation,
            shuffle=bool(estimator.shuffle),
            sample_weight=weights,
        )
    finally:
        model.optimizer.lr = rate  # For partial_fit and a warm start.
    if best is not None:
        best.restore()
    return history


class _Best(Callback):
    """Keeps the weights of the epoch with the least val_loss, and restores them, also where max_iter ends training."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = EarlyStopping("val_loss", patience=1, restore_best_weights=True)
        self._least = self._last = np.inf
        self._epoch = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._kept.set_model(self.model)
        self._kept.on_train_begin()

    def on_epoch_end(self, epoch: Any, logs: Any = None) -> None:
        self._last, self._epoch = (logs or {}).get("val_loss", np.nan), epoch
        if self._last < self._least:
            self._least = self._last
            self._kept.on_epoch_end(epoch, {"val_loss": self._last})

    def restore(self) -> None:
        """After training: the best weights, if the last are not these."""
        if self._least < np.inf and self._last != self._least:
            self._kept.on_epoch_end(self._epoch, {"val_loss": np.inf})  # What is worse makes it restore.
            model: Any = self.model
            model.stop_training = False
