"""Dataset.pack and lacuna.data.open: the rows stay what they are, and a stale or damaged file is never used."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential


def log(path, rows=40_000, seed=0):
    rng = np.random.default_rng(seed)
    words = rng.integers(200, size=(rows, 4))
    lines = (
        f"{int(a < 100)},{w:.2f},{a},{b},{c},{d / 8},{k // 5}"
        for k, ((a, b, c, d), w) in enumerate(zip(words, rng.random(rows)))
    )
    path.write_text("\n".join(lines))
    return path


def columns(bins=512):
    return [
        data.label("y"),
        data.sample_weight("w"),
        *data.categories("a", bins=bins),
        data.category("b", bins=2**33),  # Columns of 64 bits.
        data.number("c", boundaries=[50, 100, 150]),
        data.number("d"),
        data.query_id("q"),
    ]


def same(one, other):
    (x, y, w), (u, v, t) = one.load(), other.load()
    parts = [(x.data, u.data), (x.indices, u.indices), (x.indptr, u.indptr), (y, v), (w, t)]
    return x.shape == u.shape and all(np.array_equal(a, b) for a, b in parts)


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("rows", [0, 1, 40_000])
def test_the_rows_stay_what_they_are(tmp_path, compression, rows):
    text = data.csv(log(tmp_path / "log.csv", rows), columns())
    packed = text.pack(tmp_path / "log.pack", compression)
    assert packed.rows == rows and repr(packed) == f"{repr(text)[:-1]}, {rows:,} rows>" and same(packed, text)
    (tmp_path / "log.csv").unlink()
    opened = data.open(tmp_path / "log.pack")
    assert same(opened, packed) and opened.rows == rows
    assert same(opened.take(7), packed.take(7)) and opened.skip(10).rows == max(0, rows - 10)


def test_values_are_exact_however_they_are_written(tmp_path):
    path = tmp_path / "v.csv"
    columns = [data.label("y"), data.number("n")]
    for values in (["1"] * 9, ["0", "255", "7"], ["-1", "300", "32767"], ["0.1", "1e30", "-0.0"], ["-0.0"], ["32768"]):
        path.write_text("".join(f"{v},{v}\n" for v in values))
        x, y, _ = data.csv(path, columns).pack(tmp_path / f"{values[0]}{len(values)}{values[-1]}").load()
        wanted = np.array([float(v) for v in values], np.float32)
        assert np.array_equal(y[:, 0].view(np.int32), wanted.view(np.int32))
        assert np.array_equal(x.data.view(np.int32), wanted.view(np.int32))


def test_a_packed_file_is_smaller_than_its_text(tmp_path):
    text = data.csv(log(tmp_path / "log.csv"), columns())
    sizes = {}
    for compression in (None, "lz4", "zstd"):
        text.pack(tmp_path / f"{compression}", compression)
        sizes[compression] = os.path.getsize(tmp_path / f"{compression}")
    assert sizes["zstd"] < sizes["lz4"] < sizes[None]


def test_the_same_weights_from_text_and_any_packed_file(tmp_path):
    text = data.csv(log(tmp_path / "log.csv"), [*columns()[:3], data.ignored("b"), *map(data.ignored, "cdq")])
    x, y, w = text.load()
    results = []
    packed = [text.pack(tmp_path / f"{c}", c) for c in (None, "lz4", "zstd")]
    threads = lacuna.config.num_threads()
    try:
        for dataset in [text, *packed, None]:
            for count in (1, 3):
                lacuna.config.set_num_threads(count)
                model = Sequential([Dense(1, activation="sigmoid", kernel_initializer="zeros", input_dim=512)])
                model.compile("adam", "binary_crossentropy")
                lacuna.utils.set_random_seed(1)
                if dataset is None:
                    model.fit(x, y, sample_weight=w, batch_size=100, verbose=0)
                else:
                    model.fit(dataset, batch_size=100, verbose=0)
                results.append(model.get_weights())
    finally:
        lacuna.config.set_num_threads(threads)
    assert all(np.array_equal(a, b) for weights in results for a, b in zip(weights, results[0]))


def test_a_file_larger_than_the_buffer_is_read_in_another_order_each_epoch(tmp_path):
    rows = 400_000
    path = tmp_path / "ids.csv"
    path.write_text("".join(f"{k},{k}\n" for k in range(rows)))
    packed = data.csv(path, [data.label("y"), data.number("n", missing=0)]).pack(tmp_path / "p")
    seen = []

    class Seen(lacuna.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    model = Sequential([Dense(1, kernel_initializer="zeros", use_bias=False, trainable=False, input_dim=1)])
    model.compile("sgd", "mae")  # The loss of a batch is the mean of its labels.
    lacuna.utils.set_random_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(packed, batch_size=1000, epochs=2, shuffle_bytes=2**20, callbacks=[Seen()], verbose=0)
    means = np.array(seen).reshape(2, 400)
    assert np.allclose(means.mean(axis=1), (rows - 1) / 2)  # Each row once, in both epochs,
    first = means[:, :20].mean(axis=1)
    assert abs(first[0] - first[1]) > 1  # which begin elsewhere,
    assert np.corrcoef(means[0], np.arange(400))[0, 1] < 0.5  # and not in the order of the file.


def test_a_file_of_other_sources_or_settings_is_made_anew(tmp_path):
    path = log(tmp_path / "log.csv", 100)
    packed = tmp_path / "p"
    text = data.csv(path, columns())
    text.pack(packed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = os.stat(packed)
        assert same(text.pack(packed), text)  # Opened as it is.
        assert os.stat(packed).st_ino == before.st_ino
    for change, what in [
        (lambda: data.csv(path, columns(256)), "column 'a'' is .*bins 256.* and was .*bins 512"),
        (lambda: data.csv([path, path], columns(256)), "made of 'on_bad', and not of '.*log.csv'"),
        (lambda: data.csv(log(path, 100, seed=1), columns(256)), "it was made of|bytes, written at"),
    ]:
        changed = change()
        with pytest.raises(ValueError, match=f"read_only.*{what}"):
            changed.pack(packed, read_only=True)
        with pytest.warns(UserWarning, match=f"is made anew: .*{what}"):
            assert same(changed.pack(packed), changed)
    with pytest.warns(UserWarning, match="'compression' is zstd, and was none"):
        changed.pack(packed, "zstd")
    with pytest.raises(ValueError, match="the file must exist"):
        changed.pack(tmp_path / "none", read_only=True)


def test_rows_that_are_dealt_come_once_in_an_order_of_the_seed(tmp_path):
    path = log(tmp_path / "log.csv")
    orders = {}
    for seed, readers in [(7, 1), (7, 4), (8, 2)]:
        text = data.csv(path, [data.label("y"), *map(data.ignored, "wab"), data.label("c"), data.label("d"),
                               data.number("q")], readers=readers)  # fmt: skip
        packed = text.pack(tmp_path / f"{seed}{readers}", shuffle=seed)
        (x, y, _), (u, v, _) = text.load(), packed.load()
        rows, dealt = (np.column_stack([a.toarray(), b["y"], b["c"], b["d"]]) for a, b in ((x, y), (u, v)))
        assert not np.array_equal(rows, dealt)
        assert np.array_equal(rows[np.lexsort(rows.T)], dealt[np.lexsort(dealt.T)])
        assert abs(np.corrcoef(dealt[:, 0], np.arange(len(dealt)))[0, 1]) < 0.02  # The numbers of the rows.
        orders[seed, readers] = dealt
    assert np.array_equal(orders[7, 1], orders[7, 4]) and not np.array_equal(orders[7, 1], orders[8, 2])
    assert sorted(os.listdir(tmp_path)) == ["71", "74", "82", "log.csv"]
    with pytest.warns(UserWarning, match="'shuffle' is seed 9, and was seed 8"):
        text.pack(tmp_path / "82", shuffle=9)
    with pytest.raises(ValueError, match="read_only.*it was made of 'shuffle'"):
        text.pack(tmp_path / "82", read_only=True)
    with pytest.raises((TypeError, ValueError), match="pack: shuffle must be"):
        text.pack(tmp_path / "82", shuffle=-1)


def test_a_full_disk_ends_dealing_too(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(log(path, 1000).read_bytes() + b"\n" + b"1,1,1,1,1,1,1\n" * 4_000_000)
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from lacuna import data
text = data.csv({str(path)!r}, [data.label("y"), data.ignored("w"), *data.categories("c{{1..5}}", bins=9)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    text.pack({str(tmp_path / "p")!r}, shuffle=1)
except OSError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "its rows must be written to a file beside it" in out and os.listdir(tmp_path) == ["log.csv"]


def test_damage_is_found_wherever_it_is(tmp_path):
    text = data.csv(log(tmp_path / "log.csv", 50), columns())
    text.pack(tmp_path / "p", "lz4")
    whole = (tmp_path / "p").read_bytes()
    wanted = text.load()[1]
    damaged = tmp_path / "damaged"
    for size in range(0, len(whole), 7):
        damaged.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="must be a packed file, whole"):
            data.open(damaged).load()
    for at in range(8, len(whole), 3):  # The first word tells nothing that the last does not.
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with pytest.raises(ValueError, match="must be a packed file, whole"):
            data.open(damaged).load()
    damaged.write_bytes(whole)
    opened = data.open(damaged)
    damaged.write_bytes(whole[:100])  # It shrinks while it is open.
    with pytest.raises(ValueError, match="it was cut short"):
        opened.load()
    with pytest.warns(UserWarning, match="is made anew.*must be a packed file"):
        assert np.array_equal(text.pack(damaged).load()[1], wanted)


def test_a_pack_that_fails_leaves_what_was_there(tmp_path):
    path = log(tmp_path / "log.csv", 2000)
    text = data.csv(path, columns())
    text.pack(tmp_path / "p")
    before = (tmp_path / "p").read_bytes()
    path.write_text(path.read_text() + "\nbad")
    with pytest.warns(UserWarning, match="made anew"), pytest.raises(ValueError, match="too few"):
        text.pack(tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == before and sorted(os.listdir(tmp_path)) == ["log.csv", "p"]
    with pytest.raises(FileNotFoundError):
        text.pack(tmp_path / "no" / "p")
    with pytest.raises(ValueError, match="path='.*'"):
        text.pack(tmp_path)
    with pytest.raises(FileNotFoundError):
        data.open(tmp_path / "no")
    with pytest.raises(ValueError, match="no regular file|readable"):
        data.open(tmp_path)


def test_a_full_disk_is_an_error(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full, which stands for a full disk")
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from lacuna import data
text = data.csv({str(log(tmp_path / "log.csv"))!r}, [data.label("y"), data.ignored("w"), data.category("a", bins=99),
    *map(data.ignored, "bcdq")])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    text.pack({str(tmp_path / "p")!r})
except OSError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "must be written whole" in out and not (tmp_path / "p").exists()
    assert os.listdir(tmp_path) == ["log.csv"]


def test_memory_stays_flat(tmp_path):
    """A text of 60 MB is read, packed and trained on in less than its size."""
    path = tmp_path / "long.csv"
    line = "1,{},abcdefgh,12345678,zyxwvuts\n" * 1000
    with open(path, "w") as file:
        for k in range(1900):
            file.write(line.format(*range(k, k + 1000)))
    code = f"""
import resource
import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
text = data.csv({str(path)!r}, [data.label("y"), *data.categories("c{{1..4}}", bins=1000)], readers=2)
packed = text.pack({str(tmp_path / "p")!r})
model = Sequential([Dense(1, input_dim=4000)])
model.compile("sgd", "mse")
for dataset in (text, packed):
    model.fit(dataset, batch_size=10_000, shuffle_bytes=2**20, verbose=0)
print(packed.rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    rows, megabytes = map(int, out.split())
    assert rows == 1_900_000 and megabytes < 60
