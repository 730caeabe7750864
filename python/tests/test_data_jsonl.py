"""lacuna.data.jsonl: the rows of the same table in CSV, and what a slow reader with Python's json makes of random and
damaged lines."""

import gzip
import json
import math
import os
import random
import threading

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential

WORDS = ["red", "green", "dark blue"]
COLUMNS = [
    data.label("y"),
    data.sample_weight("w"),
    data.query_id("q"),
    data.number("n", missing=-1),
    data.number("b", transform="signed_log1p", buckets=6),
    data.category("c", bins=1000),
    data.category("i", bins=2**33),
    data.category("v", vocabulary=WORDS),
    data.category("l", bins=64, separator="|"),
    data.ids("d", 50, separator="|"),
]


def same(one, other):
    (x, y, w), (u, v, t) = one.load(), other.load()
    parts = [(x.data, u.data), (x.indices, u.indices), (x.indptr, u.indptr), (y, v), (w, t)]
    return x.shape == u.shape and all(np.array_equal(a, b) for a, b in parts)


def values(rows, seed=0):
    """Rows as dicts of Python values, None where one is missing."""
    r = random.Random(seed)

    def some(value, missing=0.1):
        return None if r.random() < missing else value

    words = [*WORDS, "blue", "", "ünïcödé", "a \\ and a / and a \t", "𝄞", '"quoted"']
    for k in range(rows):
        yield {
            "y": r.randint(0, 1),
            "w": r.randrange(9) / 4,
            "q": k // 5,
            "n": some(r.randrange(-40, 40) / 8),
            "b": some(r.randrange(-9, 20_000)),
            "c": some(r.choice(words)),
            "i": some(r.randrange(-9, 2**40)),
            "v": some(r.choice(words)),
            "l": some("|".join(r.choices(words[:4], k=r.randint(1, 3)))),
            "d": some("|".join(str(r.randrange(50)) for _ in range(r.randint(1, 5)))),
        }


def csv_of(rows, path):
    path.write_text(
        "y;w;q;n;b;c;i;v;l;d\n"
        + "".join(";".join("" if v is None else str(v) for v in row.values()) + "\n" for row in rows)
    )
    return data.csv(path, COLUMNS, delimiter=";", quote=None)


def as_json(row, r, ascii):
    """A row in any of the ways that JSON has for it."""
    row = {name: value for name, value in row.items() if value is not None or r.random() < 0.5}
    if r.random() < 0.5 and row.get("d"):
        row["d"] = [int(one) if r.random() < 0.7 else one for one in row["d"].split("|")]
    if r.random() < 0.5 and row.get("l"):
        row["l"] = row["l"].split("|")
    for name in ("y", "w", "q", "n", "b", "i"):
        if row.get(name) is not None and r.random() < 0.1:
            row[name] = str(row[name])
    if row["y"] in (0, 1) and r.random() < 0.2:
        row["y"] = bool(row["y"])
    row["unused"] = r.choice([None, [1, {"y": 3}], "text", {"c": "word"}, 1e300])
    names = list(row)
    r.shuffle(names)
    text = json.dumps({name: row[name] for name in names}, ensure_ascii=ascii)
    return text.replace("|", "\\u007c") if r.random() < 0.2 else text


@pytest.mark.parametrize("rows", [0, 1, 3000, 20_000])
def test_lines_have_the_rows_of_a_csv(tmp_path, rows):
    table, r = list(values(rows)), random.Random(1)
    wanted = csv_of(table, tmp_path / "a.csv")
    for ascii in (True, False):
        text = "\n".join(as_json(row, r, ascii) for row in table) + "\n"
        path = tmp_path / "a.jsonl"
        path.write_text(text)
        assert same(data.jsonl(path, COLUMNS), wanted)
        for readers in (1, 3):
            assert same(data.jsonl(path, COLUMNS, readers=readers), wanted)
        (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text.encode()))
        assert same(data.jsonl(tmp_path / "a.jsonl.gz", COLUMNS), wanted)


class Bad(Exception):
    pass


class Pairs(list):
    """An object."""


def parsed(line):
    """An object as Pairs; Bad unless the line is what the reader takes."""

    def no_constant(name):
        raise Bad

    try:
        made = json.loads(line.decode(), object_pairs_hook=Pairs, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Bad from None

    def check(value):
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:  # Half of a surrogate pair.
                raise Bad from None
        elif isinstance(value, Pairs):
            for name, inner in value:
                check(name)
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)
        elif isinstance(value, float) and not math.isfinite(value):
            raise Bad
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise Bad

    check(made)
    if not isinstance(made, Pairs):
        raise Bad
    return made


def number(value):
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        raise Bad
    try:
        made = float(value)
    except ValueError:
        raise Bad from None
    if not math.isfinite(made) or not set(value) <= set("0123456789+-.eE"):
        raise Bad
    return made


