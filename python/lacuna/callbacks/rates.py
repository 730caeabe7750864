"""Callbacks that set the learning rate."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from lacuna import _core
from lacuna._arguments import no_more, number, shown, whole
from lacuna._arrays import assign
from lacuna._types import Config, Function, Number, Whole
from lacuna.callbacks._bound import Bound, ours
from lacuna.callbacks.base import Callback

__all__ = [
    "LearningRateScheduler",
    "ReduceLROnPlateau",
]


def __dir__() -> list[str]:
    return __all__


def _rate(model):
    return float(_core.eval(model.optimizer.lr))


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch to schedule(epoch, lr) or schedule(epoch), with the epoch counted from
    0. The rate is added to the logs as "lr".

    TypeError if schedule is no function, ValueError if it gives no number.

        >>> model = Sequential([Dense(1, input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> rates = LearningRateScheduler(lambda epoch: 0.5**epoch)
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([1.0]), epochs=3, verbose=0, callbacks=[rates])
        >>> [float(rate) for rate in history.history["lr"]]
        [1.0, 0.5, 0.25]
    """

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
        core = ours(self.model)
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
    EarlyStopping. The rate is added to the logs as "lr".

    ValueError for a factor outside of [0, 1).

        >>> model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=2)])
        >>> model.compile(SGD(lr=1.0), "mse")
        >>> rates = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1)
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([0.0]), epochs=4, verbose=0, callbacks=[rates])
        >>> [float(rate) for rate in history.history["lr"]]
        [1.0, 1.0, 0.5, 0.25]
    """

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
        core = ours(self.model)
        if core is not None:
            return logs.update(self._core.on_epoch_end(core, epoch, logs))
        logs["lr"] = _rate(self.model)
        rate = self._core.judge(epoch, logs, logs["lr"])
        if rate != logs["lr"]:
            assign(self.model.optimizer.lr, rate)
        return None
