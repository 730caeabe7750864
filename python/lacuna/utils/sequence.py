"""Sequence: the base class of batches by number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lacuna._types import Whole

__all__ = ["Sequence"]


def __dir__() -> list[str]:
    return __all__


class Sequence:
    """Batches by number, for fit: derive from it and define __len__, the number of batches of an epoch, and
    __getitem__(index), which returns the batch (x, y) or (x, y, sample_weight). Workers may ask for batches at the same
    time and in any order. Iterating over it never ends: after the last batch the first one follows.

        >>> class Rows(Sequence):
        ...     def __init__(self, x, y, batch_size):
        ...         self.x, self.y, self.batch_size = x, y, batch_size
        ...
        ...     def __len__(self):
        ...         return -(-len(self.y) // self.batch_size)
        ...
        ...     def __getitem__(self, index):
        ...         rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        ...         return self.x[rows], self.y[rows]
        >>> Rows("abc", [1, 2, 3], 2)[1]
        ('c', [3])
    """

    def __getitem__(self, index: Whole) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: __getitem__(index) must be defined; it returns a batch.")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__}: __len__() must be defined: how many batches there are.")

    def on_epoch_end(self) -> None:
        """Called after each epoch; override it, to shuffle for instance."""

    def __iter__(self) -> Iterator[Any]:
        while True:
            for index in range(len(self)):
                yield self[index]
