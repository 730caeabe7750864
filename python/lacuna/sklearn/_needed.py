"""scikit-learn must be there, and be new enough."""

from __future__ import annotations

OLDEST = (1, 6)  # The first with __sklearn_tags__ and validate_data.
_INSTALL = "write pip install 'lacuna[sklearn]'"


def need_sklearn() -> None:
    """ImportError that says what to install, where scikit-learn is missing or too old."""
    try:
        import sklearn
    except ModuleNotFoundError as error:
        if error.name != "sklearn":
            raise
        raise ImportError(
            f"lacuna.sklearn: scikit-learn must be installed; {_INSTALL}. Received: no module named sklearn.",
            name="sklearn",
        ) from None
    found = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
    if found < OLDEST:
        raise ImportError(
            f"lacuna.sklearn: scikit-learn must be {'.'.join(map(str, OLDEST))} or newer; {_INSTALL}. Received: "
            f"sklearn {sklearn.__version__}.",
            name="sklearn",
        )
