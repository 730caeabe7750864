"""Arrays of NumPy and matrices of scipy, in every form, on their way into a model."""

import random
import threading
import time

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model
from lacuna import backend as K
from lacuna._arrays import view, views
from lacuna.layers import Concatenate, Dense, Embedding, Flatten


def address(array):
    return array.__array_interface__["data"][0]


def linear(sparse=True, units=1):
    i = Input((20,), sparse=sparse)
    model = Model(i, Dense(units)(i))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float64, bool, np.int8, np.uint8, np.int16, np.int32, np.int64, np.uint64]
)
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csr_array])
def test_csr_is_not_copied(dtype, index, make):
    x = make(np.eye(5, 7, dtype=dtype))
    x.indices, x.indptr = x.indices.astype(index), x.indptr.astype(index)
    seen = view(x, "x")
    assert seen.addresses == {name: address(getattr(x, name)) for name in ("data", "indices", "indptr")}
    assert seen.shape == (5, 7) and seen.dtype == np.dtype(dtype).name and seen.storage == "csr"


@pytest.mark.parametrize("dtype", [np.float32, np.float64, bool, np.int32, np.uint8])
def test_contiguous_arrays_are_not_copied(dtype):
    x = np.ones((4, 3), dtype)
    x.flags.writeable = False
    assert view(x, "x").addresses == {"data": address(x)}


def test_what_cannot_be_read_is_converted_once():
    for x in (np.ones((4, 6))[:, ::2], np.asfortranarray(np.ones((4, 3))), np.ones((4, 3), ">f8")):
        assert view(x, "x").dtype == "float64"
    assert view(np.ones((4, 3), np.float16), "x").dtype == "float32"
    assert view(np.ones((4, 3), np.longdouble), "x").dtype == "float64"
    assert view([[1, 2], [3, 4]], "x").shape == (2, 2)


def test_a_view_keeps_its_array_alive(x):
    seen = view(x.tocoo(), "x")  # Only the view holds the csr matrix that tocsr made.
    model = linear()
    expected = model.predict(x)
    np.testing.assert_array_equal(model._core.predict(seen, 32, 0, None)[0], expected)


FORMATS = ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
def test_every_format_gives_the_same(x, y, fmt, kind):
    model = linear()
    other = sp.csr_array(x).asformat(fmt) if kind == "array" else x.asformat(fmt)
    np.testing.assert_array_equal(model.predict(other), model.predict(x))
    assert model.evaluate(other, y, verbose=0) == model.evaluate(x, y, verbose=0)
    start = model.get_weights()
    model.fit(other, y, verbose=0, shuffle=False)
    learned = model.get_weights()
    model.set_weights(start)
    model.fit(x, y, verbose=0, shuffle=False)
    for a, b in zip(learned, model.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sparse", [True, False])
def test_dense_and_csr_go_into_either_input(x, y, sparse):
    model = linear(sparse)
    expected = x.toarray() @ model.get_weights()[0] + model.get_weights()[1]
    for given in (x, x.toarray(), x.toarray().astype(np.float64), x.astype(np.float64), x.toarray().tolist()):
        np.testing.assert_allclose(model.predict(given), expected, atol=1e-5)
        assert np.isfinite(model.train_on_batch(given, y))
        model.set_weights([model.get_weights()[0] * 0 + 1, model.get_weights()[1] * 0])
        expected = x.toarray() @ model.get_weights()[0]


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int32, np.int64])
def test_integers_and_booleans_are_converted_as_they_are_packed(x, dtype):
    counts = x.copy()
    counts.data = np.ones_like(counts.data)
    model = linear()
    np.testing.assert_array_equal(model.predict(counts.astype(dtype)), model.predict(counts))
    np.testing.assert_array_equal(model.predict(counts.toarray().astype(dtype)), model.predict(counts))


def test_unsorted_and_duplicate_entries_are_put_right_and_left_alone():
    x = sp.csr_matrix((np.float32([1, 2, 4, 8]), np.int32([3, 1, 3, 0]), np.int32([0, 3, 4])), shape=(2, 20))
    before = [a.copy() for a in (x.data, x.indices, x.indptr)]
    model = linear()
    np.testing.assert_allclose(model.predict(x), x.toarray() @ model.get_weights()[0], rtol=1e-6)
    model.fit(x, np.ones(2), verbose=0)
    for a, b in zip(before, (x.data, x.indices, x.indptr)):
        np.testing.assert_array_equal(a, b)


