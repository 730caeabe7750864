"""Where there is no memory, whatever request fails: a MemoryError or another that can be caught, and then the same
model trains to the same bits as one that never failed. Requests of the library, and of HDF5 and oneTBB under it, are
refused by tests/allocations.cc, which is loaded before Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ALLOCATIONS = Path(__file__).parents[2] / "build" / "release" / "tests" / "liballocations.so"

SCRIPT = """
import ctypes, os, sys, tempfile
import numpy as np, scipy.sparse as sp
from lacuna.config import set_num_threads
from lacuna.layers import (
    BatchNormalization, Dense, Dropout, Embedding, FactorizationMachine, Flatten, Input, concatenate
)
from lacuna.models import Model, load_model
from lacuna.optimizers import Adam
from lacuna.utils import set_random_seed

refuse = ctypes.CDLL(None).lacuna_fail_allocation
refuse.argtypes = [ctypes.c_int64, ctypes.c_bool]
refuse.restype = ctypes.c_bool
set_num_threads(2)

r = np.random.RandomState(0)
N, K = 100_000, 40
x = sp.csr_matrix((np.ones(K * 64, "f4"), r.randint(0, N, K * 64), np.arange(65) * K), (64, N))
x.sum_duplicates()
ids = r.randint(0, 50, (64, 4))
y = r.randint(0, 2, 64).astype("f4")


def of_csr():
    i = Input((N,), sparse=True)
    h = Dropout(0.2)(BatchNormalization()(Dense(4, sparse_weight=True, use_bias=False)(i)))
    m = Model(i, Dense(1, activation="sigmoid")(h))
    m.compile(Adam(clipnorm=1.0), "binary_crossentropy", metrics=["accuracy", "auc"])
    return m, x


def of_ids():
    i = Input((4,))
    e = Flatten()(Embedding(50, 3, sparse_grad=True)(i))
    f = FactorizationMachine(2, sparse_weight=True, input_dim=50, ids=True)(i)
    m = Model(i, Dense(1, activation="sigmoid")(concatenate([e, f])))
    m.compile(Adam(lazy_update=False), "binary_crossentropy")
    return m, ids


def failing(f, stride):
    n, failures = 1, 0
    while True:
        for for_good in (False, True):
            refuse(n, for_good)
            try:
                result = f()
            except (MemoryError, ValueError):  # HDF5 reports ValueError: what could not be written or read.
                assert refuse(0, False)
                failures += 1
                continue
            if not refuse(0, False):
                return result, failures
        n += 1 + n // stride


def same(a, b):
    assert all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights()))


total = 0
for make in (of_csr, of_ids):
    set_random_seed(1)
    whole, data = make()
    set_random_seed(1)
    model, _ = make()
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "model.h5")
    fit = dict(batch_size=16, epochs=2, verbose=0, shuffle=False)

    # Repeats each batch until it succeeds.
    for begin in range(0, 64, 16):
        batch = slice(begin, begin + 16)
        steps = []
        _, failed = failing(lambda: steps.append(model.train_on_batch(data[batch], y[batch])), 8)
        total += failed
        for _ in steps:
            whole.train_on_batch(data[batch], y[batch])
        same(model, whole)
    wanted = whole.predict(data)
    got, failed = failing(lambda: model.predict(data, batch_size=16), 8)
    total += failed
    assert np.array_equal(got, wanted)
    got, failed = failing(lambda: model.evaluate(data, y, batch_size=16, verbose=0), 8)
    total += failed
    assert got == whole.evaluate(data, y, batch_size=16, verbose=0)

    # There is either the new file or the old one, and no temporary file.
    model.save(path)
    before = open(path, "rb").read()
    _, failed = failing(lambda: model.save(path), 8)
    total += failed
    assert os.listdir(folder) == ["model.h5"]
    loaded, failed = failing(lambda: load_model(path), 8)
    total += failed
    same(loaded, model)

    # After a fit that failed anywhere, training continues from the file as usual.
    weights = model.get_weights()
    _, failed = failing(lambda: model.fit(data, y, **fit), 4)
    total += failed
    _, failed = failing(lambda: model.load_weights(path), 8)
    total += failed
    assert all(np.array_equal(p, q) for p, q in zip(model.get_weights(), weights))
    model = load_model(path)
    model.fit(data, y, **fit)
    loaded.fit(data, y, **fit)
    same(model, loaded)
assert total > 500, total
print(total, "failures")
"""


@pytest.mark.skipif(not ALLOCATIONS.exists(), reason="the C++ tests are not built")
def test_whatever_request_for_memory_fails():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "LD_PRELOAD": str(ALLOCATIONS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr[-2000:])
