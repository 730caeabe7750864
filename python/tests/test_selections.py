"""Slices, ids, masks, repetitions and shapes of csr and dense symbols, against NumPy and scipy."""

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import Input, Model
from lacuna import backend as K
from lacuna.layers import Layer

A = np.random.RandomState(0).randn(6, 8).astype(np.float32)
A[np.random.RandomState(1).rand(6, 8) < 0.6] = 0
X = sp.csr_matrix(A)
MASK = np.array([True, False, True, True, False, False])
COLUMNS = np.array([True, False] * 4)


def run(function, x, rows):
    """Runs a function of a csr or dense symbol with open batch; the result has `rows` rows, and csr must stay csr."""
    symbol = Input(x.shape[1:], sparse=sp.issparse(x))
    y = function(symbol)
    assert K.is_sparse(y) == sp.issparse(x)
    model = Model(symbol, pad(y, rows, x.shape[0]))
    return model.predict(x, batch_size=x.shape[0])[:rows]


def pad(y, rows, batch):
    """Repeats rows of y, of which there are `rows`, until there are as many as in the batch, as predict requires."""
    return K.to_dense(K.take(y, np.arange(batch) % rows))


@pytest.mark.parametrize("x", [A, X], ids=["dense", "csr"])
@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x: x[1:4], A[1:4]),
        (lambda x: x[::-1], A[::-1]),
        (lambda x: x[:, ::2], A[:, ::2]),
        (lambda x: x[..., 7:1:-3], A[:, 7:1:-3]),
        (lambda x: x[-4:, -3:-1], A[-4:, -3:-1]),
        (lambda x: x[[4, 0, 4, 2]], A[[4, 0, 4, 2]]),
        (lambda x: x[:, [7, 7, 0]], A[:, [7, 7, 0]]),
        (lambda x: x[1:, np.array([-1, 2])], A[1:, [-1, 2]]),
        (lambda x: x[MASK], A[MASK]),
        (lambda x: x[:, COLUMNS], A[:, COLUMNS]),
        (lambda x: x[K.constant([3, 1], dtype="int64")], A[[3, 1]]),
        (lambda x: x[K.constant(MASK)], A[MASK]),
        (lambda x: x[[2, 3]][:, [1, 6]], A[[2, 3]][:, [1, 6]]),
        (lambda x: K.gather(x, [5, 5, 1]), A[[5, 5, 1]]),
        (lambda x: K.take(x, [9, -2, 1], axis=1, mode="clip"), A[:, [7, 0, 1]]),
        (lambda x: K.take(x, [9, -2, 1], axis=0, mode="wrap"), A[[3, 4, 1]]),
        (lambda x: K.boolean_mask(x, COLUMNS, axis=1), A[:, COLUMNS]),
        (lambda x: K.slice(x, [1, 2], [3, -1]), A[1:4, 2:]),
        (lambda x: K.slice(x, [0, -3], [-1, 2]), A[:, -3:-1]),
        (lambda x: K.reverse(x, (0, 1)), A[::-1, ::-1]),
        (lambda x: K.reverse(x, 1), A[:, ::-1]),
        (lambda x: K.tile(x, (1, 2)), np.tile(A, (1, 2))),
        (lambda x: K.tile(x, 3)[:, 5:20], np.tile(A, 3)[:, 5:20]),
        (lambda x: K.tile(x, (2, 1))[4:9], np.tile(A, (2, 1))[4:9]),
        (lambda x: K.repeat_elements(x, 2, axis=1), np.repeat(A, 2, axis=1)),
        (lambda x: K.repeat_elements(x, 3, axis=0)[2:6], np.repeat(A, 3, axis=0)[2:6]),
        (lambda x: K.reshape(x, (-1, 16)), A.reshape(-1, 16)),
        (lambda x: K.reshape(x, (4, -1)), A.reshape(4, -1)),
        (lambda x: K.reshape(x, (-1, 8)), A),
        (lambda x: K.concatenate([x, x], axis=0)[3:8], np.vstack([A, A])[3:8]),
        (lambda x: K.concatenate([x, K.constant(A[:2])], axis=0)[4:], np.vstack([A, A[:2]])[4:]),
        (lambda x: K.permute_dimensions(x, (1, 0))[:5], A.T[:5]),
    ],
)
def test_functions(function, expected, x):
    np.testing.assert_array_equal(run(function, x, expected.shape[0]), expected)


def test_dense_shapes():
    for function, expected in [
        (lambda x: x[:, 3], A[:, 3]),
        (lambda x: x[:, np.int64(-1)], A[:, -1]),
        (lambda x: K.repeat(x, 2), np.repeat(A[:, None], 2, axis=1)),
        (lambda x: K.stack([x, 2 * x], axis=1), np.stack([A, 2 * A], axis=1)),
        (lambda x: K.permute_dimensions(K.stack([x, x], axis=2), (0, 2, 1)), np.stack([A, A], axis=1)),
        (lambda x: K.reshape(K.flatten(x), (-1, 8)), A),
        (lambda x: K.expand_dims(x, 1)[:, 0, 2:4], A[:, 2:4]),
    ]:
        x = Input((8,))
        np.testing.assert_array_equal(Model(x, function(x)).predict(A, batch_size=6), expected)


