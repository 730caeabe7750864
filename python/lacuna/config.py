"""Settings of the process."""

from lacuna import _core
from lacuna._arguments import whole

__all__ = [
    "num_threads",
    "set_num_threads",
    "set_strict_sparse",
    "strict_sparse",
]


def __dir__():
    return __all__


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


def set_strict_sparse(strict):
    """True, at first: an op without a kernel for a sparse operand is an error that lists what it takes. False: from
    now on such an operand is made dense, and a RuntimeWarning names the op, the storage and the bytes."""
    _core.set_strict_sparse(strict)


def strict_sparse():
    """Whether an op without a kernel for a sparse operand is an error."""
    return _core.strict_sparse()
