"""Restores names that MXNet 1.9 and Keras 2.2 need but Python and NumPy no longer have. Import this module first."""

import collections
import collections.abc
import inspect

import numpy as np

for name in ("Callable", "Hashable", "Iterable", "Iterator", "Mapping", "MutableMapping", "Sequence"):
    setattr(collections, name, getattr(collections.abc, name))

for name, builtin in (("bool", bool), ("float", float), ("int", int), ("object", object)):
    if name not in np.__dict__:
        setattr(np, name, builtin)

if not hasattr(inspect, "getargspec"):
    ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")

    def getargspec(function):
        full = inspect.getfullargspec(function)
        return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)

    inspect.getargspec = getargspec