@pytest.mark.parametrize("sparse", [True, False])
def test_gradients(sparse):
    """The gradient of Σ y², y = x[ids]: 2 x times the number of times that a position is taken; for csr at its
    entries."""
    functions = [
        (lambda x: x[::-2], 2 * A * (np.arange(6) % 2 == 1)[:, None]),
        (lambda x: x[:, [1, 1, 5]], 2 * A * np.bincount([1, 1, 5], minlength=8)),
        (lambda x: x[MASK], 2 * A * MASK[:, None]),
        (lambda x: K.tile(x, (2, 3)), 12 * A),
        (lambda x: K.repeat_elements(x, 2, 0), 4 * A),
        (lambda x: K.reshape(x, (-1, 3)), 2 * A),
        (lambda x: K.concatenate([x, x[:, :2]], axis=1), 2 * A * np.array([2, 2] + [1] * 6)),
        (lambda x: K.concatenate([x, x[::-1]], axis=0), 4 * A),
        (lambda x: K.transpose(x), 2 * A),
    ]
    for function, expected in functions:

        class Gradient(Layer):
            def call(self, inputs):
                (g,) = K.gradients(K.sum(K.square(function(inputs))), [inputs])
                assert K.is_sparse(g) == sparse
                return K.to_dense(g)

        x = Input((8,), sparse=sparse)
        result = Model(x, Gradient()(x)).predict(X if sparse else A, batch_size=6)
        np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_a_mask_of_a_batch():
    """With rows chosen by a symbol, the loss of a part of a batch trains exactly like that part alone."""

    class Picked(Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", (8, 2), initializer="ones")

        def call(self, inputs):
            x, mask = inputs
            picked = K.dot(K.boolean_mask(x, K.reshape(mask, (-1,))), self.kernel)
            return K.sum(picked, axis=0, keepdims=True) + 0 * K.dot(x, self.kernel)

    x, mask = Input((8,), sparse=True), Input((1,))
    model = Model([x, mask], Picked()([x, mask]))
    result = model.predict([X, MASK[:, None]], batch_size=6)
    np.testing.assert_allclose(result, np.tile(A[MASK].sum(0) @ np.ones((8, 2)), (6, 1)), rtol=1e-5)


@pytest.mark.parametrize("sparse_weight", [False, True])
def test_embedding(sparse_weight):
    class Rows(Layer):
        def build(self, input_shape):
            self.table = self.add_weight("table", (10**6, 3), initializer="uniform", sparse_weight=sparse_weight)

        def call(self, inputs):
            return K.embedding(inputs, self.table, 10**6, 3, sparse_grad=True)

    ids = np.array([[999_999, 5], [5, 70], [0, 999_999]])
    x = Input((2,), dtype="int64")
    layer = Rows()
    model = Model(x, layer(x))
    model.compile(lacuna.optimizers.SGD(0.5), "mse")
    before = model.predict(ids)
    assert before.shape == (3, 2, 3)
    np.testing.assert_array_equal(before[0, 1], before[1, 0])
    model.train_on_batch(ids, np.ones((3, 2, 3)))
    after = model.predict(ids)
    np.testing.assert_array_equal(after[0, 0], after[2, 1])
    assert (np.abs(after - 1) < np.abs(before - 1)).all()


def test_errors():
    x, d = K.placeholder((6, 8), sparse=True), K.placeholder((6, 8))
    for function, error, message in [
        (lambda: x[3], ValueError, r"a csr matrix has rank 2; write x\[3:4\] to keep it"),
        (lambda: d[6], IndexError, "a place must be in the range of its axis"),
        (lambda: x[[1, 6]], IndexError, "ids must be in the range of the axis"),
        (lambda: x[[True, False]], IndexError, "a mask must have a value for each place of the axis"),
        (lambda: x[[0.5]], ValueError, "ids must be whole numbers"),
        (lambda: x[[0], [1]], ValueError, r"write x\[rows\]\[:, columns\]"),
        (lambda: x[0:1, 0:1, 0:1], IndexError, "a key for each axis"),
        (lambda: x[::0], ValueError, "step"),
        (lambda: x["a"], TypeError, "whole number"),
        (lambda: K.expand_dims(x), ValueError, r"write expand_dims\(to_dense\(x\), …\)"),
        (lambda: K.reshape(x, (2, 3, 8)), ValueError, r"write reshape\(to_dense\(x\), …\)"),
        (lambda: K.reshape(x, (7, 7)), ValueError, "as many values"),
        (lambda: K.stack([x, x]), ValueError, r"write concatenate\(x, axis\)"),
        (lambda: K.take(x, [1], mode="near"), ValueError, "mode must be raise, clip or wrap"),
        (lambda: K.embedding(K.placeholder((2,), dtype="int32"), d, 7, 8), ValueError, "input_dim"),
    ]:
        with pytest.raises(error, match=message):
            function()
    s = Input((8,), sparse=True)
    model = Model(s, pad(s[[7]], 1, 6))
    with pytest.raises(IndexError, match=r"ids must be in \[0, 6\), the size of the axis. Received: id=7"):
        model.predict(X, batch_size=6)


def test_a_place_beyond_an_open_axis_is_told_when_it_is_known():
    x = K.placeholder((None, 3))
    run_place = K.function([x], [x[5] * 1.0])
    assert run_place([A[:, :3]])[0].tolist() == A[5, :3].tolist()
    with pytest.raises(ValueError, match=r"of x\[i\], i must be a place of x"):
        run_place([A[:5, :3]])
    with pytest.raises(ValueError, match="write max"):
        K.clip(x, 2, 1)
