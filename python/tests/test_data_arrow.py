"""lacuna.data.arrow: a value means what its text means in CSV, whatever its type and whoever made the table."""

import gc
import weakref

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed, so that there are no tables")


def same(one, other):
    (x, y, w), (u, v, t) = one.load(), other.load()
    parts = [(x.data, u.data), (x.indices, u.indices), (x.indptr, u.indptr), (y, v), (w, t)]
    return x.shape == u.shape and all(np.array_equal(a, b) for a, b in parts)


COLUMNS = [
    data.label("y"),
    data.sample_weight("w"),
    data.query_id("q"),
    data.number("n", missing=-1),
    data.number("b", transform="signed_log1p", buckets=6),
    data.number("e", boundaries=[-1, 0.5, 100]),
    data.category("c", bins=1000),
    data.category("i", bins=2**33),
    data.category("v", vocabulary=["red", "green", "dark blue"]),
    data.category("l", bins=64, separator="|"),
    data.ids("d", 50, separator="|"),
]


def values(rows, seed=0):
    """Columns as lists of Python values, None where one is missing."""
    rng = np.random.default_rng(seed)

    def some(make, missing=0.1):
        return [None if rng.random() < missing else make() for _ in range(rows)]

    words = ["red", "green", "blue", "dark blue", "", "ünïcödé", "a text that is longer than twelve bytes"]
    return {
        "unused": [[0]] * rows,
        "y": some(lambda: int(rng.integers(2)), 0),
        "w": some(lambda: float(rng.integers(9)) / 4, 0),
        "q": [k // 5 for k in range(rows)],
        "n": some(lambda: float(rng.integers(-40, 40)) / 8),
        "b": some(lambda: int(rng.integers(-9, 20_000))),
        "e": some(lambda: float(rng.integers(-9, 500)) / 4),
        "c": some(lambda: str(rng.choice(words))),
        "i": some(lambda: int(rng.integers(-9, 2**40))),
        "v": some(lambda: str(rng.choice(words))),
        "l": some(lambda: "|".join(rng.choice(words[:4], rng.integers(1, 4)))),
        "d": some(lambda: "|".join(map(str, rng.integers(50, size=rng.integers(1, 6))))),
    }


def csv_of(columns, path):
    text = [",".join(columns)]
    for row in zip(*columns.values()):
        text.append(
            ",".join("" if value is None else "[0]" if isinstance(value, list) else str(value) for value in row)
        )
    path.write_text("\n".join(text) + "\n")
    return data.csv(path, COLUMNS, quote=None)


def listed(columns, name, of):
    return [None if text is None else [of(one) for one in text.split("|")] for text in columns[name]]


@pytest.mark.parametrize("rows", [0, 1, 3000, 20_000])
def test_a_table_has_the_rows_of_its_csv(tmp_path, rows):
    columns = values(rows)
    text = csv_of(columns, tmp_path / "a.csv")
    table = pa.table({**columns, **({} if rows else {"y": pa.array([], "int8")})})
    assert same(data.arrow(table, COLUMNS), text)
    lists = {"l": listed(columns, "l", str), "d": listed(columns, "d", int)}
    table = pa.table({**columns, **lists})
    assert rows == 0 or same(data.arrow(table, COLUMNS), text)
    for readers in (1, 3):
        assert rows == 0 or same(data.arrow(table.slice(0), COLUMNS, readers=readers), text)
    pieces = pa.concat_tables([table.slice(begin, 700) for begin in range(0, max(1, rows), 700)])
    assert rows == 0 or (len(pieces["y"].chunks) > 1) == (rows > 700) and same(data.arrow(pieces, COLUMNS), text)


TYPES = {
    "y": ["bool", "int8", "uint8", "int64", "float16", "float32", "float64", "string"],
    "w": ["float16", "float32", "float64", "string"],
    "q": ["int16", "uint16", "int32", "uint32", "int64", "uint64", "string"],
    "n": ["float16", "float32", "float64", "large_string"],
    "b": ["int16", "int32", "int64", "float32", "float64", "string"],
    "e": ["float32", "float64"],
    "c": ["string", "large_string", "string_view", "binary", "large_binary", "dictionary"],
    "i": ["int64", "string"],
    "v": ["string", "large_string", "string_view", "dictionary"],
    "l": ["string", "string_view", "dictionary", "list<string>", "large_list<string>", "list<large_string>"],
    "d": ["string", "list<int8>", "list<uint64>", "large_list<int32>", "list<int32>", "list<string>"],
}


def typed(values, name):
    if name == "dictionary":
        return pa.array(values).dictionary_encode()
    if "list" in name:
        outer, inner = name[:-1].split("<")
        split = [None if text is None else text.split("|") for text in values]
        of = str if "string" in inner else int
        items = getattr(pa, inner)()
        return pa.array(
            [None if some is None else [of(one) for one in some] for some in split],
            pa.large_list(items) if outer == "large_list" else pa.list_(items),
        )
    if "string" in name:
        return pa.array([None if value is None else str(value) for value in values], getattr(pa, name)())
    if "binary" in name:
        return pa.array([None if value is None else value.encode() for value in values], getattr(pa, name)())
    if name == "bool":
        return pa.array([None if value is None else bool(value) for value in values])
    return pa.array(values, pa.float64() if "float" in name else None).cast(name)


@pytest.mark.parametrize("column, of", [(column, of) for column, types in TYPES.items() for of in types])
def test_every_type_gives_the_same_rows(tmp_path, column, of):
    columns = values(300, seed=1)
    if column == "q" and of == "string":
        columns["q"] = [str(value) for value in columns["q"]]
    if (column, of) == ("b", "int16"):
        columns["b"] = [None if value is None else value // 2 for value in columns["b"]]
    wanted = csv_of(columns, tmp_path / "a.csv")
    table = pa.table({name: typed(some, of) if name == column else some for name, some in columns.items()})
    assert same(data.arrow(table, COLUMNS), wanted)
    assert same(data.arrow(table.slice(17, 200), COLUMNS), wanted.skip(17).take(200))
    front = pa.record_batch(table.slice(3, 100).combine_chunks().to_batches()[0])
    assert same(data.arrow(front, COLUMNS), wanted.skip(3).take(100))


def test_words_and_lists_by_field_and_by_place():
    table = pa.table({"y": [1, 0], "a": ["x", None], "b": [3, 2]})
    x, _, _ = data.arrow(
        table, [data.label("y"), data.category("a", vocabulary=["x"]), data.ids("b", 7)], fields=True
    ).load()
    assert x.tolist() == [[1, 2 + 3], [0, 2 + 2]] and x.dtype == np.int32
    columns = [data.label("y"), data.ids("history", 9, input="items"), data.number("n", input="rest")]
    lists = pa.table({"y": [1, 0, 1, 1], "n": [1, 2, 3, 4], "history": [[5, 1, 5], [], None, [0, 8]]})
    x, _, _ = data.arrow(lists, columns).load()
    assert x["items"].toarray().tolist() == [
        [0, 1, 0, 0, 0, 2, 0, 0, 0], [0] * 9, [0] * 9, [1, 0, 0, 0, 0, 0, 0, 0, 1],
    ]  # fmt: skip
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(8) % 9), 2)
    x, _, _ = data.arrow(lists.set_column(2, "history", fixed), columns).load()
    assert x["items"].indices.tolist() == list(range(8))


