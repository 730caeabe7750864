"""The layer TextVectorization."""

from __future__ import annotations

import inspect
import weakref
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._custom import custom, name_of, shown
from lacuna._strings import view_of_strings
from lacuna._types import Flag, Function, Whole
from lacuna.layers._vocabulary import vocabulary_of, weights_of
from lacuna.layers.lookups import Lookup

__all__ = [
    "TextVectorization",
]


def __dir__() -> list[str]:
    return __all__


class TextVectorization(Lookup):
    """Texts, (batch,) or (batch, 1), as ids of their tokens or as rows of counts. adapt counts the tokens, or
    `vocabulary` gives them.

    standardize: 'lower', 'strip_punctuation', 'lower_and_strip_punctuation' or None: letters and punctuation of ASCII
    alone; punctuation is deleted. split: 'whitespace', 'character', None; or 'words', those of scikit-learn's
    vectorizers: two or more letters, digits or underscores of Unicode, which all else separates, also lower-cased by
    Unicode's rules. Either may be a function of your own: it is called with an array of str, of rank 1, and returns as
    many, or a list of tokens for each; several threads may call it. A config has its name, by which custom_objects
    give it to load_model. ngrams: n for all n-grams of 1 to n tokens, or a tuple of the lengths that are wanted; each
    is joined by a space.

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
        standardize: str | Function | None = "lower_and_strip_punctuation",
        split: str | Function | None = "whitespace",
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
        vocabulary = None if vocabulary is None else vocabulary_of("TextVectorization", vocabulary, True)
        idf_weights = None if idf_weights is None else weights_of(idf_weights)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        own = {"standardize": _own(standardize), "split": _own(split)}
        standardize = _held("standardize", own["standardize"], _standardized)
        split = _held("split", own["split"], _split)
        arguments = {name: one for name, one in locals().items() if name != "own"}
        self._make("TextVectorization", arguments)
        vars(self).update({name: one for name, one in own.items() if callable(one)})
        del vars(self)["vocabulary_size"]  # The method.


def _own(given):
    """A function, given or by the name that a config has for it; else what was given."""
    if isinstance(given, dict) and given.get("class_name") == "function":  # Of Keras 3.
        given = given.get("config")
    return custom.get(given, given) if isinstance(given, str) else given


def _held(setting, given, wrapped):
    if not callable(given):
        return given
    make = {"standardize": _core.standardize_function, "split": _core.split_function}[setting]
    return make(name_of(given), wrapped(_weakly(setting, given)))


def _weakly(setting, function):
    """The function, of which the layer's object alone is an owner: C++ keeps what is returned, and a cycle through it
    would never be found."""
    try:
        reference = weakref.WeakMethod(function) if inspect.ismethod(function) else weakref.ref(function)
    except TypeError:  # Such as str.split.
        return function

    def call(texts):
        if (alive := reference()) is None:
            raise RuntimeError(
                f"TextVectorization: the layer whose function {setting} is must live. Received: it is gone."
            )
        return alive(texts)

    return call


def _standardized(function):
    where = "TextVectorization: what standardize returned"

    def run(texts):
        made = np.asarray(function(texts))
        if made.shape != texts.shape:
            raise ValueError(f"{where} must be a text for each. Received: shape {made.shape} for {len(texts)} texts.")
        return view_of_strings(made.astype(object), where)

    return run


def _split(function):
    where = "TextVectorization: what split returned"

    def run(texts):
        returned = made = function(texts)
        try:
            made = made.to_list() if hasattr(made, "to_list") else list(made)  # A ragged tensor has the former.
            good = len(made) == len(texts) and not any(isinstance(tokens, (str, bytes)) for tokens in made)
            made = [list(tokens) for tokens in made] if good else made
        except TypeError:
            good = False
        if not good:
            raise ValueError(
                f"{where} must be a list of tokens for each text. Received: {shown(returned)} for {len(texts)} texts."
            )
        tokens = [token for one in made for token in one]
        flat = np.empty(len(tokens), object)
        flat[:] = tokens
        return view_of_strings(flat, where), [len(one) for one in made]

    return run
