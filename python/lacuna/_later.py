"""Names of packages that are imported when they are first used (PEP 562), so that importing Lacuna is quick: a script
pays only for the layers, callbacks and helpers that it names. Checkers of types see the same names by imports under
TYPE_CHECKING."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from lacuna._absent import refusal


def later(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package. names: for each of its modules the public names that the package has from it,
    separated by spaces; the modules themselves are attributes of the package too."""
    module_of = {name: module for module, some in names.items() for name in some.split()}

    def __getattr__(name: str) -> Any:
        if name in module_of:
            value = getattr(import_module(f"{package}.{module_of[name]}"), name)
        elif name in names:
            value = import_module(f"{package}.{name}")
        else:
            raise refusal(sys.modules[package], name)
        setattr(sys.modules[package], name, value)  # Python does not ask again.
        return value

    return __getattr__


def listed(names: Mapping[str, str]) -> list[str]:
    """The public names of a package, for its `__all__`."""
    return sorted(" ".join(names.values()).split())
