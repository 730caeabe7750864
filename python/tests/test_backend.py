"""Functions of lacuna.backend, and symbols' arithmetic, against NumPy."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.special

from lacuna import Input, Model
from lacuna import backend as K
from lacuna.layers import Layer

A = np.random.RandomState(0).randn(4, 3).astype(np.float32)
B = np.abs(np.random.RandomState(1).randn(4, 3)).astype(np.float32) + 0.1


def run(function, *arrays):
    """Runs a function of symbols on arrays, row by row."""
    inputs = [Input(a.shape[1:], sparse=sp.issparse(a)) for a in arrays]
    result = Model(inputs, function(*inputs)).predict(list(arrays))
    return result.toarray() if sp.issparse(result) else result


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x: x + 1, A + 1),
        (lambda x: 1 + x, A + 1),
        (lambda x: x - 2.5, A - 2.5),
        (lambda x: 1 - x, 1 - A),
        (lambda x: x * 3, A * 3),
        (lambda x: np.float32(3) * x, A * 3),
        (lambda x: x / 2, A / 2),
        (lambda x: 1 / (x + 10), 1 / (A + 10)),
        (lambda x: -x, -A),
        (abs, np.abs(A)),
        (lambda x: x + np.array([1, 2, 3]), A + [1, 2, 3]),
        (lambda x: [1, 2, 3] * x, A * [1, 2, 3]),
        (lambda x: x**2, A**2),
        (lambda x: abs(x) ** 0.5, np.sqrt(np.abs(A))),
        (lambda x: 2**x, 2**A),
        (lambda x: abs(x) ** x, np.abs(A) ** A),
        (lambda x: K.cumsum(x, axis=1), A.cumsum(1)),
        (lambda x: K.cumprod(x, axis=-1), A.cumprod(1)),
        (lambda x: K.cumsum(K.expand_dims(x), axis=1), A.cumsum(1)[..., None]),
        (lambda x: K.erfinv(K.clip(x, -0.9, 0.9)), scipy.special.erfinv(np.clip(A, -0.9, 0.9))),
        (K.abs, np.abs(A)),
        (K.square, A * A),
        (lambda x: K.sqrt(K.abs(x)), np.sqrt(np.abs(A))),
        (K.exp, np.exp(A)),
        (lambda x: K.log(K.exp(x)), A),
        (K.round, np.round(A)),
        (K.sign, np.sign(A)),
        (lambda x: K.clip(x, -0.5, 0.5), np.clip(A, -0.5, 0.5)),
        (lambda x: K.maximum(x, 0.1), np.maximum(A, np.float32(0.1))),
        (lambda x: K.minimum(0.1, x), np.minimum(A, np.float32(0.1))),
        (lambda x: K.greater(x, 0), A > 0),
        (lambda x: K.less_equal(x, 0), A <= 0),
        (lambda x: K.sum(x, axis=1), A.sum(1)),
        (lambda x: K.sum(x, axis=-1, keepdims=True), A.sum(1, keepdims=True)),
        (lambda x: K.mean(x, axis=1), A.mean(1)),
        (lambda x: K.max(x, axis=1), A.max(1)),
        (lambda x: K.min(x, axis=1, keepdims=True), A.min(1, keepdims=True)),
        (lambda x: K.argmax(x), A.argmax(1)),
        (lambda x: K.relu(x, alpha=0.1, max_value=1), np.minimum(np.where(A > 0, A, 0.1 * A), 1)),
        (K.tanh, np.tanh(A)),
        (lambda x: K.dot(x, K.constant(np.ones((3, 2)))), A @ np.ones((3, 2))),
        (lambda x: K.bias_add(x, K.variable([1, 2, 3])), A + [1, 2, 3]),
        (lambda x: K.concatenate([x, x], axis=-1), np.hstack([A, A])),
        (lambda x: K.reshape(x, (-1, 3, 1)), A[:, :, None]),
        (lambda x: K.expand_dims(x), A[:, :, None]),
        (lambda x: K.squeeze(K.expand_dims(x), 2), A),
        (lambda x: K.slice(x, [0, 1], [-1, 2]), A[:, 1:3]),
        (lambda x: K.batch_flatten(K.expand_dims(x)), A),
        (lambda x: K.cast(x, "float64"), A.astype(np.float64)),
        (K.stop_gradient, A),
    ],
)
def test_functions(function, expected):
    np.testing.assert_allclose(run(function, A), expected, rtol=1e-5, atol=1e-6)


def test_two_symbols():
    for function, expected in [
        (lambda x, y: x + y, A + B),
        (lambda x, y: x - y, A - B),
        (lambda x, y: x * y, A * B),
        (lambda x, y: x / y, A / B),
        (K.equal, A == B),
        (K.maximum, np.maximum(A, B)),
    ]:
        np.testing.assert_allclose(run(function, A, B), expected, rtol=1e-5)


def test_csr():
    x = sp.csr_matrix(A * (A > 0))
    for function, expected in [
        (lambda s: K.sum(s, axis=1), x.sum(1).A1),
        (lambda s: K.mean(s, axis=1, keepdims=True), x.mean(1)),
        (K.square, x.multiply(x).toarray()),
        (K.to_dense, x.toarray()),
        (lambda s: K.dot(s, K.constant(np.ones((3, 2)))), x @ np.ones((3, 2))),
        (lambda s: K.concatenate([s, s]), sp.hstack([x, x]).toarray()),
        (lambda s: 2 * s, 2 * x.toarray()),
    ]:
        np.testing.assert_allclose(run(function, x), expected, rtol=1e-6)


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_of_csr_count_zeros_that_are_not_stored(axis, keepdims):
    x = sp.random(30, 12, 0.4, "csr", np.float32, np.random.RandomState(2))
    x.data -= 0.7
    full = x.toarray()
    how = {"axis": axis, "keepdims": keepdims}
    for function, expected in [
        (K.sum, full.sum(**how)),
        (K.mean, full.mean(**how)),
        (K.max, full.max(**how)),
        (K.min, full.min(**how)),
        (K.prod, full.prod(**how)),
        (K.var, full.var(**how)),
        (K.std, full.std(**how)),
        (K.logsumexp, np.log(np.exp(full).sum(**how))),
        (K.norm, np.linalg.norm(full, **how)),
        (lambda s, **kw: K.norm(s, ord=1, **kw), np.abs(full).sum(**how)),
        (K.square_sum, (full * full).sum(**how)),
    ]:
        for value in (x, full):
            got = run(lambda s: function(s, **how), value)
            assert got.shape == expected.shape
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    for value in (x, full):
        np.testing.assert_array_equal(run(lambda s: K.argmax(s), value), full.argmax(1))
        np.testing.assert_array_equal(run(lambda s: K.argmin(s), value), full.argmin(1))


MIXED = sp.random(30, 12, 0.3, "csr", np.float32, np.random.RandomState(3))
MIXED.data = MIXED.data * 1.8 - 0.9
KEPT = {
    **{name: getattr(np, name) for name in "abs absolute sign negative square cbrt ceil floor trunc rint".split()},
    **{name: getattr(np, name) for name in "log1p expm1 sin tan arcsin arctan sinh tanh arcsinh arctanh".split()},
    **{name: getattr(np, name) for name in "degrees radians isnan isinf nan_to_num fix copy imag real".split()},
    "round": np.round,
    "round_ste": np.round,
    "sign_ste": np.sign,
    "softsign": lambda v: v / (1 + np.abs(v)),
    "erf": scipy.special.erf,
}
NOT_KEPT = {
    **{name: getattr(np, name) for name in "exp exp2 cos cosh arccos isfinite logical_not".split()},
    "sigmoid": scipy.special.expit,
}
POSITIVE = {
    **{name: getattr(np, name) for name in "sqrt log log2 log10 reciprocal".split()},
    "rsqrt": lambda v: v**-0.5,
    "rcbrt": lambda v: 1 / np.cbrt(v),
    "gamma": scipy.special.gamma,
    "gammaln": scipy.special.gammaln,
    "arccosh": lambda v: np.arccosh(v),
}


@pytest.mark.parametrize("name", KEPT)
def test_functions_that_keep_zeros_keep_csr(name):
    function, expected = getattr(K, name), KEPT[name](MIXED.toarray())
    assert K.is_sparse(function(Input((12,), sparse=True)))
    for value in (MIXED, MIXED.toarray()):
        np.testing.assert_allclose(run(function, value), expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", {**NOT_KEPT, **POSITIVE})
def test_functions_that_do_not_name_to_dense(name):
    function, full = getattr(K, name), MIXED.toarray()
    if name in POSITIVE:
        full = np.abs(full) + 1.1
    expected = {**NOT_KEPT, **POSITIVE}[name](full)
    np.testing.assert_allclose(run(function, full), expected, rtol=2e-5, atol=1e-5)
    np.testing.assert_allclose(
        run(lambda s: function(K.to_dense(s)), sp.csr_matrix(full)), expected, rtol=2e-5, atol=1e-5
    )
    if name != "sqrt":
        with pytest.raises(ValueError, match=rf"{name}: no kernel for storages \(csr\).*to_dense\(x\)"):
            function(Input((12,), sparse=True))


@pytest.mark.parametrize(
    "function, expected, kept",
    [
        (lambda s: K.maximum(s, -0.1), lambda v: np.maximum(v, -0.1), True),
        (lambda s: K.minimum(0.2, s), lambda v: np.minimum(v, 0.2), True),
        (lambda s: K.maximum(s, 0.1), None, False),
        (lambda s: K.pow(s, 3), lambda v: v**3, True),
        (lambda s: K.pow(2, s), None, False),
        (lambda s: K.mod(s, 0.25), lambda v: np.mod(v, np.float32(0.25)), True),
        (lambda s: K.hypot(s, s), lambda v: np.hypot(v, v), True),
        (lambda s: K.greater(s, 0.1), lambda v: v > 0.1, True),
        (lambda s: K.greater(0.1, s), None, False),
        (lambda s: K.less(0.1, s), lambda v: v > 0.1, True),
        (lambda s: K.not_equal(s, 0), lambda v: v != 0, True),
        (lambda s: K.equal(s, 0), None, False),
        (lambda s: K.clip(s, -0.2, 0.3), lambda v: np.clip(v, -0.2, 0.3), True),
        (lambda s: K.clip(s, 0.1, 0.3), None, False),
        (lambda s: s + 0, lambda v: v, True),
        (lambda s: s + 1, None, False),
        (lambda s: K.scatter_plus_scalar(s, 1), lambda v: np.where(v != 0, v + 1, 0), True),
        (lambda s: K.scatter_minus_scalar(s, 1), lambda v: np.where(v != 0, v - 1, 0), True),
        (lambda s: K.add_n([s, s, K.square(s)]), lambda v: 2 * v + v * v, True),
        (lambda s: K.scatter_elemwise_div(s, K.square(s)), lambda v: np.where(v != 0, 1 / v, 0), True),
        (K.zeros_like, np.zeros_like, True),
        (K.ones_like, None, False),
        (
            lambda s: K.l2_normalize(s, axis=1),
            lambda v: v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-6),
            True,
        ),
        (lambda s: s * np.arange(12), lambda v: v * np.arange(12), True),
        (lambda s: s * K.sum(s, axis=1, keepdims=True), lambda v: v * v.sum(1, keepdims=True), True),
        (
            lambda s: s / (1 + K.norm(s, axis=1, keepdims=True)),
            lambda v: v / (1 + np.linalg.norm(v, axis=1, keepdims=True)),
            True,
        ),
        (lambda s: K.digitize(s, [0.1, 0.5]), lambda v: np.digitize(v, [0.1, 0.5]), True),
    ],
)
def test_csr_with_numbers_and_lines(function, expected, kept):
    if not kept:
        with pytest.raises(ValueError, match=r"to_dense\(x\)"):
            function(Input((12,), sparse=True))
        return
    with np.errstate(divide="ignore"):
        want = expected(MIXED.toarray())
    assert K.is_sparse(function(Input((12,), sparse=True)))
    np.testing.assert_allclose(run(function, MIXED), want, rtol=1e-5, atol=1e-6)


def test_any_all_where_and_switch():
    full = MIXED.toarray()
    for value in (MIXED, full):
        np.testing.assert_array_equal(run(lambda s: K.any(s, axis=1), value), full.any(1))
        np.testing.assert_array_equal(run(lambda s: K.all(s, axis=1, keepdims=True), value), full.all(1, keepdims=True))
        # Values that are not chosen have no effect, here the NaN of a logarithm.
        got = run(lambda s, x: K.where(K.greater(s, 0), x, -1.0), value, full)
        np.testing.assert_array_equal(got, np.where(full > 0, full, -1))
    got = run(lambda x: K.switch(K.greater(x, 0), lambda: K.log(x), x), full)
    np.testing.assert_allclose(got, np.where(full > 0, np.log(np.abs(full) + (full <= 0)), full), rtol=1e-5)
    rows = run(lambda x: K.switch(K.greater(K.sum(x, axis=1), 0), x, -x), full)
    np.testing.assert_allclose(rows, np.where(full.sum(1, keepdims=True) > 0, full, -full), rtol=1e-6)


def test_switch_of_csr_branches():
    full, other = np.float32([[1, 0, 2], [0, 3, 0]]), np.float32([[0, 4, 5], [6, 0, 0]])
    x, y = K.placeholder((2, 3), sparse=True), K.placeholder((2, 3), sparse=True)
    d = K.constant([[1.0, 1, 0], [0, 0, 1]])
    chosen = [K.switch(d, x, y), K.switch(K.greater(x, 1), x, y), K.switch(d, x, 0.0), K.switch(d, 0, lambda: y)]
    assert all(c.storage == "csr" for c in chosen)
    got = K.function([x, y], chosen)([sp.csr_matrix(full), sp.csr_matrix(other)])
    d = K.eval(d)
    for value, expected in zip(
        got, [np.where(d, full, other), np.where(full > 1, full, other), d * full, (1 - d) * other]
    ):
        np.testing.assert_array_equal(value, expected)
    with pytest.raises(ValueError, match="where: no kernel for storages"):
        K.switch(K.constant(1.0), x, 1.0)


def test_sums_of_whole_numbers_are_whole():
    whole = np.int32([[2**31 - 1, 0, 2], [3, 0, 5]])
    for x in (K.variable(whole, dtype="int32"), K.variable(sp.csr_matrix(whole), dtype="int32")):
        for name, dtype in [("sum", "int64"), ("prod", "int64"), ("max", "int32"), ("min", "int32")]:
            result = getattr(K, name)(x, axis=1)
            assert result.dtype == dtype, name
            np.testing.assert_array_equal(K.eval(result), getattr(whole.astype("int64"), name)(axis=1))
        for name in ("mean", "var", "std"):
            np.testing.assert_allclose(K.eval(getattr(K, name)(x, axis=0)), getattr(whole, name)(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(K.eval(K.cumsum(K.variable(whole, dtype="int64"), axis=1)), whole.cumsum(1, "int64"))


def test_whole_numbers():
    ids = np.array([[1, 3, -1], [0, 0, 4], [9, 2, 2]])
    hot = (ids[:, :, None] == np.arange(5)).astype(np.float32)
    np.testing.assert_array_equal(run(lambda i: K.one_hot(i, 5), ids), hot)
    for sparse in (False, True):
        np.testing.assert_array_equal(run(lambda i: K.multi_hot(i, 5, sparse=sparse), ids), hot.max(1))
        i = Input(batch_shape=(None,))
        flat = Model(i, K.one_hot(i, 10, sparse=sparse)).predict(ids[:, 0])
        np.testing.assert_array_equal(flat.toarray() if sparse else flat, np.eye(10)[ids[:, 0]])
    assert K.is_sparse(K.multi_hot(Input((3,), dtype="int64"), 2**40, sparse=True))
    counts = np.stack([np.bincount(row, minlength=12) for row in np.abs(ids)])
    for sparse in (False, True):
        np.testing.assert_array_equal(run(lambda i: K.bincount(i, minlength=12, sparse=sparse), np.abs(ids)), counts)
    weights = np.random.RandomState(0).rand(3, 3).astype(np.float32)
    got = run(lambda i, w: K.bincount(i, weights=w, sparse=True), np.abs(ids), weights)
    want = np.stack([np.bincount(row, w, minlength=10) for row, w in zip(np.abs(ids), weights)])
    np.testing.assert_allclose(got, want, rtol=1e-6)
    with pytest.raises(IndexError, match="bincount: numbers must not be negative"):
        run(lambda i: K.bincount(i), ids)


def test_getnnz():
    np.testing.assert_array_equal(run(lambda s: K.getnnz(s, axis=1), MIXED), MIXED.getnnz(1))
    assert K.getnnz(Input((12,), sparse=True), axis=0).shape == (12,)
    with pytest.raises(ValueError, match="getnnz: axis must be 0 or 1"):
        K.getnnz(Input((12,), sparse=True), axis=2)


def test_is_sparse():
    a, b = K.placeholder((2, 3), sparse=True), K.placeholder((2, 3))
    assert K.is_sparse(a) and not K.is_sparse(b)
    assert K.is_sparse(K.concatenate([a, b])) and K.is_sparse(K.abs(a)) and not K.is_sparse(K.to_dense(a))
    assert K.is_sparse(sp.csr_matrix(A)) and K.is_sparse(sp.coo_array(A)) and not K.is_sparse(A)
    np.testing.assert_array_equal(K.to_dense(sp.csr_matrix(A)), A)


def test_cast_storage_and_identity():
    full = K.placeholder((None, 3))
    for stype, sparse in (("csr", True), ("row_sparse", True), ("default", False)):
        cast = K.cast_storage(full, stype)
        assert K.is_sparse(cast) is sparse
        [value] = K.function([full], [K.to_dense(cast)])([A])
        np.testing.assert_array_equal(value, A)
    csr = K.placeholder((None, 3), sparse=True)
    [entries] = K.function([csr], [K.getnnz(K.cast_storage(K.cast_storage(csr, "default"), "csr"))])([sp.csr_matrix(A)])
    assert entries == np.count_nonzero(A)
    with pytest.raises(
        ValueError, match="cast_storage: stype must be default, csr or row_sparse. Received: stype='coo'"
    ):
        K.cast_storage(full, "coo")
    assert K.identity(full) is full
    np.testing.assert_array_equal(K.eval(K.identity(A)), A)


def test_symbols():
    s = Input((3,), name="here", sparse=True)
    assert s.shape == K.int_shape(s) == (None, 3) and K.ndim(s) == 2 and K.dtype(s) == "float32"
    assert s.storage == "csr" and s.is_sparse and s.name == "here" and repr(s) == "<Symbol 'here' (None, 3) csr>"
    assert s == s and s != Input((3,)) and len({s, s}) == 1 and K.is_tensor(s)
    assert K.placeholder(ndim=2).shape == (None, None) and K.placeholder((2, 3), dtype="float64").dtype == "float64"
    with pytest.raises(TypeError):
        iter(s)
    with pytest.raises(TypeError):
        s + "a"


def test_variables():
    v = K.variable([[1, 2], [3, 4]], name="v")
    assert v.name == "v" and v.shape == (2, 2) and v.dtype == "float32" and K.count_params(v) == 4
    K.set_value(v, np.zeros((2, 2)))
    np.testing.assert_array_equal(K.get_value(v), np.zeros((2, 2)))
    K.batch_set_value([(v, np.ones((2, 2)))])
    np.testing.assert_array_equal(K.batch_get_value([v])[0], np.ones((2, 2)))
    assert repr(v) == "<Variable 'v' (2, 2) dense>"
    with pytest.raises(ValueError, match="shape"):
        K.set_value(v, np.ones(3))
    assert (v + 1).shape == (2, 2) and (1 - v).shape == (2, 2) and K.sum(v).shape == ()
    assert K.zeros((2,)).numpy().tolist() == [0, 0] and K.ones((2,)).numpy().tolist() == [1, 1]
    copy = K.get_value(v)
    copy[:] = 9
    assert K.get_value(v).max() == 1


def test_floatx():
    assert K.floatx() == "float32" and K.epsilon() == 1e-7
    K.set_floatx("float64")
    assert K.floatx() == "float64" and Input((3,)).dtype == "float64" and K.variable(1.0).dtype == "float64"


def test_gradients():
    v, w = K.variable([1.0, 2.0]), K.variable([3.0])
    g, none = K.gradients(K.sum(K.square(v)), [v, w])
    assert g.shape == (2,) and none is None

    class Gradient(Layer):
        def call(self, inputs):
            return K.gradients(K.sum(K.square(inputs)), [inputs])[0]

    np.testing.assert_allclose(run(Gradient(), A), 2 * A, rtol=1e-6)


SPARSE = sp.csr_matrix(A * (A > 0))


def test_eval_keeps_csr_and_gives_arrays():
    w = K.variable(SPARSE, name="w")
    assert K.is_sparse(w) and K.is_sparse(K.square(w)) and K.int_shape(w) == (4, 3)
    np.testing.assert_allclose(K.eval(w), SPARSE.toarray())
    np.testing.assert_allclose(K.eval(K.dot(w, K.constant(np.ones((3, 2))))), SPARSE @ np.ones((3, 2)), rtol=1e-6)
    squared = K.to_scipy(K.square(w))
    assert sp.issparse(squared) and squared.nnz == SPARSE.nnz
    np.testing.assert_allclose(squared.toarray(), SPARSE.multiply(SPARSE).toarray(), rtol=1e-6)
    K.set_value(w, 2 * SPARSE)
    np.testing.assert_allclose(K.get_value(w), 2 * SPARSE.toarray())
    assert K.eval(K.sum(w)) == pytest.approx(2 * SPARSE.sum(), rel=1e-6)


@pytest.mark.parametrize("form", ["coo", "csc", "lil", "dok", "csr"])
def test_variables_and_constants_of_any_format(form):
    np.testing.assert_allclose(K.eval(K.variable(SPARSE.asformat(form))), SPARSE.toarray())
    assert K.is_sparse(K.constant(SPARSE.asformat(form)))


def test_functions_of_values():
    for value, expected in [
        (K.sum(SPARSE, axis=0), SPARSE.sum(0).A1),
        (K.abs(-SPARSE), SPARSE.toarray()),
        (K.dot(SPARSE, np.ones((3, 2), "float32")), SPARSE @ np.ones((3, 2))),
        (K.maximum(A, 0.5), np.maximum(A, np.float32(0.5))),
        (K.exp(A), np.exp(A)),
        (K.mean(A, axis=1), A.mean(1)),
    ]:
        np.testing.assert_allclose(K.eval(value), expected, rtol=1e-6)


def test_eval_refuses_what_does_not_fit_and_names_the_way():
    wide = K.variable(sp.csr_matrix(([1.0], ([0], [5])), (2, 2**31)))
    with pytest.raises(ValueError, match="to_scipy"):
        K.eval(wide)
    with pytest.raises(ValueError, match="to_scipy"):
        K.get_value(wide)
    assert K.to_scipy(wide)[0, 5] == 1
    with pytest.raises(ValueError, match="K.function"):
        K.eval(K.square(K.placeholder((None, 3), name="x")))
    with pytest.raises(ValueError, match="csr"):
        K.to_scipy(K.constant(A))


def test_function():
    x, w = K.placeholder((None, 3), sparse=True), K.placeholder((3, 2))
    f = K.function([x, w], [K.dot(x, w), K.square(x), K.shape(x)])
    ones = np.ones((3, 2))
    for rows in (4, 1, 0, 3):
        product, squared, dims = f([SPARSE[:rows], ones])
        np.testing.assert_allclose(product, SPARSE[:rows] @ ones, rtol=1e-6)
        np.testing.assert_allclose(squared, SPARSE[:rows].toarray() ** 2, rtol=1e-6)
        assert list(dims) == [rows, 3]
    assert K.function([w], K.sum(w))([ones]) == 6
    with pytest.raises(ValueError, match="shape"):
        f([SPARSE[:, :2], ones])
    with pytest.raises(ValueError, match="values=1"):
        f([SPARSE])
    with pytest.raises(ValueError, match="sparse=True"):
        K.function([w], [w])([sp.csr_matrix(ones)])


def test_function_gradients_updates_and_phase():
    x, w, n = K.placeholder((None, 3), sparse=True), K.variable(np.ones((3, 1))), K.variable(0.0)
    m = K.variable(1.0)
    loss = K.sum(K.square(K.dot(x, w)))
    step = K.function([x], [loss, K.gradients(loss, w)[0]], updates=[(n, n + 1), K.update_add(m, 2)])
    value, gradient = step([SPARSE])
    product = SPARSE @ np.ones((3, 1))
    assert value == pytest.approx((product**2).sum(), rel=1e-5)
    np.testing.assert_allclose(gradient, 2 * SPARSE.T @ product, rtol=1e-5)
    step([SPARSE])
    assert K.get_value(n) == 2 and K.get_value(m) == 5

    dense = K.placeholder((None, 100))
    dropped = K.function([dense, K.learning_phase()], [K.in_train_phase(K.dropout(dense, 0.5, seed=1), dense)])
    ones = np.ones((3, 100))
    assert (dropped([ones, 0])[0] == 1).all()
    assert set(np.unique(dropped([ones, 1])[0])) == {0, 2}


def test_sparse_weight_variable():
    w = K.variable(A, sparse_weight=True)
    assert K.is_sparse(w) and w.storage == "row_table"
    np.testing.assert_allclose(K.get_value(w), A)
    assert list(w.rows()[0]) == [0, 1, 2, 3]
    K.batch_set_value([(w, 2 * A)])
    np.testing.assert_allclose(K.batch_get_value([w])[0], 2 * A)


def test_numbers_of_rank_0_beside_csr():
    xs = K.constant(sp.csr_matrix(np.eye(2, dtype=np.float32) * 3))
    for two in (np.array(2), np.float32(2), np.array(2.0), K.constant(2.0)):
        for x in (xs**two, K.pow(xs, two), xs * two, two * xs):
            assert K.is_sparse(x)
        np.testing.assert_array_equal(K.eval(xs**two), np.eye(2) * 9)
        np.testing.assert_array_equal(K.eval(K.greater(xs, two)), np.eye(2))
        np.testing.assert_array_equal(K.eval(K.less(two, xs)), np.eye(2))
    dense = K.constant([4.0])
    assert K.eval(np.array(2) ** dense)[0] == 16 and K.eval(np.array(2) - dense)[0] == -2


def test_where_of_two_numbers():
    for condition in ([[1.0, 0.0]], sp.csr_matrix([[1.0, 0.0]])):
        np.testing.assert_array_equal(K.eval(K.where(K.constant(condition), 2, 0.5)), [[2, 0.5]])
    np.testing.assert_array_equal(K.eval(K.switch(K.constant([1, 0]), 0.0, 1.0)), [0, 1])


def test_function_of_one_symbol():
    x = K.placeholder((None, 2))
    assert K.function(x, x + 1.0)([np.ones((1, 2))]).tolist() == [[2, 2]]
