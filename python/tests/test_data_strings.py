"""Columns of strings as they are: what a model learns through its own layers does not depend on where the rows come
from, and their bytes stay where rows are kept, shuffled, dealt and packed."""

import gzip

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.callbacks import BackupAndRestore, Callback
from lacuna.layers import Dense, Input, StringLookup, TextVectorization
from lacuna.models import Model, load_model

WORDS = ["red", "green", "dark blue", "", "ünïcödé €", "a text, of more than sixteen bytes", 'a "quoted" one', "x"]


def texts(rows, seed=0):
    rng = np.random.default_rng(seed)
    return [" ".join(WORDS[w] for w in rng.integers(len(WORDS), size=rng.integers(0, 6))) for _ in range(rows)]


def written(path, rows=4000):
    titles, shops = texts(rows), [WORDS[k % 7] for k in range(rows)]

    def field(text):
        return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text

    lines = [f"{field(t)},{'red' in t:d},{field(s)}" for t, s in zip(titles, shops)]
    path.write_text("title,y,shop\n" + "\n".join(lines), encoding="utf-8")
    return np.array(titles, object), np.array([["red" in t] for t in titles], "float32"), np.array(shops, object)


COLUMNS = [data.label("y"), data.string("title", input="title"), data.string("shop", input="shop")]


def made(words):
    """A model of raw titles and shops."""
    title, shop = Input((1,), dtype="string", name="title"), Input((1,), dtype="string", name="shop")
    vectorized = TextVectorization(output_mode="count", max_tokens=20)
    vectorized.adapt(words)
    looked_up = StringLookup(vocabulary=WORDS[:3] + WORDS[4:7], output_mode="one_hot")
    both = lacuna.layers.concatenate([vectorized(title), looked_up(shop)])
    model = Model([title, shop], Dense(1, activation="sigmoid", kernel_initializer="zeros")(both))
    model.compile("adam", "binary_crossentropy")
    return model


def fitted(rows, y=None, callbacks=(), **settings):
    words = rows["title"] if y is not None else rows.map(lambda parts: {"title": parts["title"]})
    model = made(words)
    lacuna.utils.set_random_seed(3)
    model.fit(rows, y, batch_size=64, epochs=2, verbose=0, callbacks=list(callbacks), **settings)
    return model


def test_the_same_weights_from_everywhere(tmp_path):
    title, y, shop = written(tmp_path / "a.csv")
    arrays = {"title": title, "shop": shop}
    wanted = fitted(arrays, y)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    text = data.csv(tmp_path / "a.csv", COLUMNS, readers=1)
    sources = [
        text,
        *(data.csv(tmp_path / "a.csv", COLUMNS, readers=readers) for readers in (2, 4, 8)),
        data.csv(tmp_path / "a.csv.gz", COLUMNS),
        *(text.pack(tmp_path / f"{how}.lac", compression=how) for how in (None, "lz4", "zstd")),
        data.open(tmp_path / "lz4.lac"),
        text.cache(),
        text.map(lambda parts: parts, version="1"),
        data.batches(
            lambda: (
                ({"title": title[k : k + 99], "shop": shop[k : k + 99]}, y[k : k + 99]) for k in range(0, 4000, 99)
            )
        ),
    ]
    for rows in sources:
        got = fitted(rows)
        assert all(np.array_equal(a, b) for a, b in zip(got.get_weights(), wanted.get_weights()))
        assert np.array_equal(got.predict(rows), wanted.predict(arrays))
        assert got.evaluate(rows, verbose=0) == wanted.evaluate(arrays, y, verbose=0)
    got.save(tmp_path / "m.h5")
    loaded = load_model(tmp_path / "m.h5")
    asked = {"title": np.array(["red green", "dark", ""]), "shop": np.array(["x", "red", "none"])}
    assert np.array_equal(loaded.predict(asked), wanted.predict(asked))
    assert loaded.predict(asked)[0] > loaded.predict(asked)[2]


@pytest.mark.parametrize("size", [4096, 50_000])
def test_windows_of_a_larger_file_do_not_depend_on_its_readers(tmp_path, size):
    written(tmp_path / "a.csv", 40_000)
    text = data.csv(tmp_path / "a.csv", COLUMNS, readers=1)
    wanted = fitted(text, shuffle_bytes=size).get_weights()
    for rows in (data.csv(tmp_path / "a.csv", COLUMNS, readers=3), text.cache()):
        assert all(np.array_equal(a, b) for a, b in zip(fitted(rows, shuffle_bytes=size).get_weights(), wanted))


def rows_of(dataset):
    x, y, _ = dataset.load()
    return list(zip(*(x[name][:, 0] for name in ("title", "shop")), y[:, 0]))


