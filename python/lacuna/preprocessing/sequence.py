"""Sequences of numbers of words: padding, pairs of words and contexts, windows of time series."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from lacuna._absent import refusing
from lacuna._arguments import flag, number, shown, whole
from lacuna._types import ArrayLike, Config, DTypeLike, Flag, Number, Whole
from lacuna.utils.data_utils import Sequence

__all__ = [
    "TimeseriesGenerator",
    "make_sampling_table",
    "pad_sequences",
    "skipgrams",
]


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


def _positive(where: str, name: str, value: Any) -> int:
    value = whole(where, name, value)
    if value < 1:
        raise ValueError(f"{where}: {name} must be positive. Received: {name}={value}.")
    return value


def _side(name: str, value: Any) -> bool:
    """Whether 'pre', and not 'post', was given."""
    if not isinstance(value, str) or value not in ("pre", "post"):
        raise ValueError(f"pad_sequences: {name} must be 'pre' or 'post'. Received: {name}={shown(value)}.")
    return value == "pre"


def pad_sequences(
    sequences: Any,
    maxlen: Whole | None = None,
    dtype: DTypeLike = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Any:
    """Sequences of several lengths as one array of shape (number of sequences, maxlen), or (…, maxlen, features) if
    their elements are vectors. maxlen: the length of the longest one unless given. value fills the shorter ones at the
    beginning (padding='pre') or at the end ('post'); of longer ones the beginning (truncating='pre') or the end
    ('post') is left out.

    ValueError if sequences is not a list of lists, or if vectors have different lengths.

        >>> pad_sequences([[1, 2, 3], [4]], maxlen=2)
        array([[2, 3],
               [0, 4]], dtype=int32)
    """
    pads_before, cuts_before = _side("padding", padding), _side("truncating", truncating)
    if hasattr(sequences, "tocsr") or not hasattr(sequences, "__len__"):
        raise ValueError(f"pad_sequences: sequences must be a list of sequences. Received: {shown(sequences)}.")
    for one in sequences:
        if not hasattr(one, "__len__") or isinstance(one, (str, bytes, dict)):
            raise ValueError(
                f"pad_sequences: sequences must be a list of sequences of numbers. Received: an element {shown(one)}."
            )
    if maxlen is None:
        maxlen = max((len(one) for one in sequences), default=0)
    maxlen = whole("pad_sequences", "maxlen", maxlen)
    if maxlen < 0:
        raise ValueError(f"pad_sequences: maxlen must not be negative. Received: maxlen={maxlen}.")
    element = next((np.asarray(one).shape[1:] for one in sequences if len(one)), ())
    try:
        dtype = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"pad_sequences: dtype must be one of NumPy's. Received: dtype={shown(dtype)}.") from None
    if isinstance(value, str) and dtype.kind not in "OUS":
        raise ValueError(
            f"pad_sequences: value must be a number where dtype is one of numbers; write dtype=object for texts. "
            f"Received: value={shown(value)}, dtype={dtype}."
        )
    try:
        result = np.full((len(sequences), maxlen, *element), value, dtype=dtype)
    except TypeError:
        raise TypeError(f"pad_sequences: value must be a number. Received: value={shown(value)}.") from None
    for row, one in zip(result, sequences):
        kept = _as(dtype, one[max(0, len(one) - maxlen) :] if cuts_before else one[:maxlen])
        if not len(kept):
            continue
        if kept.shape[1:] != element:
            raise ValueError(
                f"pad_sequences: all elements must have one shape. Received: shapes {element} and {kept.shape[1:]}."
            )
        row[maxlen - len(kept) if pads_before else 0 :][: len(kept)] = kept
    return result


def _as(dtype: Any, sequence: Any) -> Any:
    try:
        return np.asarray(sequence, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"pad_sequences: sequences must hold {dtype}: {str(error)[:100]}. Received: {shown(sequence)}."
        ) from None


def make_sampling_table(size: Whole, sampling_factor: Number = 1e-5) -> Any:
    """For each rank of a word, from the most frequent on, the probability that skipgrams keeps it: an array of shape
    (size,). Frequencies are those of Zipf's law. The rule is that of word2vec: min(1, sqrt(sampling_factor /
    frequency))."""
    size = _positive("make_sampling_table", "size", size)
    factor = number("make_sampling_table", "sampling_factor", sampling_factor)
    if not 0 < factor < float("inf"):
        raise ValueError(f"make_sampling_table: sampling_factor must be positive. Received: sampling_factor={factor}.")
    rank = np.arange(size, dtype=float)
    rank[0] = 1
    euler = 0.577
    inverse_frequency = rank * (np.log(rank) + euler) + 0.5 - 1 / (12 * rank)
    f = factor * inverse_frequency
    return np.minimum(1, f / np.sqrt(f))


def skipgrams(
    sequence: Any,
    vocabulary_size: Whole,
    window_size: Whole = 4,
    negative_samples: Number = 1.0,
    shuffle: Flag = True,
    categorical: Flag = False,
    sampling_table: Any = None,
    seed: Whole | None = None,
) -> Any:
    """Pairs of words, and whether they stand near each other: ([[word, context], …], [label, …]).

    sequence: numbers of words; 0 stands for no word and is left out. Each word is paired with those at most window_size
    away (label 1), and negative_samples times as many pairs are made with words drawn below vocabulary_size (label 0).
    categorical: labels are [0, 1] and [1, 0]. sampling_table: see make_sampling_table. seed: for the shuffle; Python's
    random draws the rest."""
    vocabulary_size = whole("skipgrams", "vocabulary_size", vocabulary_size)
    window_size = whole("skipgrams", "window_size", window_size)
    negative_samples = number("skipgrams", "negative_samples", negative_samples)
    shuffle, categorical = flag("skipgrams", "shuffle", shuffle), flag("skipgrams", "categorical", categorical)
    if not 0 <= negative_samples < float("inf"):
        raise ValueError(f"skipgrams: negative_samples must be 0 or more. Received: {negative_samples}.")
    near, far = ([0, 1], [1, 0]) if categorical else (1, 0)
    pairs = _near_pairs(_words(sequence), window_size, sampling_table)
    labels: list[Any] = [near] * len(pairs)
    drawn = int(len(pairs) * negative_samples)
    if drawn:
        if vocabulary_size < 2:
            raise ValueError(f"skipgrams: vocabulary_size must be 2 or more. Received: {vocabulary_size}.")
        words = [word for word, _ in pairs]
        random.shuffle(words)
        pairs += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(drawn)]
        labels += [far] * drawn
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else whole("skipgrams", "seed", seed)
        for some in (pairs, labels):  # The same order for both.
            random.Random(seed).shuffle(some)
    return pairs, labels


def _words(sequence: Any) -> list[int]:
    try:
        return [whole("skipgrams", "a word", word) for word in sequence]
    except TypeError:
        raise TypeError(
            f"skipgrams: sequence must be a list of whole numbers. Received: sequence={shown(sequence)}."
        ) from None


def _near_pairs(sequence: list[int], window_size: int, sampling_table: Any) -> list[list[int]]:
    pairs = []
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and _kept(sampling_table, word) < random.random():
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                pairs.append([word, sequence[j]])
    return pairs


def _kept(sampling_table: Any, word: int) -> float:
    try:
        return number("skipgrams", "sampling_table", sampling_table[word])
    except (IndexError, KeyError, TypeError, ValueError):
        raise ValueError(
            f"skipgrams: sampling_table must have a number for each word. Received: word={word}, "
            f"sampling_table={shown(sampling_table)}."
        ) from None


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series, for fit: (samples, targets), where samples have shape (batch, length /
    sampling_rate, …) and the target of a window is the one of the step after it.

    data, targets: arrays with one row per step. length: steps in a window. sampling_rate: only each such step is kept.
    stride: steps between windows. start_index, end_index: the steps that are used, both included. shuffle: windows are
    drawn at random, with repetitions. reverse: time runs backwards in a window. ValueError if there is no window.

        >>> windows = TimeseriesGenerator([10, 20, 30, 40], [1, 2, 3, 4], length=2, batch_size=1)
        >>> windows[0]
        (array([[10, 20]]), array([3]))
    """

    def __init__(
        self,
        data: ArrayLike,
        targets: ArrayLike,
        length: Whole,
        sampling_rate: Whole = 1,
        stride: Whole = 1,
        start_index: Whole = 0,
        end_index: Whole | None = None,
        shuffle: Flag = False,
        reverse: Flag = False,
        batch_size: Whole = 128,
    ) -> None:
        where = "TimeseriesGenerator"
        for name, given in (("data", data), ("targets", targets)):
            if not hasattr(given, "__len__") or hasattr(given, "tocsr") or isinstance(given, (str, bytes, dict, set)):
                raise TypeError(
                    f"{where}: {name} must be an array with a row per step; for a sparse matrix write "
                    f"{name}.toarray(). Received: {name}={shown(given)}."
                )
        if len(data) != len(targets):
            raise ValueError(
                f"{where}: data and targets must have as many rows. Received: {len(data)} and {len(targets)}."
            )
        self.data, self.targets = data, targets
        self.length = _positive(where, "length", length)
        self.sampling_rate = _positive(where, "sampling_rate", sampling_rate)
        self.stride = _positive(where, "stride", stride)
        self.start_index = whole(where, "start_index", start_index) + self.length
        self.end_index = len(data) - 1 if end_index is None else whole(where, "end_index", end_index)
        self.shuffle, self.reverse = flag(where, "shuffle", shuffle), flag(where, "reverse", reverse)
        self.batch_size = _positive(where, "batch_size", batch_size)
        if not self.length <= self.start_index <= self.end_index < len(data):
            raise ValueError(
                f"{where}: start_index + length must be at most end_index, and that below the number of steps. "
                f"Received: {self.start_index}, end_index={self.end_index}, steps={len(data)}."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: Whole) -> Any:
        index = whole("TimeseriesGenerator", "index", index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"TimeseriesGenerator: index must be below {len(self)}. Received: index={index}.")
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            step = self.batch_size * self.stride
            first = self.start_index + step * (index % len(self))
            rows = np.arange(first, min(first + step, self.end_index + 1), self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> Config:
        """The settings, from which the same object can be made; data and targets are JSON."""
        import json

        def as_json(name: str) -> str:
            values = getattr(self, name)
            try:
                return json.dumps(values.tolist() if isinstance(values, np.ndarray) else values)
            except TypeError as error:
                raise TypeError(f"TimeseriesGenerator: {name} cannot be written as JSON: {error}.") from None

        names = ("length", "sampling_rate", "stride", "end_index", "shuffle", "reverse", "batch_size")
        return {
            "data": as_json("data"),
            "targets": as_json("targets"),
            "start_index": self.start_index - self.length,
            **{name: getattr(self, name) for name in names},
        }

    def to_json(self, **kwargs: Any) -> str:
        """The class name and get_config as JSON. kwargs: passed to json.dumps."""
        import json

        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)