def test_lists_tuples_and_dicts():
    a, b = Input((3,), sparse=True, name="a"), Input((2,), name="b")
    model = Model([a, b], Dense(1)(Concatenate()([a, b])))
    xa, xb = sp.csr_matrix(np.arange(12, dtype=np.float32).reshape(4, 3)), np.ones((4, 2), np.float32)
    expected = model.predict([xa, xb])
    for given in (
        (xa, xb),
        {"a": xa, "b": xb},
        [xa.tocoo(), xb.tolist()],
        [xa.toarray().tolist(), xb.tolist()],
    ):
        np.testing.assert_array_equal(model.predict(given), expected)
    with pytest.raises(ValueError, match="did you mean 'b'"):
        model.predict({"a": xa, "bb": xb})


def test_numbers_in_a_list_are_one_array():
    assert views([1, 2, 3], "y").shape == (3,)
    assert views([np.float32(1), np.float32(2)], "y").shape == (2,)
    assert [v.shape for v in views([np.ones(3), np.ones((3, 2))], "y")] == [(3,), (3, 2)]


@pytest.mark.parametrize("rows", [0, 1, 31, 32, 33, 64])
def test_any_number_of_rows(x, rows):
    model = linear()
    part = x[:rows]
    assert model.predict(part).shape == (rows, 1)
    np.testing.assert_allclose(model.predict(part), model.predict(x)[:rows], rtol=1e-6)
    if rows:
        model.fit(part, np.ones(rows), verbose=0, batch_size=32)


def test_sparse_targets(x):
    y = sp.random(150, 6, density=0.3, format="csr", random_state=2, dtype=np.float32)
    models = [linear(units=6) for _ in range(2)]
    models[1].set_weights(models[0].get_weights())
    models[0].fit(x, y, verbose=0, shuffle=False)
    models[1].fit(x, y.toarray(), verbose=0, shuffle=False)
    for a, b in zip(models[0].get_weights(), models[1].get_weights()):
        np.testing.assert_array_equal(a, b)


def test_readers_of_one_matrix_may_be_slices(x):
    model = linear()
    np.testing.assert_allclose(model.predict(x[10:20]), model.predict(x)[10:20], rtol=1e-6)
    np.testing.assert_allclose(model.predict(x[::7]), model.predict(x)[::7], rtol=1e-6)


def test_float64_models(x, y):
    K.set_floatx("float64")
    model = linear()
    assert model.get_weights()[0].dtype == np.float64 and model.predict(x).dtype == np.float64
    model.fit(x, y, epochs=5, verbose=0)
    K.set_floatx("float32")
    i = Input((20,), sparse=True)
    assert Model(i, Dense(2, dtype="float64")(i)).predict(x).dtype == np.float64


def test_arrays_may_be_written_by_another_thread_meanwhile(x):
    a, b = Input((20,), sparse=True), Input((1,))
    model = Model([a, b], Dense(3, activation="softmax")(Concatenate()([Dense(4)(a), Flatten()(Embedding(9, 2)(b))])))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, ids, y = x.copy(), np.arange(150).reshape(-1, 1) % 9, np.arange(150) % 3
    done = threading.Event()

    def write():
        draw = random.Random(1)
        while not done.is_set():
            for values in (x.indices, x.indptr, ids.ravel(), y):  # All of these are read without a copy.
                place = draw.randrange(len(values))
                before, values[place] = values[place].copy(), draw.choice([-1, 2**31 - 1, draw.randrange(200)])
                values[place] = before

    writer = threading.Thread(target=write)
    writer.start()
    passed, end = set(), time.monotonic() + 1
    try:
        while time.monotonic() < end:
            for call in (model.fit, model.evaluate, model.predict):
                try:
                    call([x, ids], **({} if call == model.predict else {"y": y}), verbose=0)
                    passed.add(call.__name__)
                except (ValueError, IndexError):
                    pass
    finally:
        done.set()
        writer.join()
    assert passed == {"fit", "evaluate", "predict"}
