"""Batches made by worker threads or processes, in order: OrderedEnqueuer, GeneratorEnqueuer."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from lacuna._arguments import flag, number, shown, whole
from lacuna._types import Flag, Number, Whole
from lacuna.utils._ahead import END, Ahead, Pooled, item_of_copy, next_of_copy, process_pool, thread_pool
from lacuna.utils.sequence import Sequence

__all__ = [
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "SequenceEnqueuer",
]


def __dir__() -> list[str]:
    return __all__


class SequenceEnqueuer:
    """What OrderedEnqueuer and GeneratorEnqueuer have in common: workers make batches ahead, and get() gives them in
    order. `with enqueuer:` stops it at the end.

    use_multiprocessing: the workers are processes, started by multiprocessing's current method (fork, spawn), in place
    of threads; each has a copy of the source."""

    def __init__(self, sequence: Any, use_multiprocessing: Flag = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = flag(type(self).__name__, "use_multiprocessing", use_multiprocessing)
        self.workers = 0
        self._items: Any = None  # While it runs: an iterator of the batches, which can be closed.
        self._ahead: Any = None  # What makes them now.
        self._turn = threading.Lock()  # Of the threads that read.

    def start(self, workers: Whole = 1, max_queue_size: Whole = 10) -> None:
        """Starts the workers. max_queue_size: how many batches are made ahead. RuntimeError if they run already."""
        where = type(self).__name__
        for name, value in (("workers", workers), ("max_queue_size", max_queue_size)):
            if whole(where, name, value) < 1:
                raise ValueError(f"{where}: {name} must be positive. Received: {name}={value}.")
        if self.is_running():
            raise RuntimeError(f"{where}: start must not be called again before stop. Received: a running enqueuer.")
        self.workers = whole(where, "workers", workers)
        items = self._made(whole(where, "max_queue_size", max_queue_size))
        next(items)  # The workers begin now.
        self._items = items

    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._items is not None

    def stop(self, timeout: Number | None = None) -> None:
        """Ends the workers after the batches that they make now; batches that were not read are lost. timeout: seconds
        to wait for the end."""
        timeout = None if timeout is None else number(type(self).__name__, "timeout", timeout)
        items, self._items = self._items, None
        if items is None:
            return
        self._ahead.cancel()
        end = threading.Thread(target=self._close, args=(items,), daemon=True)
        end.start()
        end.join(timeout)

    def _close(self, items: Any) -> None:
        with self._turn:  # A thread that reads gets its batch first.
            items.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop(0 if error[0] else None)

    def _made(self, size: int) -> Iterator[Any]:
        """Begins to make batches, gives None once, and then the batches."""
        raise NotImplementedError(f"{type(self).__name__}: use OrderedEnqueuer or GeneratorEnqueuer.")

    def _pool(self, workers: int, seed: int | None = None) -> Any:
        return process_pool(workers, self.sequence, seed) if self.use_multiprocessing else thread_pool(workers)

    def _end(self, pool: Any) -> None:
        """Ends a pool. That of processes must live until they end: one that is just being spawned opens its locks."""
        pool.shutdown(wait=self.use_multiprocessing, cancel_futures=True)

    def get(self) -> Iterator[Any]:
        """A generator of the batches. An exception of a worker is raised here with the worker's traceback, and the
        enqueuer is stopped."""
        items = self._items
        while items is not None:
            try:
                with self._turn:
                    batch = next(items, END) if self._items is items else END
            except BaseException as error:
                stopped_by_user = self._items is not items
                self.stop(0)
                if stopped_by_user and type(error).__name__ == "CancelledError":
                    return
                if getattr(self._ahead, "refused", None) is error:
                    raise TypeError(
                        f"{type(self).__name__}: what processes that are spawned work on must be picklable; write a "
                        f"Sequence of arrays, or use threads. Received: {shown(self.sequence)}; {error}."
                    ) from error
                raise
            if batch is END:
                if self._items is items:
                    self.stop()
                return
            if batch is not None:
                yield batch


class OrderedEnqueuer(SequenceEnqueuer):
    """Makes the batches of a Sequence, epoch after epoch without end, and calls its on_epoch_end after each.

    sequence: anything with __getitem__ and __len__. shuffle: the batches of an epoch come in random order."""

    def __init__(self, sequence: Any, use_multiprocessing: Flag = False, shuffle: Flag = False) -> None:
        if not hasattr(sequence, "__getitem__") or not hasattr(sequence, "__len__"):
            raise TypeError(
                "OrderedEnqueuer: sequence must have __getitem__ and __len__; for a generator write "
                f"GeneratorEnqueuer. Received: sequence={shown(sequence)}."
            )
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = flag("OrderedEnqueuer", "shuffle", shuffle)

    def _made(self, size: int) -> Iterator[Any]:
        changes = getattr(type(self.sequence), "on_epoch_end", Sequence.on_epoch_end) is not Sequence.on_epoch_end
        pool = self._pool(self.workers)
        try:
            self._ahead = self._pass(pool, size)
            yield None
            while True:
                if not len(self.sequence):
                    raise ValueError("OrderedEnqueuer: the sequence must have a batch. Received: a length of 0.")
                yield from self._ahead
                if hasattr(self.sequence, "on_epoch_end"):
                    self.sequence.on_epoch_end()
                if changes and self.use_multiprocessing:  # Processes have copies, so they must be new ones.
                    self._end(pool)
                    pool = self._pool(self.workers)
                self._ahead = self._pass(pool, size)
        finally:
            self._end(pool)

    def _pass(self, pool: Any, size: int) -> Any:
        order = list(range(len(self.sequence)))
        if self.shuffle:
            import random  # Here, so that importing lacuna is quick.

            random.shuffle(order)
        call = item_of_copy if self.use_multiprocessing else self.sequence.__getitem__
        return Pooled(pool, call, order, size)


class GeneratorEnqueuer(SequenceEnqueuer):
    """Draws batches from a generator, or any iterator, ahead; get() ends where the generator ends.

    One thread draws, so the order is that of the generator, whatever `workers` says. With processes each worker draws
    from a copy of its own, so all batches come once per worker: give the generator to a single worker, or write a
    Sequence. wait_time: not used. random_seed: NumPy's seed in the first process; the next ones have the next seeds."""

    def __init__(
        self,
        sequence: Any,
        use_multiprocessing: Flag = False,
        wait_time: Number | None = None,
        random_seed: Whole | None = None,
    ) -> None:
        if not hasattr(sequence, "__next__"):
            raise TypeError(
                "GeneratorEnqueuer: sequence must be a generator or an iterator; write iter(x) for another iterable, "
                f"and OrderedEnqueuer for a Sequence. Received: sequence={shown(sequence)}."
            )
        super().__init__(sequence, use_multiprocessing)
        self.random_seed = None if random_seed is None else whole("GeneratorEnqueuer", "random_seed", random_seed)

    def start(self, workers: Whole = 1, max_queue_size: Whole = 10) -> None:
        """As of SequenceEnqueuer. Warns if several processes would draw from copies of the generator."""
        if self.use_multiprocessing and whole("GeneratorEnqueuer", "workers", workers) > 1:
            warnings.warn(
                "GeneratorEnqueuer: each of the processes draws from its own copy of the generator, so batches may "
                "come several times. Write a Sequence, or workers=1.",
                UserWarning,
                stacklevel=2,
            )
        super().start(workers, max_queue_size)

    def _made(self, size: int) -> Iterator[Any]:
        if not self.use_multiprocessing:
            self._ahead = Ahead(self.sequence, size)
            yield None
            try:
                yield from self._ahead
            finally:
                self._ahead.close()
            return
        pool = self._pool(self.workers, self.random_seed)
        try:
            self._ahead = Pooled(pool, next_of_copy, repeat(None), size)
            yield None
            yield from self._ahead
        finally:
            self._end(pool)