@pytest.mark.parametrize("wide", [False, True])
def test_sorted_lists_of_ids_are_not_copied(wide):
    rng = np.random.default_rng(0)
    n = 2**32 if wide else 1000
    rows = [sorted(set(map(int, rng.integers(n, size=rng.integers(9))))) for _ in range(20_000)]
    rows[7] = None
    table = pa.table({"y": np.arange(20_000) % 2, "x": pa.array(rows, pa.list_(pa.int64() if wide else pa.int32()))})
    columns = [data.label("y"), data.ids("x", n)]
    x, y, _ = data.arrow(table, columns).load()
    assert x.shape == (20_000, n) and x.indices.tolist() == [one for row in rows for one in row or []]
    assert np.array_equal(np.diff(x.indptr), [len(row or []) for row in rows]) and (x.data == 1).all()
    part, _, _ = data.arrow(table.slice(5, 9001), columns).load()
    assert part.shape[0] == 9001 and (part != x[5:9006]).nnz == 0
    rows[19_999] = [3, 2, 3]  # One row that is not sorted, and a label that is bad.
    table = pa.table({"y": [*([1] * 19_990), None, *([0] * 9)], "x": pa.array(rows, table["x"].type)})
    dataset = data.arrow(table, columns, on_bad="skip")
    x, y, _ = dataset.load()
    assert x.shape[0] == 19_999 and x[-1].indices.tolist() == [2, 3] and x[-1].data.tolist() == [1, 2]
    assert dataset.report.first[0].line == 19_991


