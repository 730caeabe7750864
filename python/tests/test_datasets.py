"""Data sets, from small files of their forms in the cache or at a path: nothing is downloaded."""

import gzip
import json
import os
import pickle
import tarfile
import urllib.request

import numpy as np
import pytest

from lacuna.datasets import boston_housing, cifar10, cifar100, fashion_mnist, imdb, mnist, reuters
from lacuna.layers import Dense
from lacuna.models import Sequential
from lacuna.preprocessing.text import Tokenizer


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of the cache; any download is an error."""

    def refuse(*arguments, **settings):
        raise OSError("no network in tests")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


def ragged(*rows):
    result = np.empty(len(rows), dtype=object)
    result[:] = [list(row) for row in rows]
    return result


@pytest.fixture
def reviews(cache):
    file = cache / "imdb.npz"
    x_train, x_test = ragged([1, 5, 2], [9, 1], [3, 3, 3, 3], [4]), ragged([2, 7], [1, 1, 8])
    np.savez(file, x_train=x_train, y_train=[1, 0, 1, 0], x_test=x_test, y_test=[1, 0])
    return file


def rows(pair):
    x, y = pair
    return sorted((list(map(int, one)), int(label)) for one, label in zip(x, y))


def test_imdb(reviews):
    train, test = imdb.load_data()
    assert train[0].dtype == object and train[0].shape == (4,) and type(train[0][0]) is list
    # The largest number is cut as well, as in Keras.
    assert rows(train) == [([1, 2, 4], 0), ([1, 4, 8, 5], 1), ([1, 6, 6, 6, 6], 1), ([1, 7], 0)]
    assert rows(test) == [([1, 4, 4, 11], 0), ([1, 5, 10], 1)]
    again, _ = imdb.load_data(reviews, seed=113)
    assert [list(one) for one in again[0]] == [list(one) for one in train[0]]
    train, test = imdb.load_data(num_words=8, skip_top=5, oov_char=None, start_char=None)
    assert rows(train) == [([], 0), ([5], 1), ([6, 6, 6, 6], 1), ([7], 0)]
    train, test = imdb.load_data(maxlen=4)
    assert rows(train) == [([1, 2, 4], 0), ([1, 5, 10], 1), ([1, 7], 0)] and len(test[0]) == 0
    state = np.random.get_state()[1].copy()
    imdb.load_data(num_words=5)
    assert np.array_equal(np.random.get_state()[1], state)


def test_bags_are_csr_and_train(reviews):
    lists, _ = imdb.load_data(num_words=9)
    (x, y), (x_test, y_test) = imdb.load_data(num_words=9, sparse=True)
    assert x.format == "csr" and x.shape == (4, 9) and x_test.shape == (2, 9) and y.tolist() == lists[1].tolist()
    assert np.array_equal(x.toarray(), Tokenizer(9).sequences_to_matrix(lists[0], "count"))
    model = Sequential([Dense(1, activation="sigmoid", input_dim=9)])
    model.compile("adam", "binary_crossentropy", metrics=["acc"])
    model.fit(x, y, verbose=0)
    assert len(model.evaluate(x_test, y_test, verbose=0)) == 2
    with pytest.raises(ValueError, match="num_words, the number of columns, must be given where sparse=True"):
        imdb.load_data(sparse=True)


def test_reuters_and_word_indices(cache):
    np.savez("mine.npz", x=ragged(*([i, i + 1] for i in range(1, 11)), [1]), y=np.arange(11))
    train, test = reuters.load_data("mine.npz", test_split=0.3)
    assert len(train[0]) == 7 and len(test[0]) == 4
    assert sorted([*train[1], *test[1]]) == list(range(11))
    first = int(np.flatnonzero(train[1] == 4)[0])
    assert train[0][first] == [1, 8, 9]
    assert reuters.load_data("mine.npz", num_words=6, sparse=True)[0][0].shape == (8, 6)
    for module, name in ((imdb, "imdb_word_index.json"), (reuters, "reuters_word_index.json")):
        (cache / name).write_text(json.dumps({"the": 1}))
        assert module.get_word_index() == {"the": 1}
    with pytest.raises(ValueError, match="maxlen must leave a sequence. Received: maxlen=1"):
        reuters.load_data("mine.npz", maxlen=1)
    with pytest.raises(ValueError, match=r"test_split must be in \[0, 1\]"):
        reuters.load_data("mine.npz", test_split=2)
    with pytest.warns(UserWarning, match="called num_words now"):
        reuters.load_data("mine.npz", nb_words=5)
    with pytest.raises(TypeError, match="unexpected keyword argument 'words'"):
        reuters.load_data("mine.npz", words=5)


def test_boston_housing(cache):
    x = np.arange(26.0).reshape(13, 2)
    np.savez(cache / "boston_housing.npz", x=x, y=x[:, 0])
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    assert x_train.shape == (10, 2) and y_test.shape == (3,) and np.array_equal(x_test[:, 0], y_test)
    assert sorted([*y_train, *y_test]) == x[:, 0].tolist()


def test_mnist(cache):
    x, y = np.arange(12, dtype="uint8").reshape(3, 2, 2), np.arange(3, dtype="uint8")
    np.savez(cache / "mnist.npz", x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert np.array_equal(x_train, x) and y_train.dtype == np.uint8 and x_test.shape == (1, 2, 2) and y_test == [0]


def test_fashion_mnist(cache):
    folder = cache / "fashion-mnist"
    folder.mkdir()
    for part, n in (("train", 3), ("t10k", 2)):
        head = bytes([0, 0, 8, 3]) + np.array([n, 28, 28], dtype=">i4").tobytes()
        pictures = np.full((n, 28, 28), n, dtype="uint8").tobytes()
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + pictures))
        head = bytes([0, 0, 8, 1]) + np.array([n], dtype=">i4").tobytes()
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(head + bytes(range(n))))
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert x_train.shape == (3, 28, 28) and x_train.min() == 3 and y_train.tolist() == [0, 1, 2]
    assert x_test.shape == (2, 28, 28) and y_test.tolist() == [0, 1]


def pictures(n, **labels):
    return {"data": np.arange(n * 3072, dtype="uint64").astype("uint8").reshape(n, 3072), **labels}


def test_cifar(cache, tmp_path):
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(pickle.dumps(pictures(2, labels=[3, 7]), protocol=2))
    with tarfile.open(cache / "cifar-10-batches-py.tar.gz", "w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    for _ in range(2):  # The second time without the archive.
        (x_train, y_train), (x_test, y_test) = cifar10.load_data()
        assert x_train.shape == (10, 32, 32, 3) and x_train.dtype == np.uint8 and y_train.shape == (10, 1)
        assert x_test[0, 0, 1, 2] == pictures(1)["data"][0, 2 * 1024 + 1] and y_test.tolist() == [[3], [7]]
        (cache / "cifar-10-batches-py.tar.gz").unlink(missing_ok=True)
    folder = cache / "cifar-100-python"
    folder.mkdir()
    for name, n in (("train", 3), ("test", 1)):
        batch = pictures(n, fine_labels=list(range(n)), coarse_labels=[9] * n)
        (folder / name).write_bytes(pickle.dumps(batch))
    (x_train, y_train), (x_test, y_test) = cifar100.load_data()
    assert x_train.shape == (3, 32, 32, 3) and y_train.tolist() == [[0], [1], [2]] and x_test.shape == (1, 32, 32, 3)
    assert cifar100.load_data("coarse")[1][1].tolist() == [[9]]
    with pytest.raises(ValueError, match="'fine' or 'coarse'. Received: label_mode='all'"):
        cifar100.load_data("all")


class Evil:
    def __reduce__(self):
        return os.mkdir, ("broken",)


def test_files_run_no_code(cache):
    x = np.empty(1, dtype=object)
    x[0] = Evil()
    np.savez(cache / "reuters.npz", x=x, y=[0])
    with pytest.raises(ValueError, match="arrays and lists only, not posix.mkdir.*delete it if it is damaged"):
        reuters.load_data()
    assert not os.path.exists("broken")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"<html>"])
def test_damaged_files(cache, content):
    for name, load in (
        ("imdb.npz", imdb.load_data),
        ("mnist.npz", mnist.load_data),
        ("imdb_word_index.json", imdb.get_word_index),
    ):
        (cache / name).write_bytes(content)
        with pytest.raises(ValueError, match="the file must hold .* Received: .*delete it if it is damaged"):
            load()


def test_what_is_not_there_is_downloaded():
    with pytest.raises(OSError, match=r"text-datasets/imdb.npz' could not be downloaded: no network.*Put the file at"):
        imdb.load_data()
