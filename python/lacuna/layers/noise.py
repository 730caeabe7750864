"""Noise, in training alone."""

from lacuna.layers.base import Layer

__all__ = [
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
]


def __dir__():
    return __all__


class GaussianNoise(Layer):
    """Adds normally distributed noise of deviation stddev. csr is a ValueError, since zeros would not stay."""

    def __init__(self, stddev, **kwargs):
        self._make("GaussianNoise", locals())


class GaussianDropout(Layer):
    """Multiplies by noise of mean 1 and deviation √(rate / (1 - rate)) (Srivastava et al., 2014). csr keeps its
    pattern."""

    def __init__(self, rate, **kwargs):
        self._make("GaussianDropout", locals())


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of what selu makes (Klambauer et al., 2017). csr is a ValueError, since
    zeros would not stay. noise_shape: as in Dropout."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        self._make("AlphaDropout", locals())
