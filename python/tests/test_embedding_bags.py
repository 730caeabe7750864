"""Embedding of csr and of padded ids, masks, and FactorizationMachine of ids, against NumPy."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, Sequential, layers
from lacuna import backend as K
from lacuna.layers import Dense, Embedding, FactorizationMachine, GlobalAveragePooling1D, Layer, Masking
from lacuna.models import load_model

RANDOM = np.random.RandomState(0)
X = sp.random(40, 9, 0.3, "csr", np.float32, RANDOM)
X.data -= 0.4
X = sp.vstack([X[:3], sp.csr_matrix((1, 9), dtype=np.float32), X[4:]]).tocsr()
IDS = np.array([[1, 2, 0], [3, 0, 0], [0, 0, 0], [2, 2, 1]])


def bag(x, e, combiner):
    norm = {"sum": 1, "mean": x.sum(1), "sqrtn": np.sqrt((x**2).sum(1))}[combiner]
    with np.errstate(all="ignore"):
        y = x @ e / np.reshape(norm, (-1, 1))
    return np.where(np.isfinite(y), y, 0)


@pytest.mark.parametrize("sparse_grad", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("combiner", ["sum", "mean", "sqrtn"])
def test_bag_of_csr(combiner, weighted, sparse_grad):
    layer = Embedding(9, 4, sparse_grad=sparse_grad, combiner=combiner, weighted=weighted)
    i = Input((9,), sparse=True)
    model = Model(i, Dense(1)(layer(i)))
    model.compile("adam", "mse")
    before = model.predict(X)
    e, kernel, bias = model.get_weights()
    x = X.toarray() if weighted else (X.toarray() != 0).astype(np.float32)
    np.testing.assert_allclose(before, bag(x, e, combiner) @ kernel + bias, rtol=2e-3, atol=1e-5)
    model.fit(X, np.ones(40), epochs=2, verbose=0)
    assert np.isfinite(model.predict(X)).all() and not np.allclose(model.predict(X), before)
    assert model.layers[1].count_params() == 36 and layer.combiner == combiner


def test_bag_of_padded_ids_skips_zero():
    layer = Embedding(4, 5, mask_zero=True, combiner="mean")
    i = Input((3,))
    model = Model(i, layer(i))
    counts = np.array([[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 2, 0]])
    np.testing.assert_allclose(model.predict(IDS), bag(counts, layer.get_weights()[0], "mean"), rtol=1e-5)


def test_bag_takes_any_scipy_format_and_two_to_the_forty_columns():
    layer = Embedding(2**40, 3, sparse_grad=True, combiner="sqrtn")
    i = Input((2**40,), sparse=True)
    model = Model(i, Dense(1)(layer(i)))
    model.compile("sgd", "mse")
    x = sp.coo_matrix((np.float32([1, 2]), ([0, 1], [7, 2**39])), shape=(2, 2**40))
    model.fit(x, np.ones(2), verbose=0)
    np.testing.assert_array_equal(layer.embeddings.rows()[0], [7, 2**39])


def test_sequential_of_a_bag():
    for x in (X, np.minimum(IDS, 8)):
        model = Sequential([Embedding(9, 4, combiner="sum"), Dense(1)])
        model.compile("sgd", "mse")
        model.fit(x, np.ones(x.shape[0]), verbose=0)
        assert model.predict(x).shape == (x.shape[0], 1)


def test_csr_without_a_combiner_is_an_error():
    with pytest.raises(ValueError, match="combiner"):
        Embedding(9, 4)(Input((9,), sparse=True))
    with pytest.raises(ValueError, match="mask_zero"):
        Embedding(9, 4, mask_zero=True, combiner="sum")(Input((9,), sparse=True))
    i = Input((9,))
    model = Model(i, Embedding(9, 4, combiner="sum")(i))
    with pytest.raises(ValueError, match=r"as_ids: .*Input\(sparse=True\)"):
        model.predict(X)
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        Embedding(9, 4, combiner="meen")


def test_masks_reach_the_loss():
    embedding = Embedding(4, 2, mask_zero=True)
    i = Input((3,))
    hidden = embedding(i)
    assert embedding.output_mask.shape == (None, 3) and embedding.input_mask is None
    dense = Dense(2, activation="softmax")
    model = Model(i, dense(hidden))
    assert dense.supports_masking and dense.output_mask is not None
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    y = RANDOM.randint(0, 2, (4, 3, 1))
    p = model.predict(IDS)
    counted = IDS != 0
    picked = np.take_along_axis(p, y, 2)[..., 0][counted]
    loss, accuracy = model.evaluate(IDS, y, verbose=0)
    assert loss == pytest.approx(-np.log(picked).mean(), rel=1e-5)
    assert accuracy == pytest.approx((p.argmax(2) == y[..., 0])[counted].mean())
    with pytest.raises(ValueError, match="does not support masking"):
        layers.Flatten()(hidden)


def test_averages_and_masking():
    x = RANDOM.randn(3, 4, 2).astype(np.float32)
    x[0, 2:] = 0
    x[1] = 0
    i = Input((4, 2))
    model = Model(i, GlobalAveragePooling1D()(Masking()(i)))
    expected = np.stack([x[0, :2].mean(0), np.zeros(2), x[2].mean(0)])
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)
    np.testing.assert_allclose(Model(i, layers.GlobalMaxPooling1D()(i)).predict(x), x.max(1))
    first = Model(i, GlobalAveragePooling1D("channels_first")(i)).predict(x)
    np.testing.assert_allclose(first, x.mean(2), rtol=1e-5)
    with pytest.raises(ValueError, match="data_format"):
        GlobalAveragePooling1D("channels")


class Last(Layer):
    """A layer that computes the mean of the unmasked steps from its mask."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        return K.sum(inputs if mask is None else inputs * K.expand_dims(mask), axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


