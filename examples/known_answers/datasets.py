"""Reads the data sets: csr rows for training and testing, and their labels."""

import csv
import io
import json
import lzma
import pathlib
import tempfile
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from texts import TfIdf

from lacuna.data import load_libsvm


class Split(NamedTuple):
    x_train: sp.csr_matrix
    y_train: np.ndarray | sp.csr_matrix
    x_test: sp.csr_matrix
    y_test: np.ndarray | sp.csr_matrix


def read(path: pathlib.Path) -> str:
    """The text of a file, which may be compressed by xz."""
    data = path.read_bytes()
    return (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8", "replace")


def libsvm(train: pathlib.Path, test: pathlib.Path) -> Split:
    """Reads libsvm files; classes are numbered from 0 in the order of their labels."""
    parts = []
    columns = 0
    for path in (train, test):
        with tempfile.NamedTemporaryFile("w", suffix=".libsvm") as plain:
            plain.write(read(path))
            plain.flush()
            x, y = load_libsvm(plain.name, n_features=columns or None, zero_based=False)
        columns = max(columns, x.shape[1])
        parts += [x, y]
    parts[0].resize(parts[0].shape[0], columns)
    classes = np.unique(parts[1])
    return Split(parts[0], np.searchsorted(classes, parts[1]), parts[2], np.searchsorted(classes, parts[3]))


def agaricus(data: pathlib.Path) -> Split:
    """Whether mushrooms are poisonous, from their appearance."""
    return libsvm(data / "agaricus/agaricus.txt.train", data / "agaricus/agaricus.txt.test")


def a9a(data: pathlib.Path) -> Split:
    """Whether a person earns more than 50,000 a year."""
    return libsvm(data / "a9a/a9a.xz", data / "a9a/a9a.t.xz")


def dna(data: pathlib.Path) -> Split:
    """Where genes are spliced: 3 classes."""
    return libsvm(data / "dna/dna.scale.xz", data / "dna/dna.scale.t.xz")


def adult(data: pathlib.Path) -> Split:
    """The data of a9a from the raw fields: each value of each field is a column, also "?"; the sampling weight is left
    out."""
    weight = 2
    columns: dict[tuple[int, str], int] = {}
    parts = []
    for name in ("adult.data.xz", "adult.test.xz"):
        indices: list[int] = []
        indptr, y = [0], []
        for row in csv.reader(io.StringIO(read(data / "adult" / name)), skipinitialspace=True):
            if len(row) != 15:
                continue
            for field in enumerate(row[:-1]):
                if field[0] == weight:
                    continue
                column = columns.setdefault(field, len(columns)) if not parts else columns.get(field)
                if column is not None:
                    indices.append(column)
            indptr.append(len(indices))
            y.append(row[-1].startswith(">50K"))
        parts += [(indices, indptr), np.array(y, np.int64)]
    matrices = [
        sp.csr_matrix((np.ones(len(i), np.float32), i, p), shape=(len(p) - 1, len(columns)))
        for i, p in (parts[0], parts[2])
    ]
    return Split(matrices[0], parts[1], matrices[1], parts[3])


def sms_spam(data: pathlib.Path) -> Split:
    """Whether messages are spam; the first fifth is the test part."""
    lines = [line.partition("\t") for line in read(data / "sms-spam/SMSSpamCollection.xz").split("\n") if line]
    test = np.arange(len(lines)) < len(lines) // 5
    y = np.array([label == "spam" for label, _, _ in lines], np.int64)
    texts = [text for _, _, text in lines]
    tf_idf = TfIdf()
    x_train = tf_idf.fit_transform(text for text, out in zip(texts, test) if not out)
    return Split(x_train, y[~test], tf_idf.transform(text for text, out in zip(texts, test) if out), y[test])


def jsonl(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in read(path).split("\n") if line]


def text_of(post: dict) -> str:
    return post.get("title", "") + "\n" + post["text"]


def newsgroups(data: pathlib.Path, pairs: bool = False) -> Split:
    """Which of 20 groups a post belongs to, from its words, and with `pairs` also from pairs of neighbouring words."""
    train, test = (jsonl(data / "20newsgroups" / f"{part}.jsonl.xz") for part in ("train", "test"))
    groups = {group: i for i, group in enumerate(sorted({str(post["y"]) for post in train}))}
    tf_idf = TfIdf(pairs)
    y_train, y_test = (np.array([groups[str(post["y"])] for post in posts]) for posts in (train, test))
    return Split(tf_idf.fit_transform(map(text_of, train)), y_train, tf_idf.transform(map(text_of, test)), y_test)


def reuters(data: pathlib.Path) -> Split:
    """The topics of news articles, any number per article; y is csr."""
    train, test = (jsonl(data / "reuters21578-modapte" / f"{part}.jsonl.xz") for part in ("train", "test"))
    topics = sorted({t for item in train for t in item["y"]} & {t for item in test for t in item["y"]})
    number = {topic: i for i, topic in enumerate(topics)}
    tf_idf = TfIdf()
    x_train, x_test = tf_idf.fit_transform(map(text_of, train)), tf_idf.transform(map(text_of, test))
    y_train, y_test = (labels_of(items, number) for items in (train, test))
    return Split(x_train, y_train, x_test, y_test)


def labels_of(items: list[dict], number: dict[str, int]) -> sp.csr_matrix:
    rows = [sorted({number[topic] for topic in item["y"] if topic in number}) for item in items]
    indptr = np.cumsum([0] + [len(row) for row in rows])
    indices = np.array([topic for row in rows for topic in row], np.int32)
    return sp.csr_matrix((np.ones(len(indices), np.float32), indices, indptr), shape=(len(rows), len(number)))
