"""lacuna.data.npz: files of numpy and scipy, and the standard input."""

import gzip
import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential


def saved(folder, rows=3000, columns=50, dtype="f4", index=None, compressed=True, density=0.2):
    x = sp.random(rows, columns, density, "csr", dtype="f4", random_state=rows)
    x.data = np.arange(len(x.data)).astype(dtype)
    if index:
        x.indices, x.indptr = x.indices.astype(index), x.indptr.astype(index)
    sp.save_npz(folder / "x.npz", x, compressed=compressed)
    y = np.random.default_rng(0).random(rows)
    np.save(folder / "y.npy", y)
    return x, y


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 100_000])
@pytest.mark.parametrize("dtype, index", [("f4", "i4"), ("f8", "i8"), ("u1", "i4"), ("?", "i4"), ("i8", "i8")])
def test_a_matrix_is_read_as_it_was_saved(tmp_path, compressed, rows, dtype, index):
    x, y = saved(tmp_path, rows, dtype=dtype, index=index, compressed=compressed)
    dataset = data.npz(tmp_path / "x.npz", tmp_path / "y.npy")
    u, v, _ = dataset.load()
    assert dataset.rows == rows and u.shape == x.shape and np.array_equal(v, y)
    assert np.array_equal(u.indptr, x.indptr) and np.array_equal(u.indices, x.indices)
    assert np.array_equal(u.data, x.data) and u.dtype == np.dtype({"u1": "i4", "?": "i4"}.get(dtype, dtype))


def test_rows_of_any_length(tmp_path):
    rng = np.random.default_rng(1)
    lengths = rng.choice([0, 1, 3, 40_000], size=200)
    rows = [sp.random(1, 50_000, n / 50_000, "csr", dtype="f4", random_state=int(k)) for k, n in enumerate(lengths)]
    x = sp.vstack(rows, "csr")
    for compressed in (False, True):
        sp.save_npz(tmp_path / "x.npz", x, compressed=compressed)
        dataset = data.npz(tmp_path / "x.npz")
        assert (dataset.load()[0] != x).nnz == 0 and (dataset.skip(77).load()[0] != x[77:]).nnz == 0


def test_unsorted_and_repeated_columns_become_csr(tmp_path):
    x = sp.csr_matrix((np.ones(4, "f4"), [3, 1, 1, 0], [0, 3, 4]), (2, 5))
    sp.save_npz(tmp_path / "x.npz", x)
    assert np.array_equal(data.npz(tmp_path / "x.npz").load()[0].toarray(), x.toarray())


@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "u2", "i8", "?"])
@pytest.mark.parametrize("shape", [(7,), (5000, 3), (300, 4, 200), (0, 3), (4, 0)])
def test_dense_arrays(tmp_path, dtype, shape):
    x = (np.arange(np.prod(shape)).reshape(shape) % 100).astype(dtype)
    np.save(tmp_path / "x.npy", x)
    (tmp_path / "x.npy.gz").write_bytes(gzip.compress((tmp_path / "x.npy").read_bytes()))
    for name in ("x.npy", "x.npy.gz"):
        got = data.npz(tmp_path / name).load()[0]
        assert got.shape == shape and np.array_equal(got, x)


def test_several_inputs_and_a_fit_as_from_arrays(tmp_path):
    x, y = saved(tmp_path)
    np.save(tmp_path / "w.npy", np.linspace(0, 1, 3000))
    dataset = data.npz(tmp_path / "x.npz", tmp_path / "y.npy", tmp_path / "w.npy")
    results = []
    for given in ((dataset,), (x, y)):
        lacuna.utils.set_random_seed(1)
        model = Sequential([Dense(1, input_dim=50)])
        model.compile("adam", "mse")
        weights = {} if len(given) == 1 else {"sample_weight": np.linspace(0, 1, 3000)}
        model.fit(*given, epochs=2, batch_size=100, verbose=0, **weights)
        results.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*results))
    named = data.npz({"a": tmp_path / "x.npz", "b": tmp_path / "y.npy"}, {"c": tmp_path / "w.npy"})
    assert repr(named) == (
        "<Dataset a: input (None, 50) float32 csr, b: input (None,) float64 dense, c: target (None,) float64 dense, "
        f"{named.rows:,} rows>"
    )


@pytest.mark.parametrize("compressed", [False, True])
def test_a_damaged_file_is_an_error_wherever_it_is(tmp_path, compressed):
    x, y = saved(tmp_path, 40, 9, compressed=compressed)
    for name in ("x.npz", "y.npy"):
        whole = (tmp_path / name).read_bytes()
        path = tmp_path / f"damaged{name[1:]}"

        def read(given, path=path):
            path.write_bytes(given)
            return data.npz(path).load()[0]

        for size in range(len(whole)):
            with pytest.raises(ValueError):
                read(whole[:size])
        for at in range(len(whole)):  # What is read then must be what was written: times and the like may differ.
            try:
                got = read(whole[:at] + bytes([whole[at] ^ 32]) + whole[at + 1 :])
            except (ValueError, IndexError) as error:
                assert "Received" in str(error)
            else:
                assert name == "y.npy" or (got != x).nnz == 0
        if name == "y.npy":  # A zip file may be followed by anything.
            with pytest.raises(ValueError, match="more bytes than its shape has"):
                read(whole + b"1")


