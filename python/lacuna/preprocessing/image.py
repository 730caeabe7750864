"""Keras' functions on images, which Lacuna has not: each name is refused with what to do instead."""

from __future__ import annotations

from lacuna._absent import refusing

__all__: list[str] = []
__path__: list[str] = []  # So that Python asks for a module after `from … import X`, and the answer can be a reason.


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)
