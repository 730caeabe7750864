"""Layers that add or multiply noise in training, and return their input otherwise."""

from __future__ import annotations

from typing import Any

from lacuna._types import Number, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
]


def __dir__() -> list[str]:
    return __all__


class GaussianNoise(Layer):
    """Adds normally distributed noise with standard deviation stddev. csr is a ValueError, since zeros would not
    stay."""

    def __init__(self, stddev: Number, **kwargs: Any) -> None:
        self._make("GaussianNoise", locals())


class GaussianDropout(Layer):
    """Multiplies by noise with mean 1 and standard deviation √(rate / (1 - rate)) (Srivastava et al., 2014). csr keeps
    its pattern."""

    def __init__(self, rate: Number, **kwargs: Any) -> None:
        self._make("GaussianDropout", locals())


class AlphaDropout(Layer):
    """Dropout that keeps the mean and variance of selu outputs (Klambauer et al., 2017). csr is a ValueError, since
    zeros would not stay. noise_shape: as in Dropout."""

    def __init__(
        self, rate: Number, noise_shape: Shape | None = None, seed: Whole | None = None, **kwargs: Any
    ) -> None:
        self._make("AlphaDropout", locals())
