"""Datasets of batches that a program makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lacuna import _core
from lacuna._arguments import shown
from lacuna._arrays import view
from lacuna.data.dataset import Dataset, views_of_parts

__all__ = ["batches"]


def __dir__() -> list[str]:
    return __all__


def batches(source: Iterable[Any] | Callable[[], Iterable[Any]], version: str = "") -> Dataset:
    """A Dataset of batches x, (x, y) or (x, y, sample_weight), in their order; `fit` makes batches of its own size of
    them, and shuffles their rows.

    source: a function without arguments that returns an iterator, and is called for each pass; or an iterable, such as
        a list or a Sequence. An iterator gives one pass: `pack` or `cache` it, or give the function that makes it.
    x and y are arrays or scipy matrices, or dicts of them by the names of inputs and outputs. All batches have the
        parts and shapes of the first one, which is made once more to find out, but for the number of rows.
    version: a text that changes when the batches do; without it `pack` makes its file anew, and BackupAndRestore cannot
        go on after a kill. ValueError in a pass, with the number of the batch, for one that does not fit.

        >>> made = lacuna.data.batches(lambda: ((np.eye(4)[:n], np.ones(n)) for n in (2, 3)))
        >>> made.load()[0].shape
        (5, 4)
    """
    if not (hasattr(source, "__iter__") or hasattr(source, "__getitem__") or callable(source)) or isinstance(
        source, (str, bytes, dict)
    ):
        raise TypeError(
            "batches: source must be an iterable of batches, or a function that returns one. Received: "
            f"{shown(source)}."
        )
    once = hasattr(source, "__next__")

    def passes() -> Callable[[], Any]:
        iterator = _iterator_of(source)
        count = 0

        def next_batch() -> Any:
            nonlocal count
            for batch in iterator:
                count += 1
                return _views(f"batches: batch {count}", batch)
            return None

        return next_batch

    return Dataset(_core.batches(passes, once, version), passes)


def _iterator_of(source: Any) -> Iterator[Any]:
    if callable(source) and not hasattr(source, "__iter__"):
        source = source()
    if hasattr(source, "__len__") and hasattr(source, "__getitem__"):  # Also a Sequence, whose iterator may not end.
        return (source[i] for i in range(len(source)))
    if not hasattr(source, "__iter__"):
        raise TypeError(f"batches: source must return an iterable of batches. Received: {shown(source)}.")
    return iter(source)


def _views(where: str, batch: Any) -> tuple[Any, Any, Any]:
    parts = batch if isinstance(batch, tuple) else (batch,)
    if not 1 <= len(parts) <= 3 or isinstance(batch, list):
        raise ValueError(
            f"{where} must be x, (x, y) or (x, y, sample_weight). Received: a {type(batch).__name__} of {len(batch)}."
        )
    x, y, weight = (*parts, None, None)[:3]
    return (
        _by_name(f"{where}: x", "x", x),
        None if y is None else _by_name(f"{where}: y", "y", y),
        None if weight is None else view(weight, f"{where}: sample_weight"),
    )


def _by_name(where: str, name: str, given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return views_of_parts(where, given)
    return {name: view(given, where, strings=name == "x")}
