"""Tokenizer: the words of a corpus by frequency, texts as their numbers, and bags of words."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from lacuna._arguments import flag, no_more, shown, text, whole
from lacuna._custom import bad_config
from lacuna._types import Config, Flag, Whole
from lacuna.preprocessing._bags import bags

__all__ = [
    "Tokenizer",
    "tokenizer_from_json",
]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def __dir__() -> list[str]:
    return __all__


def words_of(where: str, given: Any, filters: Any, lower: bool, split: Any) -> list[str]:
    """The words of a text; each character of filters separates them as `split` does."""
    given, filters, split = text(where, "text", given), text(where, "filters", filters), text(where, "split", split)
    if not split:
        raise ValueError(f"{where}: split must not be empty. Received: split=''.")
    if lower:
        given = given.lower()
    given = given.translate({ord(one): split for one in filters})
    return [word for word in given.split(split) if word]


def _all(where: str, name: str, values: Any) -> Iterable[Any]:
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise TypeError(f"{where}: {name} must be a list of them, or a generator. Received: {name}={shown(values)}.")
    return values


class Tokenizer:
    """Numbers the words of a corpus by how often they occur, from 1 on, and turns texts into these numbers.

    num_words: only words with smaller numbers are used later on, so num_words - 1 words. filters, lower, split: see
    text_to_word_sequence. char_level: each character is a word. oov_token: a word that stands for all others; it gets
    number 1. A text may also be a list of words.

    After fitting, word_counts has the occurrences by word, word_docs the number of texts with it, word_index its
    number; index_word and index_docs have the same by number; document_count is the number of texts.

        >>> tokenizer = Tokenizer(num_words=1000)
        >>> tokenizer.fit_on_texts(["zeros cost nothing", "nothing is dense"])
        >>> tokenizer.texts_to_sequences(["nothing is free"])
        [[1, 4]]
        >>> tokenizer.texts_to_matrix(["nothing is free"], mode="count", sparse=True).shape
        (1, 1000)
    """

    def __init__(
        self,
        num_words: Whole | None = None,
        filters: str = FILTERS,
        lower: Flag = True,
        split: str = " ",
        char_level: Flag = False,
        oov_token: str | None = None,
        document_count: Whole = 0,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            warnings.warn("Tokenizer: nb_words is called num_words now.", UserWarning, stacklevel=2)
            num_words = kwargs.pop("nb_words")
        no_more("Tokenizer", kwargs)
        self.word_counts: Any = collections.OrderedDict()
        self.word_docs: Any = collections.defaultdict(int)
        self.index_docs: Any = collections.defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.num_words = None if num_words is None else whole("Tokenizer", "num_words", num_words)
        self.filters = text("Tokenizer", "filters", filters)
        self.split = text("Tokenizer", "split", split)
        self.lower = flag("Tokenizer", "lower", lower)
        self.char_level = flag("Tokenizer", "char_level", char_level)
        self.oov_token = None if oov_token is None else text("Tokenizer", "oov_token", oov_token)
        self.document_count = whole("Tokenizer", "document_count", document_count)

    def _words(self, where: str, given: Any) -> Any:
        if self.char_level or isinstance(given, (list, tuple)):
            given = given if isinstance(given, (list, tuple)) else text(where, "text", given)
            if self.lower:
                return [text(where, "a word", word).lower() for word in given]
            return list(given)
        return words_of(where, given, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Any) -> None:
        """Counts and numbers the words of a list, or a generator, of texts. Further calls add to the counts and may
        change the numbers."""
        for one in _all("fit_on_texts", "texts", texts):
            words = self._words("fit_on_texts", one)
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        by_count = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        numbered = ([] if self.oov_token is None else [self.oov_token]) + by_count
        self.word_index = {word: number for number, word in enumerate(numbered, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        self.index_docs.update({self.word_index[word]: count for word, count in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Any) -> None:
        """Counts in how many sequences each number of a word occurs, as mode 'tfidf' needs where no texts were
        fitted."""
        for sequence in _all("fit_on_sequences", "sequences", sequences):
            self.document_count += 1
            for number in {whole("fit_on_sequences", "a word", word) for word in sequence}:
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Any) -> list[list[int]]:
        """A list of numbers of words for each text. Unknown words, and those from num_words on, become oov_token or are
        left out."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Any) -> Iterator[list[int]]:
        """As texts_to_sequences, one text after another."""
        return (self._numbers(one) for one in _all("texts_to_sequences", "texts", texts))

    def _numbers(self, given: Any) -> list[int]:
        other = self._other()
        numbers = (self._below(self.word_index.get(word)) for word in self._words("texts_to_sequences", given))
        return [one for number in numbers if (one := other if number is None else number) is not None]

    def _other(self) -> int | None:
        return None if self.oov_token is None else self.word_index.get(self.oov_token)

    def _below(self, number: int | None) -> int | None:
        """The number, or None if it is num_words or more."""
        return None if number is None or (self.num_words and number >= self.num_words) else number

    def sequences_to_texts(self, sequences: Any) -> list[str]:
        """The text of each list of numbers, its words joined by blanks; see texts_to_sequences."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Any) -> Iterator[str]:
        """As sequences_to_texts, one after another."""
        return (self._text(one) for one in _all("sequences_to_texts", "sequences", sequences))

    def _text(self, sequence: Any) -> str:
        other = None if self._other() is None else self.oov_token
        found = (self._word(number) for number in _all("sequences_to_texts", "a sequence", sequence))
        return " ".join(one for word in found if (one := other if word is None else word) is not None)

    def _word(self, number: Any) -> str | None:
        below = self._below(whole("sequences_to_texts", "a word", number))
        return None if below is None else self.index_word.get(below)

    def texts_to_matrix(self, texts: Any, mode: str = "binary", sparse: Flag = False) -> Any:
        """The bags of words of texts; see sequences_to_matrix."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode, sparse)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary", sparse: Flag = False) -> Any:
        """Bags of words: a row for each sequence and a column for each number of a word, float64.

        mode: 'binary': 1 where the word occurs; 'count': how often; 'freq': the count by the length of the sequence;
        'tfidf': (1 + log count) log(1 + texts / (1 + texts with the word)). sparse: a scipy csr matrix, which takes
        memory for its non-zeros only. The number of columns is num_words, else the number of words plus 1. Numbers of
        num_words and more are left out. ValueError if the columns are unknown, or for 'tfidf' without fitting."""
        columns = self.num_words or (len(self.word_index) + 1 if self.word_index else 0)
        if not columns:
            raise ValueError(
                "sequences_to_matrix: num_words must be given, or texts fitted, to know how many columns there are. "
                "Received: neither; write Tokenizer(num_words=…), or fit_on_texts(texts) first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError(
                "sequences_to_matrix: mode 'tfidf' needs counts of texts. Received: none; call fit_on_texts or "
                "fit_on_sequences first."
            )
        sequences = _all("sequences_to_matrix", "sequences", sequences)
        sparse = flag("sequences_to_matrix", "sparse", sparse)
        return bags("sequences_to_matrix", sequences, columns, mode, sparse, self.index_docs, self.document_count)

    def get_config(self) -> Config:
        """The settings and what was counted; dicts are JSON, as in Keras."""
        import json

        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        settings = {name: getattr(self, name) for name in names}
        return {**settings, **{name: json.dumps(getattr(self, name)) for name in counted}}

    def to_json(self, **kwargs: Any) -> str:
        """The class name and get_config as JSON, for tokenizer_from_json. kwargs: passed to json.dumps."""
        import json

        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The Tokenizer from what to_json of Lacuna or Keras returned."""
    import json

    try:
        config = dict(json.loads(text("tokenizer_from_json", "json_string", json_string))["config"])
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        found = {name: json.loads(config.pop(name)) for name in counted}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"tokenizer_from_json: json_string must be what to_json returned. Received: {shown(json_string)}."
        ) from error
    with bad_config("tokenizer_from_json", config):
        result = Tokenizer(**config)
        result.word_counts.update(found["word_counts"])
        result.word_docs.update(found["word_docs"])
        result.index_docs.update({int(number): count for number, count in found["index_docs"].items()})
        result.index_word = {int(number): word for number, word in found["index_word"].items()}
        result.word_index = found["word_index"]
    return result
