"""Layers of several inputs, called on a list, and their functional forms."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import shown
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


class _Merge(Layer):
    """The base of layers that make one output of several inputs."""

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output, or None, from a list of the inputs and a list of their masks, or None."""
        if mask is None:
            return None
        if not isinstance(inputs, (list, tuple)) or not isinstance(mask, (list, tuple)) or len(inputs) != len(mask):
            raise ValueError(
                f"{self.name}: compute_mask must get a list of inputs and a list with a mask, or None, for each. "
                f"Received: inputs={shown(inputs)}, mask={shown(mask)}."
            )
        return super().compute_mask(inputs, mask)


class Add(_Merge):
    """The sum of the inputs: csr if all inputs are csr, else dense.

    Shapes are equal, or 1 where they differ. ValueError for other shapes, or for a single input.

        >>> a, b = K.variable(csr_matrix([[0, 1.0]])), K.variable(csr_matrix([[0, 2.0]]))
        >>> K.to_scipy(Add()([a, b])).toarray()
        array([[0., 3.]], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        self._make("Add", locals())


class Subtract(_Merge):
    """The first of two inputs minus the second."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Subtract", locals())


class Multiply(_Merge):
    """The product of the inputs, element by element; csr if any of them is csr.

    Shapes are equal, or 1 where they differ. ValueError for other shapes, or for a single input.

        >>> a, b = K.variable(csr_matrix([[0, 2.0]])), K.variable([[5.0, 3.0]])
        >>> K.to_scipy(Multiply()([a, b])).toarray()
        array([[0., 6.]], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        self._make("Multiply", locals())


class Average(_Merge):
    """The mean of the inputs: csr if all inputs are csr, else dense."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Average", locals())


class Maximum(_Merge):
    """The largest of the inputs, element by element. They are all dense, or all csr, which gives csr."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Maximum", locals())


class Minimum(_Merge):
    """The smallest of the inputs, element by element. They are all dense, or all csr, which gives csr."""

    def __init__(self, **kwargs: Any) -> None:
        self._make("Minimum", locals())


class Concatenate(_Merge):
    """Concatenates the inputs along an axis; the batch is axis 0. csr with dense gives csr, as scipy's hstack does.

    ValueError if sizes differ along another axis.

        >>> words, numbers = K.variable(csr_matrix([[0, 2.0]])), K.variable([[5.0]])
        >>> K.to_scipy(Concatenate()([words, numbers])).toarray()
        array([[0., 2., 5.]], dtype=float32)
    """

    def __init__(self, axis: Axes = -1, **kwargs: Any) -> None:
        self._make("Concatenate", locals())


class Dot(_Merge):
    """For each sample, the product of two inputs over one axis of each. axes: one number for both or a pair; the batch
    is axis 0. normalize: vectors are first scaled to norm 1, so that the result is their cosine.

    Two inputs (batch, n) give (batch, 1). ValueError if the sizes of the two axes differ.

        >>> user, item = K.variable([[1.0, 2.0]]), K.variable([[3.0, 4.0]])
        >>> K.eval(Dot(axes=1)([user, item]))
        array([[11.]], dtype=float32)
    """

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
    """Concatenate(axis, **kwargs)(inputs)

    inputs: a list of symbols. Errors as of Concatenate.

        >>> words, numbers = Input((1000,), sparse=True), Input((3,))
        >>> K.int_shape(concatenate([words, numbers]))
        (None, 1003)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Axes, normalize: Flag = False, **kwargs: Any) -> Any:
    """Dot(axes, normalize, **kwargs)(inputs)"""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
