"""Settings of the process."""

from lacuna import _core
from lacuna._arguments import whole


def set_num_threads(threads):
    """How many threads compute: 1 and up. Starts as LACUNA_NUM_THREADS of the environment, else as the number
    of cores. Results do not depend on it."""
    threads = whole("set_num_threads", "threads", threads)
    if threads < 1:
        raise ValueError(f"set_num_threads: threads must be positive. Received: threads={threads}.")
    _core.set_num_threads(threads)


def num_threads():
    """How many threads compute."""
    return _core.num_threads()
