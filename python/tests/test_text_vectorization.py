"""TextVectorization. Expected values were made with Keras 3.15.1 on TensorFlow 2.21, and with scikit-learn 1.9."""

import gc
import json
import random
import re
import subprocess
import sys
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import Input, Model, Sequential
from lacuna.layers import Dense, Embedding, TextVectorization
from lacuna.models import load_model

DOCUMENTS = [
    "The cat sat on the mat.",
    "The DOG sat; the dog's bone!",
    "Über café-au-lait: ÜBER 42 cats",
    "",
    "a b a",
]
ASKED = ["the mat, the unknown MAT", "", "über-cool Dog's bone sat on a mat"]


def adapted(**settings):
    layer = TextVectorization(**settings)
    layer.adapt(DOCUMENTS)
    return layer


def rows(layer, texts=ASKED):
    result = layer(texts)
    return (result.toarray() if hasattr(result, "toarray") else result).tolist()


def test_ids_are_those_of_keras():
    words = "the Über sat a on mat dogs dog cats cat caféaulait bone b 42".split()
    layer = adapted()
    assert layer.get_vocabulary() == ["", "[UNK]", *words]
    assert layer.get_vocabulary(include_special_tokens=False) == words
    assert layer.vocabulary_size() == 16
    assert rows(layer) == [[2, 7, 2, 1, 7, 0, 0], [0] * 7, [1, 8, 13, 4, 6, 5, 7]]
    assert rows(adapted(output_sequence_length=4)) == [[2, 7, 2, 1], [0] * 4, [1, 8, 13, 4]]
    long = adapted(output_sequence_length=9, max_tokens=8)
    assert rows(long) == [[2, 7, 2, 1, 7, 0, 0, 0, 0], [0] * 9, [1, 1, 1, 4, 6, 5, 7, 0, 0]]
    assert rows(TextVectorization(vocabulary=words)) == rows(layer)
    assert rows(TextVectorization(vocabulary=layer.get_vocabulary())) == rows(layer)


def test_ngrams_and_characters_are_those_of_keras():
    pairs = adapted(ngrams=2, max_tokens=12, output_mode="count")
    expected = "[UNK]|the|Über|sat|a|Über caféaulait|Über 42|the mat|the dogs|the dog|the cat|sat the"
    assert pairs.get_vocabulary() == expected.split("|")
    assert rows(pairs) == [[6, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0] * 12, [11, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]]
    only_pairs = adapted(ngrams=(2,), standardize="lower")
    assert rows(only_pairs) == [[1, 1, 1, 1, 0, 0], [0] * 6, [1, 1, 1, 9, 1, 1]]
    characters = adapted(split="character", max_tokens=10, output_mode="multi_hot")
    assert characters.get_vocabulary() == ["[UNK]", *" taesohbc"]
    assert rows(characters) == [[1, 1, 1, 1, 1, 0, 1, 1, 0, 0], [0] * 10, [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]]
    whole = adapted(split=None, standardize="lower")
    assert rows(whole, ["A b A", "", "a"]) == [[5], [0], [1]]


def test_tf_idf_is_that_of_keras():
    layer = adapted(output_mode="tf_idf", max_tokens=7, pad_to_max_tokens=True)
    expected = [
        [1.1621183156967163, 1.9616584777832031, 0, 0, 0, 0, 2.505525827407837],
        [0] * 7,
        [3.4863548278808594, 0, 0, 0.9808292388916016, 1.2527629137039185, 1.2527629137039185, 1.2527629137039185],
    ]
    np.testing.assert_allclose(rows(layer), expected, rtol=2e-7)
    padded = adapted(output_mode="multi_hot", max_tokens=30, pad_to_max_tokens=True)
    assert np.array(rows(padded)).shape == (3, 30)
    assert np.flatnonzero(rows(padded)[2]).tolist() == [0, 3, 4, 5, 6, 7, 12]
    assert isinstance(adapted(output_mode="count", sparse=False)(ASKED), np.ndarray)


SENTENCES = ["The cat sat on the mat.", "The DOG sat; the dog's bone, the bone!", "Über café_au_lait: ÜBER 42 cats", ""]
WORDS = "42 bone café_au_lait cat cats dog mat on sat the über".split()


