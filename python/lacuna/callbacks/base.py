"""The base of callbacks, their list, and those that only pass on what fit tells."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from lacuna._arguments import shown
from lacuna._types import Config, Function, Whole

__all__ = [
    "Callback",
    "CallbackList",
    "LambdaCallback",
]


def __dir__() -> list[str]:
    return __all__


class Callback:
    """The base class of all callbacks. While fit runs, `model` is the model, whose stop_training ends fit after the
    batch, and `params` is a dict: epochs, verbose, do_validation, metrics and, of arrays, batch_size and samples, else
    steps. `validation_data` lists the arrays of fit's validation_data or validation_split: those of x, those of y, and
    the sample weights. An exception from a callback ends fit. Any other method named on_… is never called; fit warns
    about it.

    A copy (pickle, copy.deepcopy) has all attributes except the model.

        >>> class LowEnough(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.model.stop_training = logs["loss"] < 0.5
        ...
        >>> model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([0.0]), epochs=9, verbose=0, callbacks=[LowEnough()])
        >>> history.epoch
        [0]
    """

    model = None
    params = None
    _validation = None

    @property
    def validation_data(self) -> Any:
        """The arrays of the validation while fit runs, else None."""
        if callable(self._validation):  # A part of the training data is cut off where it is asked for.
            self._validation = self._validation()
        return self._validation

    @validation_data.setter
    def validation_data(self, data: Any) -> None:
        self._validation = data

    def __getstate__(self):
        left = ("_core", "_model", "model", "_validation")
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

    def set_validation_data(self, data: Any) -> None:
        """Gives each callback the arrays of the validation, or a function that returns them."""
        for callback in self.callbacks:
            callback.validation_data = data

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


class LambdaCallback(Callback):
    """A callback made of functions, which take the arguments of the methods: (epoch, logs), (batch, logs), or
    (logs).

    TypeError for what is no function.

        >>> model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> telling = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, float(logs["loss"])))
        >>> history = model.fit(csr_matrix([[0, 2.0]]), np.array([0.0]), epochs=2, verbose=0, callbacks=[telling])
        0 0.0
        1 0.0
    """

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