@pytest.mark.parametrize(
    "column, value, reason, text",
    [
        ("y", [0.0, None], "a label must be a finite number", ",1,a,1"),
        ("y", [0.0, float("nan")], "a label must be a finite number", "nan,1,a,1"),
        ("y", [0.0, 1e300], "a label must be a finite number", r"1e\+300,1,a,1"),
        ("n", [1, None], "a number must be given", "1,,a,1"),
        ("n", [1, float("inf")], "a number must be finite", "1,inf,a,1"),
        ("n", ["1", "1 2"], "a number must be finite", "1,1 2,a,1"),
        ("c", [b"a", b"\xff"], "a word must be valid UTF-8", "1,1,\\?,1"),
        ("c", pa.array([b"a", b"\xff"]).dictionary_encode(), "a word must be valid UTF-8", "1,1,\\?,1"),
        ("d", [0, 9], r"an id must be a whole number in \[0, n\)", "1,1,a,9"),
        ("d", [0, -1], r"an id must be a whole number in \[0, n\)", "1,1,a,-1"),
        (
            "d",
            pa.array([0, 2**63], "uint64"),
            r"an id must be a whole number in \[0, n\)",
            "1,1,a,9223372036854775808",
        ),
        ("d", [[0], [1, 9, None]], r"an id must be a whole number in \[0, n\)", r"1,1,a,\[1 9 \]"),
        ("d", [[0], [1, None]], "an id must be given, and not be null", r"1,1,a,\[1 \]"),
        ("d", ["0", "1x"], r"an id must be a whole number in \[0, n\)", "1,1,a,1x"),
    ],
)
def test_bad_rows_are_named_or_left_out(column, value, reason, text):
    table = {"y": [0, 1], "n": [1, 1], "c": ["a", "a"], "d": [1, 1], column: value}
    columns = [data.label("y"), data.number("n"), data.category("c", vocabulary=["a"]), data.ids("d", 9)]
    with pytest.raises(ValueError, match=f"{reason}.*in column '{column}' of row 2: '{text}'"):
        data.arrow(pa.table(table), columns).load()
    skipping = data.arrow(pa.table(table), columns, on_bad="skip")
    assert skipping.load()[1].tolist() == [[0]]
    assert (skipping.report.rows, skipping.report.bad, skipping.report.first[0].line) == (2, 1, 2)


@pytest.mark.parametrize(
    "column, value, message",
    [
        (
            "y",
            pa.array([0], pa.timestamp("us")),
            "'y' must hold numbers, .* float64. Received: timestamp, .*'tsu:'",
        ),
        ("n", pa.array([0], "date32"), "column 'n' must hold numbers.*Received: date"),
        ("n", [[1]], "column 'n' must hold numbers.*Received: list of int64"),
        ("n", [{"a": 1}], "column 'n' must hold numbers.*Received: struct"),
        ("c", [1.5], "column 'c' must hold texts or whole numbers, .*as to string or int64 .*Received: float64"),
        ("c", [True], "column 'c' must hold texts.*Received: bool"),
        ("c", [[1.5]], "column 'c' must hold texts.*Received: list of float64"),
        ("c", pa.array([0], pa.timestamp("us", "UTC")), "column 'c' must hold texts.*Received: timestamp"),
        ("d", [1.5], "column 'd' must hold texts or whole.*Received: float64"),
        ("d", pa.array([[1]], pa.list_view(pa.int32())), "column 'd' must hold.*Received: list view"),
        ("d", pa.array([1]).cast(pa.decimal128(21, 2)), "column 'd' must hold.*Received: decimal"),
    ],
)
def test_types_that_mean_nothing_are_refused(column, value, message):
    table = pa.table({"y": [0], "n": [1], "c": ["a"], "d": [1], column: value})
    columns = [data.label("y"), data.number("n"), data.category("c", bins=9), data.ids("d", 9)]
    with pytest.raises(ValueError, match=message):
        data.arrow(table, columns).load()


TABLE = pa.table({"y": [1, 0], "c": ["a", "b"]})
PAIR = [data.label("y"), data.category("c", bins=9)]


