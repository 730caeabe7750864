"""Products and transposes of symbols, against scipy."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model
from lacuna import backend as K
from lacuna.layers import Layer

RANDOM = np.random.RandomState(3)


def matrix(rows, columns, density=0.3, seed=0):
    x = sp.random(rows, columns, density, "csr", np.float32, np.random.RandomState(seed))
    x.data -= 0.5
    return x


def run(function, *arrays):
    """Runs a function of symbols on arrays with the same number of rows."""
    inputs = [Input(a.shape[1:], sparse=sp.issparse(a)) for a in arrays]
    return Model(inputs, function(*inputs)).predict(list(arrays), batch_size=arrays[0].shape[0])


def whole(a):
    return a.toarray() if sp.issparse(a) else np.asarray(a)


X, Y, D = matrix(6, 9), matrix(6, 9, seed=1), RANDOM.randn(6, 9).astype(np.float32)
W = RANDOM.randn(9, 4).astype(np.float32)


@pytest.mark.parametrize(
    "function, a, b, expected",
    [
        (lambda x, y: K.dot(x, y, transpose_b=True), X, Y, X @ Y.T),
        (lambda x, y: K.dot(x, y, transpose_b=True), X, D, X @ D.T),
        (lambda x, y: K.dot(x, y, transpose_b=True), D, Y, D @ Y.T),
        (lambda x, y: x @ K.dot(x, y, transpose_a=True), X, Y, X @ X.T @ Y),
        (lambda x, y: x @ K.dot(x, y, transpose_a=True), X, D, X @ (X.T @ D)),
        (lambda x, y: y @ K.dot(x, y, transpose_a=True), D, Y, Y @ (D.T @ Y.toarray())),
        (lambda x, y: x @ K.transpose(y), X, Y, X @ Y.T),
        (lambda x, y: K.dot(K.dot(x, y, transpose_b=True), y), X, Y, X @ Y.T @ Y),
        (lambda x, y: K.dot(D, y, transpose_b=True), X, Y, D @ Y.T),
        (lambda x, y: K.dot(y, K.permute_dimensions(x, (1, 0))), X, Y, Y @ X.T),
        (lambda x, y: K.batch_dot(x, y, axes=1), X, Y, X.multiply(Y).sum(1)),
        (lambda x, y: K.batch_dot(x, y, axes=(1, 1)), X, D, X.multiply(D).sum(1)),
        (lambda x, y: K.batch_dot(x, y), D, Y, Y.multiply(D).sum(1)),
        (lambda x, y: x @ W + y @ W, X, Y, X @ W + Y @ W),
        (lambda x, y: x @ W + y @ W, D, Y, D @ W + Y @ W),
    ],
)
def test_products(function, a, b, expected):
    result = run(lambda x, y: K.to_dense(function(x, y)), a, b)
    np.testing.assert_allclose(result, whole(expected), rtol=1e-4, atol=1e-6)


def test_storages():
    x, y = K.placeholder((5, 7), sparse=True), K.placeholder((7, 3), sparse=True)
    d, e = K.placeholder((5, 7)), K.placeholder((7, 3))
    storages = {
        "csr": [x @ y, K.dot(x, x, transpose_b=True), K.dot(x, x, transpose_a=True), K.transpose(x)],
        "dense": [x @ e, d @ y, d @ e, K.dot(d, x, transpose_a=True), K.dot(x, d, transpose_b=True)],
        "row_sparse": [K.dot(x, d, transpose_a=True)],
    }
    for storage, symbols in storages.items():
        assert [s.storage for s in symbols] == [storage] * len(symbols)
        assert all(K.is_sparse(s) == (storage != "dense") for s in symbols)
    assert K.dot(x, x, transpose_a=True).shape == (7, 7) and (x @ y).shape == (5, 3)


@pytest.mark.parametrize("other", [Y, D])
def test_gradient_of_a_csr_operand_has_its_pattern(other):
    # The gradient of Σ (X Yᵀ)² with respect to X is 2 X Yᵀ Y at the entries of X; likewise for Y.
    class Gradient(Layer):
        def call(self, inputs):
            x, y = inputs
            dx, dy = K.gradients(K.sum(K.square(K.dot(x, y, transpose_b=True))), [x, y])
            assert K.is_sparse(dx) and K.is_sparse(dy) == K.is_sparse(y)
            return K.to_dense(dx) if self.first else K.to_dense(dy)

    first, second = Gradient(), Gradient()
    first.first, second.first = True, False
    product = X @ other.T
    dx, dy = 2 * whole(product @ other), 2 * whole(product.T @ X)
    np.testing.assert_allclose(run(lambda x, y: first([x, y]), X, other), dx * (whole(X) != 0), rtol=1e-4)
    if sp.issparse(other):
        dy *= whole(other) != 0
    np.testing.assert_allclose(run(lambda x, y: second([x, y]), X, other), dy, rtol=1e-4, atol=1e-6)


C3 = RANDOM.randn(6, 9, 4).astype(np.float32)


@pytest.mark.parametrize(
    "function, y",
    [
        (lambda x, y: K.batch_dot(x, y, axes=(1, 1)), C3),
        (lambda x, y: K.batch_dot(x, y), C3),
        (lambda x, y: K.batch_dot(y, x, axes=1), C3),
        (lambda x, y: K.batch_dot(x, y, axes=(1, 2)), C3.transpose(0, 2, 1)),
        (lambda x, y: K.batch_dot(y, x, axes=(-1, -1)), C3.transpose(0, 2, 1)),
    ],
)
def test_batch_dot_of_rows_and_matrices(function, y):
    expected = np.einsum("bn,bnm->bm", X.toarray(), C3)
    np.testing.assert_allclose(run(function, X, y), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(run(function, X.toarray(), y), expected, rtol=1e-4, atol=1e-6)
    x, z = K.placeholder(X.shape, sparse=True), K.placeholder(y.shape)
    dx, dz = K.gradients(K.sum(K.square(function(x, z))), [x, z])
    assert dx.is_sparse and not dz.is_sparse
    got = K.function([x, z], [dx, dz])([X, y])
    np.testing.assert_allclose(got[0], np.einsum("bm,bnm->bn", 2 * expected, C3) * (X.toarray() != 0), rtol=1e-4)
    wanted = np.einsum("bm,bn->bnm", 2 * expected, X.toarray())
    np.testing.assert_allclose(got[1], wanted if y is C3 else wanted.transpose(0, 2, 1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("x", [X, D])
def test_dot_of_higher_rank(x):
    y = RANDOM.randn(2, 9, 3).astype(np.float32)
    np.testing.assert_allclose(run(lambda s: K.dot(s, K.constant(y)), x), np.dot(whole(x), y), rtol=1e-4, atol=1e-6)
    w = K.variable(y)
    gradient = K.gradients(K.sum(K.dot(K.constant(x), w)), [w])[0]
    expected = np.broadcast_to(whole(x).sum(0)[None, :, None], y.shape)
    np.testing.assert_allclose(K.eval(gradient), expected, rtol=1e-4, atol=1e-6)


def test_forward_stype():
    d, s = K.variable(W.T), K.variable(matrix(9, 50, 0.02))
    product = K.dot(d, s, forward_stype="csr")
    assert product.storage == "csr" and K.dot(d, s).storage == "dense"
    value, columns = K.to_scipy(product), np.flatnonzero(matrix(9, 50, 0.02).getnnz(axis=0))
    np.testing.assert_array_equal(value.indices, np.tile(columns, 4))
    np.testing.assert_allclose(value.toarray(), K.eval(K.dot(d, s)), rtol=1e-5)
    by_row = K.dot(s, K.variable(np.ones((9, 2))), transpose_a=True)
    assert by_row.storage == "row_sparse"
    assert K.dot(s, K.variable(np.ones((9, 2))), transpose_a=True, forward_stype="default").storage == "dense"
    with pytest.raises(ValueError, match="forward_stype must be dense, the storage"):
        K.dot(s, K.variable(np.ones((50, 2))), forward_stype="csr")
    with pytest.raises(ValueError, match="forward_stype must be default, csr or row_sparse"):
        K.dot(d, s, forward_stype="coo")


def test_a_layer_of_two_products_learns():
    """A kernel shared by an encoder and, transposed, a decoder; input and output are products of csr and dense."""

    class Tied(Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", (input_shape[1], 8), initializer="glorot_uniform")

        def call(self, inputs):
            return K.dot(K.dot(inputs, self.kernel), self.kernel, transpose_b=True)

    x = Input((9,), sparse=True)
    model = Model(x, Tied()(x))
    model.compile("adam", "mse")
    losses = model.fit(X, X.toarray(), epochs=200, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 5


def test_a_table_is_looked_up_by_id():
    """dot with a weight that keeps rows gives its rows, not its slots, whatever the order of touching."""

    class Product(Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(
                "kernel", (input_shape[1], 2), sparse_weight=True, initializer="glorot_uniform"
            )

        def call(self, inputs):
            return K.dot(inputs, self.kernel)

    x = Input((100_000,), sparse=True)
    model = Model(x, Product()(x))
    model.compile("sgd", "mse")
    a = sp.csr_matrix((np.ones(3, np.float32), [99_999, 5, 70], [0, 1, 3]), shape=(2, 100_000))
    model.train_on_batch(a, np.ones((2, 2)))
    kernel = model.get_weights()[0]
    np.testing.assert_allclose(model.predict(a), a @ kernel, rtol=1e-5)
    np.testing.assert_allclose(model.predict(a[::-1]), a[::-1] @ kernel, rtol=1e-5)


def test_errors():
    x, d = K.placeholder((5, 7), sparse=True), K.placeholder((5, 7))
    with pytest.raises(ValueError, match=r"columns of a must equal rows of b. Received: a=\(5, 7\) csr"):
        K.dot(x, d)
    with pytest.raises(ValueError, match="pattern must name each dimension of x once"):
        K.permute_dimensions(x, (0, 0))
    with pytest.raises(ValueError, match="one shape"):
        K.batch_dot(x, K.placeholder((5, 6), sparse=True), axes=1)
    with pytest.raises(ValueError, match=r"one size along their axes. .* axes=\(1, 2\)"):
        K.batch_dot(x, K.placeholder((5, 7, 3)), axes=(1, 2))
    with pytest.raises(ValueError, match="axes must be axes of a and b other than the batch"):
        K.batch_dot(x, K.placeholder((5, 7, 3)), axes=(1, 3))
    with pytest.raises(ValueError, match="where b has rank 3 or more, only the first axis"):
        K.dot(x, K.placeholder((None, 7, 3)))
