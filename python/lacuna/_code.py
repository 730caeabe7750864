"""Functions of one's own in configs: by name, or those without a name as byte code, which runs only where a caller
allows it."""

import contextlib
import contextvars
import inspect
import sys

import numpy as np

from lacuna._arguments import shown
from lacuna._custom import custom, name_of

_allowed = contextvars.ContextVar("lacuna_code", default=False)


_names_alone = contextvars.ContextVar("lacuna_names_alone", default=False)  # A repr asks for configs.
_everywhere = False  # enable_unsafe_deserialization was called.


def allow_code_everywhere():
    """Lets byte code of configs become functions from now on, in the whole process."""
    global _everywhere
    _everywhere = True


@contextlib.contextmanager
def code_allowed(allowed=True):
    """A context in which byte code of configs becomes functions, in this thread alone."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


@contextlib.contextmanager
def names_alone():
    """A context in which configs are read by people: functions are there by name alone, in this thread alone."""
    token = _names_alone.set(True)
    try:
        yield
    finally:
        _names_alone.reset(token)


def are_names_enough():
    """Whether the context is that of names_alone."""
    return _names_alone.get()


def is_code_enough(function):
    """Whether the function has no name, and its byte code says all: what it closes over is plain numbers and texts."""
    import json  # Here, so that importing lacuna is quick.

    if not inspect.isfunction(function) or function.__name__ != "<lambda>":
        return False
    try:
        closure = [cell.cell_contents for cell in function.__closure__ or ()]
        json.dumps([function.__defaults__, closure])
    except (TypeError, ValueError):
        return False
    return not function.__kwdefaults__


def described(function):
    """The parts of a config that say which function it is, in Keras' words."""
    from lacuna.utils.generic_utils import func_dump

    if is_code_enough(function):
        code, defaults, closure = func_dump(function)
        return {"function": [code, defaults, closure], "function_type": "lambda"}
    return {"function": name_of(function), "function_type": "function"}


def function_of(where, config):
    """The function that a config holds, which `described` or Keras 2 made; its two parts are taken out of it."""
    function, kind = config.pop("function"), config.pop("function_type", None)
    if isinstance(function, str) or callable(function):
        return function
    if "<lambda>" in custom:
        return custom["<lambda>"]
    if kind != "lambda" or not isinstance(function, (list, tuple)) or not function:
        raise ValueError(f"{where}: function must be a name or byte code. Received: function={shown(function)}.")
    if not (_allowed.get() or _everywhere):
        raise ValueError(
            f"{where}: the function has no name, so that its byte code was saved, which could do anything. If you "
            f"trust it, write load_model(…, safe_mode=False), or name the function with def and give it by "
            f"custom_objects. Received: layer {shown(config.get('name'))}."
        )
    return _loaded(function)


def _loaded(function):
    """The function sees K, np, the names of the module that it was written in, and custom objects."""
    from lacuna import backend
    from lacuna.utils.generic_utils import func_load

    path = func_load(function).__code__.co_filename
    modules = [one for one in list(sys.modules.values()) if getattr(one, "__file__", None) == path]
    home = modules[0] if modules else sys.modules["__main__"]
    return func_load(function, globs={"K": backend, "np": np, **vars(home), **custom})


def arrays_as_lists(arguments):
    """Arguments by name, with arrays as Keras' configs hold them."""
    return {name: _listed(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()}


def _listed(array):
    return {"type": "ndarray", "value": array.tolist(), "dtype": str(array.dtype)}


def lists_as_arrays(arguments):
    """What arrays_as_lists returned, as arrays again."""
    return {name: _array(value) if _is_array(value) else value for name, value in (arguments or {}).items()}


def _is_array(value):
    return isinstance(value, dict) and value.get("type") == "ndarray"


def _array(held):
    try:
        return np.asarray(held["value"], held.get("dtype"))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"Lambda: an array of arguments cannot be read: {error}. Received: {shown(held)}.") from None
