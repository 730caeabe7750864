"""Functions whose result differs between training and prediction."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._types import Flag, Number, Shape, TensorLike, Whole

__all__ = [
    "dropout",
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
]


def __dir__() -> list[str]:
    return __all__


def learning_phase() -> Any:
    """A placeholder for the phase: as an input of K.function, pass 1 to run as in training, else 0."""
    return _core.learning_phase()


def in_train_phase(x: TensorLike, alt: TensorLike, training: Flag | None = None) -> Any:
    """x in training, else alt; both must have the same shape, dtype and storage, and either may be a function without
    arguments that returns it. training: True or False chooses one at once."""
    return _in_phase(x, alt, training)


def in_test_phase(x: TensorLike, alt: TensorLike, training: Flag | None = None) -> Any:
    """x outside of training, else alt: see in_train_phase."""
    return _in_phase(alt, x, training)


def _in_phase(x, alt, training):
    if training in (True, 1):
        return x() if callable(x) else x
    if training in (False, 0) and training is not None:
        return alt() if callable(alt) else alt
    return _core.in_train_phase(x() if callable(x) else x, alt() if callable(alt) else alt)


def dropout(x: TensorLike, level: Number, noise_shape: Shape | None = None, seed: Whole | None = None) -> Any:
    """In training each value becomes 0 with probability `level`, else x / (1 - level); csr keeps its pattern.
    noise_shape: 1 along axes whose values are dropped or kept together, else None or the size of x."""
    return _core.dropout(x, level, () if noise_shape is None else noise_shape, seed)
