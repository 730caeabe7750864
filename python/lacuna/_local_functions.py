"""Keys of functions that only this process knows, so that a config finds a function again as long as it lives, also one
without a name of its own such as a lambda."""

from __future__ import annotations

import itertools
import os
import weakref
from typing import Any

_functions = weakref.WeakValueDictionary()
_numbers = itertools.count(1)
_HERE = os.urandom(8).hex()


def local_key(function: Any) -> str | None:
    """The key of a function; None for a callable that cannot be found again."""
    for key, known in _functions.items():
        if known is function:
            return key
    key = f"{_HERE}-{next(_numbers)}"
    try:
        _functions[key] = function
    except TypeError:  # It does not allow weak references.
        return None
    return key


def local_function(key: str | None) -> Any:
    """The function of a key, if it lives in this process; else None."""
    return _functions.get(key)
