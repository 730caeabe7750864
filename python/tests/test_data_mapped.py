"""Rows at random from mapped files: fit learns the bits that it learns from arrays; a file that shrinks is an error."""

import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.callbacks import Callback
from lacuna.layers import Dense
from lacuna.models import Sequential

ROWS = 20_000
BYTES = 4 * ROWS  # Room for the numbers of the rows, and not for the rows.


def arrays(dtype="f4", index="i4"):
    rng = np.random.default_rng(3)
    x = sp.random(ROWS, 60, 0.1, "csr", dtype="f4", random_state=3)
    x.data = rng.integers(1, 100, len(x.data)).astype(dtype)
    x.indices, x.indptr = x.indices.astype(index), x.indptr.astype(index)
    return x, rng.random(ROWS).astype("f4"), rng.random(ROWS)


def learned(*given, **options):
    lacuna.utils.set_random_seed(1)
    model = Sequential([Dense(1, input_dim=60)])
    model.compile("adam", "mse")
    model.fit(*given, batch_size=96, epochs=2, verbose=0, **options)
    return model.get_weights()


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def packed(path):
    x, y, w = arrays()
    some = [slice(begin, begin + 3000) for begin in range(0, ROWS, 3000)]
    return data.batches(lambda: [(x[s], y[s], w[s]) for s in some]).pack(path)


def test_a_packed_file_teaches_what_arrays_teach(tmp_path):
    x, y, w = arrays()
    dataset = packed(tmp_path / "p")
    wanted = learned(x, y, sample_weight=w)
    assert same(learned(dataset, shuffle_bytes=BYTES), wanted)
    assert same(learned(dataset), wanted)  # All in one window.
    assert not same(learned(dataset, shuffle_bytes=BYTES - 4), wanted)  # In windows.
    first, second = dataset.split(0.7, seed=4)
    for part in (dataset.take(777), dataset.skip(19_999), dataset.shard(3, 1), first, second, second.shard(2, 0)):
        a, b, c = part.load()[:3]
        assert same(learned(part, shuffle_bytes=BYTES), learned(a, b, sample_weight=c))


@pytest.mark.parametrize(("dtype", "index"), [("f4", "i4"), ("f8", "i8"), ("u1", "i8"), ("?", "i4"), ("i8", "i4")])
def test_files_of_numpy_and_scipy_teach_what_arrays_teach(tmp_path, dtype, index):
    x, y, w = arrays(dtype, index)
    sp.save_npz(tmp_path / "x.npz", x, compressed=False)
    np.save(tmp_path / "y.npy", y)
    np.save(tmp_path / "w.npy", w)
    dataset = data.npz(tmp_path / "x.npz", tmp_path / "y.npy", tmp_path / "w.npy")
    wanted = learned(x, y, sample_weight=w)
    assert same(learned(dataset, shuffle_bytes=BYTES), wanted)
    assert same(learned(dataset), wanted)
    a, b, c = dataset.skip(50).split(0.5)[0].load()[:3]
    assert same(learned(dataset.skip(50).split(0.5)[0], shuffle_bytes=BYTES), learned(a, b, sample_weight=c))


def test_rows_that_a_function_made_are_shuffled_once_where_they_fit(tmp_path):
    x, y, w = arrays()
    dataset = packed(tmp_path / "p").map(lambda part: part)
    size = (tmp_path / "p").stat().st_size
    for times in (1.7, 4):  # More than they take in memory, and than they might take.
        assert same(learned(dataset, shuffle_bytes=int(times * size)), learned(x, y, sample_weight=w))


def test_dense_files_teach_what_arrays_teach(tmp_path):
    x = np.random.default_rng(0).integers(0, 200, (ROWS, 60)).astype("u1")
    y = x[:, :1] / 200
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    dataset = data.npz(tmp_path / "x.npy", tmp_path / "y.npy")
    assert same(learned(dataset, shuffle_bytes=BYTES), learned(x, y))


