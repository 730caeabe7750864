"""Readers and helpers on data."""

import bz2
import gzip
import lzma
import os
import random

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import data, data_utils, utils

TEXT = "1 qid:3 1:0.5 3:2 # a comment\n-1 qid:3 2:1.5\n\n1 qid:4 1:1 2:2 3:3\n"


def test_load_libsvm(tmp_path):
    plain = tmp_path / "a.svm"
    plain.write_text(TEXT)
    packed = []
    for module in (gzip, bz2, lzma):
        packed.append(tmp_path / module.__name__)
        packed[-1].write_bytes(module.compress(TEXT.encode()))
    for path in (plain, str(plain), os.fsencode(plain), *packed):
        x, y = data.load_libsvm(path)
        assert isinstance(x, sp.csr_matrix) and x.dtype == np.float32
        np.testing.assert_array_equal(x.toarray(), [[0.5, 0, 2], [0, 1.5, 0], [1, 2, 3]])
        np.testing.assert_array_equal(y, [1, -1, 1])
    x, y, qid = data.load_libsvm(plain, n_features=5, dtype=np.float64, query_id=True)
    assert x.shape == (3, 5) and x.dtype == y.dtype == np.float64
    np.testing.assert_array_equal(qid, [3, 3, 4])
    assert data.load_libsvm(plain, zero_based=True)[0].shape == (3, 4)


def test_load_libsvm_with_several_labels(tmp_path):
    path = tmp_path / "m.svm"
    path.write_text("1,3 1:1\n 1:2\n2 2:1\n")
    x, y = data.load_libsvm(path, multilabel=True)
    assert y == [(1.0, 3.0), (), (2.0,)] and x.shape == (3, 2)


def test_several_files_are_read_as_one(tmp_path):
    (tmp_path / "a").write_text("1 1:1\n2 3:2\n")
    (tmp_path / "b").write_bytes(lzma.compress(b"3 0:3"))
    x, y = data.load_libsvm([tmp_path / "a", os.fsencode(tmp_path / "b")])
    np.testing.assert_array_equal(x.toarray(), [[0, 1, 0, 0], [0, 0, 0, 2], [3, 0, 0, 0]])
    np.testing.assert_array_equal(y, [1, 2, 3])
    with pytest.raises(ValueError, match="there must be a file"):
        data.load_libsvm([])
    (tmp_path / "b").write_text("1 1:1\n1 x\n")
    with pytest.raises(ValueError, match=f"line 2 of {tmp_path / 'b'}"):
        data.load_libsvm((tmp_path / "a", tmp_path / "b"))


def random_number(draw):
    def digits(most):
        return "".join(draw.choices("0123456789", k=draw.randrange(most)))

    zeros = "0" * draw.choice([0, 0, 1, 20, 400])
    whole = draw.choice(["", "-", "+"]) + draw.choice([digits(5), digits(25), "1" + zeros, zeros + digits(3)])
    fraction = draw.choice(["", ".", "." + digits(20), "." + zeros + digits(5)])
    power = draw.choice(["", "", "e", "E-", "e+"])
    return whole + fraction + (power and power + draw.choice([digits(3), str(draw.randrange(420)), "9" * 25]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_those_of_python(tmp_path, dtype):
    draw, path, held, refused = random.Random(1), tmp_path / "numbers", {}, []
    for _ in range(10000):
        word = random_number(draw)
        try:
            with np.errstate(over="ignore"):
                value = np.dtype(dtype).type(float(word))
        except ValueError:
            value = np.nan
        if np.isfinite(value):
            held[word] = value
        else:
            refused.append(word)
    path.write_text("".join(f"{word} 1:{word}\n" for word in held))
    x, y = data.load_libsvm(path, dtype=dtype)
    for got in (x.data, y):
        np.testing.assert_array_equal(got, list(held.values()))
        np.testing.assert_array_equal(np.signbit(got), np.signbit(list(held.values())))
    for word in refused[:300]:
        path.write_text(f"1 1:{word}\n")
        with pytest.raises(ValueError, match="must be a finite number"):
            data.load_libsvm(path, dtype=dtype)
    assert len(held) > 2000 < len(refused)


def test_load_libsvm_errors(tmp_path):
    path = tmp_path / "bad.svm"
    path.write_text("1 1:1\n1 2:x\n")
    with pytest.raises(ValueError, match="2"):
        data.load_libsvm(path)
    with pytest.raises(ValueError, match="missing.svm"):
        data.load_libsvm(tmp_path / "missing.svm")
    for error, wrong in [
        (ValueError, dict(zero_based="yes")),
        (ValueError, dict(zero_based=2)),
        (TypeError, dict(zero_based=None)),
        (TypeError, dict(multilabel="no")),
        (TypeError, dict(query_id=[])),
        (TypeError, dict(n_features="3")),
        (ValueError, dict(n_features=2**70)),
        (ValueError, dict(n_features=-1)),
        (ValueError, dict(dtype="int8")),
        (TypeError, dict(path=3)),
        (TypeError, dict(path=[path, None])),
        (TypeError, dict(path=None)),
    ]:
        with pytest.raises(error, match=f"load_libsvm.*{next(iter(wrong))}(?s:.*)Received|dtype"):
            data.load_libsvm(**{"path": path, **wrong})
    path.write_text("1 1:1\n")
    np.testing.assert_array_equal(data.load_libsvm(path, zero_based=np.bool_(False), n_features=np.int8(2))[1], [1])
    assert data.load_libsvm(path, zero_based=0, query_id=np.False_)[0].shape == (1, 1)
    for column in (2**63 - 1, 2**63, 10**30):
        path.write_text(f"1 1:1\n1 {column}:1\n")
        with pytest.raises(ValueError, match=f"below 2.63 - 1. Received: '{column}:1' in line 2"):
            data.load_libsvm(path)


@pytest.mark.parametrize("fmt", ["coo", "csr", "csc", "lil"])
def test_prepare_sliced_sparse_data(fmt):
    x = sp.random(1000, 50, density=0.1, format=fmt, random_state=0)
    sliced = data_utils.prepare_sliced_sparse_data(x, 32)
    assert sliced.format == "csr" and sliced.shape == (992, 50)
    np.testing.assert_array_equal(sliced.toarray(), x.toarray()[:992])
    assert x.shape == (1000, 50)


def test_prepare_sliced_sparse_data_warns():
    x = sp.random(10, 5, density=0.5)
    with pytest.warns(UserWarning, match="Cannot slice data"):
        assert data_utils.prepare_sliced_sparse_data(x, 32) is x
    with pytest.warns(UserWarning, match="Cannot slice data"):
        assert utils.data_utils.prepare_sliced_sparse_data(None, 32) is None


def test_to_categorical():
    np.testing.assert_array_equal(utils.to_categorical([0, 2, 1]), np.eye(3)[[0, 2, 1]])
    assert utils.to_categorical(np.array([[1], [0]]), num_classes=4).shape == (2, 4)
    assert utils.to_categorical([[1, 0], [2, 2]], dtype="int8").shape == (2, 2, 3)
    for bad in ([-1], [5]):
        with pytest.raises(ValueError, match="num_classes=3"):
            utils.to_categorical(bad, 3)
    np.testing.assert_allclose(np.linalg.norm(utils.normalize(np.ones((2, 3))), axis=1), 1)


def test_seeds_reach_numpy_and_random():
    import random

    utils.set_random_seed(5)
    first = random.random(), np.random.rand()
    utils.set_random_seed(5)
    assert (random.random(), np.random.rand()) == first
