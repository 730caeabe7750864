"""fit_generator, evaluate_generator and predict_generator of models: Keras' older names of fit, evaluate and predict on
batches that come one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lacuna
from lacuna._arguments import shown
from lacuna._types import Flag, Whole
from lacuna.models._batches import gives_batches

if TYPE_CHECKING:
    from lacuna.callbacks import History


class TrainedByGenerators:
    """What a model can do with what gives batches."""

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: Whole | None = None,
        epochs: Whole = 1,
        verbose: Whole | str = 1,
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: Whole | None = None,
        class_weight: Any = None,
        max_queue_size: Whole = 10,
        workers: Whole = 1,
        use_multiprocessing: Flag = False,
        shuffle: Flag = True,
        initial_epoch: Whole = 0,
        **kwargs: Any,
    ) -> History:
        """Trains on batches that come one by one, and returns a History.

        generator: an iterator, a Sequence (an object with __getitem__ and __len__), or any iterable, of batches (x, y)
            or (x, y, sample_weight). csr stays csr, and batches may differ in rows. A Sequence may have on_epoch_end.
        steps_per_epoch: batches of an epoch; by default those of a Sequence. fit also takes a generator that ends,
            without it. An iterator goes on from epoch to epoch; anything else begins again at its end. If it ends too
            early, training does, with a warning.
        validation_data: as in fit; validation_steps: batches of a validation.
        workers: threads that make batches beside the step, or processes if use_multiprocessing; 0: the batches are made
            in turn with the steps. At most max_queue_size batches wait. The order is always kept; an iterator is read
            by one thread, whatever workers is.
        shuffle: whether the batches of a Sequence change places in each epoch.
        kwargs: validation_freq, as in fit.
        """
        if gives_batches(validation_data):
            _batches("fit_generator", validation_data, "validation_steps", validation_steps)
        return self.fit(
            _batches("fit_generator", generator, "steps_per_epoch", steps_per_epoch),
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            **kwargs,
        )

    def evaluate_generator(
        self,
        generator: Any,
        steps: Whole | None = None,
        max_queue_size: Whole = 10,
        workers: Whole = 1,
        use_multiprocessing: Flag = False,
        verbose: Whole | str = 0,
    ) -> Any:
        """evaluate of what gives batches; the arguments are those of fit_generator."""
        return self.evaluate(
            _batches("evaluate_generator", generator, "steps", steps),
            steps=steps,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            verbose=verbose,
        )

    def predict_generator(
        self,
        generator: Any,
        steps: Whole | None = None,
        max_queue_size: Whole = 10,
        workers: Whole = 1,
        use_multiprocessing: Flag = False,
        verbose: Whole | str = 0,
    ) -> Any:
        """predict of what gives batches; the arguments are those of fit_generator."""
        return self.predict(
            _batches("predict_generator", generator, "steps", steps),
            steps=steps,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
            verbose=verbose,
        )


def _batches(where, generator, argument, steps):
    if not gives_batches(generator):
        raise TypeError(
            f"{where}: generator must give batches: an iterator, a Sequence, or another iterable; write iter(batches) "
            f"for a list of batches, and fit(x, y) for arrays. Received: {shown(generator)}."
        )
    if isinstance(generator, lacuna.data.Dataset):
        return generator  # It knows its end.
    if steps is None and not hasattr(generator, "__len__"):  # As in Keras, whose generators go on for ever.
        raise ValueError(
            f"{where}: {argument} must be given where the generator has no length; fit, evaluate and predict take one "
            f"that ends without it. Received: {argument}=None, generator={shown(generator)}."
        )
    return generator