def test_compressed_files_are_read_in_their_order(tmp_path):
    x, y, _ = arrays()
    sp.save_npz(tmp_path / "x.npz", x)
    np.save(tmp_path / "y.npy", y)
    dataset = data.npz(tmp_path / "x.npz", tmp_path / "y.npy")
    assert same(learned(dataset), learned(x, y))
    assert not same(learned(dataset, shuffle_bytes=BYTES), learned(x, y))


def test_damage_of_an_array_is_an_error_at_random_too(tmp_path):
    x, y, _ = arrays()
    path = tmp_path / "x.npz"
    sp.save_npz(path, x, compressed=False)
    np.save(tmp_path / "y.npy", y)
    whole, wanted = path.read_bytes(), learned(x, y)
    rng = np.random.default_rng(8)
    errors = 0
    for at in [*rng.integers(0, len(whole), 40), *rng.integers(len(whole) - 600, len(whole), 40), *range(0, 200, 7)]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 33]) + whole[at + 1 :])
        try:
            got = learned(data.npz(path, tmp_path / "y.npy"), shuffle_bytes=BYTES)
        except (ValueError, IndexError) as error:
            assert "Received" in str(error)
            errors += 1
        else:
            assert same(got, wanted)
    assert errors > 60


class Cut(Callback):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_batch_end(self, batch, logs=None):
        if batch == 3:
            os.truncate(self.path, os.path.getsize(self.path) // 3)


@pytest.mark.parametrize("kind", ["packed", "npz", "npy"])
def test_a_file_that_shrinks_meanwhile_is_an_error(tmp_path, kind):
    if kind == "packed":
        path, dataset = tmp_path / "p", packed(tmp_path / "p")
    else:
        x, y, _ = arrays()
        x = sp.vstack([x] * 40).tocsr()  # More than is read ahead.
        sp.save_npz(tmp_path / "x.npz", x, compressed=False)
        np.save(tmp_path / "y.npy", np.tile(y, 40))
        path = tmp_path / ("x.npz" if kind == "npz" else "y.npy")
        dataset = data.npz(tmp_path / "x.npz", tmp_path / "y.npy")
    before = path.stat().st_size
    for _ in range(2):  # Also where it is short from the start.
        with pytest.raises(ValueError, match="Received: ") as error:
            learned(dataset, shuffle_bytes=BYTES * (1 if kind == "packed" else 40), callbacks=[Cut(path)])
        assert str(path) in str(error.value) and path.stat().st_size < before


def test_faulthandler_may_be_enabled_before_and_after(tmp_path):
    packed(tmp_path / "p")
    code = f"""
import ctypes, faulthandler, mmap, os, sys
import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential
def fit(cut):
    os.system("cp {tmp_path}/p {tmp_path}/copy")
    dataset = data.open("{tmp_path}/copy")
    model = Sequential([Dense(1, input_dim=60)])
    model.compile("adam", "mse")
    cutting = lacuna.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: cut and os.truncate("{tmp_path}/copy", os.path.getsize("{tmp_path}/copy") // 2))
    try:
        model.fit(dataset, shuffle_bytes={BYTES}, epochs=2, batch_size=500, verbose=0, callbacks=[cutting])
    except ValueError as error:
        return str(error)
if "before" in sys.argv: faulthandler.enable()
assert fit(False) is None
if "after" in sys.argv: faulthandler.enable()
for _ in range(3): assert "must stay" in fit(True)
print("good", flush=True)
with open("{tmp_path}/copy", "wb") as file: file.truncate(8192)
with open("{tmp_path}/copy", "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 8192)
    file.truncate(0)
    mapped[5000]  # SIGBUS that is not ours.
"""
    for when in ((), ("before",), ("after",), ("before", "after")):
        out = subprocess.run([sys.executable, "-c", code, *when], capture_output=True, text=True)
        assert out.stdout == "good\n", out.stderr
        assert out.returncode == -7  # SIGBUS.
        assert ("Fatal Python error: Bus error" in out.stderr) == bool(when)
