"""Layers that make ids of values, or rows of ids, without learning: Hashing, HashedCrossing, CategoryEncoding."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._types import Flag, Whole
from lacuna.layers._feature import Feature

__all__ = [
    "CategoryEncoding",
    "HashedCrossing",
    "Hashing",
]


def __dir__() -> list[str]:
    return __all__


class Hashing(Feature):
    """The bin of each value, in [0, num_bins): FarmHash64 of a word, or of a whole number's decimal text, mod num_bins.
    The bins are those of Keras 3.

    num_bins: 1 to 2**40. mask_value: the word or number that has bin 0, alone. salt: one or two whole numbers; bins are
    then by SipHash64 under this key. output_mode: 'int', the bins, of the shape of the input; 'one_hot', 'multi_hot' or
    'count', rows (batch, num_bins), csr unless sparse=False.

        >>> Hashing(3)(["A", "B", "C"]).tolist()
        [1, 0, 1]
    """

    def __init__(
        self,
        num_bins: Whole,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: Flag = True,
        **kwargs: Any,
    ) -> None:
        if isinstance(salt, (int, np.integer)) and not isinstance(salt, bool):
            salt = [int(salt)]
        self._make("Hashing", locals())


class HashedCrossing(Feature):
    """The bin of each combination of the values of two columns or more, (batch,) or (batch, 1): a list of inputs. The
    bins are those of Keras 3.

    output_mode: 'int', or 'one_hot', rows (batch, num_bins), csr unless sparse=False.

    Beyond Keras, columns may be bags: (batch, k), with k values a row, or csr, whose values are its columns. Then
    output_mode is 'multi_hot', rows with a 1 in the bin of each combination of a value of each, or 'count', where
    combinations count as often as they occur, times the products of the values of csr.

        >>> HashedCrossing(5)([["A", "B"], [101, 102]]).tolist()
        [1, 1]
        >>> HashedCrossing(2**20, "count")([csr_matrix([[0, 2.0, 3.0]]), [[7, 8]]]).data.tolist()
        [2.0, 2.0, 3.0, 3.0]
    """

    _inputs = None

    def __init__(self, num_bins: Whole, output_mode: str = "int", sparse: Flag = True, **kwargs: Any) -> None:
        self._make("HashedCrossing", locals())


class CategoryEncoding(Feature):
    """Ids in [0, num_tokens), (batch, k), as rows (batch, num_tokens), csr unless sparse=False.

    output_mode: 'one_hot', of one id; 'multi_hot', a 1 at each id; 'count', how often each is there, or the sum of its
    count_weights, an argument of the call, of the shape of the ids. IndexError for an id that is out of range.

        >>> CategoryEncoding(4, output_mode="count")([[0, 1], [0, 0]]).toarray()
        array([[1., 1., 0., 0.],
               [2., 0., 0., 0.]], dtype=float32)
    """

    def __init__(
        self, num_tokens: Whole | None = None, output_mode: str = "multi_hot", sparse: Flag = True, **kwargs: Any
    ) -> None:
        self._make("CategoryEncoding", locals())

    def __call__(self, inputs: Any, count_weights: Any = None, **kwargs: Any) -> Any:
        """Applies the layer. count_weights: a symbol of the shape of the ids."""
        if count_weights is not None:
            kwargs["count_weights"] = count_weights
        return super().__call__(inputs, **kwargs)
