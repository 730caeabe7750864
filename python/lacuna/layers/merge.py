"""Layers of several inputs, called on a list, and their functional forms."""

from __future__ import annotations

from typing import Any

from lacuna._types import Axes, Flag
from lacuna.layers.base import Layer

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


def __dir__() -> list[str]:
    return __all__


class Add(Layer):
    """The sum of the inputs: csr if all inputs are csr, else dense."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Add", locals())


class Subtract(Layer):
    """The first of two inputs minus the second."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Subtract", locals())


class Multiply(Layer):
    """The product of the inputs, element by element; csr if any of them is csr."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Multiply", locals())


class Average(Layer):
    """The mean of the inputs: csr if all inputs are csr, else dense."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Average", locals())


class Maximum(Layer):
    """The largest of the inputs, element by element. They are all dense, or all csr, which gives csr."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Maximum", locals())


class Minimum(Layer):
    """The smallest of the inputs, element by element. They are all dense, or all csr, which gives csr."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Minimum", locals())


class Concatenate(Layer):
    """Concatenates the inputs along an axis; the batch is axis 0. csr with dense gives csr, as scipy's hstack does."""

    def __init__(self, axis: Axes = -1, **kwargs: Any) -> None:
        self._make("Concatenate", locals())


class Dot(Layer):
    """For each sample, the product of two inputs over one axis of each. axes: one number for both or a pair; the batch
    is axis 0. normalize: vectors are first scaled to norm 1, so that the result is their cosine."""

    def __init__(self, axes: Axes, normalize: Flag = False, **kwargs: Any) -> None:
        self._make("Dot", locals())


def add(inputs: Any, **kwargs: Any) -> Any:
    """Add(**kwargs)(inputs)"""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """Subtract(**kwargs)(inputs)"""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Multiply(**kwargs)(inputs)"""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Average(**kwargs)(inputs)"""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Maximum(**kwargs)(inputs)"""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Minimum(**kwargs)(inputs)"""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: Axes = -1, **kwargs: Any) -> Any:
    """Concatenate(axis, **kwargs)(inputs)"""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Axes, normalize: Flag = False, **kwargs: Any) -> Any:
    """Dot(axes, normalize, **kwargs)(inputs)"""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
