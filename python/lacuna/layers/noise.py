"""Noise, in training alone."""

from lacuna import _core
from lacuna.layers.base import Layer, options

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
        self.stddev = stddev
        self._adopt(_core.gaussian_noise_layer(stddev, options("GaussianNoise", kwargs)))


class GaussianDropout(Layer):
    """Multiplies by noise of mean 1 and deviation √(rate / (1 - rate)) (Srivastava et al., 2014). csr keeps its
    pattern."""

    def __init__(self, rate, **kwargs):
        self.rate = rate
        self._adopt(_core.gaussian_dropout_layer(rate, options("GaussianDropout", kwargs)))


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of what selu makes (Klambauer et al., 2017). csr is a ValueError, since
    zeros would not stay. noise_shape: as in Dropout."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed
        shape = () if noise_shape is None else noise_shape
        self._adopt(_core.alpha_dropout_layer(rate, shape, seed, options("AlphaDropout", kwargs)))
