"""Readers and helpers on data."""

import gzip

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import data, data_utils, utils

TEXT = "1 qid:3 1:0.5 3:2 # a comment\n-1 qid:3 2:1.5\n\n1 qid:4 1:1 2:2 3:3\n"


def test_load_libsvm(tmp_path):
    plain, packed = tmp_path / "a.svm", tmp_path / "a.svm.gz"
    plain.write_text(TEXT)
    packed.write_bytes(gzip.compress(TEXT.encode()))
    for path in (plain, str(packed)):
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


def test_load_libsvm_errors(tmp_path):
    path = tmp_path / "bad.svm"
    path.write_text("1 1:1\n1 2:x\n")
    with pytest.raises(ValueError, match="2"):
        data.load_libsvm(path)
    with pytest.raises(ValueError, match="missing.svm"):
        data.load_libsvm(tmp_path / "missing.svm")
    with pytest.raises(ValueError, match="zero_based"):
        data.load_libsvm(path, zero_based="yes")


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
