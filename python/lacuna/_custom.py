"""Classes and functions of one's own, by the names that configs and files have for them."""

import contextlib
import inspect

custom = {}  # Known at the moment.


@contextlib.contextmanager
def custom_object_scope(*dicts):
    """Within it the classes and functions of these dicts (None: none) are known by their names."""
    before = dict(custom)
    for some in dicts:
        custom.update(some or {})
    try:
        yield
    finally:
        custom.clear()
        custom.update(before)


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
