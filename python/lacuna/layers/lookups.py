"""Layers that look words and numbers up in a vocabulary: StringLookup and IntegerLookup."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import flag
from lacuna._types import Flag, Whole
from lacuna.layers._feature import Feature
from lacuna.layers._vocabulary import lines_of, vocabulary_of, weights_of

__all__ = [
    "IntegerLookup",
    "StringLookup",
]


def __dir__() -> list[str]:
    return __all__


class Lookup(Feature):
    """The base of layers with a vocabulary."""

    _strings = True

    def get_vocabulary(self, include_special_tokens: Flag = True) -> list:
        """The vocabulary in order: the masked value, if there is one and output_mode is 'int', then oov_token as often
        as num_oov_indices says, then the values. include_special_tokens=False: the values alone. ValueError before
        there is one."""
        include = flag(self.name, "include_special_tokens", include_special_tokens)
        return _core.vocabulary(self._core, self._strings, include)

    def vocabulary_size(self) -> int:
        """How many values the vocabulary has, with the masked and unknown ones; 0 before there is one."""
        return _core.vocabulary_size(self._core)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replaces the vocabulary: a list, an array, or the path of a text file with a value a line. idf_weights: a
        number for each, for output_mode='tf_idf'. ValueError if a value is there twice, or there are too many."""
        values, weights = vocabulary_of(self.name, vocabulary, self._strings), weights_of(idf_weights)
        (_core.set_words if self._strings else _core.set_numbers)(self._core, values, weights)

    def load_vocabulary(self, filename: Any) -> None:
        """Replaces the vocabulary by the lines of a text file."""
        self.set_vocabulary(lines_of(self.name, filename))


class StringLookup(Lookup):
    """Words as indices of a vocabulary, which adapt counts, or `vocabulary` gives.

    Index 0 stands for mask_token, if it is given; the next num_oov_indices are for words out of the vocabulary, which
    share them by their hashes (0 of them: such a word is a ValueError, or nothing in rows with ignore_oov=True); then
    come the words, the most frequent first, of equally frequent ones the largest. A missing word is the empty one.

    max_tokens: the most indices, with the special ones. min_count: rarer words are left out. vocabulary: a list, an
    array, or the path of a text file with a word a line. invert: from indices to words. output_mode: 'int', of the
    shape of the input; 'one_hot', 'multi_hot', 'count' or 'tf_idf' (counts times ln(1 + rows / (1 + rows with the
    word)), or times idf_weights): rows with a column for each word, csr unless sparse=False; mask_token counts as no
    word there. pad_to_max_tokens: rows have max_tokens columns. oov_token: what get_vocabulary and invert say for
    unknown words.

        >>> layer = StringLookup()
        >>> layer.adapt(["red", "blue", "red"])
        >>> layer(["blue", "green", "red"]).tolist(), layer.get_vocabulary()
        ([2, 0, 1], ['[UNK]', 'red', 'blue'])
    """

    def __init__(
        self,
        max_tokens: Whole | None = None,
        num_oov_indices: Whole = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: Flag = False,
        output_mode: str = "int",
        pad_to_max_tokens: Flag = False,
        sparse: Flag = True,
        min_count: Whole = 1,
        ignore_oov: Flag = False,
        **kwargs: Any,
    ) -> None:
        vocabulary = None if vocabulary is None else vocabulary_of("StringLookup", vocabulary, True)
        idf_weights = None if idf_weights is None else weights_of(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        self._make("StringLookup", locals())
        del vars(self)["vocabulary_size"]  # The method.


class IntegerLookup(Lookup):
    """The same as StringLookup for whole numbers. With several num_oov_indices, unknown numbers share them by their
    remainders, or by their hashes with oov_method='farmhash'.

        >>> IntegerLookup(vocabulary=[10, 20, 30])([[10, 5], [30, -1]]).tolist()
        [[1, 0], [3, 0]]
    """

    _strings = False

    def __init__(
        self,
        max_tokens: Whole | None = None,
        num_oov_indices: Whole = 1,
        mask_token: Whole | None = None,
        oov_token: Whole = -1,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: Flag = False,
        output_mode: str = "int",
        pad_to_max_tokens: Flag = False,
        sparse: Flag = True,
        min_count: Whole = 1,
        oov_method: str = "floormod",
        ignore_oov: Flag = False,
        **kwargs: Any,
    ) -> None:
        vocabulary = None if vocabulary is None else vocabulary_of("IntegerLookup", vocabulary, False)
        idf_weights = None if idf_weights is None else weights_of(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        self._make("IntegerLookup", locals())
        del vars(self)["vocabulary_size"]  # The method.