class Plain(Layer):
    """A layer that returns its input."""


def test_models_as_layers_take_masks(tmp_path):
    inner_input = Input((3, 2))
    own, dense = Last(), Dense(2)
    inner = Model(inner_input, own(dense(inner_input)))
    embedding = Embedding(4, 2, mask_zero=True)
    i = Input((3,))
    nested, flat = Model(i, inner(embedding(i))), Model(i, own(dense(embedding(i))))
    np.testing.assert_allclose(nested.predict(IDS), flat.predict(IDS), rtol=1e-6)
    for model in (nested, flat):
        model.compile("sgd", "mse")
    y = RANDOM.randn(4, 2).astype(np.float32)
    assert nested.test_on_batch(IDS, y) == pytest.approx(flat.test_on_batch(IDS, y))
    nested.fit(IDS, y, verbose=0)
    path = str(tmp_path / "nested.h5")
    nested.save(path)
    loaded = load_model(path, custom_objects={"Last": Last})
    np.testing.assert_array_equal(loaded.predict(IDS), nested.predict(IDS))
    sequential = Sequential([Embedding(4, 2, mask_zero=True, input_length=3), Sequential([Dense(2), Last()])])
    assert sequential.predict(IDS).shape == (4, 2)
    with pytest.raises(ValueError, match="does not support masking"):
        outer = Input((3, 2))
        Model(outer, layers.Flatten()(outer))(embedding(i))


def test_layers_of_ones_own_see_masks():
    embedding = Embedding(4, 2, mask_zero=True)
    i = Input((3,))
    last = Last()
    model = Model(i, last(embedding(i)))
    e = embedding.get_weights()[0] * np.array([[0], [1], [1], [1]])
    np.testing.assert_allclose(model.predict(IDS), e[IDS].sum(1), rtol=1e-5, atol=1e-7)
    assert last.output_mask is None
    with pytest.raises(TypeError, match="does not support masking"):
        Plain()(embedding(i))


@pytest.mark.parametrize("sparse_weight", [False, True])
@pytest.mark.parametrize("mask_zero", [False, True])
def test_factorization_machine_of_ids(mask_zero, sparse_weight):
    layer = FactorizationMachine(3, input_dim=4, ids=True, mask_zero=mask_zero, sparse_weight=sparse_weight)
    i = Input((3,))
    model = Model(i, layer(i))
    w = layer.get_weights()[0]
    expected = []
    for row in IDS:
        ids = [j for j in row if j or not mask_zero]
        pairs = sum(w[a, :3] @ w[b, :3] for k, a in enumerate(ids) for b in ids[k + 1 :])
        expected.append(w[ids, 3].sum() + pairs)
    np.testing.assert_allclose(model.predict(IDS)[:, 0], expected, rtol=1e-4, atol=1e-6)
    model.compile("adam", "mse")
    model.fit(IDS, np.ones(4), epochs=2, verbose=0)
    assert Sequential([FactorizationMachine(3, input_dim=4, ids=True)]).built
    with pytest.raises(ValueError, match="input_dim"):
        FactorizationMachine(3, ids=True)
