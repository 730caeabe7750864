"""Layers of features: they turn raw columns, of words or numbers, into what other layers take. Called on arrays instead
of symbols, they answer at once."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import flag, shown
from lacuna._arrays import scipy_csr, view
from lacuna._files import error as file_error
from lacuna._files import path_of
from lacuna._types import ArrayLike, Flag, Whole
from lacuna.layers._given import is_symbol
from lacuna.layers.base import Layer

__all__ = [
    "CategoryEncoding",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
]


def __dir__() -> list[str]:
    return __all__


class Feature(Layer):
    """The base of layers of features."""

    _inputs = 1  # How many arrays a call takes; None: a list of any number.

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Applies the layer to a symbol; or to an array, and returns an array, or a matrix of scipy where the result is
        sparse."""
        several = self._inputs is None and isinstance(inputs, (list, tuple))
        if any(map(is_symbol, inputs if several else [inputs])):
            return super().__call__(inputs, *args, **kwargs)
        if args or kwargs:
            raise TypeError(f"{self.name}: for arrays, call takes the input alone. Received: {shown(args or kwargs)}.")
        return self._values([*inputs] if several else [inputs])

    def _values(self, arrays):
        given = [_at_least_one_row(array) for array in arrays]
        result = _core.values_of_layer(self._core, [view(a, f"{self.name}: inputs", strings=True) for a, _ in given])
        if isinstance(result, tuple):
            return scipy_csr(*result)
        return result[0] if given[0][1] else result

    def adapt(self, data: Any, batch_size: Whole | None = None, steps: Whole | None = None) -> None:
        """Learns from data what the layer needs, such as a vocabulary; what it had learned before is forgotten.

        data: an array, a list, a frame or a column of pandas, polars or pyarrow; a lacuna.data.Dataset with one input,
            or of several the one of the layer's name; or an iterable of such arrays, a part of the data each.
        batch_size: has no effect on the result. steps: how many parts of an iterable count.

        Data of any size may come in parts: the layer keeps what it has learned, not the data. ValueError for a layer
        that learns nothing."""
        core = getattr(data, "_core", None)
        if isinstance(core, _core.Dataset):
            names = [part[0] for part in core.schema if part[1] == "input"]
            _core.adapt_to_dataset(self._core, core, self.name if self.name in names and len(names) > 1 else None)
            return
        self.reset_state()
        if _gives_parts(data):
            for count, part in enumerate(data):
                if steps is not None and count == steps:
                    break
                self.update_state(part[0] if isinstance(part, tuple) else part)
        else:
            self.update_state(data)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forgets what update_state saw."""
        _core.reset_state(self._core)

    def update_state(self, data: ArrayLike) -> None:
        """Looks at a part of the data."""
        _core.update_state(self._core, view(data, f"{self.name}: adapt: data", strings=True))

    def finalize_state(self) -> None:
        """Learns from what update_state saw."""
        _core.finalize_state(self._core)


def _at_least_one_row(array):
    """The array, and whether it was a single value, which stands for one row."""
    if isinstance(array, (list, tuple)) or hasattr(array, "shape"):  # Of a list of long texts ndim would make an array
        return array, False  # in which each is as long as the longest.
    single = isinstance(array, (str, bytes)) or np.ndim(array) == 0
    return ([array], True) if single else (array, False)


def _gives_parts(data):
    """Whether it is an iterable of arrays: a generator, a tf.data.Dataset, a DataLoader."""
    if isinstance(data, (list, tuple, str, bytes)) or hasattr(data, "__array__") or hasattr(data, "tocsr"):
        return False
    return hasattr(data, "__iter__") and not any(hasattr(data, one) for one in ("dtype", "dtypes", "type", "schema"))


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

        >>> HashedCrossing(5)([["A", "B"], [101, 102]]).tolist()
        [1, 1]
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


class _Lookup(Feature):
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
        values, weights = _vocabulary(self.name, vocabulary, self._strings), _weights(idf_weights)
        (_core.set_words if self._strings else _core.set_numbers)(self._core, values, weights)

    def load_vocabulary(self, filename: Any) -> None:
        """Replaces the vocabulary by the lines of a text file."""
        self.set_vocabulary(_lines(self.name, filename))


def _lines(where, path):
    try:
        with open(path_of(where, path), encoding="utf-8", newline="\n") as file:
            return file.read().removesuffix("\n").split("\n")
    except OSError as failed:
        raise file_error(
            failed.errno, f"{where}: {failed.strerror}. Received: {shown(path)}.", os.fsencode(path)
        ) from None


def _vocabulary(where, given, strings):
    if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__"):
        given = _lines(where, given)
        return given if strings else [int(line) for line in given]
    if hasattr(given, "tolist"):
        given = given.tolist()
    return [one.decode() if isinstance(one, bytes) else one for one in given]


def _weights(given):
    return [] if given is None else [float(one) for one in given]


class StringLookup(_Lookup):
    """Words as indices of a vocabulary, which adapt counts, or `vocabulary` gives.

    Index 0 stands for mask_token, if it is given; the next num_oov_indices are for words out of the vocabulary, which
    share them by their hashes (0 of them: such a word is a ValueError); then come the words, the most frequent first,
    of equally frequent ones the largest. A missing word is the empty one.

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
        **kwargs: Any,
    ) -> None:
        vocabulary = None if vocabulary is None else _vocabulary("StringLookup", vocabulary, True)
        idf_weights = None if idf_weights is None else _weights(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        self._make("StringLookup", locals())
        del vars(self)["vocabulary_size"]  # The method.


class IntegerLookup(_Lookup):
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
        **kwargs: Any,
    ) -> None:
        vocabulary = None if vocabulary is None else _vocabulary("IntegerLookup", vocabulary, False)
        idf_weights = None if idf_weights is None else _weights(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        self._make("IntegerLookup", locals())
        del vars(self)["vocabulary_size"]  # The method.


class TextVectorization(_Lookup):
    """Texts, (batch,) or (batch, 1), as ids of their tokens or as rows of counts. adapt counts the tokens, or
    `vocabulary` gives them.

    standardize: 'lower', 'strip_punctuation', 'lower_and_strip_punctuation' or None: letters and punctuation of ASCII
    alone; punctuation is deleted. split: 'whitespace', 'character', None; or 'words', those of scikit-learn's
    vectorizers: two or more letters, digits or underscores of Unicode, which all else separates, also lower-cased by
    Unicode's rules. ngrams: n for all n-grams of 1 to n tokens, or a tuple of the lengths that are wanted; each is
    joined by a space.

    output_mode: 'int', ids (batch, output_sequence_length), filled up with 0 or cut, or as long as the longest text;
    id 1 is for tokens out of the vocabulary, then come the tokens, the most frequent first, of equally frequent ones
    the largest. 'multi_hot', 'count', 'tf_idf': rows with a column for each token, of which the first is for tokens
    out of the vocabulary, csr unless sparse=False. max_tokens: the most ids, or columns. pad_to_max_tokens: rows have
    max_tokens columns. idf_weights: of the vocabulary. ragged and encoding have no other values.

    Beyond Keras: min_count: rarer tokens are out of the vocabulary. num_oov_indices=0: rows have no column for such
    tokens. num_bins: ids are bins of hashes, those of Hashing, and there is no vocabulary; with hash='murmur3'
    columns are those of scikit-learn's HashingVectorizer, also with its alternate_sign. idf: 'keras', ln(1 + rows /
    (1 + rows with the token)), or 'smooth', scikit-learn's. sublinear_tf: counts n become 1 + ln n. norm: 'l1' or
    'l2', by which rows are divided.

    ValueError for a text that is not UTF-8 where characters or words are wanted.

        >>> layer = TextVectorization()
        >>> layer.adapt(["The cat sat.", "The dog's cat!"])
        >>> layer.get_vocabulary(), layer(["a cat sat"]).tolist()
        (['', '[UNK]', 'the', 'cat', 'sat', 'dogs'], [[1, 3, 4]])
    """

    def __init__(
        self,
        max_tokens: Whole | None = None,
        standardize: str | None = "lower_and_strip_punctuation",
        split: str | None = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: Whole | None = None,
        pad_to_max_tokens: Flag = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: Flag = True,
        ragged: Flag = False,
        encoding: str = "utf-8",
        min_count: Whole = 1,
        num_oov_indices: Whole = 1,
        num_bins: Whole | None = None,
        hash: str = "farmhash",
        alternate_sign: Flag = False,
        idf: str = "keras",
        sublinear_tf: Flag = False,
        norm: str | None = None,
        **kwargs: Any,
    ) -> None:
        vocabulary = None if vocabulary is None else _vocabulary("TextVectorization", vocabulary, True)
        idf_weights = None if idf_weights is None else _weights(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        self._make("TextVectorization", locals())
        del vars(self)["vocabulary_size"]  # The method.
