"""Layers that hash, look up and encode; values are of Keras 3.15.1 on TensorFlow 2.21, where nothing else is said."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_csr

import lacuna
from lacuna import Input, Model, Sequential
from lacuna.layers import (
    CategoryEncoding,
    Concatenate,
    Dense,
    Embedding,
    Flatten,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    StringLookup,
)
from lacuna.models import load_model

WORDS = ["a", "b", "c"]
BATCH = np.array([["a", "zz", ""], ["c", "c", "b"]])


def values(result):
    return result.toarray().tolist() if hasattr(result, "toarray") else result.tolist()


@pytest.mark.parametrize(
    ("settings", "ints", "multi_hot", "count", "vocabulary"),
    [
        ({}, [[1, 0, 0], [3, 3, 2]], [[1, 1, 0, 0], [0, 0, 1, 1]], [[2, 1, 0, 0], [0, 0, 1, 2]], ["[UNK]"]),
        (
            {"mask_token": ""},
            [[2, 1, 0], [4, 4, 3]],
            [[1, 1, 0, 0], [0, 0, 1, 1]],
            [[1, 1, 0, 0], [0, 0, 1, 2]],
            ["", "[UNK]"],
        ),
        (
            {"num_oov_indices": 2, "mask_token": ""},
            [[3, 1, 0], [5, 5, 4]],
            [[1, 0, 1, 0, 0], [0, 0, 0, 1, 1]],
            [[1, 0, 1, 0, 0], [0, 0, 0, 1, 2]],
            ["", "[UNK]", "[UNK]"],
        ),
    ],
)
def test_string_lookup(settings, ints, multi_hot, count, vocabulary):
    layer = StringLookup(vocabulary=WORDS, **settings)
    assert values(layer(BATCH)) == ints
    assert layer.get_vocabulary() == vocabulary + WORDS
    assert layer.vocabulary_size() == len(vocabulary) + 3
    assert layer.get_vocabulary(include_special_tokens=False) == WORDS
    for mode, expected in (("multi_hot", multi_hot), ("count", count)):
        layer = StringLookup(vocabulary=WORDS, output_mode=mode, **settings)
        assert values(layer(BATCH)) == expected
        assert layer(BATCH).format == "csr"
        dense = StringLookup(vocabulary=WORDS, output_mode=mode, sparse=False, **settings)(BATCH)
        assert isinstance(dense, np.ndarray)
        assert dense.tolist() == expected
        assert "" not in layer.get_vocabulary()


def test_one_hot_of_a_masked_word_is_a_row_of_zeros():
    layer = StringLookup(vocabulary=WORDS, output_mode="one_hot", mask_token="")
    assert values(layer(np.array([["a"], ["zz"], [""], ["c"]]))) == [[0, 1, 0, 0], [1, 0, 0, 0], [0] * 4, [0, 0, 0, 1]]


def test_tf_idf():
    layer = StringLookup(vocabulary=WORDS, output_mode="tf_idf", idf_weights=[0.5, 0.25, 1.0])
    np.testing.assert_allclose(values(layer(BATCH)), [[1.1666666, 0.5, 0, 0], [0, 0, 0.25, 2]], rtol=1e-6)
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt(np.array([["a", "b"], ["a", "a"], ["c", "d"]]))
    assert layer.get_vocabulary() == ["[UNK]", "a", "d", "c", "b"]
    expected = [[0.86050487, 0.69314718, 0, 0, 0], [0, 0, 0, 1.83258152, 0]]
    np.testing.assert_allclose(values(layer(np.array([["a", "zz"], ["c", "c"]]))), expected, rtol=1e-6)


def test_the_most_frequent_come_first_and_of_equals_the_largest():
    layer = StringLookup(max_tokens=3)
    layer.adapt(["b", "b", "a", "a", "c"])
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
    layer = StringLookup(max_tokens=5, output_mode="multi_hot", pad_to_max_tokens=True)
    layer.adapt(["b", "b", "a", "a", "c"])
    assert layer.get_vocabulary() == ["[UNK]", "b", "a", "c"]
    assert values(layer([["a", "q"]])) == [[1, 0, 1, 0, 0]]
    layer = IntegerLookup()
    layer.adapt(np.array([[5, 5], [7, 1], [7, -1]]))
    assert layer.get_vocabulary() == [-1, 7, 5, 1]
    layer = StringLookup(min_count=2)  # Lacuna's own.
    layer.adapt(["b", "b", "a", "a", "c"])
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]


def test_invert():
    layer = StringLookup(vocabulary=WORDS, invert=True)
    assert layer(np.array([0, 1, 2, 3, 7])).tolist() == ["[UNK]", "a", "b", "c", "[UNK]"]
    layer = StringLookup(vocabulary=WORDS, invert=True, mask_token="")
    assert layer(np.array([0, 1, 2, 3, 4, 7])).tolist() == ["", "[UNK]", "a", "b", "c", "[UNK]"]
    layer = IntegerLookup(vocabulary=[10, 20], invert=True)
    assert layer(np.array([0, 1, 2, -5])).tolist() == [-1, 10, 20, -1]


def test_integer_lookup():
    assert values(IntegerLookup(vocabulary=[10, 20, 30])(np.array([[10, 5], [30, -1]]))) == [[1, 0], [3, 0]]
    layer = IntegerLookup(vocabulary=[10, 20, 30], mask_token=0, num_oov_indices=3)
    assert values(layer(np.array([[10, 5, 7], [30, -1, 0]]))) == [[4, 3, 2], [6, 3, 0]]
    assert layer.get_vocabulary() == [0, -1, -1, -1, 10, 20, 30]
    layer = IntegerLookup(vocabulary=[10, 20, 30], output_mode="count")
    assert values(layer(np.array([[10, 10], [30, -1]]))) == [[0, 2, 0, 0], [1, 0, 0, 1]]
    assert IntegerLookup(vocabulary=[2**60 + 1, 2**60])(np.array([2**60, 2**60 + 1])).tolist() == [2, 1]


def test_hashing():
    assert Hashing(3)(["A", "B", "C"]).tolist() == [1, 0, 1]
    words = np.array([["A", "B"], ["B", "B"]])
    assert values(Hashing(3)(words)) == [[1, 0], [0, 0]]
    assert values(Hashing(3, output_mode="multi_hot")(words)) == [[1, 1, 0], [1, 0, 0]]
    assert values(Hashing(3, output_mode="count")(words)) == [[1, 1, 0], [2, 0, 0]]
    assert values(Hashing(3, output_mode="one_hot")(words[:, :1])) == [[0, 1, 0], [1, 0, 0]]
    assert Hashing(3, mask_value="")(["A", "", "C"]).tolist() == [1, 0, 2]
    assert HashedCrossing(5)((np.array(["A", "B"]), np.array([101, 102]))).tolist() == [1, 1]
    crossed = HashedCrossing(5, output_mode="one_hot")((words[:, :1], np.array([[101], [102]])))
    assert values(crossed) == [[0, 1, 0, 0, 0]] * 2
    assert Hashing(2**40)(["A"]).tolist() != Hashing(2**40, salt=7)(["A"]).tolist()


def test_category_encoding():
    ids = np.array([[0, 1], [0, 0], [1, 2], [3, 1]])
    assert values(CategoryEncoding(4)(ids)) == [[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0], [0, 1, 0, 1]]
    assert values(CategoryEncoding(4, output_mode="count")(ids))[1] == [2, 0, 0, 0]
    assert values(CategoryEncoding(4, output_mode="one_hot")(np.array([3, 0]))) == [[0, 0, 0, 1], [1, 0, 0, 0]]
    dense = CategoryEncoding(4, output_mode="one_hot", sparse=False)
    assert dense(ids).shape == (4, 2, 4)
    i, w = Input((2,), dtype="int64"), Input((2,))
    model = Model([i, w], CategoryEncoding(4, output_mode="count")(i, count_weights=w))
    weights = np.array([[0.1, 0.2], [0.1, 0.1], [0.2, 0.3], [0.2, 0.1]])
    expected = [[0.1, 0.2, 0, 0], [0.2, 0, 0, 0], [0, 0.2, 0.3, 0], [0, 0.1, 0, 0.2]]
    np.testing.assert_allclose(model.predict([ids, weights]).toarray(), expected, rtol=1e-6)
    again = Model.from_config(model.get_config())
    np.testing.assert_allclose(again.predict([ids, weights]).toarray(), expected, rtol=1e-6)


@pytest.mark.parametrize("bad", [4, -1])
def test_an_id_out_of_range_is_an_error(bad):
    with pytest.raises(IndexError, match=rf"ids must be in \[0, num_tokens\). Received: {bad} in row 1"):
        CategoryEncoding(4)(np.array([[0], [bad]]))


def click_model():
    words, ids = Input((1,), dtype="string", name="word"), Input((1,), dtype="int64", name="id")
    lookup = StringLookup(output_mode="multi_hot", name="lookup")
    lookup.adapt(["x", "y", "z", "x"])
    crossed = HashedCrossing(10, output_mode="one_hot")([words, ids])
    model = Model([words, ids], Dense(1, name="score")(Concatenate()([lookup(words), crossed])))
    model.compile("sgd", "mse")
    return model


ROWS = [np.array([["x"], ["y"], ["q"], ["z"]] * 10, dtype=object), np.arange(40).reshape(-1, 1)]


def test_a_model_of_words_learns_and_is_saved_with_its_vocabulary(tmp_path):
    lacuna.utils.set_random_seed(1)
    model = click_model()
    history = model.fit(ROWS, np.ones(40), verbose=0, epochs=30)
    assert history.history["loss"][-1] < history.history["loss"][0] / 2
    expected = model.predict(ROWS)
    path = tmp_path / "model.h5"
    model.save(path)
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.predict(ROWS), expected)
    assert loaded.get_layer("lookup").get_vocabulary() == ["[UNK]", "x", "z", "y"]
    model.save_weights(tmp_path / "weights.h5")
    other = click_model()
    other.get_layer("lookup").set_vocabulary(["p", "q", "r"])
    other.load_weights(tmp_path / "weights.h5")
    np.testing.assert_array_equal(other.predict(ROWS), expected)
    other.get_layer("lookup").set_vocabulary(["p", "q", "r"])
    other.load_weights(tmp_path / "weights.h5", by_name=True)
    assert other.get_layer("lookup").get_vocabulary() == ["[UNK]", "x", "z", "y"]


def test_a_sequential_takes_words_as_they_are():
    model = Sequential([StringLookup(vocabulary=["a", "b"]), Embedding(3, 4), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.array([["a"], ["b"], ["c"]]), np.ones(3), verbose=0)
    known, unknown, missing = model.predict(np.array([["a"], ["zz"], [None]], dtype=object))[:, 0]
    assert known != unknown
    assert unknown == missing
    assert Sequential.from_config(model.get_config()).predict(np.array([["b"]])).shape == (1, 1)


def test_words_of_all_kinds_are_the_same(words=("a", "ä€😀", "", "b")):
    pandas = pytest.importorskip("pandas")
    arrow = pytest.importorskip("pyarrow")
    layer = StringLookup(vocabulary=["a", "ä€😀", "b", ""])
    for given in (
        list(words),
        np.array(words),
        np.array(words, dtype=object),
        np.array(words).astype(np.dtypes.StringDType()) if hasattr(np.dtypes, "StringDType") else list(words),
        np.array([w.encode() for w in words]),
        np.array(["x", *words])[1:],
        np.array(words).astype(">U5"),
        pandas.Series(words),
        pandas.Series(words, dtype="string"),
        pandas.Series(words, dtype="category"),
        pandas.Index(words),
        arrow.array(words),
        arrow.chunked_array([words[:2], words[2:]]),
        arrow.array(words).dictionary_encode(),
        ("a", "ä€😀", None, "b"),
        [["a"], ["ä€😀"], [None], ["b"]],
        np.array(["a", "ä€😀", np.nan, "b"], dtype=object),
        pandas.Series(["a", "ä€😀", pandas.NA, "b"], dtype="string"),
    ):
        assert layer(given).ravel().tolist() == [1, 2, 4, 3], type(given)
    assert layer([None, "a"]).tolist() == [4, 1]
    assert layer("b") == 3
    assert layer(pandas.DataFrame({"p": words, "q": words[::-1]})).tolist() == [[1, 3], [2, 4], [4, 2], [3, 1]]


def test_adapt_in_parts_is_adapt_at_once():
    random = np.random.default_rng(3)
    words = np.array([f"w{i}" for i in random.zipf(1.5, 5000) % 300]).reshape(-1, 2)
    whole, parts, generated = (StringLookup(output_mode="tf_idf") for _ in range(3))
    whole.adapt(words)
    parts.reset_state()
    for begin in range(0, len(words), 700):
        parts.update_state(words[begin : begin + 700])
    parts.finalize_state()
    generated.adapt(words[begin : begin + 700] for begin in range(0, len(words), 700))
    assert whole.get_vocabulary() == parts.get_vocabulary() == generated.get_vocabulary()
    np.testing.assert_array_equal(whole(words).toarray(), parts(words).toarray())
    names, counts = np.unique(words, return_counts=True)
    order = sorted(zip(counts, names, strict=True), reverse=True)
    assert whole.get_vocabulary()[1:] == [name for _, name in order]
    whole.adapt(["other"])
    assert whole.get_vocabulary() == ["[UNK]", "other"]


def test_adapt_after_the_call_counts():
    i = Input((1,), dtype="string")
    layer = StringLookup()
    model = Model(i, layer(i))
    with pytest.raises(ValueError, match="there must be a vocabulary: call adapt"):
        model.predict(np.array([["a"]]))
    layer.adapt(["b", "a", "a"])
    assert model.predict(np.array([["a"], ["b"], ["c"]])).tolist() == [[1], [2], [0]]
    layer.adapt(["b"])
    assert model.predict(np.array([["a"], ["b"], ["c"]])).tolist() == [[0], [1], [0]]


def test_a_vocabulary_from_a_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb\nä\n", encoding="utf-8")
    assert StringLookup(vocabulary=str(path)).get_vocabulary() == ["[UNK]", "a", "b", "ä"]
    path.write_text("7\n5", encoding="utf-8")
    layer = IntegerLookup(vocabulary=path)
    assert layer([5, 7, 9]).tolist() == [2, 1, 0]
    with pytest.raises(ValueError, match=r"no\.txt"):
        StringLookup(vocabulary=str(tmp_path / "no.txt"))


def test_no_rows():
    layer = StringLookup(vocabulary=WORDS, output_mode="multi_hot")
    assert layer(np.empty((0, 2), dtype="U3")).shape == (0, 4)
    assert layer(np.empty((3, 0), dtype="U3")).shape == (3, 4)
    assert Hashing(3)(np.empty((0, 2), dtype=int)).shape == (0, 2)
    layer = StringLookup()
    layer.adapt(np.empty((0,), dtype="U3"))
    assert layer(["a"]).tolist() == [0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Dense(1)(Input((1,), dtype="string")), ValueError, "inputs must be numbers.*StringLookup, Hashing"),
        (lambda: Input((3,), dtype="string", sparse=True), ValueError, "an input of strings is dense"),
        (lambda: Dense(1, dtype="string"), ValueError, "'string' is a dtype of Input alone"),
        (lambda: StringLookup(vocabulary=["a", "a"]), ValueError, "'a'"),
        (lambda: StringLookup(output_mode="hot"), ValueError, "output_mode must be one of 'int'"),
        (lambda: StringLookup(vocabulary=WORDS, max_tokens=3), ValueError, "must fit max_tokens"),
        (lambda: StringLookup(max_tokens=1), ValueError, "max_tokens must leave room"),
        (lambda: StringLookup(invert=True, output_mode="count"), ValueError, "invert=True is for output_mode='int'"),
        (lambda: StringLookup(vocabulary=WORDS, idf_weights=[1, 2, 3]), ValueError, "idf_weights are for"),
        (lambda: StringLookup(vocabulary=WORDS, num_oov_indices=0)(["q"]), ValueError, "Received: 'q' at place 0"),
        (lambda: StringLookup(vocabulary=WORDS)([1, 2]), ValueError, "must hold strings"),
        (lambda: IntegerLookup(vocabulary=[1])(["a"]), ValueError, "must hold whole numbers"),
        (lambda: IntegerLookup(vocabulary=[1])([0.5]), ValueError, "whole numbers.*value=0.5"),
        (lambda: StringLookup(ignore_oov=True), ValueError, "ignore_oov is for rows with num_oov_indices=0"),
        (lambda: StringLookup().adapt([1, 2]), ValueError, "must hold strings"),
        (lambda: IntegerLookup().adapt(["a"]), ValueError, "must hold numbers"),
        (lambda: StringLookup(vocabulary=WORDS)(["a", 1]), TypeError, "strings alone.*Received: 1 at place 1"),
        (lambda: StringLookup(vocabulary=WORDS)(["\ud800"]), ValueError, "valid Unicode"),
        (lambda: Hashing(0), ValueError, "num_bins must be between 1 and 2"),
        (lambda: Hashing(2**40 + 1), ValueError, "num_bins must be between 1 and 2"),
        (lambda: Hashing(3, salt=[1, 2, 3]), ValueError, "salt must be one or two"),
        (lambda: Hashing(3).adapt(["a"]), ValueError, "learns nothing"),
        (lambda: HashedCrossing(3)([["a"]]), ValueError, "called on a list of inputs"),
        (lambda: CategoryEncoding(0), ValueError, "num_tokens must be positive"),
        (lambda: CategoryEncoding(3)(["a"]), ValueError, "StringLookup or Hashing makes ids"),
        (lambda: CategoryEncoding(3, output_mode="one_hot")([[1, 2]]), ValueError, "write output_mode='multi_hot'"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_strings_where_numbers_belong():
    model = Sequential([Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    words = np.array([["a", "b"], ["c", "d"]])
    with pytest.raises(ValueError, match="fit: x must hold numbers. Received: dtype=<U1; convert text"):
        model.fit(words, np.ones(2), verbose=0)
    with pytest.raises(ValueError, match="fit: y must hold numbers"):
        model.fit(np.ones((2, 2)), np.array(["a", "b"]), verbose=0)
    with pytest.raises(ValueError, match=r"predict: x\['word'\] must hold strings"):
        click_model().predict([np.ones((2, 1)), np.ones((2, 1), int)])


def test_a_larger_vocabulary_than_the_model_was_made_for_is_an_error():
    i = Input((1,), dtype="string")
    layer = StringLookup(vocabulary=["a"], output_mode="multi_hot")
    model = Model(i, layer(i))
    layer.set_vocabulary(["a", "b"])
    with warnings.catch_warnings(), pytest.raises(IndexError, match="Received: 2 in row 0, num_tokens=2"):
        model.predict(np.array([["b"]]))


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_crosses_of_bags(tmp_path, mode):
    rng = np.random.default_rng(0)
    bag = random_csr(40, 12, 0.2, format="csr", dtype="float32", random_state=1)
    words = rng.choice(["a", "b", "c", "ü"], size=(40, 3)).astype(object)
    shops = rng.integers(9, size=40)
    layer, alone = HashedCrossing(50, mode), HashedCrossing(50)
    got = layer([bag, words, shops])
    assert isinstance(got, csr_matrix) and got.shape == (40, 50)
    wanted = np.zeros((40, 50))
    for row in range(40):
        for id, value in zip(bag[row].indices, bag[row].data):
            for word in words[row]:
                bin = alone([np.array([id]), np.array([word]), shops[row : row + 1]])[0]
                wanted[row, bin] = wanted[row, bin] + value if mode == "count" else 1
    np.testing.assert_allclose(got.toarray(), wanted, rtol=1e-6)
    assert np.array_equal(HashedCrossing(50, mode, sparse=False)([bag, words, shops]), got.toarray())
    pairs = HashedCrossing(2**33, mode)([bag, bag])
    assert pairs.nnz == sum(n * n for n in np.diff(bag.indptr))
    inputs = [Input((12,), sparse=True), Input((3,), dtype="string"), Input((1,), dtype="int64")]
    model = Model(inputs, layer(inputs))
    for batch_size in (7, 40):
        assert (model.predict([bag, words, shops], batch_size=batch_size) != got).nnz == 0
    model.save(tmp_path / "m.h5")
    assert (load_model(tmp_path / "m.h5").predict([bag, words, shops]) != got).nnz == 0
    trained = Model(inputs, Dense(1)(layer(inputs)))
    trained.compile("sgd", "mse")
    assert np.isfinite(trained.fit([bag, words, shops], np.ones(40), verbose=0).history["loss"][0])
    assert layer([bag[:0], words.astype("U1")[:0], shops[:0]]).shape == (0, 50)
    empty = csr_matrix((40, 12), dtype="float32")
    assert layer([empty, words]).nnz == 0
    empty.data, empty.indices, empty.indptr = np.zeros(1, "float32"), np.zeros(1, int), np.minimum(np.arange(41), 1)
    assert layer([empty, words]).nnz == 0  # A zero that is stored is no value.


def test_crosses_that_do_not_fit():
    bag = csr_matrix(np.ones((2, 3), "float32"))
    for layer in (HashedCrossing(5), HashedCrossing(5, "one_hot")):
        for one in (bag, np.array([[1, 2], [3, 4]])):
            with pytest.raises(ValueError, match="bags of values need output_mode='multi_hot' or 'count'"):
                layer([one, np.array([1, 2])])
    with pytest.raises(ValueError, match="must be called on a list of inputs"):
        HashedCrossing(5, "count")([bag])
    with pytest.raises(ValueError, match="columns must have the same rows"):
        HashedCrossing(5, "count")([bag, np.array([1, 2, 3])])
    with pytest.raises(IndexError, match="fewer than 2.31 combinations"):
        HashedCrossing(5, "count")([np.zeros((1, 3000), int)] * 3)
