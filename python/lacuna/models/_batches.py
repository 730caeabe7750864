"""Batches that a user's program gives: generators, Sequences, and any iterable of batches. The library calls a Source
for each one; threads or processes make the next ones meanwhile, and the order is kept."""

import warnings
from collections import deque
from itertools import islice

import lacuna
from lacuna._arguments import flag, listed, shown, whole
from lacuna._arrays import views

# What is data by itself, and what other libraries' arrays and frames have.
_DATA = (list, tuple, dict, set, frozenset, str, bytes, bytearray, range, memoryview)
_OF_ARRAYS = ("shape", "dtype", "dtypes", "tocsr", "typecode", "__array__", "__array_interface__", "compute", "collect")


def gives_batches(x):
    """Whether x gives batches one by one: a Dataset, an iterator, a Sequence, or an iterable that is no array."""
    if isinstance(x, lacuna.data.Dataset):
        return True
    if x is None or isinstance(x, (*_DATA, type)) or any(hasattr(x, name) for name in _OF_ARRAYS):
        return False
    return hasattr(x, "__iter__") or _is_sequence(x)


def _is_sequence(x):
    return hasattr(x, "__getitem__") and hasattr(x, "__len__")


class Workers:
    """How batches are made beside the step: how many wait at most, by how many workers, and which kind."""

    def __init__(self, where, max_queue_size=10, workers=1, use_multiprocessing=False):
        self.queue = max(1, whole(where, "max_queue_size", max_queue_size))
        self.count = whole(where, "workers", workers)
        if self.count < 0:
            raise ValueError(f"{where}: workers must not be negative. Received: workers={self.count}.")
        self.processes = flag(where, "use_multiprocessing", use_multiprocessing)


class Source:
    """What the library reads: begin(key) before each epoch, next() for each batch, end() after an epoch; peek() shows
    the first batch. It must be closed. `steps`: the batches of an epoch, or None: until the data ends. `epochs`: how
    many there will be at most, so that no batch is taken that is not used. x_alone: there are no targets."""

    def __init__(self, model, where, data, steps, epochs, workers, x_alone):
        self._model, self._where, self._data, self._workers = model._core, where, data, workers
        self._x_alone = x_alone  # A prediction; with a loss of add_loss alone, a batch may be x alone too.
        given = model.loss.values() if isinstance(model.loss, dict) else listed(model.loss)
        self._without_loss = all(loss is None for loss in given)
        self.steps = None if steps is None else whole(where, "steps", steps)
        self._total = None if self.steps is None else self.steps * epochs
        self._kept = deque(maxlen=2)  # The library reads the arrays of a batch until the next one is used.
        self._batches = None
        self._count = 0
        self._peeked = []

    def peek(self):
        """The views of the first batch; None if there is none."""
        if not self._peeked:
            self.begin(0)
            self._peeked.append(next(self._batches, None))
        return self._peeked[0]

    def next(self):
        """The views of the next batch; None after the last."""
        batch = self._peeked.pop() if self._peeked else next(self._batches, None)
        self._kept.append(batch)
        return batch

    def end(self):
        """Tells the data that an epoch is over."""
        if hasattr(self._data, "on_epoch_end"):
            self._data.on_epoch_end()

    def close(self):
        """Ends what works ahead."""
        if self._batches is not None:
            self._batches.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _views(self, batch):
        """Views (x, y, sample_weight) of a batch as the user gave it."""
        self._count += 1
        where = f"{self._where}: batch {self._count}"
        alone = self._x_alone or (self._without_loss and not isinstance(batch, (tuple, list)))
        x, y, weight = _parts(where, batch, alone)
        inputs, outputs = self._model.input_count, self._model.output_count
        return (
            views(x, f"{where}: x", inputs, self._model.fed_names, self._model.string_inputs),
            views(y, f"{where}: y", outputs, self._model.target_names),
            views(weight, f"{where}: sample_weight", outputs),
        )


