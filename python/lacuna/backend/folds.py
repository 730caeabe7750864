"""Functions that are applied to the slices of a symbol along its first axis, while the graph is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lacuna._custom import shown
from lacuna._types import DTypeLike, TensorLike
from lacuna.backend.products import stack
from lacuna.backend.symbols import cast, int_shape, is_tensor

__all__ = ["foldl", "foldr", "map_fn"]


def __dir__() -> list[str]:
    return __all__


def _slices(where, elems):
    if not is_tensor(elems) or not int_shape(elems) or int_shape(elems)[0] is None:
        raise ValueError(
            f"{where}: the first dimension of elems must be known, since fn is called for each slice while the graph "
            f"is made; for the rows of a batch write functions of the whole symbol. Received: elems={shown(elems)}."
        )
    return [elems[i] for i in range(int_shape(elems)[0])]


def map_fn(fn: Callable[[Any], Any], elems: TensorLike, name: str | None = None, dtype: DTypeLike = None) -> Any:
    """fn of each slice elems[i], stacked. ValueError if the first dimension is open."""
    result = stack([fn(slice) for slice in _slices("map_fn", elems)])
    return result if dtype is None else cast(result, dtype)


def foldl(
    fn: Callable[[Any, Any], Any], elems: TensorLike, initializer: TensorLike | None = None, name: str | None = None
) -> Any:
    """fn(fn(initializer, elems[0]), elems[1]), … The first slice is the initial value unless one is given. ValueError
    if the first dimension is open."""
    return _fold(fn, _slices("foldl", elems), initializer)


def foldr(
    fn: Callable[[Any, Any], Any], elems: TensorLike, initializer: TensorLike | None = None, name: str | None = None
) -> Any:
    """As foldl, from the last slice to the first."""
    return _fold(fn, _slices("foldr", elems)[::-1], initializer)


def _fold(fn, slices, initializer):
    if initializer is None:
        if not slices:
            raise ValueError("fold: an initializer must be given where elems has no slices.")
        initializer, *slices = slices
    for slice in slices:
        initializer = fn(initializer, slice)
    return initializer