def words(value):
    if value is None:
        return [""]
    if isinstance(value, Pairs):
        raise Bad
    if isinstance(value, list):
        return [word for one in value for word in ([""] if one is None else one_word(one))]
    return one_word(value)


def one_word(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, (bool, float, list)):
        raise Bad
    return [str(value)]


def identity(value):
    if isinstance(value, str):
        if not value.removeprefix("-").isdigit() or not value.isascii():
            raise Bad
        value = int(value)
    if isinstance(value, (bool, float, list)) or value is None or not 0 <= value < 5:
        raise Bad
    return value


SMALL = [
    data.label("y"),
    data.number("n", missing=0.5),
    data.category("c", vocabulary=["a", "7", "ü", ""]),
    data.ids("u.i", 5),
]


def slow(line):
    """(label, values by column) of a line."""
    found = {}

    def give(name, value):
        if name in found:
            raise Bad
        found[name] = value

    for name, value in parsed(line):
        if name in ("y", "n", "c", "u.i"):
            give(name, value)
        elif name == "u" and isinstance(value, Pairs):
            for inner, at in value:
                if inner == "i":
                    give("u.i", at)
        elif name == "u" and value is not None:
            raise Bad
    row = {}
    label = np.float32(number(found.get("y")))
    if not np.isfinite(label):
        raise Bad
    n = found.get("n")
    row[0] = np.float32(0.5 if n is None or n == "" else number(n))
    if not np.isfinite(row[0]):
        raise Bad
    for word in words(found.get("c")):
        at = 1 + (["a", "7", "ü", ""].index(word) + 1 if word in ("a", "7", "ü", "") else 0)
        row[at] = row.get(at, 0) + 1
    i = found.get("u.i")
    for one in i if isinstance(i, list) and not isinstance(i, Pairs) else [i]:
        at = 6 + identity(one)
        row[at] = row.get(at, 0) + 1
    return label, row


def check_as_the_slow_one(text, path, **options):
    path.write_bytes(text)
    lines = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    good, bad = [], []
    for at, line in enumerate(lines, 1):
        if not line.strip(b" \t\r"):
            continue
        try:
            good.append(slow(line))
        except Bad:
            bad.append((at, line.removesuffix(b"\r")))
    dataset = data.jsonl(path, SMALL, on_bad="skip", max_bad=1, **options)
    x, y, _ = dataset.load()
    wanted = np.zeros((len(good), 11), np.float32)
    for at, (_, row) in enumerate(good):
        for column, value in row.items():
            wanted[at, column] = value
    assert x.shape == wanted.shape and x.has_canonical_format and np.array_equal(x.toarray(), wanted)
    assert [*y[:, 0]] == [label for label, _ in good]
    report = dataset.report
    assert (report.rows, report.bad) == (len(good) + len(bad), len(bad))
    assert [(row.line, row.text) for row in report.first] == bad[:20]
    return len(good), len(bad)


LINE = (
    b'{"y": 1, "n": -2.5e-1, "c": ["a", "7", "\\u00fc", null], "u": {"i": [3, "4"], "j": [{}]}, '
    b'"o": [true, "\xc3\xbc"]}'
)
PIECES = (
    b'{ } [ ] , : "y" "n" "c" "u" "i" "u.i" 0 1 -1 3.5 1e3 1e400 -0 01 1. .5 18446744073709551615 18446744073709551616 '
    b'true false null NaN "a" "" "7" "\\u00fc" "\xc3\xbc" "\xff" "\\ud800" "\\ud834\\udd1e" "\\x" "a\x01" \x00 {"i":2}'
).split(b" ")


def random_line(r):
    def value():
        return r.choice(PIECES[11:]) if r.random() < 0.8 else b"[" + b",".join(r.choices(PIECES[11:], k=2)) + b"]"

    kind = r.random()
    if kind < 0.1:
        return b" ".join(r.choices(PIECES, k=r.randint(0, 9)))
    fields = [
        b'"y":' + r.choice([b"0", b"1", b'"2"', b"true", value()]),
        b'"u.i":' + r.choice([b"3", b"[1,1]", value()]),
    ]
    fields += [b'"n":' + value()] * r.randint(0, 1) + [b'"c":' + value()] * r.randint(0, 1)
    fields += [r.choice([b'"u"', b'"o"', b'"c"']) + b":" + value()] * (r.random() < 0.3)
    r.shuffle(fields)
    text = b"{" + b", ".join(fields) + b"}"
    return text if kind < 0.9 else text[: r.randrange(len(text))]