def like_scikit_learn(**settings):
    """Tokens and weights of its vectorizers, which leave unknown words out."""
    settings = {"split": "words", "standardize": "lower", "num_oov_indices": 0, "output_mode": "tf_idf", **settings}
    layer = TextVectorization(idf="smooth", **settings)
    layer.adapt([*SENTENCES, "a b c"])
    return layer


A, B = 2.09861228866811, 1.6931471805599454  # Weights of words of one text, and of two.
WORDS_OF_ROWS = ["cat mat on sat the", "bone dog sat the", "42 café_au_lait cats über"]


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (
            "l2",
            [
                [0.39985350771621603, 0.39985350771621603, 0.39985350771621603, 0.3225992923430284, 0.6451985846860568],
                [0.525059896640006, 0.525059896640006, 0.2118075092816051, 0.6354225278448153],
                [0.3779644730092272, 0.3779644730092272, 0.3779644730092272, 0.7559289460184544],
            ],
        ),
        (
            "l1",
            [
                [0.1844888725756784, 0.1844888725756784, 0.1844888725756784, 0.14884446075765492, 0.29768892151530985],
                [0.2767333088635176, 0.2767333088635176, 0.1116333455682412, 0.3349000367047236],
                [0.2, 0.2, 0.2, 0.4],
            ],
        ),
        (None, [[A, A, A, B, 2 * B], [2 * A, 2 * A, B, 3 * B], [A, A, A, 2 * A]]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_words_are_those_of_tfidf_vectorizer(norm, expected, dtype):
    layer = like_scikit_learn(dtype=dtype, norm=norm)
    vocabulary = layer.get_vocabulary()
    assert sorted(vocabulary) == WORDS
    result = layer([*SENTENCES, "unknown words alone"])
    assert result.dtype == dtype
    assert result.getnnz(axis=1).tolist() == [5, 4, 4, 0, 0]
    for row, words, values in zip(result[:3], WORDS_OF_ROWS, expected, strict=True):
        found = dict(zip((vocabulary[i] for i in row.indices), row.data.tolist(), strict=True))
        assert [found[word] for word in words.split()] == pytest.approx(
            values, rel=2e-7 if dtype == "float32" else 3e-16
        )


def test_pairs_and_sublinear_counts_are_those_of_tfidf_vectorizer():
    layer = like_scikit_learn(ngrams=2, sublinear_tf=True, norm="l2", dtype="float64")
    vocabulary = layer.get_vocabulary()
    assert len(vocabulary) == 26
    first, second, third = (
        dict(zip((vocabulary[i] for i in row.indices), row.data, strict=True)) for row in layer(SENTENCES[:3])
    )
    assert first["the"] == pytest.approx(0.42122366318437526, rel=3e-16)
    assert first["the cat"] == pytest.approx(0.30835823328338474, rel=3e-16)
    assert second["the"] == pytest.approx(0.4092318231799757, rel=3e-16)
    assert third["über 42"] == pytest.approx(0.3183559679257789, rel=3e-16)


def test_columns_are_those_of_hashing_vectorizer():
    settings = {"split": "words", "output_mode": "count", "hash": "murmur3", "dtype": "float64"}
    found = TextVectorization(num_bins=2**20, alternate_sign=True, **settings)(SENTENCES)
    assert found[0].indices.tolist() == [122804, 286878, 300839, 312887, 925579]
    assert found[0].data.tolist() == [1, -2, 1, -1, -1]
    found = TextVectorization(num_bins=10, alternate_sign=True, norm="l2", **settings)(SENTENCES)
    assert found[0].indices.tolist() == [0, 1, 8, 9]  # Two tokens of different sign share the last.
    a = 0.4082482904638631
    assert found[0].data.tolist() == pytest.approx([a, -a, -2 * a, 0], rel=3e-16)
    pairs = TextVectorization(num_bins=2**20, ngrams=2, norm="l1", **settings)(SENTENCES)
    assert pairs[1].indices.tolist()[:7] == [56986, 119599, 122804, 132692, 199544, 286878, 641575]
    assert pairs[1].data.tolist()[:7] == pytest.approx([1 / 15] * 5 + [0.2, 1 / 15], rel=3e-16)


def random_texts(count):
    """Texts of characters that matter to words: cases, sigmas, combining marks, digits, white space of all kinds."""
    rng = random.Random(7)
    special = "Σσς'.:·’İıẞßKÅⱥȺ\u0301\u0345ʰªⒶ٣ aAbB_ 09-\n\u00a0\u3000日本हि😀"
    plain = "abc DEF_.,9 \t"
    return ["".join(rng.choice(special if rng.random() < 0.3 else plain) for _ in range(rng.choice([0, 3, 40, 200])))
            for _ in range(count)]  # fmt: skip


def test_words_are_those_of_pythons_re():
    texts = random_texts(400)
    words = [re.findall(r"(?u)\b\w\w+\b", text.lower()) for text in texts]
    pairs = [one + [" ".join(one[i : i + 2]) for i in range(len(one) - 1)] for one in words]
    layer = TextVectorization(split="words", ngrams=2, output_mode="count", num_oov_indices=0)
    layer.adapt(texts)
    counts = Counter(token for one in pairs for token in one)
    order = sorted(counts, key=lambda token: (counts[token], token.encode()), reverse=True)
    assert layer.get_vocabulary() == order
    for row, tokens in zip(layer(texts), pairs, strict=True):
        assert dict(zip((order[i] for i in row.indices), row.data, strict=True)) == Counter(tokens)


def test_hashed_tokens_need_no_vocabulary():
    layer = TextVectorization(num_bins=1000)
    bins = lacuna.layers.Hashing(1000, mask_value="")(["the", "mat", "unknown"])
    assert layer(["The mat, the unknown."]).tolist() == [[bins[0], bins[1], bins[0], bins[2]]]
    counts = TextVectorization(num_bins=2**20, output_mode="count", ngrams=2)(ASKED)
    assert counts.shape == (3, 2**20)
    assert counts.sum(axis=1).tolist() == [[9], [0], [13]]
    pair = lacuna.layers.Hashing(2**20)(["the mat"])[0]
    assert counts[0, pair] == 1


def spam_model():
    texts = Input((1,), dtype="string")
    layer = TextVectorization(output_mode="tf_idf", split="words", norm="l2", name="words")
    layer.adapt(MAILS)
    model = Model(texts, Dense(1, activation="sigmoid")(layer(texts)))
    model.compile("adam", "binary_crossentropy")
    return model


MAILS = ["Win a FREE prize now", "Lunch at noon?", "free money, win now!", "See you at the meeting"] * 4
LABELS = np.array([1, 0, 1, 0] * 4)


def test_a_model_of_texts_learns_and_is_saved_with_its_vocabulary(tmp_path):
    lacuna.utils.set_random_seed(1)
    model = spam_model()
    model.fit(np.array(MAILS), LABELS, epochs=200, verbose=0)
    raw = np.array([["win money"], ["the meeting at noon"]])
    spam, ham = model.predict(raw)[:, 0]
    assert spam > 0.6 > 0.4 > ham
    path = tmp_path / "model.h5"
    model.save(path)
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.predict(raw), model.predict(raw))
    assert loaded.get_layer("words").get_vocabulary() == model.get_layer("words").get_vocabulary()