@pytest.mark.parametrize(
    "make, error, message",
    [
        (
            lambda: data.arrow(TABLE, [*PAIR, data.number("m")]),
            ValueError,
            "a stream must name all columns.*no column 'm'",
        ),
        (lambda: data.arrow(TABLE["c"], PAIR), ValueError, "a stream must be of tables.*format 'u'"),
        (lambda: data.arrow({"y": [1]}, PAIR), TypeError, "table must have __arrow_c_stream__"),
        (lambda: data.arrow(lambda: 5, PAIR), TypeError, "table must have __arrow_c_stream__.*Received: 5"),
        (lambda: data.arrow(TABLE, "c"), TypeError, "columns must be a list"),
        (lambda: data.arrow(TABLE, []), ValueError, "arrow: there must be columns"),
        (lambda: data.arrow(TABLE, [5]), TypeError, "columns must be a Column"),
        (lambda: data.arrow(TABLE, PAIR, on_bad="drop"), ValueError, "on_bad must be"),
        (lambda: data.arrow(TABLE, PAIR, max_bad=2), ValueError, "arrow: max_bad must be in"),
        (lambda: data.arrow(pa.concat_tables([TABLE, TABLE]).append_column("c", [[1] * 4]), PAIR), ValueError, "once"),
        (lambda: data.arrow(TABLE, [data.ids("c", 0)]), ValueError, "ids: n must be positive"),
        (lambda: data.arrow(TABLE, [data.ids("c", 9, separator='"')]), ValueError, "must not end a line or a field"),
    ],
)
def test_errors_say_what_must_hold(make, error, message):
    with pytest.raises(error, match=message):
        make().load()


