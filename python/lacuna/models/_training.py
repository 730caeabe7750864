"""The training of models: fit, evaluate, predict and single steps, of arrays and of batches."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, Any

import lacuna
from lacuna._arguments import (
    batch_size_of,
    class_weight_of,
    flag,
    no_more,
    shown,
    verbose_of,
    whole,
)
from lacuna._arrays import scipy_csr, views
from lacuna._types import ArrayLike, Flag, Number, Whole
from lacuna.layers._calls import one_or_all
from lacuna.models._batches import Workers, gives_batches, source_of
from lacuna.models._compiling import Compiled
from lacuna.models._progressive import Progressive
from lacuna.models._validation import validation_arrays

if TYPE_CHECKING:
    from lacuna.callbacks import History


class Trained(Compiled):
    """What a model can do once it is compiled."""

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
        if self._core.input_count == 0 and isinstance(x, (list, dict)) and not x:
            return None
        core = self._core
        return views(x, f"{where}: x", core.input_count, core.fed_names, core.string_inputs)

    def _y(self, y, where, argument="y"):
        if isinstance(y, (list, tuple, dict)) and not y:  # Of a model without a loss, as in Keras.
            return None
        return views(y, f"{where}: {argument}", self._core.output_count, self._core.target_names)

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
            them meanwhile, old and new values mix. Pandas frames with sparse columns stay sparse. Or x is a
            lacuna.data.Dataset, or gives batches, and y is None: see lacuna.data and fit_generator.
        batch_size: rows per step, 32 unless given; a partial last batch is trained too.
        verbose: 0 is silent, 1 or 'auto' shows a progress bar, 2 prints a line per epoch.
        validation_split: the fraction of rows, taken from the end, that is used for validation instead of training.
        validation_data: (x, y) or (x, y, sample_weight), or what gives batches.
        shuffle: True, False, or 'batch' to shuffle whole batches.
        class_weight: a dict from class to weight; for several outputs a dict or list of these, where None stands for no
            weights. sample_weight: a number for each row; for several outputs a dict or list of such arrays.
        steps_per_epoch, validation_steps: of what gives batches, how many an epoch, or a validation, takes.
        kwargs: validation_freq (validates every so many epochs, or after the epochs of a list, counted from 1);
            max_queue_size, workers, use_multiprocessing as in fit_generator; shuffle_bytes (of a Dataset: rows change
            places among those of so many bytes, 2**27 unless given, or among all if they are fewer; in packed, .npy and
            .npz files that are not compressed, and parts of these, among all if a number of 4 bytes for each row takes
            no more than that, and the file no more than 32 times that).

        Ctrl-C, or an exception from a callback, ends training after a whole step.

        ValueError if the model is not compiled, or if an array does not have the rows or the shape that it must have.

            >>> x, y = csr_matrix([[0, 1.0], [1.0, 0], [0, 2.0]]), np.array([1.0, 0.0, 2.0])
            >>> model = Sequential([Dense(1, input_dim=2)])
            >>> model.compile("sgd", "mse", metrics=["mae"])
            >>> history = model.fit(x, y, batch_size=2, epochs=3, verbose=0)
            >>> history.epoch, sorted(history.history)
            ([0, 1, 2], ['loss', 'mean_absolute_error'])
        """
        freq = kwargs.pop("validation_freq", 1)
        shuffle_bytes = whole("fit", "shuffle_bytes", kwargs.pop("shuffle_bytes", 2**27))
        workers = _workers("fit", kwargs)
        if isinstance(shuffle, str) and shuffle != "batch":
            raise ValueError(f"fit: shuffle must be True, False or 'batch'. Received: shuffle={shown(shuffle)}.")
        rows = "batch" if isinstance(shuffle, str) else "rows" if flag("fit", "shuffle", shuffle) else "none"
        epochs, initial_epoch = whole("fit", "epochs", epochs), whole("fit", "initial_epoch", initial_epoch)
        steps = _steps("fit", "steps_per_epoch", steps_per_epoch)
        validation_steps = _steps("fit", "validation_steps", validation_steps)
        history = lacuna.callbacks.History()
        every = lacuna.callbacks.CallbackList(callbacks)
        arrays = validation_arrays(x, y, sample_weight, validation_split, validation_data)
        if arrays is not None:
            every.set_validation_data(arrays)
        every.append(history)
        every.set_model(self)
        self.history = history
        count = max(0, epochs - initial_epoch)
        with (
            self._inputs(x, "fit", steps, workers, y=y, epochs=count) as inputs,
            self._validation(validation_data, validation_steps, workers, count) as validation,
        ):
            self._core.fit(
                inputs,
                self._y(y, "fit"),
                batch_size_of("fit", batch_size),
                epochs,
                verbose_of("fit", verbose),
                every,
                validation_split,
                validation,
                rows,
                class_weight_of("fit", class_weight, self),
                self._y(sample_weight, "fit", "sample_weight"),
                initial_epoch,
                steps,
                validation_steps,
                1 if isinstance(freq, (list, tuple)) else whole("fit", "validation_freq", freq),
                [whole("fit", "validation_freq", epoch) for epoch in freq] if isinstance(freq, (list, tuple)) else [],
                shuffle_bytes,
            )
        return history

    @contextmanager
    def _inputs(self, x, where, steps, workers, y=None, epochs=1, x_alone=False):
        """What the library takes as x: views of arrays, a Dataset, or a Source of batches."""
        if x is None and y is None and steps is not None and self._core.input_count == 0:
            x = repeat((None, None))  # All inputs are tensors.
        if not gives_batches(x):
            yield self._x(x, where)
            return
        if y is not None:
            raise ValueError(
                f"{where}: y must be None where x is a Dataset or gives batches, which are (x, y) or (x, y, "
                f"sample_weight). Received: x={shown(x)}, y={shown(y)}."
            )
        if isinstance(x, lacuna.data.Dataset):
            yield x._core
            return
        with source_of(self, where, x, steps, epochs, workers, x_alone) as source:
            yield source

    @contextmanager
    def _validation(self, data, steps, workers, epochs):
        where = "fit: validation_data"
        if data is None:
            yield None
        elif isinstance(data, lacuna.data.Dataset):
            yield data._core
        elif gives_batches(data):
            if steps is None and epochs > 1 and hasattr(data, "__next__"):
                raise ValueError(
                    "fit: validation_steps must be given where validation_data is an iterator, which ends only once. "
                    f"Received: validation_data={shown(data)}, epochs={epochs}."
                )
            with source_of(self, where, data, steps, epochs, workers) as source:
                yield source
        elif isinstance(data, (list, tuple)) and len(data) in (2, 3):
            x, y, *weight = data
            yield self._x(x, where), self._y(y, where), self._y(*weight, where) if weight else None
        else:
            raise ValueError(
                f"{where} must be (x, y) or (x, y, sample_weight), or give batches. Received: {type(data).__name__}."
            )

    def evaluate(
        self,
        x: ArrayLike = None,
        y: ArrayLike = None,
        batch_size: Whole | None = None,
        verbose: Whole | str = 1,
        sample_weight: ArrayLike = None,
        steps: Whole | None = None,
        **kwargs: Any,
    ) -> Any:
        """The loss, or a list of loss and metrics (see metrics_names), over all rows. x may give batches, `steps` of
        them or all; kwargs: as in fit_generator.

        ValueError if the model is not compiled, or for a shape that does not fit.

            >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
            >>> model.compile("sgd", "mse", metrics=["mae"])
            >>> x, y = csr_matrix([[0, 1.0], [2.0, 0]]), np.array([1.0, 0.0])
            >>> [float(value) for value in model.evaluate(x, y, verbose=0)]
            [2.0, 1.0]
        """
        workers, steps = _workers("evaluate", kwargs), _steps("evaluate", "steps", steps)
        with self._inputs(x, "evaluate", steps, workers, y=y) as inputs:
            return one_or_all(
                self._core.evaluate(
                    inputs,
                    self._y(y, "evaluate"),
                    batch_size_of("evaluate", batch_size),
                    verbose_of("evaluate", verbose),
                    self._y(sample_weight, "evaluate", "sample_weight"),
                    steps,
                )
            )

    def predict(
        self,
        x: ArrayLike,
        batch_size: Whole | None = None,
        verbose: Whole | str = 0,
        steps: Whole | None = None,
        **kwargs: Any,
    ) -> Any:
        """An array with a row for each row of x, or a list of arrays for several outputs; a csr output is a csr_matrix
        of scipy, whose toarray() makes an array. x may give batches, `steps` of them or all: x alone, or tuples whose
        first element it is; kwargs: as in fit_generator.

        ValueError for a shape that does not fit, IndexError for ids that an Embedding does not have.

            >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
            >>> model.predict(csr_matrix([[0, 1.0], [2.0, 0]]))
            array([[1.],
                   [2.]], dtype=float32)
        """
        workers, steps = _workers("predict", kwargs), _steps("predict", "steps", steps)
        with self._inputs(x, "predict", steps, workers, x_alone=True) as inputs:
            return _outputs(
                self._core.predict(inputs, batch_size_of("predict", batch_size), verbose_of("predict", verbose), steps)
            )

    def progressive(
        self,
        x: ArrayLike,
        y: ArrayLike = None,
        batch_size: Whole | None = 1,
        sample_weight: ArrayLike = None,
        class_weight: Any = None,
        verbose: Whole | str = 0,
        predictions: Flag = True,
    ) -> Progressive:
        """Predicts each row of x before it trains on it, in their order, in one pass: how well a model does that learns
        as data comes. Returns the predictions, the losses and the metrics (Progressive).

        x, y: arrays, or a Dataset alone. batch_size: so many rows are predicted and then learned at a time, 1 for
        None too. sample_weight, class_weight: as in fit. predictions: False keeps none, where there are too many.
        ValueError as of fit.

            >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
            >>> model.compile(SGD(lr=0.25), "mse")
            >>> seen = model.progressive(csr_matrix([[0, 2.0], [0, 2.0]]), np.array([1.0, 1.0]))
            >>> seen.predictions.ravel().tolist(), seen.losses.tolist(), seen.loss
            ([2.0, -0.5], [1.0, 2.25], 1.625)
        """
        where = "progressive"
        weights = class_weight_of(where, class_weight, self)
        keep = flag(where, "predictions", predictions)
        if gives_batches(x) and not isinstance(x, lacuna.data.Dataset):
            raise ValueError(
                f"{where}: x must be arrays or a Dataset; lacuna.data.batches makes one of batches. "
                f"Received: x={shown(x)}."
            )
        with self._inputs(x, where, None, None, y=y) as inputs:
            outputs, losses, logs = self._core.progressive(
                inputs,
                self._y(y, where),
                batch_size_of(where, 1 if batch_size is None else batch_size),
                self._y(sample_weight, where, "sample_weight"),
                weights,
                verbose_of(where, verbose),
                keep,
            )
        return Progressive(_outputs(outputs) if keep else None, losses, dict(logs))

    def train_on_batch(
        self,
        x: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike = None,
        class_weight: Any = None,
        reset_metrics: Flag | None = None,
    ) -> Any:
        """Trains one step on all rows at once. Returns the loss, or a list of loss and metrics: those of this batch,
        but metrics with a state go on until reset_metrics(), fit or evaluate; auc, whose state grows with the rows,
        does not. reset_metrics: True begins all metrics anew, False lets all go on.

        sample_weight, class_weight: as in fit. ValueError as of evaluate.

            >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
            >>> model.compile(SGD(lr=0.25), "mse")
            >>> x, y = csr_matrix([[0, 2.0]]), np.array([1.0])
            >>> [float(model.train_on_batch(x, y)) for step in range(2)]
            [1.0, 2.25]
        """
        return one_or_all(
            self._core.train_on_batch(
                self._x(x, "train_on_batch"),
                self._y(y, "train_on_batch"),
                self._y(sample_weight, "train_on_batch", "sample_weight"),
                class_weight_of("train_on_batch", class_weight, self),
                reset_metrics if reset_metrics is None else flag("train_on_batch", "reset_metrics", reset_metrics),
            )
        )

    def test_on_batch(
        self, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None, reset_metrics: Flag | None = None
    ) -> Any:
        """The loss, or a list of loss and metrics, over all rows in one batch; reset_metrics: as in train_on_batch."""
        return one_or_all(
            self._core.test_on_batch(
                self._x(x, "test_on_batch"),
                self._y(y, "test_on_batch"),
                self._y(sample_weight, "test_on_batch", "sample_weight"),
                reset_metrics if reset_metrics is None else flag("test_on_batch", "reset_metrics", reset_metrics),
            )
        )

    def reset_metrics(self) -> None:
        """Begins the metrics of train_on_batch and test_on_batch anew."""
        self._core.reset_metrics()

    def predict_on_batch(self, x: ArrayLike) -> Any:
        """What predict gives, computed in one batch."""
        return _outputs(self._core.predict_on_batch(self._x(x, "predict_on_batch")))


def _outputs(values):
    return one_or_all([scipy_csr(*one) if isinstance(one, tuple) else one for one in values])


def _workers(where, kwargs):
    names = ("max_queue_size", "workers", "use_multiprocessing")
    given = {name: kwargs.pop(name) for name in names if name in kwargs}
    no_more(where, kwargs)
    return Workers(where, **given)


def _steps(where, argument, steps):
    return None if steps is None else whole(where, argument, steps)
