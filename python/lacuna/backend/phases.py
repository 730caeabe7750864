"""Functions whose result differs between training and prediction."""

from __future__ import annotations

import warnings
from typing import Any

from lacuna import _core
from lacuna._arguments import shown
from lacuna._types import Flag, Number, Shape, TensorLike, Whole

__all__ = [
    "dropout",
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
    "set_learning_phase",
]


def __dir__() -> list[str]:
    return __all__


def learning_phase() -> Any:
    """A placeholder for the phase: as an input of K.function, pass 1 to run as in training, else 0. After
    set_learning_phase the number that was set."""
    fixed = _core.fixed_learning_phase()
    return _core.learning_phase() if fixed is None else int(fixed)


def set_learning_phase(value: Whole) -> None:
    """Fixes the phase of all that is built from now on, until clear_session. 0: layers act as in prediction even while
    fit trains, and so do in_train_phase and K.function. 1: in_train_phase and K.function act as in training; layers
    still do so in fit alone, which a warning says. ValueError for another value."""
    if isinstance(value, bool) or value not in (0, 1):
        raise ValueError(f"set_learning_phase: value must be 0 or 1. Received: value={shown(value)}.")
    if value == 1:
        warnings.warn(
            "set_learning_phase: predict and evaluate still run layers as in prediction; K.function and K.dropout act "
            "as in training. Received: value=1.",
            UserWarning,
            stacklevel=2,
        )
    _core.set_learning_phase(value == 1)


def in_train_phase(x: TensorLike, alt: TensorLike, training: Flag | None = None) -> Any:
    """x in training, else alt; both must have the same shape, dtype and storage, and either may be a function without
    arguments that returns it. training: True or False chooses one at once."""
    return _in_phase(x, alt, training)


def in_test_phase(x: TensorLike, alt: TensorLike, training: Flag | None = None) -> Any:
    """x outside of training, else alt: see in_train_phase."""
    return _in_phase(alt, x, training)


def _in_phase(x, alt, training):
    if training is None or _core.is_learning_phase(training):
        training = _core.fixed_learning_phase()
    if training in (True, 1):
        return x() if callable(x) else x
    if training in (False, 0) and training is not None:
        return alt() if callable(alt) else alt
    return _core.in_train_phase(x() if callable(x) else x, alt() if callable(alt) else alt)


def dropout(x: TensorLike, level: Number, noise_shape: Shape | None = None, seed: Whole | None = None) -> Any:
    """Each value becomes 0 with probability `level`, else x / (1 - level), in each run anew and in any phase: write
    in_train_phase(lambda: dropout(x, level), x) for training alone. csr keeps its pattern. seed: the same numbers in
    each process. noise_shape: 1 along axes whose values are dropped or kept together, else None or the size of x."""
    return _core.dropout(x, level, () if noise_shape is None else noise_shape, seed)
