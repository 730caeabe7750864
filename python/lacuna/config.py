"""Settings of the whole process."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import text, whole
from lacuna._code import allow_code_everywhere
from lacuna._types import Flag, Whole

__all__ = [
    "enable_unsafe_deserialization",
    "keras",
    "num_threads",
    "set_keras",
    "set_num_threads",
    "set_strict_sparse",
    "strict_sparse",
]


def __dir__() -> list[str]:
    return __all__


def set_keras(version: str) -> None:
    """Sets whose defaults are used where Keras 2.2.4 and Keras 3 have different ones: "2.2.4" or "3". At the start it
    is the environment variable LACUNA_KERAS, else "2.2.4"; `python -m lacuna` and keras_names() choose it too.

    A default is read once, when an object is made: later changes and files do not change what an object means. They
    differ in the first names of layers (dense_1 or dense), and in the rates of Adadelta, Adagrad, Adamax and Nadam.
    ValueError for another version.

        >>> before = lacuna.config.keras()
        >>> lacuna.config.set_keras("3")
        >>> round(float(K.get_value(Adagrad().lr)), 6)
        0.001
        >>> lacuna.config.set_keras(before)
    """
    _core.set_keras(text("set_keras", "version", version))


def keras() -> str:
    """Whose defaults are used: "2.2.4" or "3"."""
    return _core.keras()


def enable_unsafe_deserialization() -> None:
    """Lets load_model and model_from_json run the code that files hold for functions without a name, from now on, as
    safe_mode=False does for one call. Only for programs all of whose files you trust: such code can do anything."""
    allow_code_everywhere()


def set_num_threads(threads: Whole) -> Any:
    """Sets how many threads compute, at least 1. The default is the environment variable LACUNA_NUM_THREADS, else the
    number of cores. Results do not depend on it."""
    threads = whole("set_num_threads", "threads", threads)
    if threads < 1:
        raise ValueError(f"set_num_threads: threads must be positive. Received: threads={threads}.")
    _core.set_num_threads(threads)


def num_threads() -> Any:
    """How many threads compute."""
    return _core.num_threads()


def set_strict_sparse(strict: Flag) -> Any:
    """Sets what happens when an op has no kernel for a sparse operand. True, the default: an error that lists the
    storages that the op takes. False: the operand is made dense, and a RuntimeWarning names the op, the storage and the
    bytes."""
    _core.set_strict_sparse(strict)


def strict_sparse() -> Any:
    """Whether an op without a kernel for a sparse operand is an error."""
    return _core.strict_sparse()