@pytest.mark.filterwarnings("ignore:jsonl")
@pytest.mark.parametrize("seed", range(30))
def test_random_lines_against_a_slow_reader(tmp_path, seed):
    r = random.Random(seed)
    lines = [random_line(r) for _ in range(r.choice([1, 20, 400]))]
    text = r.choice([b"", b"\xef\xbb\xbf"]) + r.choice([b"\n", b"\r\n", b"\n\n"]).join(lines) + r.choice([b"", b"\n"])
    good, bad = check_as_the_slow_one(text, tmp_path / "a.jsonl", readers=r.choice([None, 2]))
    assert len(lines) < 100 or (good > 20 and bad > 20)


@pytest.mark.filterwarnings("ignore:jsonl")
def test_damaged_lines_against_a_slow_reader(tmp_path):
    path = tmp_path / "a.jsonl"
    whole = LINE + b"\n" + LINE + b"\r\n"
    assert check_as_the_slow_one(whole, path) == (2, 0)
    for size in range(len(whole)):
        check_as_the_slow_one(whole[:size], path)
    for at in range(len(LINE)):
        for byte in (0, whole[at] ^ 1, whole[at] ^ 32, 0xFF, ord("\\"), ord("{")):
            check_as_the_slow_one(whole[:at] + bytes([byte]) + whole[at + 1 :], path)
    for text in (b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb", b"\x00", b" \t\r\n", b"[]", b"null\n", b"\r", b"{}"):
        check_as_the_slow_one(text, path)


@pytest.mark.parametrize(
    "line, column, reason",
    [
        ('{"y": 1, "n": 1, "c": "a", "d": 1', None, "a line must be one whole object of JSON"),
        ("[1]", None, "a line must be one whole object of JSON"),
        ('{"y": 1} {"y": 1}', None, "a line must be one whole object of JSON"),
        ('{"y": NaN}', None, "a line must be one whole object of JSON"),
        ('{"y": 1, "d": 1, "o": 1e999}', None, "a number must be one of JSON"),
        ('{"y": 1, "o": 99999999999999999999}', None, "a number must be one of JSON, a whole one of 64 bits"),
        (b'{"y": 1, "o": "\xff"}', None, "a line must be valid UTF-8"),
        ('{"y": 1, "o": "\\ud800"}', None, "a text must have the escapes of JSON"),
        ('{"o": ' + "[" * 2000 + "]" * 2000 + "}", None, "an object must have at most 1024 levels"),
        ('{"y": 1, "o": "' + "x" * (16 << 20) + '"}', None, "a line must be at most 16 MiB long"),
        ('{"y": 1, "d": 1, "y": 1}', "y", "a column must be given once"),
        ('{"d": 1}', "y", "a label must be a finite number"),
        ('{"y": null, "d": 1}', "y", "a label must be a finite number"),
        ('{"y": [1], "d": 1}', "y", "a value must be a number, a boolean or the text of a number"),
        ('{"y": 1e39, "d": 1}', "y", "a label must be a finite number"),
        ('{"y": 1, "n": "1 2", "d": 1}', "n", "a number must be finite, and nothing else"),
        ('{"y": 1, "c": 1.0, "d": 1}', "c", "a value must be a text or a whole number, or a list of them"),
        ('{"y": 1, "c": false, "d": 1}', "c", "a value must be a text or a whole number, or a list of them"),
        ('{"y": 1, "c": ["a", {}], "d": 1}', "c", "a list must hold texts or whole numbers"),
        ('{"y": 1}', "d", r"an id must be a whole number in \[0, n\)"),
        ('{"y": 1, "d": 9}', "d", r"an id must be a whole number in \[0, n\)"),
        ('{"y": 1, "d": 18446744073709551615}', "d", r"an id must be a whole number in \[0, n\)"),
        ('{"y": 1, "d": [1, null]}', "d", "an id must be given, and not be null"),
        ('{"y": 1, "d": 1, "o": {"p": [7]}}', None, "a value that columns are in must be an object"),
    ],
)
def test_bad_rows_are_named(tmp_path, line, column, reason):
    columns = [data.label("y"), data.number("n", missing=0), data.category("c", bins=9), data.ids("d", 9)]
    columns += [data.category("o.p.q", bins=3)] if "o" in str(line) and "levels" not in reason else []
    line = line if isinstance(line, bytes) else line.encode()
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"y": 1, "n": 0, "c": [], "d": 1, "o": {"p": {"q": 1}}}\n\n' + line + b"\r\n")
    named = f"column '{column}' of line 3" if column else "line 3"
    with pytest.raises(ValueError, match=f"load: each row .*{reason}.* in {named} of .*a.jsonl"):
        data.jsonl(path, columns).load()
    rejects = tmp_path / "rejects"
    dataset = data.jsonl(path, columns, on_bad="skip", rejects=rejects)
    assert dataset.load()[0].shape[0] == 1 and rejects.read_bytes() == line + b"\n"
    row = dataset.report.first[0]
    assert (row.line, row.column, row.text) == (3, column, line)


