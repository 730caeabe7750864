"""layers.from_sklearn against scikit-learn itself."""

import re
import warnings

import numpy as np
import pytest

from lacuna import Input, Model
from lacuna.layers import Dense, Normalization, TextVectorization, from_sklearn
from lacuna.models import load_model

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install scikit-learn")
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

TEXTS = ["The cat sat on the mat.", "The DOG sat; the dog's bone, the bone!", "Über café_au_lait: ÜBER 42 cats", "",
         *(" ".join(f"w{i * j % 89} Word{i * i * j % 61}" for j in range(1, 40)) for i in range(1, 60))]  # fmt: skip
ASKED = [*TEXTS, "unknown tokens alone", "the unknown cat"]


def same(result, expected):
    """Equal to an ulp, with the same columns stored."""
    if hasattr(expected, "toarray"):
        assert result.shape == expected.shape
        expected = expected.toarray()
    result = result.toarray() if hasattr(result, "toarray") else result
    assert result.dtype == ("float64" if expected.dtype == "int64" else expected.dtype)
    np.testing.assert_array_max_ulp(result, expected.astype(result.dtype), 1)


@pytest.mark.parametrize(
    "vectorizer",
    [
        TfidfVectorizer(),
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(norm="l1", smooth_idf=False, max_features=20),
        TfidfVectorizer(norm=None, lowercase=False),
        TfidfVectorizer(use_idf=False),
        TfidfVectorizer(use_idf=False, binary=True, norm="l1", sublinear_tf=True),
        TfidfVectorizer(stop_words="english"),
        TfidfVectorizer(dtype=np.float32, norm=None),
        CountVectorizer(),
        CountVectorizer(binary=True, ngram_range=(2, 3)),
        CountVectorizer(vocabulary=["the", "cat", "42"]),
        HashingVectorizer(n_features=2**10),
        HashingVectorizer(alternate_sign=False, norm="l1", ngram_range=(1, 2)),
        HashingVectorizer(n_features=2**10, norm=None, binary=True),
    ],
    ids=str,
)
def test_texts(vectorizer):
    layer = from_sklearn(vectorizer.fit(TEXTS))
    assert isinstance(layer, TextVectorization)
    assert layer(ASKED).format == "csr"
    same(layer(ASKED), vectorizer.transform(ASKED))


def test_a_pipeline_of_counts_and_weights_is_one_layer():
    for weigher in (TfidfTransformer(), TfidfTransformer(use_idf=False, norm="l1", sublinear_tf=True)):
        pipeline = make_pipeline(CountVectorizer(min_df=2), "passthrough", weigher).fit(TEXTS)
        layer = from_sklearn(pipeline)
        assert isinstance(layer, TextVectorization)
        same(layer(ASKED), pipeline.transform(ASKED))
    same(from_sklearn(make_pipeline(make_pipeline(CountVectorizer())).fit(TEXTS))(ASKED),
         CountVectorizer().fit(TEXTS).transform(ASKED))  # fmt: skip


def test_a_pipeline_that_scales_texts_is_a_model():
    pipeline = make_pipeline(TfidfVectorizer(), StandardScaler(with_mean=False)).fit(TEXTS)
    model = from_sklearn(pipeline)
    assert model.output.storage == "csr"
    np.testing.assert_allclose(
        model.predict(np.array(ASKED)).toarray(), pipeline.transform(ASKED).toarray(), rtol=5e-16
    )


NUMBERS = np.random.default_rng(1).normal([1e6, 0, -3], [1, 5, 1e-3], (200, 3))


@pytest.mark.parametrize("with_std", [True, False])
@pytest.mark.parametrize("columns", [1, 3])
def test_scaled_numbers(columns, with_std):
    x = NUMBERS[:, :columns]
    fitted = StandardScaler(with_std=with_std).fit(x)
    layer = from_sklearn(fitted)
    assert isinstance(layer, Normalization)
    same(layer(x), fitted.transform(x))
    same(layer(x[:5] * 3), fitted.transform(x[:5] * 3))
    constant = StandardScaler().fit(np.ones((4, 2)))
    same(from_sklearn(constant)(np.full((2, 2), 5.0)), constant.transform(np.full((2, 2), 5.0)))


