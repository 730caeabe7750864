"""Texts as numbers of words, and as bags of words: dense, or csr that is never dense."""

from __future__ import annotations

import operator
from typing import Any

from lacuna._absent import refusing
from lacuna._arguments import flag, shown, whole
from lacuna._types import Flag, Function, Whole
from lacuna.preprocessing.tokenizer import FILTERS, Tokenizer, tokenizer_from_json, words_of

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_to_word_sequence",
    "tokenizer_from_json",
]


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


def text_to_word_sequence(text: str, filters: str = FILTERS, lower: Flag = True, split: str = " ") -> list[str]:
    """The words of a text. filters: characters that separate words as `split` does. lower: in lower case.

    >>> text_to_word_sequence("Zeros cost nothing.")
    ['zeros', 'cost', 'nothing']
    """
    lower = flag("text_to_word_sequence", "lower", lower)
    return words_of("text_to_word_sequence", text, filters, lower, split)


def one_hot(text: str, n: Whole, filters: str = FILTERS, lower: Flag = True, split: str = " ") -> list[int]:
    """hashing_trick with Python's hash, which is another one in each process; see there."""
    return hashing_trick(text, n, None, filters, lower, split)


def hashing_trick(
    text: str,
    n: Whole,
    hash_function: Function | str | None = None,
    filters: str = FILTERS,
    lower: Flag = True,
    split: str = " ",
) -> list[int]:
    """The words of a text as numbers from 1 to n - 1, each its hash; several words may have the same number.

    hash_function: 'md5', which gives the same numbers everywhere, a function from a word to a whole number, or None:
    Python's hash, which is another one in each process unless PYTHONHASHSEED is set. ValueError if n is below 2."""
    n = whole("hashing_trick", "n", n)
    if n < 2:
        raise ValueError(f"hashing_trick: n must be 2 or more. Received: n={n}.")
    found = words_of("hashing_trick", text, filters, flag("hashing_trick", "lower", lower), split)
    of_word = _hash(hash_function)
    try:
        return [operator.index(of_word(word)) % (n - 1) + 1 for word in found]
    except TypeError as error:
        raise TypeError(
            f"hashing_trick: hash_function must take a word and give a whole number: {str(error)[:100]}. Received: "
            f"hash_function={shown(hash_function)}."
        ) from error


def _hash(function: Any) -> Any:
    if function is None:
        return hash
    if function == "md5":
        import hashlib

        return lambda word: int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
    if not callable(function):
        raise ValueError(
            f"hashing_trick: hash_function must be a function, 'md5' or None. Received: {shown(function)}."
        )
    return function
