"""Classes and functions of one's own, by the names that configs and files have for them."""

import collections.abc
import contextlib
import contextvars
import inspect

from lacuna import _core

_scope = contextvars.ContextVar("lacuna_custom_objects", default=None)  # Each thread and task has its own.


class _Known(collections.abc.MutableMapping):
    """What is known at the moment: in the scope that this thread is in, or else everywhere."""

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
def custom_object_scope(*dicts):
    """Within it the classes and functions of these dicts (None: none) are known by their names, to this thread."""
    known = dict(custom)
    for some in dicts:
        known.update(some or {})
    token = _scope.set(known)
    try:
        yield
    finally:
        _scope.reset(token)


shown = _core.shown  # A value as errors show it: its repr, short and without addresses.


@contextlib.contextmanager
def bad_config(where, config):
    """Within it what a config lacks, or has of another kind, is a ValueError."""
    try:
        yield
    except RecursionError:
        raise ValueError(
            f"{where}: the config must not be nested deeper than Python can follow. Received: {shown(config)}."
        ) from None
    except (AttributeError, KeyError) as error:
        raise ValueError(
            f"{where}: the config must be what get_config gives; it has no {error}, or of another kind. Received: "
            f"{shown(config)}."
        ) from error


def made(given):
    """An object of a class; a function itself."""
    return given() if inspect.isclass(given) else given


def name_of(function):
    """What a config has for a function, or an object that is called as one."""
    return getattr(function, "__name__", None) or type(function).__name__


def to_config(given):
    """Class and settings of an object, the name of a function, None of None."""
    if given is None or isinstance(given, str):
        return given
    if hasattr(given, "get_config"):
        return {"class_name": type(given).__name__, "config": given.get_config()}
    return name_of(given)