def test_keys_within_each_other(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [{"a": {"b": {"c": 1}, "y": 1}}, {"a.b.c": 2, "a": {"y": 0}}, {"a": {"b": None, "y": 1}}]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    columns = [data.label("a.y"), data.ids("a.b.c", 4, separator=",")]
    x, y, _ = data.jsonl(path, columns).load()
    assert x.toarray().tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]] and y.ravel().tolist() == [1, 0, 1]
    path.write_text('{"a": {"b": {"c": 1}, "y": 1}, "a.b.c": 1}')
    with pytest.raises(ValueError, match="a column must be given once, in column 'a.b.c'"):
        data.jsonl(path, columns).load()
    path.write_text('{"a": {"y": 1}}')
    with pytest.raises(ValueError, match="a value must be a text or a whole number, or a list of them, in column 'a'"):
        data.jsonl(path, [data.label("a.y"), data.category("a", bins=3)]).load()


def test_ids_by_field(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"b": 3, "a": "x"}\n{"b": "2"}\n')
    columns = [data.category("a", vocabulary=["x"]), data.ids("b", 7)]
    assert data.jsonl(path, columns, fields=True).load()[0].tolist() == [[1, 2 + 3], [0, 2 + 2]]
    path.write_text('{"b": [3], "a": "x"}')
    with pytest.raises(ValueError, match="a value must be a text or a whole number, in column 'b'"):
        data.jsonl(path, columns, fields=True).load()


def test_a_name_that_no_row_has_is_warned_of(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"y": 1, "user": {"id": "a"}}\n' * 3)
    dataset = data.jsonl(path, [data.label("y"), data.category("user_id", bins=9)])
    with pytest.warns(UserWarning, match="'user_id', which none of the first 3 rows .*; did you mean 'user'"):
        dataset.load()
    dataset.load()  # Once is enough.
    path.write_text("")
    assert dataset.load()[0].shape == (0, 9)


@pytest.mark.filterwarnings("ignore:jsonl")
def test_rows_of_few_bytes_and_many_columns(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n" * 3000 + '{"c1999": "a"}\n')
    columns = data.categories("c{0..1999}", vocabulary=["", "a"])
    for readers in (0, 2):
        x = data.jsonl(path, columns, readers=readers).load()[0]
        assert x.shape == (3001, 6000) and (np.diff(x.indptr) == 2000).all()
        assert x.indices[:3].tolist() == [1, 4, 7] and x.indices[-1] == 5999 and x.indices[-2001] == 5998
    path.write_text("{}\n" * 3000 + "{\n")
    with pytest.raises(ValueError, match="line 3001 of"):
        data.jsonl(path, columns).load()


def test_pipes_globs_and_packed_files(tmp_path):
    table = list(values(2000, seed=3))
    r = random.Random(3)
    lines = [as_json(row, r, True) + "\n" for row in table]
    wanted = csv_of(table, tmp_path / "a.csv")
    for part in range(2):
        (tmp_path / f"part{part}.jsonl").write_text("".join(lines[part * 1000 : part * 1000 + 1000]))
    assert same(data.jsonl(tmp_path / "part*.jsonl", COLUMNS), wanted)
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=lambda: (tmp_path / "pipe").write_text("".join(lines)))
    thread.start()
    dataset = data.jsonl(tmp_path / "pipe", COLUMNS)
    assert same(dataset, wanted)
    thread.join()
    with pytest.raises(ValueError, match="a pipe can be read once"):
        dataset.load()
    dataset = data.jsonl(tmp_path / "part*.jsonl", COLUMNS)
    assert same(dataset.pack(tmp_path / "p"), wanted)
    assert same(dataset.pack(tmp_path / "p", read_only=True), wanted)
    with (tmp_path / "part1.jsonl").open("a") as file:
        file.write(lines[0])
    with pytest.warns(UserWarning, match="part1.jsonl"):
        assert dataset.pack(tmp_path / "p").load()[0].shape[0] == 2001
    with pytest.raises(FileNotFoundError):
        data.jsonl(tmp_path / "none", COLUMNS).load()
    with pytest.raises(ValueError):
        data.jsonl(tmp_path, COLUMNS).load()


def test_a_model_learns_the_same_from_lines_and_from_arrays(tmp_path):
    table = list(values(3000, seed=4))
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({name: row[name] for name in "yncv"}) + "\n" for row in table))
    columns = [data.label("y"), data.number("n", missing=0), *data.categories("c", bins=99), data.category("v", bins=9)]
    dataset = data.jsonl(path, columns)

    def learn(*given):
        lacuna.utils.set_random_seed(0)
        model = Sequential([Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy")
        model.fit(*given, epochs=2, batch_size=64, verbose=0)
        return model.get_weights()[0]

    x, y, _ = dataset.load()
    assert np.array_equal(learn(dataset), learn(x, y))
