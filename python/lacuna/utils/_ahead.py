"""Makes items ahead of their use, by a thread, several threads or processes, in order. What the user's code raises is
raised where its item would be used, with its own traceback."""

import threading
from collections import deque
from itertools import islice
from queue import SimpleQueue


class _End:
    """What stands for the end of the items; it stays one object when it is pickled."""

    def __reduce__(self):
        return "END"


END = _End()
_LONGEST_END = 5  # Seconds to wait for a thread that is inside the user's code.


class Ahead:
    """Iterates over an iterator that a thread of its own reads, at most `size` items ahead."""

    def __init__(self, items, size):
        # Queues in C: waiting in them takes no lock of Python's, and Ctrl-C wakes the main thread.
        self._made, self._room = SimpleQueue(), SimpleQueue()
        for _ in range(size):
            self._room.put(None)
        self._closed = self._ended = False
        self._thread = threading.Thread(target=self._read, args=(items,), name="lacuna batches", daemon=True)
        self._thread.start()

    def _read(self, items):
        made, room = self._made, self._room
        try:
            for item in items:
                made.put((item, None))
                room.get()
                if self._closed:
                    return
            made.put((END, None))
        except BaseException as error:  # Raised again by __next__, whatever it is.
            made.put((END, error))

    def __iter__(self):
        return self

    def __next__(self):
        if self._ended:
            raise StopIteration
        item, error = self._made.get()
        if item is not END:
            self._room.put(None)
            return item
        self._ended = True
        if error is not None:
            try:
                raise error
            finally:
                del error  # It refers to this frame.
        raise StopIteration

    def cancel(self):
        """Gives up what was not read: who waits for an item is told the end."""
        self._closed = True
        self._room.put(None)
        self._made.put((END, None))

    def close(self):
        """Ends the thread; it finishes the item that it makes."""
        self._closed = self._ended = True
        self._room.put(None)
        self._thread.join(_LONGEST_END)


def in_turn(items):
    """The items, made where they are used; can be closed."""
    yield from items


class Pooled:
    """Iterates over call(argument) for each argument: a pool of workers makes at most `size` of them ahead. A call that
    gives END ends what is asked for; the calls before are still given."""

    def __init__(self, executor, call, arguments, size, then=None):
        self._executor, self._call, self._arguments, self._then = executor, call, iter(arguments), then
        self._waiting = deque()
        self.refused = None  # What went wrong where a call was handed to the workers: a source cannot be pickled.
        for _ in range(size):
            self._submit()

    def _submit(self):
        for argument in islice(self._arguments, 1):
            try:
                self._waiting.append(self._executor.submit(self._call, argument))
            except BaseException as error:  # Raised where the item would be used.
                from concurrent.futures import Future

                self.refused = error
                self._waiting.append(Future())
                self._waiting[-1].set_exception(error)
                self._arguments = iter(())

    def __iter__(self):
        return self

    def __next__(self):
        while self._waiting:
            item = self._waiting[0].result()
            self._waiting.popleft()
            if item is END:
                self._arguments = iter(())
                continue
            self._submit()
            return item if self._then is None else self._then(item)
        raise StopIteration

    def cancel(self):
        """Gives up what no worker has begun."""
        self._arguments = iter(())
        for future in tuple(self._waiting):
            future.cancel()


def in_threads(call, arguments, workers, size, then):
    """then(call(a)) for each argument: calls are made by threads, at most `size` ahead."""
    return _to_the_end(thread_pool(workers), call, arguments, max(size, workers), then)


def in_processes(sequence, indices, workers, size, then):
    """then(sequence[i]) for each index: items are made by processes, which get a copy of the sequence."""
    return _to_the_end(process_pool(workers, sequence), item_of_copy, indices, max(size, workers), then)


def _to_the_end(pool, *made):
    ahead = Pooled(pool, *made)
    try:
        yield from ahead
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def thread_pool(workers):
    """Threads that make items."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(workers, "lacuna batches")


def process_pool(workers, source, seed=None):
    """Processes that make items of a copy of the source. seed: NumPy's in the first; the others have the next ones."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context()
    return ProcessPoolExecutor(workers, context, _receive, (source, seed, context.Value("i", 0)))


_source = None  # Of this worker process.


def _receive(source, seed, count):
    import signal

    global _source
    _source = source
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then ends this process.
    with count.get_lock():
        worker = count.value
        count.value += 1
    if seed is not None:
        import numpy as np

        np.random.seed((seed + worker) % 2**32)


def item_of_copy(index):
    """The source's item, in a worker process."""
    return _source[index]


def next_of_copy(_):
    """The next item of an iterator, in a worker process; END after the last."""
    return next(_source, END)
