"""The generated data, from fixed seeds; each data set is a folder of .npy files that every contestant reads.

csr: indptr, indices, data, y, shape.json; ids: ids, y, shape.json; text: text.svm, text.svm.gz; a click log: text.tsv,
clicks also text.tsv.gz, text.tsv.zst, text.vw; texts: texts.txt.
"""

import gzip
import json
import os
import pathlib
import shutil

import numpy as np
import scipy.sparse as sp

from bench import clicks as made_clicks
from bench import documents as made_documents
from bench import online as made_online
from bench import texts as made_texts

WIDE_ROWS, WIDE_FIELDS = 200_000, 39
SECTIONS = {"rows": 63_666, "columns": 93_301, "nonzeros": 18, "classes": 58}


def load_csr(folder, rows=0):
    """(x, y) of a csr data set, or only its first rows if `rows` is given."""
    folder = pathlib.Path(folder)
    shape = json.loads((folder / "shape.json").read_text())["shape"]
    parts = [np.load(folder / f"{name}.npy") for name in ("data", "indices", "indptr")]
    x, y = sp.csr_matrix(tuple(parts), shape=tuple(shape), copy=False), np.load(folder / "y.npy")
    return (x[:rows], y[:rows]) if 0 < rows < len(y) else (x, y)


def load_split(folder):
    """(x, y, x to test, y to test)."""
    x, y = load_csr(folder)
    train = described(folder)["train"]
    return x[:train], y[:train], x[train:], y[train:]


def load_ids(folder, rows=0):
    """(ids, y) of an id data set."""
    ids, y = (np.load(pathlib.Path(folder) / f"{name}.npy") for name in ("ids", "y"))
    return (ids[:rows], y[:rows]) if rows else (ids, y)


def described(folder):
    """The content of shape.json of a data set."""
    return json.loads((pathlib.Path(folder) / "shape.json").read_text())


