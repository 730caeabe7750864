"""Batches made by worker threads or processes, in order: OrderedEnqueuer, GeneratorEnqueuer."""

from __future__ import annotations

import collections
import pickle
import random
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from lacuna._arguments import flag, number, shown, whole
from lacuna._types import Flag, Number, Whole
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
        self._room = threading.Condition()
        self._waiting: Any = collections.deque()  # Futures of batches, in order.
        self._unread = 0  # Those that get() has not given yet.
        self._stopped = threading.Event()
        self._stopped.set()
        self._thread: Any = None

    def start(self, workers: Whole = 1, max_queue_size: Whole = 10) -> None:
        """Starts the workers. max_queue_size: how many batches are made ahead. RuntimeError if they run already."""
        where = type(self).__name__
        for name, value in (("workers", workers), ("max_queue_size", max_queue_size)):
            if whole(where, name, value) < 1:
                raise ValueError(f"{where}: {name} must be positive. Received: {name}={value}.")
        if self.is_running():
            raise RuntimeError(f"{where}: start must not be called again before stop. Received: a running enqueuer.")
        self.workers, self._size = whole(where, "workers", workers), whole(where, "max_queue_size", max_queue_size)
        self._waiting.clear()
        self._unread = 0
        self._stopped = threading.Event()  # A new one: a worker of an earlier start must see that it was stopped.
        self._thread = threading.Thread(target=self._run, args=(self._stopped,), daemon=True)
        self._thread.start()

    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return not self._stopped.is_set()

    def stop(self, timeout: Number | None = None) -> None:
        """Ends the workers after the batches that they make now; batches that were not read are lost. timeout: seconds
        to wait for the end."""
        timeout = None if timeout is None else number(type(self).__name__, "timeout", timeout)
        with self._room:
            self._stopped.set()
            for future in self._waiting:
                future.cancel()
            self._waiting.clear()
            self._room.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop(0 if error[0] else None)

    def _executor(self, workers: int, source: Any, seed: int | None = None) -> Any:
        """A pool whose workers can reach the source by its place."""
        import concurrent.futures as futures

        if not self.use_multiprocessing:
            return futures.ThreadPoolExecutor(workers)
        import multiprocessing

        context = multiprocessing.get_context()
        arguments = (source, seed, context.Value("i", 0))
        return futures.ProcessPoolExecutor(workers, context, initializer=_receive, initargs=arguments)

    def _close(self, executor: Any) -> None:
        """Ends a pool. That of processes must live until they end: one that is just being spawned opens its locks."""
        executor.shutdown(wait=self.use_multiprocessing, cancel_futures=True)

    def _put(self, stopped: Any, submit: Any, *arguments: Any) -> bool:
        """Waits for room and hands a task to the workers. False if the enqueuer was stopped."""
        with self._room:
            self._room.wait_for(lambda: stopped.is_set() or len(self._waiting) < self._size)
            if stopped.is_set():
                return False
            try:
                self._waiting.append(submit(*arguments))
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                raise TypeError(
                    f"{type(self).__name__}: what processes that are spawned work on must be picklable; write a "
                    f"Sequence of arrays, or use threads. Received: {shown(self.sequence)}; {error}."
                ) from error
            self._unread += 1
            self._room.notify_all()
        return True

    def _run(self, stopped: Any) -> None:
        """Fills the queue. What goes wrong here, such as a source that cannot be pickled, is raised by get()."""
        try:
            self._fill(stopped)
        except BaseException as error:
            import concurrent.futures

            failed: Any = concurrent.futures.Future()
            failed.set_exception(error)
            with self._room:
                self._waiting.append(failed)
                self._unread += 1
                self._room.notify_all()

    def _fill(self, stopped: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__}: use OrderedEnqueuer or GeneratorEnqueuer.")

    def get(self) -> Iterator[Any]:
        """A generator of the batches. An exception of a worker is raised here with the worker's traceback, and the
        enqueuer is stopped."""
        while True:
            with self._room:
                self._room.wait_for(lambda: self._waiting or not self.is_running())
                if not self._waiting:
                    return
                future = self._waiting[0]
            try:
                batch = future.result()
            except BaseException:
                stopped_by_user = not self.is_running()
                self.stop(0)
                if stopped_by_user and future.cancelled():
                    return
                raise
            with self._room:
                if self._waiting and self._waiting[0] is future:
                    self._waiting.popleft()
                self._unread -= 1
                self._room.notify_all()
            if batch is _END:  # What was drawn before is still given.
                with self._room:
                    self._stopped.set()
                    self._room.notify_all()
            elif batch is not None:
                yield batch


class _End:
    """What a worker gives for an iterator that has ended; it stays one object when it is pickled."""

    def __reduce__(self) -> str:
        return "_END"


_END = _End()
_source: Any = None  # In a worker process: its copy of the source.


def _receive(source: Any, seed: int | None, count: Any) -> None:
    """Runs first in a worker process. Each worker has its own seed."""
    global _source
    _source = source
    with count.get_lock():
        worker = count.value
        count.value += 1
    if seed is not None:
        import numpy as np

        np.random.seed((seed + worker) % 2**32)


def _item(index: int) -> Any:
    return _source[index]


def _next_item() -> Any:
    return next(_source, _END)


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

    def _fill(self, stopped: Any) -> None:
        changes = getattr(type(self.sequence), "on_epoch_end", Sequence.on_epoch_end) is not Sequence.on_epoch_end
        while not stopped.is_set():
            executor = self._executor(self.workers, self.sequence)
            try:
                # Processes have copies, so a sequence that changes after an epoch needs new ones.
                while self._epoch(stopped, executor) and not (changes and self.use_multiprocessing):
                    pass
            finally:
                self._close(executor)

    def _epoch(self, stopped: Any, executor: Any) -> bool:
        order = list(range(len(self.sequence)))
        if not order:
            raise ValueError("OrderedEnqueuer: the sequence must have a batch. Received: a length of 0.")
        if self.shuffle:
            random.shuffle(order)
        for index in order:
            task = (_item,) if self.use_multiprocessing else (self.sequence.__getitem__,)
            if not self._put(stopped, executor.submit, *task, index):
                return False
        with self._room:
            self._room.wait_for(lambda: stopped.is_set() or self._unread == 0)
        if stopped.is_set():
            return False
        if hasattr(self.sequence, "on_epoch_end"):
            self.sequence.on_epoch_end()
        return True


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

    def _fill(self, stopped: Any) -> None:
        workers = self.workers if self.use_multiprocessing else 1
        executor = self._executor(workers, self.sequence, self.random_seed)
        try:
            task = (_next_item,) if self.use_multiprocessing else (next, self.sequence, _END)
            while self._put(stopped, executor.submit, *task):
                pass
        finally:
            self._close(executor)
