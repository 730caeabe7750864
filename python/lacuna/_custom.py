"""The user's own classes and functions, by the names that configs and files have for them."""

import collections.abc
import contextlib
import contextvars
import inspect

from lacuna import _core

_scope = contextvars.ContextVar("lacuna_custom_objects", default=None)  # Each thread and task has its own.


class _Known(collections.abc.MutableMapping):
    """The custom objects in effect: those of the innermost scope of this thread or task, else the global ones."""

    def __init__(self):
        self._everywhere = {}

    def _now(self):
        scope = _scope.get()
        return self._everywhere if scope is None else scope

    def __getitem__(self, name):
        return self._now()[name]

    def __setitem__(self, name, one):
        self._now()[name] = one

    def __delitem__(self, name):
        del self._now()[name]

    def __iter__(self):
        return iter(dict(self._now()))

    def __len__(self):
        return len(self._now())

    def __repr__(self):
        return repr(self._now())


custom = _Known()


@contextlib.contextmanager
def custom_object_scope(*args):
    """A context in which the classes and functions of these dicts are known by their names, in this thread alone. None
    is an empty dict."""
    known = dict(custom)
    for some in args:
        known.update(some or {})
    token = _scope.set(known)
    try:
        yield
    finally:
        _scope.reset(token)


shown = _core.shown  # A value as error messages show it: its repr, shortened, without addresses.


class NotCompiled(ValueError, RuntimeError):
    """A model was not compiled before it was trained: a RuntimeError in Keras, and here a ValueError like all else."""


@contextlib.contextmanager
def bad_config(where, config):
    """A context in which a part that a config lacks, or that has another type, is a ValueError."""
    try:
        yield
    except RecursionError:
        raise ValueError(
            f"{where}: the config must not be nested deeper than Python can follow. Received: {shown(config)}."
        ) from None
    except (AttributeError, KeyError) as error:
        raise ValueError(
            f"{where}: the config must be what get_config returns; a part is missing or has another type: {error}. "
            f"Received: {shown(config)}."
        ) from error


def made(given):
    """A new object if a class is given; a function is returned as it is."""
    return given() if inspect.isclass(given) else given


def name_of(function):
    """The name by which a config refers to a function, or to an object that is called like one."""
    return getattr(function, "__name__", None) or type(function).__name__


def to_config(given):
    """An object as a dict of class_name and config, a function as its name; None gives None."""
    if given is None or isinstance(given, str):
        return given
    if hasattr(given, "get_config"):
        return {"class_name": type(given).__name__, "config": given.get_config()}
    return name_of(given)