def made(root, name):
    """The folder of a data set, `kind` or `kind-number-…`; makes the data if it does not exist yet."""
    folder = pathlib.Path(root) / name
    if not (folder / "shape.json").exists():
        kind, *numbers = name.split("-")
        unfinished = folder.with_name(folder.name + ".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if kind == "libsvm":
            _libsvm(unfinished, made(root, "-".join(["wide", *numbers])))
        else:
            MAKERS[kind](unfinished, *map(int, numbers))
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(unfinished, folder)  # The last step, so that an incomplete data set is made again.
    return folder


def linear(folder, rows=100_000, columns=10_000, density=0.01):
    """Uniform values at uniform positions; y = x · (1, 2, …)."""
    x = _uniform_csr(rows, columns, density, seed=0)
    _save_csr(folder, x, (x @ np.arange(1, columns + 1, dtype=np.float32)).astype(np.float32))


def mlp(folder, rows=50_000, columns=4_656, density=0.005, classes=10):
    """The class is the largest of ten hidden linear functions."""
    x = _uniform_csr(rows, columns, density, seed=1)
    teacher = np.random.default_rng(1).standard_normal((columns, classes)).astype(np.float32)
    _save_csr(folder, x, (x @ teacher).argmax(axis=1).astype(np.int32), classes=classes)


def embedding(folder, rows=102_400, length=10, vocabulary=1_000_000):
    """Ids with a Zipf distribution, spread over the vocabulary; y: whether the ids' hidden weights sum to more than
    0."""
    rng = np.random.default_rng(2)
    ids = np.minimum(rng.zipf(1.2, size=(rows, length)) - 1, vocabulary - 1).astype(np.int64)
    ids = ids * 2_654_435_761 % vocabulary
    np.save(folder / "ids.npy", ids.astype(np.int32))
    np.save(folder / "y.npy", (_hidden_weights(ids).sum(axis=1) > 0).astype(np.float32))
    _save_shape(folder, [rows, length], vocabulary=vocabulary)


def wide(folder, columns):
    """One id in each of 39 equal ranges of the columns, values 1; y is drawn from a hidden logistic model."""
    rng = np.random.default_rng(3)
    span = columns // WIDE_FIELDS
    ids = rng.integers(0, span, size=(WIDE_ROWS, WIDE_FIELDS), dtype=np.int64)
    ids += np.arange(WIDE_FIELDS, dtype=np.int64) * span
    logit = _hidden_weights(ids).sum(axis=1) / np.sqrt(WIDE_FIELDS) * 3
    y = (rng.random(WIDE_ROWS) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    indptr = np.arange(WIDE_ROWS + 1, dtype=np.int32) * WIDE_FIELDS
    ones = np.ones(ids.size, np.float32)
    _save_csr(folder, sp.csr_matrix((ones, ids.astype(np.int32).ravel(), indptr), shape=(WIDE_ROWS, columns)), y)


def sections(folder):
    """Words of Debian packages and their sections if this machine has package lists, else similar generated data."""
    from bench.debian import packages

    found = packages()
    if found is not None:
        x, y, classes = found
        order = np.random.default_rng(4).permutation(
            len(y)
        )  # Packages sorted by name have similar neighbours, and not all contestants shuffle rows.
        _save_csr(folder, x[order], y[order], classes=classes, source="package lists")
        return
    rng = np.random.default_rng(4)
    rows, columns, classes = SECTIONS["rows"], SECTIONS["columns"], SECTIONS["classes"]
    ids = np.minimum(rng.zipf(1.3, size=(rows, SECTIONS["nonzeros"])) - 1, columns - 1) * 48_271 % columns
    ones = np.ones(ids.size, np.float32)
    x = sp.csr_matrix((ones, ids.ravel(), np.arange(0, ids.size + 1, ids.shape[1])), shape=(rows, columns))
    x.sum_duplicates()
    x = (sp.diags_array(1 / np.sqrt(x.multiply(x).sum(axis=1)).A1) @ x).astype(np.float32).tocsr()
    teacher = rng.standard_normal((columns, classes)).astype(np.float32)
    _save_csr(folder, x, (x @ teacher).argmax(axis=1).astype(np.int32), classes=classes, source="made")


def units(folder, rows, columns, nonzeros, outputs):
    """As linear, but of any size and with any number of outputs, for the scaling plots."""
    x = _uniform_csr(rows, columns, nonzeros / columns, seed=5)
    teacher = np.random.default_rng(5).standard_normal((columns, outputs)).astype(np.float32)
    y = np.asarray(x @ teacher, np.float32)
    _save_csr(folder, x, y[:, 0] if outputs == 1 else y)


def clicks(folder, rows):
    """A click log, plain and compressed, and as Vowpal Wabbit has it."""
    _click_log(folder, rows)
    made_clicks.pack(folder)


def log(folder, rows):
    """A click log, plain."""
    _click_log(folder, rows)


def texts(folder, rows):
    """Made texts."""
    _save_shape(folder, [rows, 1], mb=made_texts.write(folder, rows))


def documents(folder, rows):
    """Made news articles, of which a third is for testing."""
    _save_csr(folder, *made_documents.made(rows), train=rows * 2 // 3)


def real_newsgroups(folder):
    """Posts of 20 groups as tf-idf rows, split by date."""
    x, y, train = made_documents.real("newsgroups")
    _save_csr(folder, x, y, train=train)


def real_a9a(folder):
    """One-hot rows about people."""
    x, y, train = made_documents.real("a9a")
    _save_csr(folder, x, y, train=train)


def online(folder, rows):
    """Rows that come one by one, as Vowpal Wabbit's text."""
    _save_shape(folder, [rows, made_online.WORDS_IN_A_ROW], mb=made_online.write(folder, rows))


MAKERS = {
    maker.__name__: maker
    for maker in (
        *(linear, mlp, embedding, wide, sections, units, clicks, log, texts),
        *(documents, real_newsgroups, real_a9a, online),
    )
}


def _click_log(folder, rows):
    mb = made_clicks.write(folder, rows)
    _save_shape(folder, [rows, 1 + made_clicks.NUMBERS + made_clicks.WORDS], mb=mb)


def _libsvm(folder, source):
    x, y = load_csr(source)
    words = np.char.add((x.indices + 1).astype(str), ":1")
    lines = (f"{int(label)} {' '.join(row)}\n" for label, row in zip(y, words.reshape(len(y), -1)))
    text = "".join(lines).encode()
    (folder / "text.svm").write_bytes(text)
    with gzip.open(folder / "text.svm.gz", "wb", compresslevel=6) as file:
        file.write(text)
    _save_shape(folder, x.shape, nonzeros=int(x.nnz), mb=len(text) / 1e6)


def _uniform_csr(rows, columns, density, seed):
    """As scipy.sparse.random, but in seconds instead of minutes: draws with repeats, then removes what is too much."""
    rng = np.random.default_rng(seed)
    cells, wanted = rows * columns, round(rows * columns * density)
    draws = int(-cells * np.log1p(-density) * 1.01) + 100  # Without repeats this leaves 1% more than wanted.
    places = np.unique(rng.integers(0, cells, size=draws))
    if len(places) > wanted:
        places = np.delete(places, rng.choice(len(places), len(places) - wanted, replace=False))
    values = rng.random(len(places), dtype=np.float32)
    return sp.csr_matrix((values, (places // columns, places % columns)), shape=(rows, columns))


def _hidden_weights(ids):
    """A nearly normal number for each id, from its hash, since a table of 10^9 weights would be too large."""
    mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    quarters = [(mixed >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.float64) for shift in (0, 16, 32, 48)]
    return (sum(quarters) / 65_535 - 2) * np.sqrt(3)


def _save_csr(folder, x, y, **more):
    x.sort_indices()
    index = np.int32 if max(x.shape[1], x.nnz) < 2**31 else np.int64
    np.save(folder / "data.npy", x.data.astype(np.float32))
    np.save(folder / "indices.npy", x.indices.astype(index))
    np.save(folder / "indptr.npy", x.indptr.astype(index))
    np.save(folder / "y.npy", y)
    _save_shape(folder, x.shape, nonzeros=int(x.nnz), **more)


def _save_shape(folder, shape, **more):
    (folder / "shape.json").write_text(json.dumps({"shape": [int(size) for size in shape], **more}))
