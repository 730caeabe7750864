"""lacuna.data.h5ad and h5_10x: the matrices that scipy has, from files as anndata and Cell Ranger write them, and
errors for damaged ones.

The layout was compared with files that anndata 0.12.19 wrote on h5py 3.16: sparse parts are chunked (2,000 of 4,000
entries) also without compression, obs is not; indices and indptr are int32; booleans are h5py's enumerations; a missing
category has the code -1."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential

h5py = pytest.importorskip("h5py", reason="h5py is not installed, so that there are no files")


def put_csr(group, matrix, shape=None, kind="csr_matrix", index="i4", dtype=None, **how):
    group.attrs["encoding-type"] = kind
    group.attrs["encoding-version"] = "0.1.0"
    group.attrs["shape"] = matrix.shape if shape is None else shape
    how = {"chunks": True, **how}
    group.create_dataset("data", data=matrix.data.astype(dtype or matrix.dtype), **how)
    group.create_dataset("indices", data=matrix.indices.astype(index), **how)
    group.create_dataset("indptr", data=matrix.indptr.astype(index), **how)


def put_names(file, place, names):
    group = file.require_group(place)
    group.attrs["_index"] = "_index"
    group.create_dataset("_index", data=list(names), dtype=h5py.string_dtype())


def put_categories(obs, name, codes, categories):
    group = obs.create_group(name)
    group.attrs["encoding-type"] = "categorical"
    group.create_dataset("codes", data=codes)
    group.create_dataset("categories", data=list(categories), dtype=h5py.string_dtype())


def random_cells(rows=3000, columns=40, density=0.2, seed=0):
    rng = np.random.default_rng(seed)
    x = sp.random(rows, columns, density, format="csr", random_state=rng)
    x.data = np.ceil(x.data * 9).astype("f4")
    return x


def saved(folder, x=None, name="a.h5ad", dtype=None, **how):
    """A file as AnnData.write makes it; returns its path and the matrix."""
    x = random_cells() if x is None else x
    rows = x.shape[0]
    with h5py.File(folder / name, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        put_csr(file.create_group("X"), x, dtype=dtype, **how)
        put_csr(file.create_group("layers/counts"), (x * 2).astype("i8"), **how)
        put_names(file, "obs", (f"cell{i}" for i in range(rows)))
        put_names(file, "var", (f"gene{i}" for i in range(x.shape[1])))
        put_categories(file["obs"], "cell_type", (np.arange(rows) % 3).astype("i1"), ["B", "NK", "T"])
        file["obs/age"] = np.arange(rows) / 4
        file["obs/n"] = np.arange(rows, dtype="u2")
        file["obs/flag"] = np.arange(rows) % 2 == 0
        file["obsm/X_pca"] = np.arange(5 * rows, dtype="f4").reshape(rows, 5)
    return folder / name, x


def is_same(got, wanted):
    wanted = wanted.tocsr().copy()
    wanted.sum_duplicates()
    got = got.tocsr()
    return got.shape == wanted.shape and np.array_equal(got.toarray(), wanted.toarray())


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", "i1", "u1", "i2", "u2", "i4", ">i4", "u4", "i8", "u8", "?"])
@pytest.mark.parametrize("how", [{}, {"compression": "gzip", "shuffle": True, "index": "i8"}, {"chunks": (777,)}])
def test_values_of_every_type(tmp_path, dtype, how):
    path, x = saved(tmp_path, dtype=dtype, **how)
    if dtype == "?":
        x.data[:] = 1
    got, y, weight = data.h5ad(path).load()
    assert is_same(got, x) and y is None and weight is None
    assert got.dtype == {"f8": "f8", "f2": "f4", "f4": "f4", ">f4": "f4"}.get(dtype, got.dtype)


@pytest.mark.parametrize("rows", [0, 1, 8192, 20_001])
@pytest.mark.parametrize("how", [{"chunks": None}, {"chunks": (100_000,)}, {"chunks": (5,)}, {"fletcher32": True}])
def test_all_rows_come_in_order(tmp_path, rows, how):
    x = random_cells(rows, 30, 0.02 if rows > 10_000 else 0.1)
    if how.get("chunks", True):
        how = {**how, "maxshape": (None,)}
    path, _ = saved(tmp_path, x, **how)
    dataset = data.h5ad(path, y="n", sample_weight="age")
    assert dataset.rows == rows
    for _ in range(2):
        got, y, weight = dataset.load()
        assert is_same(got, x) and np.array_equal(y, np.arange(rows)) and np.array_equal(weight, np.arange(rows) / 4)
    assert is_same(dataset.skip(rows // 3).take(10).load()[0], x[rows // 3 :][:10])


def test_indices_in_any_order_and_repeated(tmp_path):
    x = sp.csr_matrix((np.arange(1, 7, dtype="f4"), [3, 0, 3, 2, 1, 1], [0, 3, 3, 6]), shape=(3, 4))
    path, _ = saved(tmp_path, x)
    got, _, _ = data.h5ad(path).load()
    assert got.toarray().tolist() == [[2, 0, 0, 4], [0, 0, 0, 0], [0, 11, 4, 0]] and got.has_canonical_format


def test_columns_of_obs(tmp_path):
    path, x = saved(tmp_path)
    with h5py.File(path, "a") as file:
        put_categories(file["obs"], "some", np.array([0, -1, 1] * 1000, "i2"), ["a", "b"])
        put_categories(file["obs"], "wrong", np.array([0, 1, 2] * 1000, "i4"), ["a", "b"])
        for name, mask in (("whole", np.zeros(3000, bool)), ("masked", np.arange(3000) == 2999)):
            group = file.create_group(f"obs/{name}")
            group.attrs["encoding-type"] = "nullable-integer"
            group["values"], group["mask"] = np.arange(3000), mask
        put_categories(file["obs"], "long", np.array([0] * 2999, "i4"), ["a", "b"])
        file["obs/text"] = ["a"] * 3000
        file["obs/square"] = np.ones((3000, 2))
        file["obs/other"] = np.ones(3000, "c8")
        file.create_group("obs/kind").attrs["encoding-type"] = "awkward-array"

    def y(name):
        return data.h5ad(path, y=name).load()[1]

    assert y("cell_type").tolist() == [0, 1, 2] * 1000 and y("age").tolist() == list(np.arange(3000) / 4)
    assert y("flag").tolist() == [1, 0] * 1500 and y("whole").tolist() == list(range(3000))
    both = data.h5ad(path, y={"t": "cell_type", "u": "age"}).load()[1]
    assert sorted(both) == ["t", "u"] and both["u"][5] == 1.25
    for name, match in [
        ("some", r"a value for each row: leave out the others first, by adata\[adata.obs\['some'\].notna\(\)\]"),
        ("some", "Received: none in row 2 in 'obs', file"),
        ("wrong", "column 'wrong' must have codes of its 2 categories. Received: 2 in row 3"),
        ("masked", "none in row 3000"),
        ("long", "'.*a.h5ad', long, with 2999, and '.*a.h5ad', X, with 3000"),
        ("text", "'text' must hold numbers of at most 64 bits, or booleans. Received: texts"),
        ("square", r"column 'square' must have a value for each row. Received: \(3000, 2\)"),
        ("other", "'other' must hold numbers .* values of another type"),
        ("kind", "must be a categorical, numbers or booleans. Received: encoding-type='awkward-array'"),
        ("none", "there must be a column 'none'"),
    ]:
        with pytest.raises(ValueError, match=match):
            y(name)
    for wrong in (3, "", b"age", {"y": None}):
        with pytest.raises((TypeError, ValueError), match="y must be the name of a part"):
            data.h5ad(path, y=wrong)


def test_other_matrices(tmp_path):
    path, x = saved(tmp_path)
    with h5py.File(path, "a") as file:
        put_csr(file.create_group("raw/X"), x[:, :7].tocsr())
        put_names(file, "raw/var", "abcdefg")
        put_csr(file.create_group("layers/csc"), x.tocsc(), kind="csc_matrix")
        file.create_dataset("layers/dense", data=x.toarray(), chunks=(700, 7), compression="gzip")
        file["layers/cube"] = np.ones((3000, 2, 3), "i4")
        file["layers/scalar"] = 3.0
        file["layers/texts"] = ["a"] * 3000
    assert is_same(data.h5ad(path, "layers/counts").load()[0], x * 2)
    assert is_same(data.h5ad(path, "raw/X").load()[0], x[:, :7])
    assert np.array_equal(data.h5ad(path, "layers/dense").load()[0], x.toarray())
    assert np.array_equal(data.h5ad(path, "layers/dense").skip(999).load()[0], x[999:].toarray())
    assert data.h5ad(path, "layers/cube").load()[0].shape == (3000, 2, 3)
    several = data.h5ad(path, {"genes": "X", "pca": "obsm/X_pca"}, y="cell_type").load()[0]
    assert is_same(several["genes"], x) and np.array_equal(several["pca"].ravel(), np.arange(15_000))
    ones, zeros = data.h5ad(path).split(0.5, key="gene3")
    assert len({*ones.load()[0].toarray()[:, 3]} & {*zeros.load()[0].toarray()[:, 3]}) == 0
    with pytest.raises(ValueError, match="gene99"):
        data.h5ad(path).split(0.5, key="gene99")
    for key, match in [
        (
            "layers/csc",
            r"dense: write adata.layers\['csc'\] = adata.layers\['csc'\].tocsr\(\). Received: .*'csc'",
        ),
        ("layers/none", "there must be a matrix 'layers/none'"),
        ("obs", "must be in csr"),
        ("layers/scalar", "'layers/scalar' must have rows"),
        ("layers/texts", "must hold numbers"),
    ]:
        with pytest.raises(ValueError, match=match):
            data.h5ad(path, key)


def test_files_of_older_versions(tmp_path):
    x = random_cells(50)
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        group = file.create_group("X")  # Until 0.6.
        group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = b"csr", x.shape
        group["data"], group["indices"], group["indptr"] = x.data, x.indices, x.indptr
        file["obs/__categories/kind"] = ["a", "b"]  # Until 0.7.
        file["obs/kind"] = np.arange(50, dtype="i1") % 2
        file["var"] = np.zeros(40, [("index", "S4")])
    got, y, _ = data.h5ad(tmp_path / "a.h5ad", y="kind").load()
    assert is_same(got, x) and y.tolist() == [0, 1] * 25
    with h5py.File(tmp_path / "b.h5ad", "w") as file:
        file["X"] = x.toarray()
        file["obs"] = np.zeros(50, [("index", "S4"), ("kind", "i1")])
    with pytest.raises(ValueError, match="obs must be a group: read the file by a newer anndata"):
        data.h5ad(tmp_path / "b.h5ad", y="kind")


def save_10x(path, x, group="matrix"):
    """x: barcodes by features."""
    with h5py.File(path, "w") as file:
        matrix = file.create_group(group)
        how = {"chunks": (80,), "compression": "gzip", "shuffle": True}
        matrix.create_dataset("data", data=x.data.astype("i4"), **how)
        matrix.create_dataset("indices", data=x.indices.astype("i8"), **how)
        matrix.create_dataset("indptr", data=x.indptr.astype("i8"), **how)
        matrix["shape"] = np.array(x.shape[::-1], "i4")
        matrix["barcodes"] = np.array([f"AAAC{i}-1" for i in range(x.shape[0])], "S")
        names = np.array([f"ENSG{i}" for i in range(x.shape[1])], "S")
        matrix["features/id" if group == "matrix" else "genes"] = names


def test_matrices_of_10x(tmp_path):
    x = random_cells(500)
    np.save(tmp_path / "y.npy", np.arange(500))
    for group in ("matrix", "GRCh38"):
        save_10x(tmp_path / "a.h5", x, group)
        dataset = data.h5_10x(tmp_path / "a.h5", tmp_path / "y.npy", group=group)
        got, y, _ = dataset.load()
        assert is_same(got, x) and y.tolist() == list(range(500))
        assert dataset.split(0.5, key="ENSG7")[0].load()[0].shape[0] < 500
    with pytest.raises(ValueError, match="there must be a group 'matrix', .*: give group the genome"):
        data.h5_10x(tmp_path / "a.h5")
    np.save(tmp_path / "y.npy", np.arange(499))
    with pytest.raises(ValueError, match="'.*y.npy' with 499, and '.*a.h5', GRCh38, with 500"):
        data.h5_10x(tmp_path / "a.h5", tmp_path / "y.npy", group="GRCh38")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        del file["GRCh38/shape"]
        file["GRCh38/shape"] = [40, 501]
    with pytest.raises(ValueError, match=r"shape=\(501, 40\), data \(4000\), indices \(4000\), indptr \(501\)|shape="):
        data.h5_10x(tmp_path / "a.h5", group="GRCh38")


@pytest.mark.parametrize(
    "part, value, match",
    [
        ("indptr", lambda a: a[:-1], "arrays of other shapes or dtypes: shape=.*3000, 40"),
        ("indptr", lambda a: a[::-1], "row pointers that do not begin at 0"),
        ("indptr", lambda a: a + 1, "row pointers that do not begin at 0, but at 1"),
        ("indptr", lambda a: np.where(np.arange(3001) == 1500, 7, a), "row pointers that are out of order: 7 after"),
        ("indptr", lambda a: np.where(np.arange(3001) == 2500, -7, a), "row pointers that are out of order: -7 after"),
        ("indptr", lambda a: np.where(np.arange(3001) >= 2999, 99_999, a), "out of order: 99999 after"),
        ("indptr", lambda a: np.minimum(a, 23_000), "'data' must end with the last row. Received: 1000 values more"),
        ("indptr", lambda a: a / 1, "'indptr' must hold whole numbers"),
        ("indices", lambda a: a[1:], "arrays of other shapes"),
        ("indices", lambda a: a - 1, "column|-1"),
        ("indices", lambda a: a + 1, "column|40"),
        ("indices", lambda a: a.astype("u8") + np.uint64(2**63), "column"),
        ("data", lambda a: a.reshape(2, -1), "arrays of other shapes"),
        ("data", lambda a: a.astype("c8"), "'data' must hold numbers"),
        ("data", lambda a: a.astype("S1"), "'data' must hold numbers .* texts"),
    ],
)
def test_parts_that_are_wrong(tmp_path, part, value, match):
    path, x = saved(tmp_path)
    with h5py.File(path, "a") as file:
        wrong = value(file["X"][part][:])
        del file["X"][part]
        file["X"][part] = wrong
    with pytest.raises((ValueError, IndexError), match=match):
        data.h5ad(path).load()


def test_attributes_that_are_wrong(tmp_path):
    path, x = saved(tmp_path)
    for shape, match in [
        ((3000, 7), "column"),
        ((3000, -7), "arrays of other shapes"),
        ((-3000, 40), "arrays of other shapes"),
        ((2999, 40), "arrays of other shapes"),
        ((3000,), "attribute 'shape' must be two numbers"),
        ((3000.0, 40), "attribute 'shape' must be some whole numbers"),
        ("text", "attribute 'shape' must be some whole numbers"),
        (None, "attribute 'shape' must be there"),
    ]:
        with h5py.File(path, "a") as file:
            del file["var"]
            put_names(file, "var", (f"gene{i}" for i in range(7 if shape == (3000, 7) else 40)))
            file["X"].attrs.pop("shape", None)
            if shape is not None:
                file["X"].attrs["shape"] = shape
        with pytest.raises((ValueError, IndexError), match=match):
            data.h5ad(path).load()
    with h5py.File(path, "a") as file:
        file["X"].attrs["shape"] = (3000, 41)
    with pytest.raises(ValueError, match="40 names of 41 columns"):
        data.h5ad(path)


def test_files_of_another_kind(tmp_path):
    (tmp_path / "text.h5ad").write_text("words")
    (tmp_path / "empty.h5ad").touch()
    with h5py.File(tmp_path / "none.h5ad", "w"):
        pass
    for name in ("text", "empty"):
        with pytest.raises(ValueError, match="h5ad: the file must be one of HDF5"):
            data.h5ad(tmp_path / f"{name}.h5ad")
    with pytest.raises(ValueError, match="there must be a matrix 'X'"):
        data.h5ad(tmp_path / "none.h5ad")
    with pytest.raises(FileNotFoundError):
        data.h5ad(tmp_path / "other.h5ad")
    with pytest.raises(ValueError, match="the path must be that of a file"):
        data.h5ad(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe"):
        data.h5ad(tmp_path / "pipe")
    with pytest.raises(ValueError, match="there must be an input"):
        data.h5ad(tmp_path / "none.h5ad", {})
    path, _ = saved(tmp_path, compression="lzf")
    with pytest.raises(ValueError, match="such as gzip. Received: filter 'lzf'"):
        data.h5ad(path)
    with h5py.File(path, "w") as file:  # Chunks that were never written.
        put_csr(file.create_group("X"), random_cells(3000))
        del file["X/data"]
        file["X"].create_dataset("data", (24_000,), "f4", chunks=(1000,))[:1000] = 1
    with pytest.raises(ValueError, match="'data' must hold as many values as its shape says"):
        data.h5ad(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("X", (10**9, 10**9), "f4", chunks=(1, 1000))
    with pytest.raises(ValueError, match="as many values as its shape says"):
        data.h5ad(path)


@pytest.mark.parametrize("how", [{}, {"compression": "gzip"}])
def test_a_damaged_file_is_no_crash(tmp_path, how):
    x = random_cells(60, 9)
    path, _ = saved(tmp_path, x, **how)
    whole = path.read_bytes()
    damaged = tmp_path / "damaged.h5ad"

    def read(given):
        damaged.write_bytes(given)
        try:
            x, y, _ = data.h5ad(damaged, y="cell_type").load()
        except (ValueError, IndexError, OSError) as error:
            assert "Received" in str(error)
        else:
            assert x.shape[0] == len(y)

    rng = np.random.default_rng(0)
    for size in rng.integers(len(whole), size=30):
        damaged.write_bytes(whole[:size])
        with pytest.raises(ValueError):
            data.h5ad(damaged, y="cell_type").load()
    for at in rng.integers(len(whole), size=100):
        read(whole[:at] + bytes([whole[at] ^ int(rng.integers(1, 256))]) + whole[at + 1 :])
    for at in rng.integers(len(whole) - 64, size=30):
        read(whole[:at] + rng.bytes(64) + whole[at + 64 :])


def test_files_that_change(tmp_path):
    path, x = saved(tmp_path)
    dataset = data.h5ad(path, y="cell_type")
    packed = dataset.pack(tmp_path / "p")
    assert is_same(packed.load()[0], x)
    assert is_same(dataset.pack(tmp_path / "p", read_only=True).load()[0], x)
    shutil.move(path, tmp_path / "b.h5ad")
    saved(tmp_path, random_cells(seed=1))
    with pytest.warns(UserWarning, match="a.h5ad"):
        assert is_same(dataset.pack(tmp_path / "p").load()[0], random_cells(seed=1))
    saved(tmp_path, random_cells(2000))
    with pytest.raises(ValueError, match="must stay as they were. Received: 2000 rows, and before 3000"):
        dataset.load()
    path.write_bytes((tmp_path / "b.h5ad").read_bytes()[:9000])
    with pytest.raises(ValueError, match="load: "):
        dataset.load()
    path.unlink()
    with pytest.raises(FileNotFoundError):
        dataset.load()


def test_a_model_learns_the_same_from_the_file_and_from_arrays(tmp_path):
    path, x = saved(tmp_path)

    def learn(*given):
        lacuna.utils.set_random_seed(0)
        model = Sequential([Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(*given, epochs=2, batch_size=64, verbose=0)
        return model.get_weights()[0]

    assert np.array_equal(learn(data.h5ad(path, y="cell_type")), learn(x, np.arange(3000) % 3))


PROGRAM = """
import resource, sys
from lacuna import data
rows = data.h5ad(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert rows.shard(10**6, 0).load()[0].shape == (1, 1000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path):
    rows, each = 200_000, 60
    indices = np.tile(np.arange(each, dtype="i4"), rows)
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        x = sp.csr_matrix((np.ones(rows * each, "f4"), indices, np.arange(rows + 1) * each), shape=(rows, 1000))
        put_csr(file.create_group("X"), x, chunks=(100_000,), compression="gzip", compression_opts=1)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "a.h5ad"], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 40_000  # KiB; the matrix has 96 MB.
