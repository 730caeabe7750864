"""Each optimizer against its formula in NumPy: dense x, csr x with and without a flag, lazily and exactly."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import layers, models, optimizers

BATCHES, ROWS, COLUMNS, UNITS = 7, 6, 40, 3


def momentum(w, s, g, rate, t, nesterov=False):
    v = s[0] = 0.9 * s[0] - rate * g
    return w + (0.9 * v - rate * g if nesterov else v)


def adagrad(w, s, g, rate, t):
    s[0] = s[0] + g * g
    return w - rate * g / (np.sqrt(s[0]) + 1e-7)


def group_adagrad(w, s, g, rate, t):
    s[0] = s[0] + (g * g).mean(axis=1, keepdims=True)
    return w - rate * g / np.sqrt(s[0] + 1e-5)


def rmsprop(w, s, g, rate, t):
    s[0] = 0.9 * s[0] + 0.1 * g * g
    return w - rate * g / (np.sqrt(s[0]) + 1e-7)


def adadelta(w, s, g, rate, t):
    s[0] = 0.95 * s[0] + 0.05 * g * g
    u = g * np.sqrt(s[1] + 1e-7) / np.sqrt(s[0] + 1e-7)
    s[1] = 0.95 * s[1] + 0.05 * u * u
    return w - rate * u


def adam(w, s, g, rate, t, amsgrad=False, weight_decay=0.0):
    w = w - rate * weight_decay * w
    s[0] = 0.9 * s[0] + 0.1 * g
    s[1] = 0.999 * s[1] + 0.001 * g * g
    s[2] = np.maximum(s[1], s[2])
    corrected = rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return w - corrected * s[0] / (np.sqrt(s[2] if amsgrad else s[1]) + 1e-7)


def adamax(w, s, g, rate, t):
    s[0] = 0.9 * s[0] + 0.1 * g
    s[1] = np.maximum(0.999 * s[1], np.abs(g))
    return w - rate / (1 - 0.9**t) * s[0] / (s[1] + 1e-7)


def nadam(w, s, g, rate, t):
    momenta = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * i)) for i in range(1, t + 2)]
    s[0] = 0.9 * s[0] + 0.1 * g
    s[1] = 0.999 * s[1] + 0.001 * g * g
    of_g, of_m = g / (1 - np.prod(momenta[:-1])), s[0] / (1 - np.prod(momenta))
    mean = (1 - momenta[-2]) * of_g + momenta[-1] * of_m
    return w - rate * mean / (np.sqrt(s[1] / (1 - 0.999**t)) + 1e-7)


def ftrl(w, s, g, rate, t, l1=0.01, l2=0.02, beta=0.5):
    before, now = s[0] + 0.1, s[0] + 0.1 + g * g
    s[0] = s[0] + g * g
    s[1] = s[1] + g - (np.sqrt(now) - np.sqrt(before)) / rate * w
    return (np.clip(s[1], -l1, l1) - s[1]) / ((np.sqrt(now) + beta) / rate + 2 * l2)


FTRL = dict(l1_regularization_strength=0.01, l2_regularization_strength=0.02, beta=0.5)
CASES = {
    "sgd": (lambda **k: optimizers.SGD(lr=0.1, **k), lambda w, s, g, rate, t: w - rate * g),
    "momentum": (lambda **k: optimizers.SGD(lr=0.1, momentum=0.9, **k), momentum),
    "nesterov": (
        lambda **k: optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True, **k),
        lambda *a: momentum(*a, nesterov=True),
    ),
    "adagrad": (lambda **k: optimizers.Adagrad(lr=0.1, **k), adagrad),
    "group_adagrad": (lambda **k: optimizers.GroupAdagrad(lr=0.1, **k), group_adagrad),
    "rmsprop": (lambda **k: optimizers.RMSprop(lr=0.1, **k), rmsprop),
    "adadelta": (lambda **k: optimizers.Adadelta(lr=0.1, **k), adadelta),
    "adam": (lambda **k: optimizers.Adam(lr=0.1, **k), adam),
    "amsgrad": (lambda **k: optimizers.Adam(lr=0.1, amsgrad=True, **k), lambda *a: adam(*a, amsgrad=True)),
    "adamw": (
        lambda **k: optimizers.AdamW(lr=0.1, weight_decay=0.2, **k),
        lambda *a: adam(*a, weight_decay=0.2),
    ),
    "adamax": (lambda **k: optimizers.Adamax(lr=0.1, **k), adamax),
    "nadam": (lambda **k: optimizers.Nadam(lr=0.1, **k), nadam),
    "ftrl": (lambda **k: optimizers.Ftrl(lr=0.1, **FTRL, **k), ftrl),
}
CLIPS = {
    "plain": {},
    "decay": {"decay": 0.3},
    "clipnorm": {"clipnorm": 0.1},
    "global_clipnorm": {"global_clipnorm": 0.1, "clipvalue": 0.02},
    "clipvalue": {"clipvalue": 0.01},
}


def batches(dtype, seed=0):
    random = np.random.RandomState(seed)
    for _ in range(BATCHES):
        x = sp.random(ROWS, COLUMNS, 0.08, "csr", dtype, random)
        yield x, random.randn(ROWS, UNITS).astype(dtype)


def reference(name, how, dtype, w, lazy):
    """The weights that the NumPy formula gives."""
    formula, states, w = CASES[name][1], [np.zeros_like(w, dtype="float64")] * 3, w.astype("float64")
    for t, (x, y) in enumerate(batches(dtype), 1):
        x, y = x.toarray().astype("float64"), y.astype("float64")
        g = 2 / y.size * x.T @ (x @ w - y)
        limit = how.get("clipnorm", how.get("global_clipnorm"))
        if limit and np.linalg.norm(g) >= limit:
            g = g * limit / np.linalg.norm(g)
        if "clipvalue" in how:
            g = np.clip(g, -how["clipvalue"], how["clipvalue"])
        before, kept = w, list(states)
        states = list(states)
        w = formula(w, states, g, 0.1 / (1 + how.get("decay", 0) * (t - 1)), t)
        if lazy:  # Rows that the batch does not name stay, and so do their states.
            named = (x != 0).any(axis=0)[:, None]
            w = np.where(named, w, before)
            states = [np.where(named, new, old) for new, old in zip(states, kept)]
    return w


def trained(name, how, dtype, w, kind):
    x = layers.Input((COLUMNS,), sparse=kind != "dense", dtype=dtype)
    dense = layers.Dense(UNITS, use_bias=False, sparse_weight=kind in ("lazy", "exact"), dtype=dtype)
    model = models.Model(x, dense(x))
    model.compile(CASES[name][0](lazy_update=kind != "exact", **how), "mse")
    model.set_weights([w])
    for data, target in batches(dtype):
        model.train_on_batch(data if kind != "dense" else data.toarray(), target)
    return model.get_weights()[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["dense", "csr", "lazy", "exact"])
@pytest.mark.parametrize(
    "name, how", [(name, how) for name in CASES for how in CLIPS if (name, how) != ("nadam", "decay")]
)  # Nadam takes no decay: its rate follows its momentum schedule.
def test_steps_are_those_of_the_formula(name, how, kind, dtype):
    w = np.random.RandomState(1).randn(COLUMNS, UNITS).astype(dtype)
    expected = reference(name, CLIPS[how], dtype, w, kind == "lazy")
    got = trained(name, CLIPS[how], dtype, w, kind)
    assert np.abs(expected - w).max() > 1e-4
    np.testing.assert_allclose(got, expected, atol=1e-12 if dtype == "float64" else 3e-5)


@pytest.mark.parametrize("name", CASES)
def test_config_goes_around(name):
    given = CASES[name][0](clipvalue=0.5, global_clipnorm=2.0, lazy_update=False)
    config = given.get_config()
    assert config["clipvalue"] == 0.5 and config["global_clipnorm"] == 2.0 and config["lazy_update"] is False
    assert config["lr"] == 0.1
    assert type(given).from_config(config).get_config() == config
    assert optimizers.deserialize(optimizers.serialize(given)).get_config() == config


def test_names_and_defaults():
    for name in "sgd rmsprop adagrad adadelta adam adamw adamax nadam ftrl groupadagrad".split():
        for spelled in (name, getattr(optimizers, name).__name__):
            assert isinstance(optimizers.get(spelled), getattr(optimizers, name))
    assert optimizers.get("adadelta").get_config()["lr"] == 1.0
    assert K.get_value(optimizers.RMSprop().lr) == 0.001


@pytest.mark.parametrize(
    "said, make",
    [
        ("lr=nan", lambda: optimizers.SGD(lr=float("nan"))),
        ("momentum=inf", lambda: optimizers.SGD(momentum=float("inf"))),
        ("rho=1", lambda: optimizers.RMSprop(rho=1.0)),
        ("beta_2=-1", lambda: optimizers.Nadam(beta_2=-1.0)),
        ("global_clipnorm=2", lambda: optimizers.Adam(clipnorm=1.0, global_clipnorm=2.0)),
        ("learning_rate_power=-1", lambda: optimizers.Ftrl(learning_rate_power=-1.0)),
        ("weight_decay=nan", lambda: optimizers.AdamW(weight_decay=float("nan"))),
    ],
)
def test_bad_settings_are_errors(said, make):
    with pytest.raises(ValueError, match="must|give one") as error:
        make()
    assert said in str(error.value)


def long_problem(dtype="float64", columns=20_000, rows=60):
    """Batches of 4 rows, with a few common columns and many that occur in only one row."""
    random = np.random.RandomState(3)
    common, rare = random.randint(0, 4, (rows, 6)), random.randint(0, columns, (rows, 6))
    ids = np.where(random.rand(rows, 6) < 0.5, common, rare)
    data = random.randn(rows * 6).astype(dtype)
    x = sp.csr_matrix((data, ids.ravel(), np.arange(0, rows * 6 + 1, 6)), (rows, columns))
    x.sum_duplicates()
    return x, random.randn(rows, 2).astype(dtype)


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("name", [n for n in CASES if n != "group_adagrad"])
def test_rows_left_behind_end_where_dense_data_does(name, flag):
    x, y = long_problem()
    how = {"lazy_update": False} if name == "nadam" else {"lazy_update": False, "decay": 0.01}
    made = []
    for sparse in (True, False):
        inputs = layers.Input((x.shape[1],), sparse=sparse, dtype="float64")
        layer = layers.Dense(2, use_bias=False, sparse_weight=sparse and flag, dtype="float64")
        model = models.Model(inputs, layer(inputs))
        model.compile(CASES[name][0](**how), "mse")
        made.append(model)
    sparse, dense = made
    sparse.set_weights(dense.get_weights())
    for step in range(0, 60, 4):
        batch = slice(step, step + 4)
        sparse.train_on_batch(x[batch], y[batch])
        dense.train_on_batch(x[batch].toarray(), y[batch])
        if step == 20:
            for model in made:
                model.optimizer.lr = 0.01
        if step % 12 == 0:
            np.testing.assert_allclose(sparse.predict(x), dense.predict(x.toarray()), atol=1e-11)
            np.testing.assert_allclose(sparse.get_weights()[0], dense.get_weights()[0], atol=1e-11)
    for model, data in ((sparse, x), (dense, x.toarray())):
        model.fit(data, y, batch_size=4, epochs=2, verbose=0, shuffle=False)
    np.testing.assert_allclose(sparse.get_weights()[0], dense.get_weights()[0], atol=1e-11)


@pytest.mark.parametrize("flag", [False, True])
def test_looking_changes_no_bit(flag):
    x, y = long_problem()
    ends = []
    start = np.random.RandomState(0).randn(x.shape[1], 2)
    for looks in (False, True):
        inputs = layers.Input((x.shape[1],), sparse=True, dtype="float64")
        layer = layers.Dense(2, use_bias=False, sparse_weight=flag, dtype="float64")
        model = models.Model(inputs, layer(inputs))
        model.compile(optimizers.Adam(lr=0.01, lazy_update=False), "mse")
        model.set_weights([start])
        for step in range(0, 60, 4):
            model.train_on_batch(x[step : step + 4], y[step : step + 4])
            if looks:
                model.predict(x)
                model.get_weights()
                if flag:
                    ids, rows = layer.weights[0].rows()
                    np.testing.assert_array_equal(rows, model.get_weights()[0][ids])
        ends.append(model.get_weights()[0])
    np.testing.assert_array_equal(*ends)
