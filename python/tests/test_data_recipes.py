"""Datasets made of other ones: split by a key, cache, map, negatives; and of batches that a program makes."""

import os
import threading
import warnings
from collections import Counter

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.callbacks import BackupAndRestore, Callback
from lacuna.layers import Dense
from lacuna.models import Sequential


def clicks(folder, rows=30_000, readers=None, fields=False):
    path = folder / "clicks.csv"
    if not path.exists():
        rng = np.random.default_rng(0)
        users, shops, prices, labels = (rng.integers(n, size=rows) for n in (40, 300, 9, 2))
        lines = zip(users, shops, prices, labels, np.arange(rows) // 7)
        path.write_text("\n".join(",".join(map(str, line)) for line in lines))
    columns = [
        data.category("user", bins=2**20, input="u"),
        data.category("shop", vocabulary=list(map(str, range(300))), input="i"),
        data.number("price", buckets=20, input="i"),
        data.label("y"),
        data.query_id("q"),
    ]
    return data.csv(path, columns, readers=readers, fields=fields)


def table(dataset):
    """The rows: user bin, shop, price, y."""
    x, y, _ = dataset.load()
    u, i = (x[name] if isinstance(x[name], np.ndarray) else x[name].indices.reshape(len(y), -1) for name in "ui")
    return np.column_stack([u, i, y])


@pytest.mark.parametrize("fields", [False, True])
@pytest.mark.parametrize("key, column", [("user", 0), ("shop", 1), ("price", 2), ("u", 0), ("y", 3)])
def test_rows_of_a_key_stay_together(tmp_path, key, column, fields):
    dataset = clicks(tmp_path, 2000, fields=fields)
    packed = dataset.pack(tmp_path / "p")
    for rows in (dataset, packed, data.open(tmp_path / "p")):
        one, other = map(table, rows.split(0.5, seed=4, key=key))
        assert len(one) + len(other) == 2000
        assert not set(one[:, column]) & set(other[:, column])
        if column < 3:
            assert min(len(one), len(other)) > 300
    again = table(dataset.split(0.5, seed=4, key=key)[0])
    assert np.array_equal(again, table(packed.split(0.5, seed=4, key=key)[0]))
    if column < 3:
        assert not np.array_equal(again, table(dataset.split(0.5, seed=5, key=key)[0]))


def test_the_query_id_is_the_key_that_is_not_said(tmp_path):
    dataset = clicks(tmp_path, 2000)
    assert np.array_equal(table(dataset.split(0.3)[0]), table(dataset.split(0.3, key="q")[0]))
    with pytest.raises(ValueError, match="split: key must be a part or a column.*key='prize'.*price"):
        dataset.split(0.3, key="prize")


def fitted(dataset, width=3, callbacks=(), **settings):
    lacuna.utils.set_random_seed(1)
    model = Sequential([Dense(1, input_dim=width)])
    model.compile("adam", "mse")
    model.fit(dataset, batch_size=64, verbose=0, callbacks=list(callbacks), **settings)
    return model.get_weights()


def small(folder, rows=3000):
    path = folder / "small.csv"
    if not path.exists():
        rng = np.random.default_rng(1)
        np.savetxt(path, np.column_stack([rng.integers(9, size=(rows, 3)), np.arange(rows)]), fmt="%d", delimiter=",")
    return data.csv(path, [*data.numbers("n{1..3}"), data.label("y")])


def test_a_cache_reads_its_source_once(tmp_path):
    dataset = small(tmp_path)
    wanted = fitted(dataset, epochs=3)
    cached = dataset.cache()
    first = cached.take(10).load()[1]  # A pass that does not come to its end fills nothing.
    assert cached.rows is None and np.array_equal(first[:, 0], np.arange(10))
    x = cached.load()[0]
    (tmp_path / "small.csv").unlink()
    assert cached.rows == 3000 and (cached.load()[0] != x).nnz == 0
    assert np.array_equal(cached.skip(2990).load()[1][:, 0], np.arange(2990, 3000))
    small(tmp_path)  # Its fingerprint names the file.
    assert all(np.array_equal(a, b) for a, b in zip(fitted(cached, epochs=3), wanted))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_that_is_cached_can_be_read_again(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text("1,2\n3,4\n"))
    writer.start()
    cached = data.csv(tmp_path / "pipe", [data.number("n"), data.label("y")]).map(lambda part: part).cache()
    assert [cached.load()[1].tolist() for _ in range(3)] == [[[2], [4]]] * 3
    writer.join()


def test_map_keeps_the_order_and_may_change_anything(tmp_path):
    dataset = small(tmp_path, 200_000)
    x, y, _ = dataset.load()
    threads = []

    def function(part):
        assert set(part) == {"x", "y"} and part["x"].shape[0] == len(part["y"])
        threads.append(len(part["y"]))
        keep = part["y"][:, 0] % 3 == 0
        return {"x": part["x"][keep] * 2, "z": part["y"][keep].astype(np.uint8), "y": np.log1p(part["y"][keep])}

    mapped = dataset.map(function, version="1")
    assert repr(mapped) == (
        "<Dataset x: input (None, 3) float32 csr, z: input (None, 1) int32 dense, y: target (None, 1) float32 dense>"
    )
    assert len(threads) == 1  # The first rows tell the parts.
    keep = y[:, 0] % 3 == 0
    for rows in (mapped, mapped.pack(tmp_path / "p")):
        u, v, _ = rows.load()
        assert (u["x"] != x[keep] * 2).nnz == 0 and np.array_equal(v, np.log1p(y[keep]))
        assert np.array_equal(u["z"], y[keep].astype(np.uint8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mapped.pack(tmp_path / "p")  # Opened as it is,
    with pytest.warns(UserWarning, match="'map' is 2, and was 1"):
        dataset.map(function, version="2").pack(tmp_path / "p")
    with pytest.warns(UserWarning, match="made anew"):
        dataset.map(function).pack(tmp_path / "p")  # or made anew, if it is not known what it was made by.


def test_map_trains_as_its_result(tmp_path):
    dataset = small(tmp_path)
    x, y, _ = dataset.load()
    mapped = dataset.map(lambda part: {**part, "y": part["y"] / 7})
    lacuna.utils.set_random_seed(1)
    model = Sequential([Dense(1, input_dim=3)])
    model.compile("adam", "mse")
    model.fit(x, y / 7, batch_size=64, verbose=0, epochs=2)
    assert all(np.array_equal(a, b) for a, b in zip(fitted(mapped, epochs=2), model.get_weights()))


def test_the_thread_that_fits_calls_the_function_and_takes_the_batches(tmp_path):
    callers = []

    def function(part):
        callers.append(threading.get_ident())
        return part

    def batches():
        for n in range(50):
            callers.append(threading.get_ident())
            yield np.full((1000, 3), n / 50, "f4"), np.ones(1000)

    lacuna.config.set_num_threads(2)
    model = Sequential([Dense(1, input_dim=3)])
    model.compile("adam", "mse")
    for dataset in (small(tmp_path, 400_000).map(function), data.batches(batches)):
        callers.clear()
        model.fit(dataset, batch_size=1000, shuffle_bytes=1 << 18, verbose=0)  # Several windows.
        assert len(callers) > 3 and set(callers) == {threading.get_ident()}


def test_labels_and_weights_can_be_added(tmp_path):
    dataset = small(tmp_path, 50).map(lambda part: {"x": part["x"]})
    assert dataset.load()[1:] == (None, None)
    x, y, weight = dataset.map(lambda p: {**p, "y": p["x"].sum(axis=1), "sample_weight": np.arange(50)}).load()
    assert np.array_equal(y, x.sum(axis=1)) and np.array_equal(weight, np.arange(50))


def raising(part):
    raise KeyError("of the user's own")


@pytest.mark.parametrize(
    "function, error, match",
    [
        (lambda part: list(part), TypeError, "map: rows must be a dict of arrays by name. Received: "),
        (lambda part: {"y": part["y"]}, ValueError, "map: there must be an input. Received: none"),
        (lambda part: {**part, "y": part["y"][1:]}, ValueError, "same number of rows. Received: 'y' with"),
        (lambda part: {**part, "y": np.array(["a"] * part["x"].shape[0])}, (TypeError, ValueError), "map: 'y'"),
        (lambda part: {**part, 7: 1.0}, ValueError, "map: '7' must be an array of rank 1 or more"),
        (raising, KeyError, "of the user's own"),
        (None, TypeError, "map: function must be one"),
    ],
)
def test_wrong_functions(tmp_path, function, error, match):
    with pytest.raises(error, match=match):
        small(tmp_path, 50).map(function).load()


def test_parts_that_change_are_an_error(tmp_path):
    calls = []

    def function(part):
        calls.append(0)
        return {"x": np.ones((part["x"].shape[0], 2 if len(calls) == 1 else 3)), "y": part["y"]}

    with pytest.raises(ValueError, match=r"'x' must be as it was first, \(None, 2\) dense.*\(50, 3\)"):
        small(tmp_path, 50).map(function).load()


@pytest.mark.parametrize("fields", [False, True])
@pytest.mark.parametrize("draws", ["counts", "evenly"])
def test_negatives_are_as_they_are_drawn(tmp_path, draws, fields):
    dataset = clicks(tmp_path, fields=fields)
    rows = table(dataset)
    k = 3
    got = table(dataset.negatives(k, "shop", draws=draws))
    at, drawn, base = 0, [], 301 * (not fields)
    for row in rows:  # A slow look at each row.
        assert np.array_equal(got[at], row)
        at += 1
        if row[3] > 0:
            some = got[at : at + k]
            assert np.all(some[:, [0, 2]] == row[[0, 2]]) and np.all(some[:, 3] == 0) and row[1] not in some[:, 1]
            drawn += some[:, 1].tolist()
            at += k
    assert at == len(got) and base >= 0
    seen = Counter(drawn)
    if draws == "evenly":
        expected = dict.fromkeys(range(301), len(drawn) / 301)
    else:
        counts = Counter(rows[rows[:, 3] > 0, 1])
        total = sum(counts.values())
        # A row draws none of its own: P(b) = sum over the others a of P(a) P(b) / (1 - P(a)).
        odds = {shop: n / total for shop, n in counts.items()}
        all_odds = sum(p / (1 - p) for p in odds.values())
        expected = {shop: len(drawn) * p * (all_odds - p / (1 - p)) for shop, p in odds.items()}
    assert set(seen) <= set(expected)
    chi2 = sum((seen[shop] - n) ** 2 / n for shop, n in expected.items())
    assert chi2 < len(expected) + 5 * np.sqrt(2 * len(expected))


def test_negatives_are_the_same_for_any_readers_and_blocks(tmp_path):
    tables = [
        table(rows.negatives(2, "shop", seed=seed))
        for seed, rows in [
            (1, clicks(tmp_path, readers=1)),
            (1, clicks(tmp_path, readers=4)),
            (1, clicks(tmp_path).pack(tmp_path / "p")),
            (2, clicks(tmp_path)),
        ]
    ]
    assert np.array_equal(tables[0], tables[1]) and np.array_equal(tables[0], tables[2])
    assert not np.array_equal(tables[0], tables[3])


def test_clicks_alone_get_labels_and_each_epoch_other_negatives(tmp_path):
    dataset = clicks(tmp_path, 500).map(lambda part: {"u": part["u"], "i": part["i"]}).negatives(1, "i")
    x, y, _ = dataset.load()
    assert y[:, 0].tolist() == [1, 0] * 500
    assert all(len(row.indices) == 1 for row in x["i"][1::2])  # One id of all that the part has.
    epochs = []

    class Seen(Callback):
        def on_epoch_end(self, epoch, logs=None):
            epochs.append(logs["loss"])

    items = data.batches([({"x": np.arange(50)[:, None]}, None)]).negatives(1, "x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Sequential([Dense(1, kernel_initializer="ones", trainable=False, input_dim=1)])
        model.compile("sgd", "mse")
        model.fit(items, batch_size=100, epochs=2, verbose=0, callbacks=[Seen()])
    assert epochs[0] != epochs[1]
    assert model.evaluate(items, verbose=0) == model.evaluate(items, verbose=0)


def test_a_row_with_lists_gets_none_of_its_ids(tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text("1,1 3 5\n1,0 2 4\n0,0\n1,\n")
    rows = data.csv(path, [data.label("y"), data.ids("ids", 6, separator=" ")])
    x, y, _ = rows.negatives(50, "ids", draws="evenly").load()
    drawn = [set(x[1:51].indices), set(x[52:102].indices), set(x[104:].indices)]
    assert drawn == [{0, 2, 4}, {1, 3, 5}, set(range(6))]
    path.write_text("1,0 1 2 3 4 5\n")
    with pytest.raises(ValueError, match="negatives: a row must leave ids to draw. Received: row 1, which has all"):
        rows.negatives(1, "ids", draws="evenly").load()


def test_wrong_negatives(tmp_path):
    dataset = clicks(tmp_path, 50)
    for arguments, match in [
        ((0, "shop"), "negatives: k must be positive. Received: k=0"),
        ((1, "ship"), "column must be a part or a column of the dataset. Received: column='ship'.*shop"),
        ((1, "y"), "negatives: column must have ids, several, and be of an input"),
        ((1, "shop", "sometimes"), "negatives: draws must be 'counts' or 'evenly'"),
    ]:
        with pytest.raises(ValueError, match=match):
            dataset.negatives(*arguments)
    with pytest.raises(ValueError, match="must have ids, several"):
        small(tmp_path).negatives(1, "n1")
    with pytest.raises(ValueError, match="the rows must be read once to count ids"):
        data.batches(iter([(np.eye(3), None)])).map(lambda p: {"x": sp.csr_matrix(p["x"])}).negatives(1, "x").load()


def made(number=20, seed=3):
    rng = np.random.default_rng(seed)
    for n in range(number):
        rows = 30 + n
        yield sp.random(rows, 9, 0.3, "csr", dtype="f4", random_state=n), rng.random(rows, np.float32), np.ones(rows)


def test_batches_are_rows_in_their_order():
    x, y, w = (list(parts) for parts in zip(*made()))
    for source in (made, list(made())):
        dataset = data.batches(source)
        u, v, t = dataset.load()
        assert (u != sp.vstack(x)).nnz == 0 and np.array_equal(v, np.concatenate(y))
        assert np.array_equal(t, np.concatenate(w)) and (dataset.load()[0] != u).nnz == 0
    lacuna.utils.set_random_seed(1)
    model = Sequential([Dense(1, input_dim=9)])
    model.compile("adam", "mse")
    model.fit(sp.vstack(x), np.concatenate(y), batch_size=64, verbose=0, epochs=2)
    assert all(np.array_equal(a, b) for a, b in zip(fitted(data.batches(made), 9, epochs=2), model.get_weights()))


def test_an_iterator_is_read_once(tmp_path):
    dataset = data.batches(made())
    assert repr(dataset).startswith("<Dataset x: input (None, 9) float32 csr, y: target (None,)")
    packed = dataset.pack(tmp_path / "p")
    assert packed.rows == sum(30 + n for n in range(20))
    with pytest.raises(ValueError, match="must be packed for more passes.*a second pass"):
        dataset.load()
    cached = data.batches(made()).cache()
    assert (cached.load()[0] != packed.load()[0]).nnz == 0 and (cached.load()[0] != packed.load()[0]).nnz == 0


@pytest.mark.parametrize(
    "batch, error, match",
    [
        ((np.ones((2, 4)), np.ones(2)), ValueError, r"batch 3: 'x' must be as it was first, \(None, 3\)"),
        ((sp.csr_matrix((2, 3)), np.ones(2)), ValueError, "batch 3: 'x' must be as it was first.*csr"),
        ((np.ones((2, 3)), np.ones(3)), ValueError, "batch 3: all parts must have the same number of rows"),
        ((np.ones((2, 3)),), ValueError, "batch 3: there must be the parts that there were first, 2. Received: 1"),
        (({"z": np.ones((2, 3))}, np.ones(2)), ValueError, "batch 3: .*no 'x'"),
        ([np.ones((2, 3)), np.ones(2)], ValueError, "batch 3 must be x, .* Received: a list of 2"),
        ((np.ones((2, 3)), np.array(["a", "b"])), (TypeError, ValueError), "batch 3: y"),
        (({"x": {}}, np.ones(2)), (TypeError, ValueError), "batch 3: x"),
    ],
)
def test_a_wrong_batch_is_named(batch, error, match):
    good = (np.ones((2, 3)), np.ones(2))
    with pytest.raises(error, match=match):
        data.batches([good, good, batch]).load()


def test_wrong_sources():
    for wrong in (None, 7, "text", {"x": 1}):
        with pytest.raises(TypeError, match="batches: source must be"):
            data.batches(wrong)
    with pytest.raises(TypeError, match="batches: source must return an iterable"):
        data.batches(lambda: None).load()
    with pytest.raises(ValueError, match="batches: there must be a batch"):
        data.batches([]).load()
    with pytest.raises(ZeroDivisionError):
        data.batches(lambda: (1 / 0 for _ in range(3))).load()


@pytest.mark.parametrize("kind", ["map", "cache", "negatives", "split", "batches"])
def test_a_stopped_fit_goes_on_with_the_same_bits(tmp_path, kind):
    dataset = {
        "map": lambda: small(tmp_path).map(lambda part: {**part, "y": part["y"] * 2}, version="1"),
        "cache": lambda: small(tmp_path).cache(),
        "negatives": lambda: clicks(tmp_path, 1000).map(lambda p: {"x": p["i"]}, version="1").negatives(2, "x"),
        "split": lambda: small(tmp_path, 4000).split(0.8, key="n1")[0],
        "batches": lambda: data.batches(lambda: made(40), version="1"),
    }[kind]
    width = {"negatives": 321, "batches": 9}.get(kind, 3)
    wanted = fitted(dataset(), width, epochs=3, shuffle_bytes=4096)

    class Stop(Callback):
        seen = 0

        def on_batch_end(self, batch, logs=None):
            Stop.seen += 1
            if Stop.seen in (21, 40):
                raise KeyboardInterrupt

    Stop.seen = 0
    rows = dataset()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            backup = BackupAndRestore(tmp_path / "b.h5", save_freq=3)
            fitted(rows, width, [backup, Stop()], epochs=3, shuffle_bytes=4096)
        rows = dataset()  # As a new process has it: nothing is in memory.
    got = fitted(rows, width, [BackupAndRestore(tmp_path / "b.h5")], epochs=3, shuffle_bytes=4096)
    assert all(np.array_equal(a, b) for a, b in zip(wanted, got))