class FromIterable(Source):
    """Batches of an iterator, which goes on from epoch to epoch, or of an iterable, which begins again: at each epoch
    or, with `steps`, where it ends. One thread reads it."""

    def __init__(self, model, where, data, steps, epochs, workers, x_alone):
        super().__init__(model, where, data, steps, epochs, workers, x_alone)
        if workers.count > 1 and workers.processes:
            warnings.warn(
                f"{where}: what is no Sequence is read by one thread, so that each batch comes once; write a "
                f"keras.utils.Sequence for several processes. Received: workers={workers.count}, {shown(data)}.",
                UserWarning,
                stacklevel=6,
            )

    def begin(self, key):
        """Begins an epoch."""
        once = hasattr(self._data, "__next__")
        if self._peeked or (self._batches is not None and (once or self.steps is not None)):
            return
        self.close()
        given = islice(self._data if once or self.steps is None else self._again_and_again(), self._total)
        from lacuna.utils._ahead import Ahead, in_turn  # Here, so that importing lacuna is quick.

        made = map(self._views, given)
        self._batches = Ahead(made, self._workers.queue) if self._workers.count else in_turn(made)

    def _again_and_again(self):
        some = True
        while some:
            some = False
            for batch in self._data:
                some = True
                yield batch


class FromSequence(Source):
    """Batches sequence[i] of a Sequence, in order or shuffled. Where they end, on_epoch_end() is called, and they begin
    again."""

    def __init__(self, model, where, data, steps, epochs, workers, x_alone):
        super().__init__(model, where, data, len(data) if steps is None else steps, epochs, workers, x_alone)
        self._key = 0
        self._over = False  # All batches were given since the last end.

    def begin(self, key):
        """Begins an epoch, shuffled by the key unless it is 0."""
        self._key = key
        if self._batches is None:
            self._batches = self._passes()

    def end(self):
        """Tells the sequence that an epoch is over, if all of its batches were used."""
        if self._over:
            self._over = False
            super().end()

    def _passes(self):
        import random  # Here, so that importing lacuna is quick.

        left = self._total
        while left > 0 and len(self._data) > 0:
            order = list(range(len(self._data)))
            if self._key:
                random.Random(self._key).shuffle(order)
            ahead = self._ahead(order[:left])
            try:
                for used, batch in enumerate(ahead, 1):
                    self._over = used == len(order)
                    yield batch
            finally:
                ahead.close()
            left -= len(order)
            self.end()

    def _ahead(self, order):
        from lacuna.utils._ahead import Ahead, in_processes, in_threads, in_turn

        workers, get = self._workers, self._data.__getitem__
        if workers.count > 0 and workers.processes:
            return in_processes(self._data, order, workers.count, workers.queue, self._views)
        if workers.count > 1:
            return in_threads(get, order, workers.count, workers.queue, self._views)
        made = map(self._views, map(get, order))
        return Ahead(made, workers.queue) if workers.count else in_turn(made)


def source_of(model, where, data, steps, epochs, workers, x_alone=False):
    """The Source of what gives_batches."""
    kind = FromSequence if _is_sequence(data) and not hasattr(data, "__next__") else FromIterable
    return kind(model, where, data, steps, epochs, workers, x_alone)


def _parts(where, batch, x_alone):
    """x, y and the sample weights of a batch. A prediction takes x of any batch, also of (x, y)."""
    if x_alone:
        return (batch[0] if isinstance(batch, tuple) and 1 <= len(batch) <= 3 else batch), None, None
    if isinstance(batch, (tuple, list)) and len(batch) in (2, 3):
        return (*batch, None)[:3]
    got = f"a {type(batch).__name__} of {len(batch)}" if isinstance(batch, (tuple, list)) else shown(batch)
    raise ValueError(f"{where} must be (x, y) or (x, y, sample_weight). Received: {got}.")
