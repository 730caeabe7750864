"""Rows like those of news articles as tf-idf, as rcv1 is: words by Zipf's law, of which some belong to the topic, and
one of two classes of topics. And real data sets in the same form, where this machine has them."""

import pathlib

import numpy as np
import scipy.sparse as sp

COLUMNS, TOPICS, OWN_WORDS = 47_236, 100, 2_000  # rcv1 has as many columns.
WRONG = 0.02  # What part of the labels is wrong.
REAL = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"


def made(rows):
    """(x, y) of so many rows, some 80 words each, of unit length."""
    rng = np.random.default_rng(6)
    lengths = np.clip(rng.lognormal(4.3, 0.5, rows).astype(int), 5, 400)
    row, count = np.repeat(np.arange(rows), lengths), int(lengths.sum())
    topic = rng.integers(0, TOPICS, rows)
    often = np.diff(_zipf(COLUMNS, 30), prepend=0)
    of_topic = np.stack([rng.choice(COLUMNS, OWN_WORDS, replace=False, p=often) for _ in range(TOPICS)])
    own = of_topic[topic[row], np.searchsorted(_zipf(OWN_WORDS, 10), rng.random(count))]
    any_word = np.searchsorted(_zipf(COLUMNS, 30), rng.random(count))
    share = rng.random(rows) * 0.7  # Of the words that belong to the topic.
    words = np.where(rng.random(count) < share[row], own, any_word)
    x = sp.csr_matrix((np.ones(count), (row, words)), shape=(rows, COLUMNS))
    return tf_idf(x), ((topic < 0.47 * TOPICS) ^ (rng.random(rows) < WRONG)).astype(np.int32)


def tf_idf(counts):
    """(1 + log count) · (log((1 + rows) / (1 + rows with the word)) + 1), rows of unit length."""
    counts.sum_duplicates()
    rows, columns = counts.shape
    idf = np.log((1 + rows) / (1 + np.bincount(counts.indices, minlength=columns))) + 1
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(counts.indptr))
    return counts.astype(np.float32)


def real(name):
    """(x, y, how many rows are for training) of a9a or 20newsgroups."""
    import sys

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples" / "known_answers"))
    try:
        import datasets
    finally:
        sys.path.pop(0)
    split = {"a9a": datasets.a9a, "newsgroups": datasets.newsgroups}[name](REAL)
    x = sp.vstack([split.x_train, split.x_test]).tocsr()
    return x, np.concatenate([split.y_train, split.y_test]).astype(np.int32), split.x_train.shape[0]


def is_here(name):
    """Whether this machine has a real data set."""
    return (REAL / {"a9a": "a9a/a9a.xz", "newsgroups": "20newsgroups/train.jsonl.xz"}[name]).exists()


def _zipf(size, offset):
    """The sums of the frequencies of words, the last exactly 1."""
    sums = np.cumsum(1 / (np.arange(size) + offset))
    sums /= sums[-1]
    sums[-1] = 1
    return sums
