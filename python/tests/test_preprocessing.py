"""Preprocessing of texts and sequences: known answers of Keras, csr bags, errors."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

import lacuna
from lacuna.layers import Dense
from lacuna.models import Sequential
from lacuna.preprocessing import sequence, text

TEXTS = ["The cat sat on the mat.", "The dog sat on the log, log!", "", "dogs and cats: living together"]


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, [[0, 0, 1], [0, 1, 2], [1, 2, 3]]),
        ({"padding": "post"}, [[1, 0, 0], [1, 2, 0], [1, 2, 3]]),
        ({"maxlen": 2}, [[0, 1], [1, 2], [2, 3]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [1, 2], [1, 2]]),
        ({"maxlen": 4, "value": 7}, [[7, 7, 7, 1], [7, 7, 1, 2], [7, 1, 2, 3]]),
        ({"maxlen": 0}, [[], [], []]),
    ],
)
def test_pad_sequences(settings, expected):
    result = sequence.pad_sequences([[1], [1, 2], np.array([1, 2, 3])], **settings)
    assert result.dtype == np.int32 and result.tolist() == expected


def test_pad_sequences_of_vectors_texts_and_nothing():
    vectors = [np.ones((n, 2)) * n for n in (1, 3)]
    assert sequence.pad_sequences(vectors, dtype="float32").shape == (2, 3, 2)
    assert sequence.pad_sequences([["a"], ["b", "c"]], dtype=object, value="pad").tolist() == [["pad", "a"], ["b", "c"]]
    assert sequence.pad_sequences([[], []]).shape == (2, 0)
    assert sequence.pad_sequences([]).shape == (0, 0)
    with pytest.raises(ValueError, match=r"one shape. Received: shapes \(2,\) and \(3,\)"):
        sequence.pad_sequences([np.ones((1, 2)), np.ones((1, 3))])
    with pytest.raises(ValueError, match="a list of sequences of numbers. Received: an element 1"):
        sequence.pad_sequences([1, 2])
    with pytest.raises(ValueError, match="write dtype=object"):
        sequence.pad_sequences([[1]], value="pad")


def test_sampling_table_and_skipgrams():
    table = sequence.make_sampling_table(5, sampling_factor=1e-3)
    assert table == pytest.approx([0.03152248, 0.03152248, 0.05475973, 0.07415564, 0.09128167])
    pairs, labels = sequence.skipgrams([1, 2, 0, 3], 4, window_size=1, negative_samples=0, shuffle=False)
    assert pairs == [[1, 2], [2, 1]] and labels == [1, 1]
    random.seed(3)
    pairs, labels = sequence.skipgrams(range(1, 9), 9, window_size=2, negative_samples=1.5, categorical=True, seed=5)
    near = sum(label == [0, 1] for label in labels)
    assert len(pairs) == len(labels) == near + int(near * 1.5)
    assert all(abs(a - b) <= 2 for (a, b), label in zip(pairs, labels) if label == [0, 1])
    with pytest.raises(ValueError, match="sampling_table must have a number for each word. Received: word=9"):
        sequence.skipgrams([9, 1], 10, sampling_table=table)


def test_windows_of_time_series():
    data = np.arange(20).reshape(10, 2)
    windows = sequence.TimeseriesGenerator(data, np.arange(10), length=4, sampling_rate=2, batch_size=4)
    assert len(windows) == 2
    samples, targets = windows[0]
    assert samples.shape == (4, 2, 2) and samples[0].tolist() == [[0, 1], [4, 5]] and targets.tolist() == [4, 5, 6, 7]
    assert windows[1][1].tolist() == [8, 9]
    backwards = sequence.TimeseriesGenerator(data, data, 3, stride=2, start_index=1, end_index=8, reverse=True)
    assert backwards[0][0][:, 0, 0].tolist() == [6, 10, 14] and backwards[0][1][:, 0].tolist() == [8, 12, 16]
    config = json.loads(backwards.to_json())["config"]
    again = sequence.TimeseriesGenerator(**{**config, **{k: json.loads(config[k]) for k in ("data", "targets")}})
    assert np.array_equal(again[0][0], backwards[0][0])
    with pytest.raises(IndexError):
        windows[2]
    with pytest.raises(ValueError, match=r"at most end_index.*Received: 10, end_index=9, steps=10"):
        sequence.TimeseriesGenerator(data, data, length=10)
    with pytest.raises(TypeError, match=r"write data.toarray\(\)"):
        import scipy.sparse

        sequence.TimeseriesGenerator(scipy.sparse.eye(3), [1, 2, 3], 1)


def test_words_and_hashes():
    assert text.text_to_word_sequence("Héllo, wörld!\tA-b") == ["héllo", "wörld", "a", "b"]
    assert text.text_to_word_sequence("a,B c", filters=" ", lower=False, split=",") == ["a", "B", "c"]
    assert text.text_to_word_sequence("one||two", filters="|", split="::") == ["one", "two"]
    assert text.hashing_trick("the cat sat the", 1000, "md5") == [132, 759, 622, 132]
    assert text.hashing_trick("ab c", 10, lambda word: len(word) * 2**80) == [2 * 2**80 % 9 + 1, 2**80 % 9 + 1]
    assert all(1 <= number < 5 for number in text.one_hot("The cat sat on the mat.", 5))
    with pytest.raises(ValueError, match="n must be 2 or more"):
        text.one_hot("a", 1)
    with pytest.raises(ValueError, match="'md5' or None. Received: 'sha'"):
        text.hashing_trick("a", 5, "sha")


def test_tokenizer_counts_and_numbers():
    words = text.Tokenizer()
    words.fit_on_texts(TEXTS)
    assert list(words.word_index)[:5] == ["the", "sat", "on", "log", "cat"] and words.word_index["the"] == 1
    assert words.word_counts["the"] == 4 and words.word_docs["the"] == 2 and words.index_docs[1] == 2
    assert words.document_count == 4 and words.index_word[4] == "log"
    assert words.texts_to_sequences(["the cat flew", ["THE", "log"]]) == [[1, 5], [1, 4]]
    assert words.sequences_to_texts([[1, 5, 99], []]) == ["the cat", ""]
    few = text.Tokenizer(num_words=4, oov_token="?")
    few.fit_on_texts(one for one in TEXTS)
    assert few.word_index["?"] == 1 and few.texts_to_sequences(["the cat sat flying"]) == [[2, 1, 3, 1]]
    assert few.sequences_to_texts([[2, 8, 3, 99]]) == ["the ? sat ?"]
    letters = text.Tokenizer(char_level=True)
    letters.fit_on_texts(["aab"])
    assert letters.texts_to_sequences(["ba"]) == [[2, 1]]


def test_tokenizer_json():
    words = text.Tokenizer(num_words=6, oov_token="?")
    words.fit_on_texts(TEXTS)
    again = text.tokenizer_from_json(words.to_json())
    assert again.get_config() == words.get_config() and again.index_word == words.index_word
    assert np.array_equal(again.texts_to_matrix(TEXTS, "tfidf"), words.texts_to_matrix(TEXTS, "tfidf"))
    with pytest.raises(ValueError, match="what to_json returned"):
        text.tokenizer_from_json("{}")


def slow_bags(sequences, columns, mode, words):
    """As Keras defines them."""
    result = np.zeros((len(sequences), columns))
    for row, one in zip(result, sequences):
        for number in set(one):
            if number < columns:
                count = one.count(number)
                idf = np.log(1 + words.document_count / (1 + words.index_docs.get(number, 0)))
                row[number] = {
                    "binary": 1,
                    "count": count,
                    "freq": count / len(one),
                    "tfidf": (1 + np.log(count)) * idf,
                }[mode]
    return result


@pytest.mark.parametrize("mode", ["binary", "count", "freq", "tfidf"])
@pytest.mark.parametrize("num_words", [None, 5])
def test_bags(mode, num_words):
    words = text.Tokenizer(num_words=num_words)
    words.fit_on_texts(TEXTS)
    columns = num_words or len(words.word_index) + 1
    for sequences in ([[1, 2, 1, 8, 3], [], [5, 5, 5, 40]], [[]], []):
        dense = words.sequences_to_matrix(sequences, mode)
        assert dense == pytest.approx(slow_bags(sequences, columns, mode, words))
        csr = words.sequences_to_matrix(sequences, mode, sparse=True)
        assert csr.format == "csr" and csr.shape == (len(sequences), columns) and csr.has_canonical_format
        assert np.array_equal(csr.toarray(), dense)
    assert np.array_equal(words.texts_to_matrix(TEXTS, mode, sparse=True).toarray(), words.texts_to_matrix(TEXTS, mode))


def test_bags_of_many_columns_are_never_dense():
    words = text.Tokenizer(num_words=2**40)
    csr = words.sequences_to_matrix([[2**39, 3, 3]] * 1000, "count", sparse=True)
    assert csr.shape == (1000, 2**40) and csr.nnz == 2000 and csr[999, 3] == 2


def test_bags_that_cannot_be_made():
    with pytest.raises(ValueError, match=r"write Tokenizer\(num_words=…\)"):
        text.Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="needs counts of texts"):
        text.Tokenizer(5).sequences_to_matrix([[1]], "tfidf")
    with pytest.raises(ValueError, match="binary, count, freq, tfidf. Received: mode='bag'"):
        text.Tokenizer(5).sequences_to_matrix([[1]], "bag")
    with pytest.raises(ValueError, match="not be negative. Received: -1"):
        text.Tokenizer(5).sequences_to_matrix([[1, -1]])
    with pytest.raises(TypeError, match="a list of them, or a generator"):
        text.Tokenizer().fit_on_texts("one text")
    counted = text.Tokenizer(5)
    counted.fit_on_sequences([[1, 2], [1]])
    assert counted.index_docs == {1: 2, 2: 1} and counted.sequences_to_matrix([[1]], "tfidf").shape == (1, 5)


def test_a_model_trains_on_csr_bags():
    words = text.Tokenizer(num_words=50)
    words.fit_on_texts(TEXTS)
    x = words.texts_to_matrix(TEXTS, "tfidf", sparse=True)
    model = Sequential([Dense(1, input_shape=(50,))])
    model.compile("adam", "mse")
    model.fit(x, np.ones(4), verbose=0)
    assert model.predict(x).shape == (4, 1)


def test_images_are_refused_by_name():
    from lacuna.preprocessing import image

    with pytest.raises(AttributeError, match="image.ImageDataGenerator is of Keras, not in Lacuna: .* images"):
        image.ImageDataGenerator
    with pytest.raises(ImportError, match="of Keras, not in Lacuna"):
        from lacuna.preprocessing.image import img_to_array  # noqa: F401
    assert not hasattr(image, "load_img") and dir(image) == []


def test_preprocessing_is_imported_when_it_is_used():
    code = """
import sys, lacuna
later = "preprocessing datasets wrappers".split()
assert not any(f"lacuna.{name}" in sys.modules for name in later)
heavy = "h5py urllib.request multiprocessing concurrent.futures tarfile zipfile hashlib json".split()
assert not any(name in sys.modules for name in heavy), heavy
print(lacuna.preprocessing.sequence.pad_sequences([[1]]).tolist())
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[[1]]\n"
    assert lacuna.preprocessing.text.Tokenizer is text.Tokenizer
