"""model.export and lacuna.Predictor: the bits of predict, from a file."""

import pickle
import threading

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

import lacuna
from lacuna import backend as K
from lacuna import layers
from lacuna.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Dense,
    Embedding,
    FactorizationMachine,
    Flatten,
    Input,
    Lambda,
    Layer,
    StringLookup,
    TextVectorization,
)
from lacuna.models import Model, Sequential


def same(model, x, tmp_path, **options):
    path = tmp_path / "served.lacuna"
    model.export(path, **options)
    expected, now = model.predict(x), lacuna.Predictor(path).predict(x)
    if not isinstance(expected, list):
        expected, now = [expected], [now]
    for a, b in zip(expected, now, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a.view(np.uint8), b.view(np.uint8))
    return lacuna.Predictor(path)


@pytest.fixture
def clicks():
    x = random(100, 1 << 20, 39 / (1 << 20), "csr", dtype=np.float32, random_state=np.random.default_rng(1))
    return x, (np.arange(100) % 3 == 0).astype(np.float32)


def wide_deep(columns):
    words = Input((columns,), sparse=True, name="words")
    deep = Dense(8, activation="relu", sparse_weight=True)(words)
    total = Add()(
        [
            Dense(1, sparse_weight=True)(words),
            FactorizationMachine(4, sparse_weight=True)(words),
            Dense(1)(BatchNormalization()(deep)),
        ]
    )
    return Model(words, total)


@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_csr(tmp_path, clicks, index):
    x, y = clicks
    model = wide_deep(x.shape[1])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    x = csr_matrix((x.data, x.indices.astype(index), x.indptr.astype(index)), x.shape, copy=False)
    predictor = same(model, x, tmp_path)
    assert predictor.inputs == [("words", "csr", (1 << 20,))]
    assert predictor.outputs[0][1] == (1,)
    assert "words" in repr(predictor)
    for dtype in (np.float64, np.int64, bool):
        np.testing.assert_array_equal(predictor.predict(x.astype(dtype)), model.predict(x.astype(dtype)))
    np.testing.assert_array_equal(predictor.predict(x[:0]), model.predict(x[:0]))
    np.testing.assert_array_equal(predictor.predict(x[7:9]), model.predict(x[7:9]))
    empty = csr_matrix((3, x.shape[1]), dtype=np.float32)
    np.testing.assert_array_equal(predictor.predict(empty), model.predict(empty))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(predictor)).predict(x), predictor.predict(x))