def other(folder, **arrays):
    np.savez(folder / "x.npz", **arrays)
    return folder / "x.npz"


def test_files_of_another_kind(tmp_path):
    saved(tmp_path)
    path = tmp_path / "x.npz"
    good = dict(np.load(path))
    np.save(tmp_path / "short.npy", np.ones(7))
    for what, match in [
        ({"format": np.array(b"csc")}, "format 'csc'; write scipy.sparse.save_npz"),
        ({"shape": np.array([3000.0, 50])}, "a damaged shape"),
        ({"shape": np.array([2999, 50])}, "arrays of other shapes"),
        ({"shape": np.array([-1, 50])}, "arrays of other shapes"),
        ({"shape": np.array([3000, 10])}, "column"),
        ({"indptr": good["indptr"][::-1]}, "row pointers"),
        ({"indptr": good["indptr"] + 1}, "row pointers"),
        ({"indices": -good["indices"]}, "column"),
        ({"indices": good["indices"].astype("f4")}, "arrays of other shapes or dtypes"),
        ({"data": good["data"].astype("c8")}, "dtype '<c8'"),
        ({"data": good["data"].astype(">f4")}, "dtype '>f4'"),
        ({"data": good["data"][1:]}, "arrays of other shapes"),
        ({"data": good["data"].astype(object)}, r"dtype '\|O'"),
    ]:
        with pytest.raises((ValueError, IndexError), match=match):
            data.npz(other(tmp_path, **{**good, **what})).load()
    with pytest.raises(ValueError, match="saved by scipy.sparse.save_npz. .* without 'data'"):
        data.npz(other(tmp_path, x=np.ones(3)))
    with pytest.raises(ValueError, match="'.*short.npy' with 7, and '.*y.npy' with 3000"):
        data.npz(tmp_path / "y.npy", tmp_path / "short.npy")
    np.save(tmp_path / "f.npy", np.asfortranarray(np.ones((3, 4))))
    with pytest.raises(ValueError, match="columns first"):
        data.npz(tmp_path / "f.npy")
    with pytest.raises(FileNotFoundError):
        data.npz(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        data.npz(tmp_path / "none.npy")
    with pytest.raises(ValueError, match="there must be an input"):
        data.npz({})
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (10**15,)})
        for name in ("data", "indices", "indptr", "format", "shape"):
            bomb.writestr(f"{name}.npy", head.getvalue())
    with pytest.raises(ValueError, match="cut short"):
        data.npz(tmp_path / "bomb.npz")


PROGRAM = """
import lacuna
from lacuna import data
rows = data.csv("-", [data.label("y"), data.number("n")])
if {pack}:
    rows = rows.pack("p")
print(rows.load()[1].ravel().tolist())
try:
    print(rows.load()[1].ravel().tolist())
except ValueError as error:
    print(error)
"""


@pytest.mark.parametrize("pack", [False, True])
def test_the_standard_input(tmp_path, pack):
    def run(program, **given):
        return subprocess.run(
            [sys.executable, "-c", program], capture_output=True, cwd=tmp_path, check=True, **given
        ).stdout.decode()

    first, second = run(PROGRAM.format(pack=pack), input=b"1,2\n3,4\n").splitlines()
    assert first == "[1.0, 3.0]"
    if pack:
        assert second == first
    else:
        assert "csv: a pipe can be read once; pack or cache its dataset" in second or "load: a pipe can be" in second
    (tmp_path / "given.csv").write_text("5,6\n")
    for packs in (False, True):
        with open(tmp_path / "given.csv", "rb") as given:  # A file can be read again.
            assert run(PROGRAM.format(pack=packs), stdin=given).split() == ["[5.0]", "[5.0]"]
    svm = "from lacuna import data; print(data.load_libsvm('-')[1].tolist())"
    assert run(svm, input=b"1 1:2\n0 2:1\n") == "[1.0, 0.0]\n"
    ask = "from lacuna import data\ntry:\n  data.libsvm('-')\nexcept ValueError as e: print(e)"
    assert "n_features and zero_based must be given where a pipe is read" in run(ask, input=b"1 1:2\n")
    known = "from lacuna import data; print(data.libsvm('-', n_features=3, zero_based=False).load()[1].ravel())"
    assert run(known, input=b"1 1:2\n0 2:1\n") == "[1. 0.]\n"


def test_a_pipe_is_an_error_and_no_hang(tmp_path):
    path = tmp_path / "x.npy"
    os.mkfifo(path)
    with pytest.raises(ValueError, match="npz: a file must not be a pipe"):
        data.npz(path)


def test_a_file_that_is_written_while_it_is_read_is_an_error(tmp_path):
    x = np.random.default_rng(0).random((300_000, 16), "f4")
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", x[:, :1])

    class Writes(lacuna.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 3:
                np.load(tmp_path / "x.npy", mmap_mode="r+")[:] *= 2

    model = Sequential([Dense(1, input_dim=16)])
    model.compile("sgd", "mse")
    rows = data.npz(tmp_path / "x.npy", tmp_path / "y.npy")
    with pytest.raises(ValueError, match="must not change while they are read.*x.npy' which was written meanwhile"):
        model.fit(rows, batch_size=1024, shuffle=False, verbose=0, callbacks=[Writes()])
