"""Files and their paths: which are written where, which are refused, and which are damaged."""

import os
import pathlib
import pickle
import re
import resource
import stat
import struct
import subprocess
import sys
import textwrap
import zlib

import h5py
import numpy as np
import pytest

import lacuna
from lacuna import callbacks, layers, models
from lacuna.data import load_libsvm


def network(width=3):
    model = lacuna.Sequential([layers.Dense(width, input_dim=4, name="first"), layers.Dense(1, name="last")], name="m")
    model.compile("adam", "mse")
    return model


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


def takers(model):
    """All functions that take a path."""
    return {
        "save": model.save,
        "save_weights": model.save_weights,
        "load_weights": model.load_weights,
        "load_model": models.load_model,
        "save_model": lambda path: models.save_model(model, path),
        "CSVLogger": callbacks.CSVLogger,
        "ModelCheckpoint": callbacks.ModelCheckpoint,
        "load_libsvm": load_libsvm,
    }


@pytest.mark.parametrize("name", [
    "save", "save_weights", "load_weights", "load_model", "save_model", "CSVLogger", "ModelCheckpoint", "load_libsvm",
])  # fmt: skip
def test_one_door_for_paths(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    take = takers(network())[name]
    for path in ("", b"", "a.h5\0.png", b"\0", pathlib.PurePath("b\0")):
        with pytest.raises(ValueError, match="path must not"):
            take(path)
    several = [] if name == "load_libsvm" else [["a"]]  # It takes a list of them.
    for path in (3, None, 1.5, object(), *several):
        with pytest.raises(TypeError, match="a path must be a text, bytes or an os.PathLike"):
            take(path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "a.h5",
        b"bytes.h5",
        b"no\xfftext\x80.h5",
        "größe €.h5",
        " ",
        "new\nline",
        "x" * 255,
        "é" * 127,
        pathlib.Path("p.h5"),
    ],
)
def test_names_up_to_the_systems_limit(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = network()
    for _ in range(2):
        model.save(name)
        assert same(models.load_model(name), model)
    assert [os.fsencode(p.name) for p in tmp_path.iterdir()] == [os.fsencode(name)]
    model.save_weights(name)
    network().load_weights(name)
    x = np.zeros((4, 4))
    logs = [callbacks.CSVLogger(os.fsencode(name)[:100] + b".csv"), callbacks.ModelCheckpoint(name, "loss", verbose=1)]
    model.fit(x, np.zeros(4), verbose=0, callbacks=logs)
    assert same(models.load_model(name), model) and len(list(tmp_path.iterdir())) == 2


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(OSError, match="name too long") as error:
        network().save(tmp_path / ("x" * 256))
    assert isinstance(error.value, ValueError)


def test_what_is_not_there(tmp_path):
    missing = tmp_path / "none" / "m.h5"
    for name, take in takers(network()).items():
        if name in ("CSVLogger", "ModelCheckpoint"):
            continue
        with pytest.raises(FileNotFoundError, match=re.escape(str(missing))) as error:
            take(missing)
        assert isinstance(error.value, ValueError) and error.value.filename == str(missing), name
        assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value).replace("save_model", "save")
    with pytest.raises(IsADirectoryError):
        network().save(tmp_path)
    with pytest.raises(IsADirectoryError):
        models.load_model(tmp_path)
    model = network()
    model.save(tmp_path / "m.h5")
    with pytest.raises(FileExistsError):
        model.save(tmp_path / "m.h5", overwrite=False)
    with pytest.raises(NotADirectoryError):
        model.save(tmp_path / "m.h5" / "n.h5")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_mode_and_links_are_kept(tmp_path):
    model, path = network(), tmp_path / "m.h5"
    before = os.umask(0o027)
    try:
        model.save(path)
        assert mode(path) == 0o640
        for kept in (0o600, 0o644, 0o666, 0o755):
            path.chmod(kept)
            model.save(path)
            assert mode(path) == kept
            model.save_weights(path)
            assert mode(path) == kept
    finally:
        os.umask(before)
    (tmp_path / "folder").mkdir()
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to("m.h5")
    dangling.symlink_to("folder/n.h5")
    for one in (link, dangling):
        model.save(one)
        assert one.is_symlink() and same(models.load_model(one), model)
    assert mode(path) == 0o755 and (tmp_path / "folder" / "n.h5").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept(tmp_path):
    path = tmp_path / "m.h5"
    network().save(path)
    os.chown(path, 1234, 4321)
    network().save(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write all")
def test_a_file_that_may_not_be_written(tmp_path):
    path = tmp_path / "m.h5"
    network().save(path)
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        network().save(path)


def damaged(whole):
    """A file of Lacuna, damaged in each way that disks cause."""
    sectors = range(0, len(whole), 512)
    for begin in sectors:
        yield f"zeros from {begin}", whole[:begin] + bytes(min(512, len(whole) - begin)) + whole[begin + 512 :]
    for begin in sectors[::3]:
        yield f"zeros to the end from {begin}", whole[:begin] + bytes(len(whole) - begin)
    for part in range(0, 64, 5):
        yield f"cut at {part}/64", whole[: len(whole) * part // 64]
    for end in (1, 8, 23, 24, 25, 48):
        yield f"without {end} bytes", whole[:-end]
        yield f"{end} zeros more", whole + bytes(end)
        yield f"{end} bytes twice", whole + whole[-end:]


def test_a_file_of_ours_that_was_damaged_changes_no_weight(tmp_path):
    path, other = tmp_path / "m.h5", network()
    before = [w.copy() for w in other.get_weights()]
    saved = network()
    saved.fit(np.ones((8, 4)), np.ones(8), verbose=0)
    for save in (saved.save_weights, saved.save):
        save(path)
        whole = path.read_bytes()
        for what, data in damaged(whole):
            if data == whole:  # The sector was zero before.
                continue
            path.write_bytes(data)
            with pytest.raises(ValueError):
                other.load_weights(path)
                pytest.fail(f"accepted: {what}")
            assert all(np.array_equal(p, q) for p, q in zip(before, other.get_weights())), what


def test_a_file_that_another_program_changed(tmp_path):
    path, model = tmp_path / "m.h5", network()
    model.save(path)
    with h5py.File(path, "r+") as file:
        file.attrs["note"] = "mine"
    for load in (models.load_model, model.load_weights):
        with pytest.raises(ValueError, match="must end with its seal: save it again, or, if another program"):
            load(path)
    with h5py.File(path, "r+") as file:
        file.attrs["backend"] = file["model_weights"].attrs["backend"] = "h5py"
    assert same(models.load_model(path), model)


def keras_file(path, model, **how):
    """The weights of a model as Keras writes them, by h5py."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.2.4"
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{name}:0" for name in ("kernel", "bias")]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, value in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name, data=value, **how)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"compression": "gzip", "shuffle": True, "fletcher32": True},
        {"chunks": True},
        {"dtype": "f8"},
        {"dtype": "f2"},
    ],
)
def test_files_of_keras_go_on_loading(tmp_path, how):
    path, model, other = tmp_path / "k.h5", network(), network()
    keras_file(path, model, **how)
    other.load_weights(path)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-3 if how.get("dtype") == "f2" else 0)
    other = network()
    other.load_weights(path, by_name=True)
    assert how.get("dtype") == "f2" or same(model, other)


# Damaged files are read in this process: if HDF5 crashes, the test run ends.
def test_single_bytes_of_a_file_of_keras(tmp_path):
    path, model = tmp_path / "k.h5", network()
    keras_file(path, model)
    whole, random = path.read_bytes(), np.random.default_rng(5)
    refused = 0
    for at in random.choice(len(whole), 60, replace=False):
        data = bytearray(whole)
        data[at] ^= 1 << random.integers(8)
        path.write_bytes(data)
        try:
            model.load_weights(path)
        except ValueError:
            refused += 1
    assert refused > 0


def test_a_bomb_is_refused_before_it_takes_memory(tmp_path):
    model, path = network(), tmp_path / "k.h5"
    keras_file(path, model)
    with h5py.File(path, "r+") as file:  # 320 MB, from less than one.
        del file["first/first/kernel:0"]
        made = file["first"].create_dataset(
            "first/kernel:0", shape=(4, 20_000_000), dtype="f4", chunks=(4, 1_000_000), compression="gzip"
        )
        packed = zlib.compress(bytes(16_000_000))
        for column in range(0, 20_000_000, 1_000_000):
            made.id.write_direct_chunk((0, column), packed)
    with pytest.raises(ValueError, match="must hold as many values as its shape says|takes"):
        model.load_weights(path)
    with h5py.File(path, "r+") as file:  # A chunk of 12 numbers that holds 400 MB.
        del file["first/first/kernel:0"]
        packed = zlib.compress(bytes(400_000_000), 1)
        made = file["first"].create_dataset(
            "first/kernel:0", shape=(4, 3), dtype="f4", chunks=(4, 3), compression="gzip"
        )
        made.id.write_direct_chunk((0, 0), packed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError):
        model.load_weights(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


# HDF5 follows such a list forever and allocates memory at each step.
@pytest.mark.parametrize("which", range(3))
def test_a_free_list_that_leads_back_to_itself(which, tmp_path):
    model, path = network(), tmp_path / "loop.h5"
    keras_file(path, model)
    data = bytearray(path.read_bytes())
    heaps = [at for at in range(len(data)) if data[at : at + 4] == b"HEAP"]
    head, segment = struct.unpack("<QQ", data[heaps[which] + 16 : heaps[which] + 32])
    assert head != 1  # There is something free.
    data[segment + head : segment + head + 8] = struct.pack("<Q", head)
    path.write_bytes(data)
    before = model.get_weights()
    with pytest.raises(ValueError, match="load_weights: "):
        model.load_weights(path)
    for kept, value in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(kept, value)


@pytest.mark.parametrize("layout", [0, 1])
def test_arrays_have_the_bytes_that_they_claim(tmp_path, layout):
    path, model = tmp_path / "k.h5", network(100)
    with h5py.File(path, "w") as file:  # Compact, or contiguous.
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(layout)
        keras_file(path.with_suffix(".other"), model)
        with h5py.File(path.with_suffix(".other")) as other:
            for name in other:
                other.copy(name, file)
            for name, value in other.attrs.items():
                file.attrs[name] = value
        del file["first/first/kernel:0"]
        space = h5py.h5s.create_simple((4, 100))
        made = h5py.h5d.create(file["first/first"].id, b"kernel:0", h5py.h5t.IEEE_F32LE, space, dcpl=plist)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ones((4, 100), "f4"))
    model.load_weights(path)
    whole = path.read_bytes()
    size = 1600
    places = [i for i in range(len(whole) - 12) if whole[i : i + 2] == bytes([3, layout])]
    tried = 0
    for at in places:
        field = at + 2 if layout == 0 else at + 10
        width = 2 if layout == 0 else 8
        if int.from_bytes(whole[field : field + width], "little") != size:
            continue
        for claimed in (0, 1, 4, size - 4, size + 4, 2**15):
            path.write_bytes(whole[:field] + claimed.to_bytes(width, "little") + whole[field + width :])
            with pytest.raises(ValueError):
                model.load_weights(path)
                pytest.fail(f"accepted: {claimed}")
            tried += 1
    assert tried


def test_a_config_asks_for_no_more_than_the_file_holds(tmp_path):
    path = tmp_path / "m.h5"
    lacuna.Sequential([layers.Dense(3, input_dim=4)], name="m").save(path)
    with h5py.File(path, "r+") as file:
        config = file.attrs["model_config"]
        config = config if isinstance(config, str) else config.decode()
        file.attrs["model_config"] = re.sub(r'"units":\s*3', '"units": 100000000', config)
        file.attrs["backend"] = file["model_weights"].attrs["backend"] = "h5py"
    with pytest.raises(ValueError, match="the file must hold the weights that its config asks for"):
        models.load_model(path, compile=False)


def in_child(code, *arguments, timeout=60):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_child_loads_that_was_forked_while_another_thread_saves(tmp_path):
    in_child(
        """
        import os, sys, threading, lacuna
        from lacuna import layers, models
        folder = sys.argv[1]
        model = lacuna.Sequential([layers.Dense(500, input_dim=500)])
        model.save(folder + "/a.h5")
        model.save(folder + "/b.h5")
        stop = threading.Event()
        def save():
            while not stop.is_set():
                model.save(folder + "/b.h5")
        thread = threading.Thread(target=save)
        thread.start()
        for i in range(12):
            child = os.fork()
            if child == 0:
                models.load_model(folder + "/a.h5", compile=False)
                if i % 2: sys.exit(0)  # HDF5 closes what was open when it was forked.
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            models.load_model(folder + "/b.h5", compile=False)  # Only in the parent.
        stop.set()
        thread.join()
        """,
        tmp_path,
    )


# A thread that calls Python from within HDF5, as h5py's visititems does, holds HDF5's lock while it waits for the GIL.
# A thread that waits for HDF5 and holds the GIL would then wait forever.
def test_hdf5_is_never_called_with_the_gil_held(tmp_path):
    in_child(
        """
        import ctypes, gc, pickle, re, sys, threading, time, warnings, lacuna
        from lacuna import layers, models
        warnings.simplefilter("ignore")
        path = sys.argv[1] + "/a.h5"
        model = lacuna.Sequential([layers.Dense(3, input_dim=4)])
        model.compile("adam", "mse")
        model.save(path)
        maps = open("/proc/self/maps").read()
        hdf5 = ctypes.PyDLL(re.search(r"/\\S*libhdf5[^/\\s]*", maps)[0])
        safe = ctypes.c_bool()
        hdf5.H5is_library_threadsafe(ctypes.byref(safe))
        if not safe.value:
            sys.exit(0)
        hid = ctypes.c_int64
        hdf5.H5Fopen.restype, hdf5.H5Fopen.argtypes = hid, [ctypes.c_char_p, ctypes.c_uint, hid]
        done, visits = threading.Event(), []
        Visit = ctypes.CFUNCTYPE(ctypes.c_int, hid, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
        @Visit
        def visit(*_):
            visits.append(1)
            time.sleep(0.005)
            return int(done.is_set())
        hdf5.H5Aiterate2.argtypes = [hid, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, Visit, ctypes.c_void_p]
        model.save(path + "1")
        file = hdf5.H5Fopen((path + "1").encode(), 0, 0)
        assert file >= 0
        def within():
            while not done.is_set():
                hdf5.H5Aiterate2(file, 0, 0, None, visit, None)
        thread = threading.Thread(target=within)
        thread.start()
        for _ in range(2):
            model.save(path + "2")
            model.save_weights(path + "3")
            model.load_weights(path + "3")
            again = models.load_model(path + "2")
            again = pickle.loads(pickle.dumps(model))
            opened = lacuna._core.open_model(path.encode())
            opened.model_config, opened.training_config
            del opened, again
            gc.collect()
            try: models.load_model(path + "3")
            except ValueError: pass
        done.set()
        thread.join()
        assert len(visits) > 10
        """,
        tmp_path,
    )