SEQUENCES, IMAGES, VECTORS = (6, 3), (8, 8, 3), (5,)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        (SEQUENCES, layers.Conv1D(4, 3)),
        (SEQUENCES, layers.GRU(4)),
        (SEQUENCES, layers.LSTM(4, return_sequences=True)),
        (SEQUENCES, layers.Bidirectional(layers.SimpleRNN(3))),
        (SEQUENCES, layers.TimeDistributed(Sequential([Dense(3, input_shape=(3,)), layers.Activation("relu")]))),
        (SEQUENCES, layers.Masking()),
        (IMAGES, layers.SeparableConv2D(4, 3, activation="relu")),
        (IMAGES, layers.Conv2DTranspose(2, 3)),
        (IMAGES, layers.LocallyConnected2D(2, 3)),
        (IMAGES, layers.MaxPooling2D()),
        (IMAGES, BatchNormalization()),
        (VECTORS, layers.PReLU()),
        (VECTORS, layers.GaussianDropout(0.5)),
        (VECTORS, layers.CrossNetV2(2)),
        (VECTORS, layers.Rescaling(0.5)),
        (VECTORS, layers.RepeatVector(3)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_layers(tmp_path, shape, layer):
    x, y = Input(shape), np.random.default_rng(1).standard_normal((40, *shape)).astype(np.float32)
    model = Model(x, layer(x))
    predictor = same(model, y, tmp_path)
    # Products of dense matrices may have other bits for other batches, in predict as here.
    np.testing.assert_array_equal(predictor.predict(y, batch_size=1), model.predict(y, batch_size=1))
    with pytest.raises(ValueError, match="batch_size"):
        predictor.predict(y, batch_size=0)


def test_several_inputs_by_name(tmp_path):
    user, items = Input((1,), name="user"), Input((4,), name="items")
    both = Concatenate()([Flatten()(Embedding(10, 3)(user)), Embedding(50, 3, combiner="mean")(items)])
    model = Model([user, items], [Dense(2)(both), Dense(1)(both)])
    x = {"user": np.arange(10)[:, None], "items": np.arange(40, dtype=np.int32).reshape(10, 4)}
    predictor = same(model, x, tmp_path)
    predictor.predict([x["user"], x["items"]])
    predictor.predict([x["user"][:, 0], x["items"].astype(np.uint8)])
    with pytest.raises(IndexError, match="user"):
        predictor.predict([x["user"] + 1, x["items"]])
    with pytest.raises(ValueError, match="items"):
        predictor.predict({"user": x["user"]})
    with pytest.raises(ValueError, match="shape"):
        predictor.predict([x["user"], x["items"].T.copy().reshape(5, 8)])
    with pytest.raises(ValueError, match="rows"):
        predictor.predict([x["user"], x["items"][:5]])


def test_raw_texts(tmp_path):
    city, review = Input((1,), dtype="string", name="city"), Input((1,), dtype="string", name="review")
    lookup, words = StringLookup(output_mode="one_hot"), TextVectorization(output_mode="tf_idf")
    lookup.adapt(["Rome", "Oslo", "Zürich"])
    words.adapt(["good bad", "good fine", "so so"])
    model = Model([city, review], Dense(2)(Concatenate()([lookup(city), words(review)])))
    x = [np.array(["Rome", "", "Zürich", "else"]), np.array(["good", "bad fine", "", "never seen"])]
    predictor = same(model, x, tmp_path)
    assert [takes for _, takes, _ in predictor.inputs] == ["texts", "texts"]
    with pytest.raises(ValueError, match="numbers|strings|texts"):
        predictor.predict([np.zeros(4), x[1]])


def test_precision_is_reported(tmp_path, clicks):
    x, y = clicks
    model = Sequential([Dense(16, sparse_weight=True, input_shape=(x.shape[1],)), Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    expected, sizes = model.predict(x), []
    for precision in ("float32", "bfloat16", "int8"):
        path = tmp_path / precision
        report = model.export(path, precision=precision)
        assert report.bytes == path.stat().st_size
        assert report.weights[0]["kept_as"] == precision
        assert precision in repr(report)
        sizes.append(report.bytes)
        np.testing.assert_allclose(lacuna.Predictor(path).predict(x), expected, atol=0.01)
    assert sizes == sorted(sizes, reverse=True)
    assert report.weights[0]["largest_error"] > 0
    with pytest.raises(ValueError, match="precision"):
        model.export(path, precision="float8")
    with pytest.raises(TypeError, match="precision"):
        model.export(path, precision=8)


def test_files(tmp_path):
    model = Sequential([Dense(1, input_dim=2)])
    path = tmp_path / "served.lacuna"
    model.export(str(path))
    with pytest.raises(FileExistsError):
        model.export(path, overwrite=False)
    with pytest.raises(FileNotFoundError):
        lacuna.Predictor(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        model.export(tmp_path / "no" / "folder")
    with pytest.raises(IsADirectoryError):
        lacuna.Predictor(tmp_path)
    mapped, copied = lacuna.Predictor(path), lacuna.Predictor(path, mapped=False, check=False)
    x = np.ones((3, 2), np.float32)
    before = mapped.predict(x)
    Sequential([Dense(1, input_dim=2)]).export(path)
    np.testing.assert_array_equal(mapped.predict(x), before)
    np.testing.assert_array_equal(copied.predict(x), before)
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="export wrote"):
        lacuna.Predictor(path)
    model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="export wrote"):
        lacuna.Predictor(tmp_path / "model.h5")


class Doubled(Layer):
    def call(self, x):
        return x * 2.0


def test_what_cannot_be_exported_is_refused(tmp_path):
    path = tmp_path / "served.lacuna"
    x = Input((3,))
    for model, told in (
        (Model(x, Lambda(lambda v: v + 1, name="one_more")(Dense(1)(x))), "export: .*'one_more'"),
        (Model(x, Doubled(name="twice")(Dense(1)(x))), "export: .*'twice' of class Doubled"),
        (Sequential([Dense(1, activation=lambda v: v * 2.0, input_dim=2, name="own")]), "export: .*'own'"),
        (Model(x, K.relu(Dense(1)(x))), "relu"),
        (Sequential([Dense(1, input_shape=(None, 2))]), "known shape"),
        (Sequential([Dense(1)]), "input_shape"),
    ):
        with pytest.raises(ValueError, match=told):
            model.export(path)
        assert not path.exists()


def test_threads(tmp_path, clicks):
    x, _ = clicks
    model = wide_deep(x.shape[1])
    model.export(tmp_path / "served")
    predictor, expected, wrong = lacuna.Predictor(tmp_path / "served"), model.predict(x), []

    def work():
        for _ in range(20):
            if not np.array_equal(predictor.predict(x), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_no_input_takes(tmp_path):
    ids, more = Input((1,), dtype="int32", name="ids"), Input((2,), name="more")
    both = Concatenate()([Flatten()(Embedding(5, 2)(ids)), more])
    for inputs, outputs in [(ids, Flatten()(Embedding(5, 2)(ids))), ([ids, more], both)]:
        Model(inputs, outputs).export(tmp_path / "served.lacuna")
        predictor = lacuna.Predictor(tmp_path / "served.lacuna")
        with pytest.raises(ValueError, match=r"predict: x must be given. Received: none."):
            predictor.predict(None)
        told = r"predict: x of input 'ids', which takes ids, must be dense. Received: ids=\(2, 1\) csr\."
        x = csr_matrix(np.array([[1], [2]], "int32"))
        for given in [x, x.astype("float32")]:
            given = [given, np.ones((2, 2))] if isinstance(inputs, list) else given
            with pytest.raises(ValueError, match=told):
                predictor.predict(given)
        by_name = {"ids": x, "more": np.ones((2, 2))}
        with pytest.raises(ValueError, match=told):
            predictor.predict(by_name)
