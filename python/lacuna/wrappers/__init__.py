"""Models as estimators of other libraries."""

from __future__ import annotations

from lacuna.wrappers import scikit_learn

__all__ = ["scikit_learn"]


def __dir__() -> list[str]:
    return __all__
