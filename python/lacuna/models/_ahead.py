"""Makes items ahead of their use, by a thread, several threads or processes, in order. What the user's code raises is
raised where its item would be used, with its own traceback."""

import threading
from collections import deque
from queue import SimpleQueue

_END = object()
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
            made.put((_END, None))
        except BaseException as error:  # Raised again by __next__, whatever it is.
            made.put((_END, error))

    def __iter__(self):
        return self

    def __next__(self):
        if self._ended:
            raise StopIteration
        item, error = self._made.get()
        if item is not _END:
            self._room.put(None)
            return item
        self._ended = True
        if error is not None:
            try:
                raise error
            finally:
                del error  # It refers to this frame.
        raise StopIteration

    def close(self):
        """Ends the thread; it finishes the item that it makes."""
        self._closed = self._ended = True
        self._room.put(None)
        self._thread.join(_LONGEST_END)


def in_turn(items):
    """The items, made where they are used; can be closed."""
    yield from items


def in_threads(call, arguments, workers, size, then):
    """then(call(a)) for each argument: calls are made by threads, at most `size` ahead."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(workers, "lacuna batches")
    return _pooled(pool, call, arguments, max(size, workers), then)


def in_processes(sequence, indices, workers, size, then):
    """then(sequence[i]) for each index: items are made by processes, which get a copy of the sequence."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(), _set_sequence, (sequence,))
    return _pooled(pool, _item, indices, max(size, workers), then)


def _pooled(pool, call, arguments, size, then):
    waiting = deque()
    try:
        for argument in arguments:
            waiting.append(pool.submit(call, argument))
            if len(waiting) >= size:
                yield then(waiting.popleft().result())
        while waiting:
            yield then(waiting.popleft().result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_sequence = None  # Of this worker process.


def _set_sequence(sequence):
    import signal

    global _sequence
    _sequence = sequence
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then ends this process.


def _item(index):
    return _sequence[index]