def test_a_sequential_takes_texts_as_they_are():
    layer = TextVectorization(output_sequence_length=4, vocabulary=["win", "noon"])
    model = Sequential([layer, Embedding(4, 3, combiner="mean"), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.array(MAILS), LABELS, verbose=0)
    known, unknown = model.predict(np.array(["win", "lose"]))[:, 0]
    assert known != unknown
    again = Sequential.from_config(model.get_config())
    assert again.layers[0].get_config() == layer.get_config()


@pytest.mark.parametrize(
    "settings", [{"ngrams": 2}, {"ngrams": (1, 3)}, {"standardize": None, "split": None}, {"num_bins": 7}]
)
def test_config(settings):
    layer = TextVectorization(**settings)
    again = TextVectorization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    if "num_bins" not in settings:
        again.adapt(DOCUMENTS)
        assert rows(again) == rows(adapted(**settings))


def test_the_same_for_any_threads_and_parts():
    texts = random_texts(300)
    results = []
    for threads in (1, 2, 8):
        lacuna.config.set_num_threads(threads)
        layer = TextVectorization(split="words", output_mode="tf_idf", ngrams=2, norm="l2", max_tokens=500)
        layer.adapt(texts[i : i + 70] for i in range(0, 300, 70))
        results.append((layer.get_vocabulary(), layer(texts)))
    for vocabulary, matrix in results[1:]:
        assert vocabulary == results[0][0]
        np.testing.assert_array_equal(matrix.data, results[0][1].data)
        np.testing.assert_array_equal(matrix.indices, results[0][1].indices)


def test_missing_texts_and_no_rows():
    layer = TextVectorization(vocabulary=["a"], output_mode="count")
    assert rows(layer, np.array(["a a", None, float("nan"), "b"], dtype=object)) == [[0, 2], [0, 0], [0, 0], [1, 0]]
    assert layer(np.empty((0,), dtype="U3")).shape == (0, 2)
    assert TextVectorization(vocabulary=["a"])(np.empty((0, 1), dtype="U3")).shape == (0, 0)
    assert TextVectorization(vocabulary=["a"])("a b").tolist() == [2, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TextVectorization(split="word"), "did you mean 'words'"),
        (lambda: TextVectorization(standardize="upper"), "standardize must be a known one"),
        (lambda: TextVectorization(ngrams=0), "ngrams must be from 1"),
        (lambda: TextVectorization(output_mode="one_hot"), "output_mode must be one of 'int', 'multi_hot'"),
        (lambda: TextVectorization(output_mode="count", output_sequence_length=3), "is for output_mode='int'"),
        (lambda: TextVectorization(ragged=True), "ragged must be False"),
        (lambda: TextVectorization(encoding="latin-1"), "encoding must be 'utf-8'"),
        (lambda: TextVectorization(norm="l2"), "norm is for rows"),
        (lambda: TextVectorization(num_bins=5, max_tokens=7), "num_bins takes the place of a vocabulary"),
        (lambda: TextVectorization(hash="murmur3"), "hash='murmur3' is for rows of num_bins columns"),
        (lambda: TextVectorization(num_bins=5, output_mode="count", alternate_sign=True), "alternate_sign is for"),
        (lambda: TextVectorization(num_bins=5).adapt(["a"]), "learns nothing"),
        (lambda: TextVectorization(vocabulary=["a", "a"]), "'a'"),
        (lambda: TextVectorization()(["a"]), "call adapt"),
        (lambda: TextVectorization(vocabulary=["a"])([["a", "b"]]), r"\(batch,\) or \(batch, 1\)"),
        (lambda: TextVectorization(vocabulary=["a"])([1, 2]), "must be strings"),
        (lambda: TextVectorization(split="words").adapt([b"good", b"\xff"]), r"Received: text 1 = '\\xff'"),
        (lambda: TextVectorization(split="character", vocabulary=["a"])([b"\xff"]), "texts must be UTF-8"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def without_digits(texts):
    assert isinstance(texts, np.ndarray) and texts.ndim == 1 and texts.dtype == object
    return [re.sub(r"\d", "", text).upper() for text in texts]


def at_bars(texts):
    return [text.split("|") for text in texts]


RAW = ["a1|b c|a2", "", "B C|x|x", None, "ä9|é"]


@pytest.mark.parametrize("mode", ["int", "count", "multi_hot", "tf_idf"])
@pytest.mark.parametrize("ngrams", [None, 2, (2,)])
def test_functions_of_ones_own(mode, ngrams):
    settings = {"output_mode": mode, "ngrams": ngrams}
    layer = TextVectorization(standardize=without_digits, split=at_bars, **settings)
    layer.adapt(RAW)
    plain = TextVectorization(standardize=None, split="whitespace", **settings)
    same = [
        " ".join(t.replace(" ", "_") for t in one.split("|"))
        for one in without_digits(np.array([t or "" for t in RAW], object))
    ]
    plain.adapt(same)
    if ngrams is None:  # An empty text has an empty token here.
        assert [word.replace(" ", "_") for word in layer.get_vocabulary()] == plain.get_vocabulary()
    got, wanted = layer(RAW), plain(same)
    if sp.issparse(got):
        got, wanted = got.toarray(), wanted.toarray()
    assert np.array_equal(got, wanted)
    assert layer.standardize is without_digits and layer.split is at_bars
    assert TextVectorization(standardize=lambda texts: texts, split=None, vocabulary=["a1|b c|a2"])(RAW).tolist() == [
        [2],
        [0],
        [1],
        [0],
        [1],
    ]


def test_functions_in_fit_in_files_and_in_threads(tmp_path):
    texts = np.array([f"w{k % 7}|x{k % 3}" for k in range(3000)], object)
    labels = np.array([[k % 7 < 3] for k in range(3000)], "float32")

    def made(**settings):
        layer = TextVectorization(output_mode="count", **settings)
        layer.adapt(texts)
        lacuna.utils.set_random_seed(1)
        model = Sequential([Input((1,), dtype="string"), layer, Dense(1, kernel_initializer="zeros")])
        model.compile("adam", "mse")
        model.fit(texts, labels, batch_size=32, epochs=2, verbose=0)
        return model

    plain = TextVectorization(output_mode="count", standardize=None)
    plain.adapt([text.replace("|", " ") for text in texts])
    model = made(standardize=None, split=at_bars)
    gc.collect()
    assert len(model.get_weights()[0]) == len(plain.get_vocabulary())
    wanted = model.predict(texts)
    assert wanted[0] > wanted[4]
    model.save(tmp_path / "m.h5")
    assert json.loads(model.to_json())["config"]
    with pytest.raises(ValueError, match="split must be a known one. Received: split='at_bars'.*custom_objects"):
        load_model(tmp_path / "m.h5")
    loaded = load_model(tmp_path / "m.h5", custom_objects={"at_bars": at_bars})
    assert np.array_equal(loaded.predict(texts), wanted)
    with ThreadPoolExecutor(4) as threads:
        for got in threads.map(lambda _: loaded.predict(texts, batch_size=64), range(8)):
            assert np.array_equal(got, wanted)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"standardize": lambda texts: texts[:-1]}, "what standardize returned must be a text for each"),
        ({"standardize": lambda texts: [1] * len(texts)}, "standardize returned must hold strings"),
        ({"split": lambda texts: texts}, "what split returned must be a list of tokens for each"),
        ({"split": lambda texts: [["a"]] * (len(texts) + 1)}, "what split returned must be a list of tokens for each"),
        ({"split": lambda texts: [[1]] * len(texts)}, "split returned must hold strings"),
        ({"split": lambda texts: 1 / 0}, "division"),
    ],
)
def test_what_a_function_returns_is_checked(settings, message):
    layer = TextVectorization(vocabulary=["a"], **settings)
    with pytest.raises((ValueError, TypeError, ZeroDivisionError), match=message):
        layer(["a", "b"])
    model = Sequential(
        [Input((1,), dtype="string"), TextVectorization(vocabulary=["a"], output_mode="count", **settings), Dense(1)]
    )
    model.compile("sgd", "mse")
    with pytest.raises((ValueError, TypeError, ZeroDivisionError), match=message):  # On the thread that packs.
        model.fit(np.array(["a", "b"] * 500), np.zeros(1000), verbose=0)