def test_ids_of_csv(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,3|1|3\n0,\n1,49\n")
    x, _, _ = data.csv(path, [data.label("y"), data.ids("d", 50, separator="|")]).load()
    assert x.shape == (3, 50) and x.indices.tolist() == [1, 3, 49] and x.data.tolist() == [1, 2, 1]
    for field in ("50", "3|", "|3", "a", "3 ", "-1", "1.0"):
        path.write_text(f"1,{field}\n")
        with pytest.raises(ValueError, match=r"an id must be a whole number in \[0, n\)"):
            data.csv(path, [data.label("y"), data.ids("d", 50, separator="|")]).load()
    path.write_text("1,\n")
    with pytest.raises(ValueError, match="an id must be"):
        data.csv(path, [data.label("y"), data.ids("d", 50)]).load()


def test_frames_and_relations(tmp_path):
    columns = values(5000, seed=2)
    wanted = csv_of(columns, tmp_path / "a.csv")
    table = pa.table({**columns, "c": pa.array(columns["c"]).dictionary_encode()})
    missing = []
    for name, make in {
        "pandas": lambda pd: table.to_pandas().astype({"i": "Int64"}),  # Else floats, since some are missing.
        "polars": lambda pl: pl.from_arrow(table),
        "duckdb": lambda db: db.from_arrow(table),
    }.items():
        try:
            module = __import__(name)
        except ImportError:
            missing.append(name)
            continue
        dataset = data.arrow(make(module), COLUMNS)
        assert same(dataset, wanted) and same(dataset, wanted)  # Two passes.
        assert same(dataset.take(100), wanted.take(100)) and same(dataset, wanted)
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed, so that there are no such frames")


def test_files_of_parquet_by_their_dataset(tmp_path):
    parquet, dataset = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow.dataset")
    columns = values(3000)
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet", row_group_size=1000)
    wanted = csv_of(columns, tmp_path / "a.csv")
    files = dataset.dataset(tmp_path / "a.parquet")
    for table in (files, files.scanner(), lambda: parquet.ParquetFile(tmp_path / "a.parquet").read(), lambda: files):
        of_table = data.arrow(table, COLUMNS)
        assert same(of_table, wanted) and same(of_table, wanted)


def test_a_reader_gives_one_pass(tmp_path):
    table = pa.table(values(100))
    reader = data.arrow(table.to_reader(), COLUMNS)
    assert len(reader.load()[1]) == 100
    with pytest.raises(ValueError, match="RecordBatchReader can be read once; pack the dataset"):
        reader.load()
    part = data.arrow(table.to_reader(), COLUMNS)
    assert len(part.take(3).load()[1]) == 3
    with pytest.raises(ValueError, match="can be read once"):  # It would go on anywhere.
        part.load()
    packed = data.arrow(table.to_reader(), COLUMNS).pack(tmp_path / "a.pack")
    assert same(packed, packed) and same(packed, data.arrow(table, COLUMNS))
    again = data.arrow(lambda: table.to_reader(), COLUMNS)
    assert same(again, again)

    class Forgetful:  # A reader that does not look like one.
        def __init__(self):
            self.reader = table.to_reader()

        def __arrow_c_stream__(self, requested_schema=None):
            return self.reader.__arrow_c_stream__(requested_schema)

    forgetful = data.arrow(Forgetful(), COLUMNS)
    forgetful.load()
    with pytest.raises(ValueError, match="must give its rows in each pass; pack the dataset"):
        forgetful.load()


def test_packed_files_know_the_version(tmp_path):
    table, path = pa.table(values(1000)), tmp_path / "a.pack"
    packed = data.arrow(table, COLUMNS, version="day 1").pack(path)
    made = path.stat().st_mtime_ns
    assert same(packed, data.arrow(table, COLUMNS))
    data.arrow(table, COLUMNS, version="day 1").pack(path)
    assert path.stat().st_mtime_ns == made
    with pytest.warns(UserWarning, match="is made anew: 'version' is day 2, and was day 1"):
        data.arrow(table, COLUMNS, version="day 2").pack(path)
    for _ in range(2):
        with pytest.warns(UserWarning, match="is made anew: .*an Arrow stream without a version"):
            data.arrow(table, COLUMNS).pack(path)


def test_errors_of_a_producer_come_through():
    def batches():
        yield pa.record_batch(TABLE.to_pydict())
        raise RuntimeError("the disk is on fire")

    for readers in (None, 1, 3):
        dataset = data.arrow(lambda: pa.RecordBatchReader.from_batches(TABLE.schema, batches()), PAIR, readers=readers)
        with pytest.raises(ValueError, match="the stream must give its rows. Received from it:.*the disk is on fire"):
            dataset.load()

    class Broken:
        def __arrow_c_stream__(self, requested_schema=None):
            raise KeyError("no stream")

    with pytest.raises(KeyError, match="no stream"):
        data.arrow(Broken(), PAIR).load()


def test_a_model_learns_from_what_python_makes_while_it_runs():
    rng = np.random.default_rng(0)
    a = rng.integers(50, size=5000)
    table = pa.table({"y": (a < 25).astype(int), "a": a, "b": pa.array(map(str, a)).dictionary_encode()})
    columns = [data.label("y"), data.category("a", bins=64), data.category("b", bins=64)]

    def batches():  # Runs on the thread that reads ahead.
        for begin in range(0, 5000, 100):
            yield table.slice(begin, 100).combine_chunks().to_batches()[0]

    results = []
    for source in (table, lambda: pa.RecordBatchReader.from_batches(table.schema, batches())):
        model = Sequential([Dense(1, activation="sigmoid", kernel_initializer="zeros")])
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        lacuna.utils.set_random_seed(4)
        dataset = data.arrow(source, columns)
        history = model.fit(dataset, batch_size=64, epochs=3, validation_data=dataset.take(640), verbose=0).history
        results.append((history, model.get_weights()[0], model.predict(dataset), model.evaluate(dataset, verbose=0)))
    assert results[0][0] == results[1][0] and results[0][3] == results[1][3]
    assert all(np.array_equal(results[0][k], results[1][k]) for k in (1, 2))
    x, y, _ = data.arrow(table, columns).load()
    model = Sequential([Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    lacuna.utils.set_random_seed(4)
    model.fit(x, y, batch_size=64, epochs=3, verbose=0)
    assert np.array_equal(model.get_weights()[0], results[0][1])


def test_tables_are_let_go():
    gc.collect()
    before = pa.total_allocated_bytes()
    for on_bad in ("raise", "skip"):
        table = pa.table({"y": [1.0] * 50_000 + [None], "c": [str(k) for k in range(50_001)]})
        dataset = data.arrow(table, PAIR, on_bad=on_bad)
        if on_bad == "raise":
            with pytest.raises(ValueError, match="row 50001"):
                dataset.load()
        else:
            dataset.load()
        dataset.take(10).load()
        del table, dataset
        gc.collect()
    assert pa.total_allocated_bytes() == before


def test_a_dataset_that_its_function_refers_to_is_let_go():
    class Kept:
        pass

    kept = Kept()
    kept.table = TABLE
    kept.dataset = data.arrow(lambda kept=kept: kept.table, PAIR)
    part, gone = kept.dataset.take(1), weakref.ref(kept)
    assert part.load()[0].shape == (1, 9)
    del kept
    gc.collect()
    assert gone() and part.load()[0].shape == (1, 9)
    del part
    gc.collect()
    assert gone() is None