@pytest.mark.parametrize("with_std", [True, False])
def test_scaled_csr_stays_csr(with_std):
    from scipy.sparse import random

    x = random(50, 8, 0.3, "csr", random_state=2)
    fitted = StandardScaler(with_mean=False, with_std=with_std).fit(x)
    result = from_sklearn(fitted)(x)
    assert result.format == "csr"
    same(result, fitted.transform(x))


WORDS = np.array([["a", "x"], ["b", ""], ["c", "x"], ["a", "[UNK]"]], dtype=object)
IDS = np.array([[-1, 7], [3, 7], [2**40, 0], [3, 1]])


@pytest.mark.parametrize("x", [WORDS, IDS, IDS[:, :1].astype(float)], ids=["words", "ids", "floats"])
@pytest.mark.parametrize("handle_unknown", ["error", "ignore", "infrequent_if_exist"])
@pytest.mark.parametrize("drop", [None, "first", "if_binary"])
@pytest.mark.parametrize("sparse_output", [True, False])
def test_one_hot(x, handle_unknown, drop, sparse_output):
    fitted = OneHotEncoder(handle_unknown=handle_unknown, drop=drop, sparse_output=sparse_output).fit(x)
    model = from_sklearn(fitted)
    given = x if x is WORDS else x.astype(int)  # Also of numbers that scikit-learn got as floats.
    columns = [given[:, i] for i in range(x.shape[1])]
    assert [one.name.split(":")[0] for one in model.inputs] == [f"x{i}" for i in range(len(columns))]
    assert model.output.storage == ("csr" if sparse_output else "dense")
    same(model.predict(columns), fitted.transform(x))
    unknown = np.array(["zz"], dtype=object) if x is WORDS else np.array([99])
    asked = [unknown, *(one[:1] for one in columns[1:])]
    if handle_unknown == "error":
        with pytest.raises(ValueError, match="must be in the vocabulary"):
            model.predict(asked)
    else:
        with warnings.catch_warnings(action="ignore"):
            same(model.predict(asked), fitted.transform(np.array([[one[0] for one in asked]], dtype=x.dtype)))


def shop():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    return pandas.DataFrame(
        {
            "city": ["Rome", "Oslo", "Rome", "Bern"] * 5,
            "floor": [1, 2, 1, 0] * 5,
            "price": np.arange(20) * 1.5,
            "text": (["red shoes and a hat", "the hat", "shoes", "a red red car"] * 5),
            "left": [0.5] * 20,
        }
    )


def columns_for(model, frame):
    return {name: frame[name].to_numpy() for name in (one.name.split(":")[0] for one in model.inputs)}


@pytest.mark.parametrize("threshold", [0.0, 1.0])
@pytest.mark.parametrize("remainder", ["drop", "passthrough"])
def test_columns(threshold, remainder, tmp_path):
    frame = shop()
    fitted = ColumnTransformer(
        [
            ("words", TfidfVectorizer(), "text"),
            ("kinds", OneHotEncoder(handle_unknown="ignore"), ["city", "floor"]),
            ("numbers", Pipeline([("scale", StandardScaler())]), ["price", "floor"]),
            ("none", StandardScaler(), []),
        ],
        sparse_threshold=threshold,
        remainder=remainder,
    ).fit(frame)
    model = from_sklearn(fitted)
    assert set(columns_for(model, frame)) == {"city", "floor", "price", "text"} | (
        {"left"} if remainder == "passthrough" else set()
    )
    assert model.output.storage == ("csr" if fitted.sparse_output_ else "dense")
    same(model.predict(columns_for(model, frame)), fitted.transform(frame))
    model.save(tmp_path / "columns.h5")
    loaded = load_model(tmp_path / "columns.h5", compile=False)
    same(loaded.predict(columns_for(loaded, frame)), fitted.transform(frame))


@pytest.mark.parametrize("columns", [slice("price", "left"), slice(2, None, 2), [False, False, True, False, True],
                                     [2, -1], lambda frame: ["left", "price"]])  # fmt: skip
def test_columns_are_named_in_all_ways(columns):
    frame = shop().drop(columns="text")
    frame.insert(3, "more", np.arange(20) ** 2)
    fitted = ColumnTransformer([("numbers", StandardScaler(), columns)]).fit(frame)
    model = from_sklearn(fitted)
    same(model.predict(columns_for(model, frame)), fitted.transform(frame))