@pytest.mark.parametrize("returned", [None, 3, [None, None], [["a"]]])
def test_what_a_split_returns_is_checked(returned):
    with pytest.raises(ValueError, match="what split returned must be a list of tokens for each text"):
        TextVectorization(vocabulary=["a"], split=lambda texts: returned)(["a", "b"])


def test_a_split_may_give_generators():
    layer = TextVectorization(vocabulary=["a"], split=lambda texts: ((t for t in text.split()) for text in texts))
    assert layer(["a a", "b"]).tolist() == [[2, 2], [1, 0]]


@pytest.mark.parametrize("setting, name", [("split", "whitespace"), ("standardize", "lower")])
def test_a_function_with_the_name_of_a_known_one_is_an_error(setting, name):
    def function(texts):
        return texts

    function.__name__ = name
    with pytest.raises(ValueError, match="must not have the name of a known one"):
        TextVectorization(vocabulary=["a"], **{setting: function})


def test_a_function_whose_owner_has_the_layer_is_freed():
    class Owner:
        def __init__(self):
            self.layer = TextVectorization(vocabulary=["a"], split=self.split)

        def split(self, texts):
            return [text.split() for text in texts]

    owner = Owner()
    assert owner.layer(["a"]).tolist() == [[2]]
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


def test_a_model_keeps_the_functions_of_its_layers():
    words = Input((1,), dtype="string")
    layer = TextVectorization(
        vocabulary=["a"], standardize=None, split=lambda texts: [text.split("-") for text in texts]
    )
    model = Model(words, layer(words))
    del layer
    gc.collect()
    assert model.predict(np.array(["a-a"], object)).tolist() == [[2, 2]]


def test_a_function_of_a_program_leaves_nothing_behind():
    program = """
from lacuna.layers import TextVectorization
def split(texts):
    return [text.split() for text in texts]
layer = TextVectorization(vocabulary=["a"], split=split)
assert layer(["a"]).tolist() == [[2]]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr == b""
