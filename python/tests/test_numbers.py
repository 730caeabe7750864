"""NaN and infinities go through every function as they do in NumPy; sums of many numbers keep their digits."""

import numpy as np
import pytest
import scipy.sparse

import lacuna.backend as K

SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5, 3e38, 1e-30])

FUNCTIONS = {
    "abs": np.abs,
    "exp": np.exp,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "log": np.log,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sign": np.sign,
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sqrt": lambda x: np.sqrt(np.where(x < 0, 0, x)),
    "square": np.square,
    "tanh": np.tanh,
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "round": np.round,
}


def near(result, expected, dtype):
    np.testing.assert_allclose(
        result, expected, rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-6 if dtype == "float32" else 1e-14
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_what_is_not_finite(name, dtype):
    for count in (1, 3, 8, 37):  # Whole vectors, and remainders.
        for special in SPECIAL:
            x = np.full(count, special).astype(dtype)
            with np.errstate(all="ignore"):
                expected = FUNCTIONS[name](x).astype(dtype)
            near(K.eval(getattr(K, name)(K.constant(x, dtype=dtype))), expected, dtype)
            if name not in ("exp", "hard_sigmoid", "log", "sigmoid", "softplus") and special != 0:  # f(0) = 0
                csr = K.eval(getattr(K, name)(K.constant(scipy.sparse.csr_matrix(x[None]), dtype=dtype)))
                near(csr[0], expected, dtype)


REDUCTIONS = ["max", "min", "sum", "mean", "prod", "argmax", "argmin", "any", "all", "std", "var"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name, sparse", [*((n, False) for n in REDUCTIONS), *((n, True) for n in REDUCTIONS[:7])])
def test_reductions_of_what_is_not_finite(name, sparse, dtype):
    rng = np.random.default_rng(1)
    for special in ([np.nan], [np.inf], [-np.inf], [np.inf, -np.inf], [np.nan, np.inf], [np.nan, np.nan]):
        x = rng.normal(size=(20, 37)).astype(dtype) * (rng.random((20, 37)) < 0.5)
        for value in special:
            for _ in range(5):
                x[rng.integers(20), rng.integers(37)] = value
        given = K.constant(scipy.sparse.csr_matrix(x) if sparse else x, dtype=dtype)
        for axis in (0, 1, -1) + (() if name.startswith("arg") else (None,)):
            with np.errstate(all="ignore"):
                expected = getattr(np, name)(x.astype(np.float64), axis=axis)
            near(K.eval(getattr(K, name)(given, axis=axis)), expected, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pairs_of_what_is_not_finite(dtype):
    a, b = (m.ravel().astype(dtype) for m in np.meshgrid(SPECIAL, SPECIAL))
    pairs = {
        "maximum": np.maximum,
        "minimum": np.minimum,
        "equal": np.equal,
        "not_equal": np.not_equal,
        "greater": np.greater,
        "less_equal": np.less_equal,
    }
    for name, function in pairs.items():
        near(K.eval(getattr(K, name)(K.constant(a, dtype=dtype), K.constant(b, dtype=dtype))), function(a, b), dtype)
        for number in SPECIAL[:6]:
            near(K.eval(getattr(K, name)(K.constant(a, dtype=dtype), float(number))), function(a, number), dtype)
    near(K.eval(K.clip(K.constant(a, dtype=dtype), -1, 1)), np.clip(a, -1, 1), dtype)


def test_long_sums_keep_their_digits():
    n = 1 << 20
    values = (0.1 + 0.1 * np.random.default_rng(0).random(n)).astype(np.float32)
    row = scipy.sparse.csr_matrix(values[None])
    expected = values.astype(np.float64).sum()
    ones = K.constant(np.ones((n, 1)))
    sums = {
        "csr·dense": K.dot(K.constant(row), ones),
        "csr·dense of units": K.dot(K.constant(row), K.constant(np.ones((n, 3)))),
        "csrᵀ·dense": K.dot(K.transpose(K.constant(row.T.tocsr())), ones),
        "sum of csr": K.sum(K.constant(row)),
        "sum of csr rows": K.sum(K.constant(row), axis=1),
        "sum": K.sum(K.constant(values)),
        "columns": K.sum(K.constant(values[:, None]), axis=0),
        "batch_dot": K.batch_dot(K.constant(values[None]), K.constant(np.ones((1, n))), 1),
    }
    for name, sum_ in sums.items():
        np.testing.assert_allclose(np.asarray(K.eval(sum_), np.float64), expected, rtol=5e-7, err_msg=name)