def test_recipes_hold_their_texts(tmp_path):
    title, y, shop = written(tmp_path / "a.csv", 30_000)
    wanted = list(zip(title, shop, y[:, 0]))
    text = data.csv(tmp_path / "a.csv", COLUMNS)
    packed = text.pack(tmp_path / "a.lac")
    for rows in (text, packed, text.cache()):
        assert rows_of(rows) == wanted and rows_of(rows) == wanted
        assert rows_of(rows.skip(12_345).take(1000)) == wanted[12_345:13_345]
        assert rows_of(rows.shard(7, 3)) == wanted[3::7]
        one, other = map(rows_of, rows.split(0.5, key="shop"))
        assert len(one) + len(other) == 30_000 and min(len(one), len(other)) > 0
        assert not {shop for _, shop, _ in one} & {shop for _, shop, _ in other}
        one, other = map(rows_of, rows.split(0.3, key="title"))
        assert sorted(one + other) == sorted(wanted) and not {t for t, _, _ in one} & {t for t, _, _ in other}
    upper = text.map(
        lambda parts: {"title": np.char.upper(parts["title"].astype(str)), "shop": parts["shop"], "y": parts["y"]}
    )
    assert rows_of(upper)[:9] == [(t.upper(), s, y) for t, s, y in wanted[:9]]
    dealt = rows_of(text.pack(tmp_path / "dealt.lac", shuffle=5))
    assert dealt != wanted and sorted(dealt) == sorted(wanted)


def test_negatives_repeat_the_texts_of_their_row(tmp_path):
    (tmp_path / "n.csv").write_text("".join(f"{k % 2},{k % 11},text {k}\n" for k in range(5000)))
    columns = [data.label("y"), data.ids("shop", 11, input="shop"), data.string("title", input="title")]
    rows = data.csv(tmp_path / "n.csv", columns).negatives(2, "shop")
    x, y, _ = rows.load()
    assert len(y) == 10_000 and x["title"][:6, 0].tolist() == ["text 0", *["text 1"] * 3, "text 2", "text 3"]
    with pytest.raises(ValueError, match="negatives: column must have ids.*string"):
        rows.negatives(1, "title")


def test_a_killed_fit_goes_on_with_the_same_bits(tmp_path):
    class Stop(Callback):
        def on_batch_end(self, batch, logs=None):
            self.count = getattr(self, "count", 0) + 1
            if self.count == 70:
                raise KeyboardInterrupt

    written(tmp_path / "a.csv", 3000)
    for rows in (data.csv(tmp_path / "a.csv", COLUMNS), data.csv(tmp_path / "a.csv", COLUMNS).pack(tmp_path / "a.lac")):
        wanted = fitted(rows, shuffle_bytes=20_000).get_weights()
        with pytest.raises(KeyboardInterrupt):
            fitted(rows, callbacks=[BackupAndRestore(tmp_path / "b.h5", save_freq=3), Stop()], shuffle_bytes=20_000)
        got = fitted(rows, callbacks=[BackupAndRestore(tmp_path / "b.h5")], shuffle_bytes=20_000).get_weights()
        assert all(np.array_equal(a, b) for a, b in zip(got, wanted))


def test_several_columns_of_one_input(tmp_path):
    (tmp_path / "a.csv").write_text("b,y,a\nx,1,u\n,0,v\n")
    rows = data.csv(tmp_path / "a.csv", [data.strings("a"), *data.strings("b"), data.label("y")])
    assert rows.load()[0].tolist() == [["u", "x"], ["v", ""]]
    lookup = StringLookup(vocabulary=["u", "v", "x"])
    inputs = Input((2,), dtype="string")
    assert Model(inputs, lookup(inputs)).predict(rows).tolist() == [[1, 3], [2, 0]]
    lookup = StringLookup()
    lookup.adapt(rows)
    assert sorted(lookup.get_vocabulary()[1:]) == ["", "u", "v", "x"]
    for column in (data.number("b", missing=0), data.category("b", bins=3)):
        with pytest.raises(ValueError, match="csv: strings must have an input of their own.*input 'x' of column 'b'"):
            data.csv(tmp_path / "a.csv", [data.string("a"), column])
    with pytest.raises(ValueError, match="string: name must be that of one column; strings takes a range"):
        data.string("S{1..2}")


def test_tables_have_the_strings_of_text(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed, so that there are no tables")
    title, y, shop = written(tmp_path / "a.csv", 3000)
    wanted = list(zip(title, shop, y[:, 0]))
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        for dictionary in (False, True):
            shops = pa.array(shop, pa.string()).dictionary_encode() if dictionary else pa.array(shop, kind)
            table = pa.table({"title": pa.array([t or None for t in title], kind), "y": y[:, 0], "shop": shops})
            assert rows_of(data.arrow(table, COLUMNS)) == wanted
    numbers = data.arrow(pa.table({"y": [1.0], "s": [42]}), [data.label("y"), data.string("s")])
    assert numbers.load()[0].tolist() == [["42"]]
    with pytest.raises(ValueError, match="column 's' must hold texts or whole numbers"):
        data.arrow(pa.table({"y": [1.0], "s": [4.5]}), [data.label("y"), data.string("s")]).load()
    broken = pa.array([b"good", b"bad\xff", "ä".encode()], pa.binary())
    for values in (broken, broken.dictionary_encode()):
        for column in (data.string("s"), data.category("s", bins=9), data.category("s", vocabulary=["good"])):
            rows = data.arrow(
                pa.table({"y": [1.0, 2, 3], "s": values}), [data.label("y"), column], on_bad="skip", max_bad=1
            )
            assert rows.load()[1].tolist() == [[1], [3]] and "valid UTF-8" in rows.report.first[0].reason


@pytest.mark.parametrize("text", ["", "y,s\n"])
def test_no_rows(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    rows = data.csv(tmp_path / "a.csv", [data.label("y"), data.string("s")])
    for some in (rows, rows.pack(tmp_path / "a.lac"), rows.cache(), rows.take(3)):
        x, y, _ = some.load()
        assert x.shape == (0, 1) and x.dtype == object and y.shape == (0, 1)