def test_a_layer_or_a_model_is_a_part_of_another_and_is_saved(tmp_path):
    text, city = Input((1,), dtype="string"), Input((1,), dtype="string")
    words = from_sklearn(TfidfVectorizer(dtype=np.float32).fit(TEXTS))
    cities = from_sklearn(OneHotEncoder().fit(WORDS[:, :1]), dtype="float32")
    from lacuna.layers import Concatenate

    model = Model([text, city], Dense(1)(Concatenate()([words(text), cities(city)])))
    model.compile("sgd", "mse")
    rows = [np.array(TEXTS[:4]), WORDS[:, 0]]
    model.fit(rows, np.ones(4), verbose=0)
    model.save(tmp_path / "model.h5")
    np.testing.assert_array_equal(load_model(tmp_path / "model.h5").predict(rows), model.predict(rows))


class Own(BaseEstimator):
    def fit(self, x):
        return self


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TfidfVectorizer(strip_accents="unicode"), "TfidfVectorizer: strip_accents must be None"),
        (lambda: TfidfVectorizer(analyzer="char"), "analyzer must be 'word'. Received: analyzer='char'"),
        (lambda: CountVectorizer(token_pattern=r"\w+"), "token_pattern must be"),
        (lambda: CountVectorizer(tokenizer=str.split, token_pattern=None), "tokenizer must be None"),
        (lambda: CountVectorizer(preprocessor=str.upper), "preprocessor must be None"),
        (lambda: HashingVectorizer(encoding="latin-1"), "encoding must be 'utf-8'"),
        (lambda: HashingVectorizer(decode_error="ignore"), "decode_error must be 'strict'"),
        (lambda: HashingVectorizer(stop_words="english"), "stop_words must be None"),
        (lambda: TfidfVectorizer(stop_words=["the"], ngram_range=(1, 2)), "stop_words must be None, unless"),
        (lambda: CountVectorizer(stop_words=["the"], vocabulary=["the"]), "vocabulary must be without stop_words"),
        (lambda: TfidfVectorizer(binary=True), "binary must be False"),
        (lambda: make_pipeline(TfidfVectorizer(), TfidfTransformer()), "next to a CountVectorizer"),
        (lambda: make_pipeline(HashingVectorizer(), TfidfTransformer()), "next to a CountVectorizer"),
    ],
)
def test_settings_without_an_equal_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        from_sklearn(make().fit(TEXTS))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OneHotEncoder(min_frequency=3).fit([[1]] * 5 + [[2]]), "min_frequency must be None"),
        (lambda: OneHotEncoder(handle_unknown="warn").fit(IDS), "handle_unknown must be 'error' or 'ignore'"),
        (lambda: OneHotEncoder().fit([[0.5], [1]]), "must be words, or whole numbers"),
        (lambda: OneHotEncoder().fit(np.array([["a"], [None]], dtype=object)), "none of them missing"),
        (lambda: OneHotEncoder().fit([[True], [False]]), "must be words, or whole numbers"),
        (lambda: OneHotEncoder(drop="first").fit([[1], [1]]), "must keep a category"),
        (lambda: StandardScaler().fit(NUMBERS * 1e-9), "scale_ must be at least 1e-7"),
        (lambda: MinMaxScaler().fit(IDS), "must be a TfidfVectorizer.*Received: MinMaxScaler"),
        (lambda: TfidfVectorizer(), "must be fitted. Received: TfidfVectorizer without vocabulary_"),
        (lambda: StandardScaler(), "must be fitted"),
        (lambda: OneHotEncoder(), "must be fitted"),
        (lambda: ColumnTransformer([("a", StandardScaler(), [0])]), "must be fitted"),
        (
            lambda: ColumnTransformer([("a", StandardScaler(), [0])], transformer_weights={"a": 2}).fit(IDS),
            "transformer_weights must be None",
        ),
        (lambda: ColumnTransformer([("a", FunctionTransformer(np.abs), [0])]).fit(IDS), "func must be None"),
        (lambda: make_pipeline(StandardScaler(), MinMaxScaler()).fit(IDS), "later steps of a Pipeline"),
        (lambda: Own().fit(IDS), "must be a transformer of scikit-learn"),
        (lambda: "tfidf", "must be a transformer of scikit-learn. Received: fitted='tfidf'"),
    ],
)
def test_transformers_without_an_equal_are_named(make, message):
    fitted = make()
    with pytest.raises(ValueError, match=re.compile(message, re.DOTALL)):
        from_sklearn(fitted)
