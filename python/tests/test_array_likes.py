"""Containers of other libraries: sparse frames stay sparse, and errors for other data say what to write instead."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from lacuna import Input, Model
from lacuna._array_likes import plain
from lacuna._arrays import view
from lacuna.layers import Dense


@pytest.fixture
def model():
    i = Input((3,), sparse=True)
    result = Model(i, Dense(3, activation="softmax")(i))
    result.compile("sgd", "sparse_categorical_crossentropy")
    return result


X = np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 3]], np.float32)


def sparse_frame(fill=0):
    return pd.DataFrame({name: pd.arrays.SparseArray(X[:, i], fill_value=fill) for i, name in enumerate("abc")})


def test_a_sparse_frame_stays_sparse():
    wide = sp.random(60000, 300, density=0.001, format="csc", dtype="f", random_state=0)
    frame = pd.DataFrame.sparse.from_spmatrix(wide)
    tracemalloc.start()
    seen = view(frame, "x")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000  # A dense array would take 72 MB.
    tracemalloc.stop()
    assert seen.storage == "csr" and seen.shape == wide.shape
    assert abs(plain(frame, "x") - wide).max() == 0


def test_frames_train_as_the_numbers_in_them(model):
    want = model.predict(X)
    mixed = sparse_frame().assign(b=X[:, 1], c=pd.array([0, 0, 3], dtype="Int64"))  # One column is sparse.
    logical = sparse_frame().assign(a=pd.arrays.SparseArray([False, True, False])).assign(a=lambda f: f.a * 2)
    for frame in (sparse_frame(), mixed, logical, pd.DataFrame(X), pd.DataFrame(X).astype("Float32")):
        np.testing.assert_array_equal(model.predict(frame), want)
    assert plain(mixed, "x").format == "csc"
    labels = pd.Series([0, 2, 1])
    model.fit(sparse_frame(), labels.astype(pd.SparseDtype(int, 0)), verbose=0)
    for y in (labels, labels.astype("Int64"), labels.astype("int8"), labels.astype(float), pd.Index(labels)):
        assert model.evaluate(X, y, verbose=0) == model.evaluate(X, [0, 2, 1], verbose=0)
    bools = pd.get_dummies(pd.DataFrame({"c": ["a", "b", "a"], "age": [3, 4, 5]}))
    np.testing.assert_array_equal(plain(bools, "x"), [[3, 1, 0], [4, 0, 1], [5, 1, 0]])
    np.testing.assert_array_equal(plain(bools.to_numpy(), "x"), bools.to_numpy("f"))
    assert view(pd.DataFrame(index=range(3)), "x").shape == (3, 0)


@pytest.mark.parametrize(
    "given, words",
    [
        (sparse_frame(np.nan), "column 'a' must have fill value 0.*SparseDtype"),
        (pd.Series([1, None, 2], dtype="Int64"), r"Received: 1 without one \(NA\); fill them"),
        (pd.DataFrame({"n": pd.array([True, None], dtype="boolean")}), "column 'n'.*NA"),
        (pd.Series(["a", None], dtype="category"), r"Received: 1 without one \(NA\)"),
        (pd.DataFrame({"n": [1, 2], "s": ["a", "b"]}), "column 's' must hold numbers.*LabelEncoder"),
        (pd.Series(["a", "b"]), "LabelEncoder"),
        (pd.Series(pd.to_datetime(["2020-01-01"])), r"dates.*astype\('int64'\)"),
        (pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("UTC")), "numbers"),
        (np.array(["a", "b"]), "LabelEncoder"),
        (["a", "b"], "LabelEncoder"),
        (b"abc", "LabelEncoder"),
        (np.array([1 + 2j]), "x.real"),
        (np.array(["2020-01-01"], "datetime64[D]"), "dates"),
        (np.array([1], "timedelta64[s]"), "times"),
        (np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]), "structured_to_unstructured"),
        (np.array([None, 1], object), "must hold numbers. Received: dtype=object"),
        ([2**70], "must hold numbers"),
        ([[1, 2], [3]], "of one length"),
        ([[1], None], "x must"),
        (np.ma.masked_array([1.0, 2], [False, True]), r"Received: 1 of them; write x.filled\(0\)"),
        (np.ma.masked_array(np.ones((2, 2), int), [[0, 1], [1, 1]]), "Received: 3 of them"),
        ([np.ma.masked_array([1, 2], [0, 1]), [1, 2]], "Received: 1 of them"),
        ([1.0, np.ma.masked], "Received: 1 of them"),
        (np.array([sp.csr_matrix(X), sp.csr_matrix(X)], object), r"scipy.sparse.vstack"),
        (sp.coo_array(np.ones((2, 2, 2))), r"must have rank 2.*reshape"),
        ((x for x in [1]), "generator; what gives batches is x"),
        (iter([1]), "what gives batches"),
        ({1, 2}, "Received: set"),
        (object(), "Received: object"),
        (3.0, "rank 1 or more"),
    ],
)
def test_what_is_no_number_says_what_to_write(given, words):
    with pytest.raises(ValueError, match=words):
        view(given, "x")


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_what_numpy_reads_is_read():
    for given in (
        np.matrix(X),
        np.ma.masked_array(X),
        np.ma.masked_array(X, np.zeros_like(X)),
        X.astype(">f4"),
        X.astype(np.longdouble),
        X.astype(np.float16),
        X.astype(object),
        np.asfortranarray(X),
        memoryview(X),
        X.tolist(),
        [list(row) for row in X],
        X.view(np.recarray),
    ):
        seen = view(given, "x")
        assert seen.shape == (3, 3) and seen.storage == "dense"
    assert view(np.array(sp.csr_matrix(X)), "x").storage == "csr"  # An array that holds one matrix.
    assert view(sp.coo_array(X), "x").storage == "csr"


class Other:
    """Stands for a container of another library, recognized by its attributes."""

    def __init__(self, **has):
        self.shape = (3, 3)
        self.__dict__.update(has)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("cannot convert to dense automatically")


def test_sparse_containers_of_other_libraries():
    csr = sp.csr_matrix(X)
    for to_scipy in ("to_scipy_sparse", "to_scipy", "asscipy"):
        assert plain(Other(**{to_scipy: lambda: csr}), "x") is csr
    assert plain(Other(compute=lambda: csr), "x") is csr
    assert plain(Other(dims=("a", "b"), coords={}, data=csr), "x") is csr
    assert plain(Other(compute=lambda: np.ma.masked_array(X)), "x").shape == (3, 3)
    for has, words in [
        (dict(layout="torch.sparse_csr"), "csr_matrix.*crow_indices"),
        (dict(layout="torch.sparse_coo"), "coo_matrix.*coalesce"),
        (dict(dense_shape=(3, 3)), "x.dense_shape"),
        (dict(todense=None), "a sparse Other"),
        ({}, "Received: Other; cannot convert to dense"),
    ]:
        with pytest.raises(ValueError, match=words):
            view(Other(**has), "x")

    def not_2_d():
        raise ValueError("only of rank 2")

    with pytest.raises(ValueError, match="only of rank 2"):
        view(Other(to_scipy_sparse=not_2_d), "x")
    with pytest.raises(ValueError, match="Received: 2 without one"):
        view(Other(num_columns=1, columns=[Other(null_count=2)]), "x")
    with pytest.raises(ValueError, match="Received: 1 without one"):
        view(Other(null_count=lambda: 1), "x")


def test_lists_of_arrays_where_one_is_expected(model):
    rows = [X[0], X[1]]
    with pytest.raises(ValueError, match=r"x must be one array. Received: a list of 2; write numpy.stack"):
        model.predict(rows)
    with pytest.raises(ValueError, match=r"scipy.sparse.vstack"):
        model.predict([sp.csr_matrix(row) for row in rows])
    for batches in ([(X, [0, 1, 2])], [(sp.csr_matrix(X), np.zeros(3))], ((X, X), (X, X))):
        with pytest.raises(ValueError, match=r"write fit\(x, y\).*fit\(iter\(batches\)\)"):
            model.fit(batches, verbose=0)
    with pytest.raises(ValueError, match="y must be None where x is a Dataset or gives batches"):
        model.fit((X for _ in range(3)), [0, 1, 2], verbose=0)
