"""Estimators of scikit-learn: ready ones, and any model of Lacuna as one. csr stays csr to the end.

They need scikit-learn 1.6 or newer; nothing else in Lacuna imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lacuna._later import later, listed
from lacuna.sklearn._needed import need_sklearn

need_sklearn()

if TYPE_CHECKING:
    from lacuna.sklearn.factorization import *  # noqa: F403
    from lacuna.sklearn.linear import *  # noqa: F403
    from lacuna.sklearn.models import *  # noqa: F403
    from lacuna.sklearn.networks import *  # noqa: F403

_NAMES = {
    "factorization": "FMClassifier FMRegressor",
    "linear": "LinearClassifier LinearRegressor",
    "models": "Facts LacunaClassifier LacunaRegressor",
    "networks": "MLPClassifier MLPRegressor WideDeepClassifier WideDeepRegressor",
}
__all__ = listed(_NAMES)


def __dir__() -> list[str]:
    return __all__


__getattr__ = later(__name__, _NAMES)
