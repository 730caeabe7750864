"""lacuna.data.csv: what is read, what is refused, and that a model learns from it what it learns from arrays."""

import bz2
import csv
import gzip
import io
import lzma
import math
import os
import shutil
import subprocess

import numpy as np
import pytest

from lacuna import data

# Keras 3.15's Hashing(num_bins) of these words.
WORDS = [
    "",
    "a",
    "ab",
    "68fd1e64",
    "hello world",
    "ünïcödé",
    "x" * 17,
    "y" * 33,
    "z" * 70,
    "0",
    "-1",
    "12345678901234567890",
]
BINS = {
    2: [1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1],
    1000: [263, 939, 502, 598, 11, 218, 581, 150, 619, 735, 430, 749],
    2**20: [16463, 1013219, 894238, 576134, 438299, 320114, 77733, 397054, 1025723, 98879, 358478, 17685],
    10**9 + 7: [
        912170738, 384735799, 721800305, 535444854, 253301321, 234022506, 271727477, 490376311, 107811520, 859788559,
        813956939, 659610337,
    ],
}  # fmt: skip


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("bins", BINS)
def test_words_have_the_bins_of_keras(tmp_path, bins):
    path = written(tmp_path / "w.csv", "".join(f"1,{word}\n" for word in WORDS))
    x, y, weight = data.csv(path, [data.label("y"), data.category("w", bins=bins)]).load()
    assert x.shape == (len(WORDS), bins) and x.indices.tolist() == BINS[bins] and (x.data == 1).all()
    assert y.tolist() == [[1.0]] * len(WORDS) and weight is None


def slow(text, columns, delimiter, header):
    """The rows of a text as (label, {column: value}), by Python's own csv; None for a bad row."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    names = rows.pop(0) if header else [name for name, *_ in columns]
    for row in rows:
        if not row:
            continue
        if len(row) != len(names):
            yield None
            continue
        fields, label, entries, offset, good = dict(zip(names, row)), None, {}, 0, True
        for name, kind, *settings in columns:
            field = fields[name]
            if kind == "label":
                label = float(field)
            elif kind == "number":
                buckets = settings[0]
                if buckets and field == "":
                    entries[offset] = 1.0
                elif buckets:
                    entries[offset + 1 + min(max(math.floor(math.log1p(float(field))), 0), buckets - 2)] = 1.0
                elif field == "":
                    good = False
                else:
                    entries[offset] = float(field)
                offset += buckets or 1
            else:
                vocabulary, separator = settings
                for word in field.split(separator) if separator and field else [] if separator else [field]:
                    at = offset + (vocabulary.index(word) + 1 if word in vocabulary else 0)
                    entries[at] = entries.get(at, 0.0) + 1.0
                offset += len(vocabulary) + 1
        yield (label, entries) if good else None


WORDS_OF_LISTS = ["red", "green", "dark blue", 'a "quoted" one']


@pytest.mark.parametrize("seed", range(12))
def test_random_texts_against_a_slow_reader(tmp_path, seed):
    rng = np.random.default_rng(seed)
    delimiter, header = rng.choice([",", "\t", ";"]), bool(rng.integers(2))
    columns = [("y", "label"), ("n", "number", 0), ("b", "number", 6), ("c", "category", WORDS_OF_LISTS, None)]
    columns += [("l", "category", WORDS_OF_LISTS[:3], "|")]
    order = rng.permutation(len(columns)) if header else np.arange(len(columns))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=["\n", "\r\n"][rng.integers(2)])
    if header:
        writer.writerow([columns[i][0] for i in order])
    for _ in range(rng.choice([0, 1, 2, 300])):
        row = [
            int(rng.integers(2)),
            rng.choice(["", "0", "1.5", "-2e-3", "1e3"], p=[0.05, 0.2, 0.25, 0.25, 0.25]),
            rng.choice(["", "0", "7", "123456", "0.5"]),
            rng.choice([*WORDS_OF_LISTS, "other", f"with {delimiter} in it", ""]),
            "|".join(rng.choice(["red", "green", "dark blue", "x"], rng.integers(4))),
        ]
        writer.writerow([row[i] for i in order] + (["more"] if rng.random() < 0.03 else []))
    text = out.getvalue()
    if rng.integers(2):
        text = text.rstrip("\r\n")
    path = written(tmp_path / "a.csv", ("\ufeff" if rng.integers(2) else "") + text)
    dataset = data.csv(
        path,
        [
            data.label("y"),
            data.number("n"),
            data.number("b", transform="log1p", buckets=6),
            data.category("c", vocabulary=WORDS_OF_LISTS),
            data.category("l", vocabulary=WORDS_OF_LISTS[:3], separator="|"),
        ],
        delimiter=str(delimiter),
        header=header,
        on_bad="skip",
        max_bad=1,
    )
    x, y, _ = dataset.load()
    rows = list(slow(text, columns, delimiter, header))
    good = [row for row in rows if row is not None]
    wanted = np.zeros((len(good), x.shape[1]), np.float32)
    for at, (_, entries) in enumerate(good):
        for column, value in entries.items():
            wanted[at, column] = value
    assert x.shape == (len(good), 1 + 6 + 5 + 4) and x.has_canonical_format
    assert np.array_equal(x.toarray(), wanted)
    assert y[:, 0].tolist() == [label for label, _ in good]
    assert (dataset.report.rows, dataset.report.bad) == (len(rows), len(rows) - len(good))


COLUMNS = [data.label("y"), data.number("n"), data.category("c", bins=100)]


@pytest.mark.parametrize(
    "line, column, reason",
    [
        ("x,1,a", "y", "a label must be a finite number"),
        (",1,a", "y", "a label must be a finite number"),
        ("nan,1,a", "y", "a label must be a finite number"),
        ("1,inf,a", "n", "a number must be finite"),
        ("1,1e400,a", "n", "a number must be finite"),
        ("1,1e39,a", "n", "finite in float32"),
        ("1,1 2,a", "n", "a number must be finite"),
        ("1,,a", "n", "missing"),
        ("1,2", None, "too few"),
        ("1,2,a,b", None, "too many"),
        ('1,2,"a', "c", "a quote must close"),
        ('1,2,"a"b', "c", "a quote must close"),
    ],
)
def test_bad_rows_are_named_or_left_out(tmp_path, line, column, reason):
    path = written(tmp_path / "bad.csv", f"0,1,a\n\n{line}\n1,2,b\n")
    with pytest.raises(ValueError, match=reason) as error:
        data.csv(path, COLUMNS).load()
    assert f"line 3 of {path}" in str(error.value) and line in str(error.value)
    skipping = data.csv(path, COLUMNS, on_bad="skip", rejects=tmp_path / "rejects")
    x, y, _ = skipping.load()
    assert y[:, 0].tolist() == [0.0, 1.0] and x.shape == (2, 101)
    report = skipping.report
    assert (report.rows, report.bad, len(report.first)) == (3, 1, 1)
    assert (report.first[0].line, report.first[0].column, report.first[0].text) == (3, column, line.encode())
    assert (tmp_path / "rejects").read_text() == line + "\n"


def test_too_many_bad_rows_are_an_error(tmp_path):
    path = written(tmp_path / "bad.csv", "0,1,a\n" * 50 + "x,1,a\n" * 150)
    with pytest.raises(ValueError, match="at most max_bad of the rows may be bad. Received: 150 bad rows of 200"):
        data.csv(path, COLUMNS, on_bad="skip").load()
    assert data.csv(path, COLUMNS, on_bad="skip", max_bad=1).load()[1].shape == (50, 1)


@pytest.mark.parametrize("how", [{"bins": 9}, {"vocabulary": ["a"]}, {"bins": 9, "separator": "|"}])
@pytest.mark.parametrize("word", [b"\xff\xfe", b"a\xc3", b"\xc3|\xa4", b'"\xed\xa0\x80"', b"\xf4\x90\x80\x80"])
def test_a_broken_word_is_bad_where_words_are_wanted(tmp_path, how, word):
    if b"|" in word and "separator" not in how:
        word = word[:1]
    path = written(tmp_path / "w.csv", b"1,a,\xff\n0," + word + b",b\n1,\xc3\xa4|\xe2\x82\xac,\xc3\n")
    columns = [data.label("y"), data.category("w", **how), data.ignored("not read")]
    with pytest.raises(ValueError, match="a word must be valid UTF-8.*column 'w' of line 2"):
        data.csv(path, columns).load()
    skipping = data.csv(path, columns, on_bad="skip", max_bad=1)
    assert skipping.load()[1].tolist() == [[1], [1]] and skipping.report.bad == 1


def test_broken_words_among_good_ones_against_a_slow_reader(tmp_path):
    rng = np.random.default_rng(0)
    words = [
        b"a",
        b"",
        b"word",
        "\u00e4\u20ac\U0001f600".encode(),
        b"\xff",
        b"\xe2\x82",
        b"x\x80y",
        b'"q,\xc3\xa4"',
        b'"q\xc3"',
    ]
    for quoted in (False, True):
        chosen = rng.integers(9 if quoted else 7, size=(40_000, 3)) * (rng.random((40_000, 3)) < 0.1)
        lines = [b"%d," % (k % 100) + b",".join(words[w] for w in row) for k, row in enumerate(chosen)]
        path = written(tmp_path / "w.csv", b"\n".join(lines))

        def is_good(word):
            return word == word.decode(errors="replace").encode()

        wanted = [k % 100 for k, row in enumerate(chosen) if all(is_good(words[w]) for w in row)]
        for column in (data.category("a", bins=50), data.string("a", input="s")):
            columns = [data.label("y"), column, data.category("b", bins=2**33), data.category("c", vocabulary=["a"])]
            dataset = data.csv(path, columns, on_bad="skip", max_bad=1, readers=2, header=False)
            assert dataset.load()[1][:, 0].tolist() == wanted
            assert dataset.report.bad == len(lines) - len(wanted)


def test_a_text_cut_at_each_byte_gives_the_rows_before_it(tmp_path):
    text = 'y,n,c\r\n1,2.5,a\n0,-3,"b,c"\n1,4,\n'
    whole = data.csv(written(tmp_path / "whole.csv", text), COLUMNS).load()[0].toarray()
    for size in range(len(text)):
        part = text[:size]
        lines = part[7:].split("\n")
        x, y, _ = data.csv(written(tmp_path / "part.csv", part), COLUMNS, header=size >= 7, on_bad="skip").load()
        complete = part[7:].count("\n") if size >= 7 else 0
        assert len(y) - complete in (0, 1)  # The rest of a line may be a row too, and else it is bad.
        assert np.array_equal(x.toarray()[:complete], whole[:complete]), lines


@pytest.mark.parametrize("program", ["zstd", "lz4"])
def test_zst_and_lz4(tmp_path, program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed, so that no file can be made")
    lines = [f"{i % 2},{i},w{i % 7}" for i in range(300_000)]
    path = written(tmp_path / "a.csv", "\n".join(lines))
    packed = subprocess.run([program, "-c", path], check=True, capture_output=True).stdout
    wanted = data.csv(path, COLUMNS).load()
    for text in (
        packed,
        packed[: len(packed)]
        + subprocess.run([program, "-c"], input=b"\n1,2,a\n", check=True, capture_output=True).stdout,
    ):
        x, y, _ = data.csv(written(tmp_path / "packed", text), COLUMNS).load()
        assert np.array_equal(y[:300_000], wanted[1]) and (x[:300_000] != wanted[0]).nnz == 0
    assert len(y) == 300_001  # A second frame follows.
    for size in (5, 100, len(packed) // 2, len(packed) - 1):
        with pytest.raises(ValueError, match="the file must be whole and readable"):
            data.csv(written(tmp_path / "cut", packed[:size]), COLUMNS).load()
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 255
    with pytest.raises(ValueError, match="whole and readable|must be understood"):
        data.csv(written(tmp_path / "damaged", bytes(damaged)), COLUMNS).load()


def test_files_globs_headers_and_compression(tmp_path):
    text = "c,y,unused,n\na,1,?,2\nb,0,?,3\n"
    written(tmp_path / "1.csv", text)
    written(tmp_path / "2.csv.gz", gzip.compress(text.encode()))
    written(tmp_path / "3.csv.bz2", bz2.compress(text.encode()))
    written(tmp_path / "4.csv.xz", lzma.compress(text.encode()))
    written(tmp_path / "5.csv", "n,c,y\n2,a,1\n3,b,0")
    written(tmp_path / "6.csv", "")
    each = [data.csv(tmp_path / name, COLUMNS).load() for name in sorted(os.listdir(tmp_path)) if name[0] != "6"]
    assert all(np.array_equal(x.toarray(), each[0][0].toarray()) and np.array_equal(y, each[0][1]) for x, y, _ in each)
    x, y, _ = data.csv(tmp_path / "*.csv*", COLUMNS).load()
    assert y[:, 0].tolist() == [1, 0] * 5 and np.array_equal(x.toarray(), np.tile(each[0][0].toarray(), (5, 1)))
    assert data.csv([tmp_path / "5.csv", tmp_path / "1.csv"], COLUMNS).load()[1][:, 0].tolist() == [1, 0, 1, 0]
    x, y, _ = data.csv(tmp_path / "6.csv", COLUMNS).load()
    assert x.shape == (0, 101) and y.shape == (0, 1)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda p: data.csv(p / "no", COLUMNS).load(), "No such file"),
        (lambda p: data.csv(p, COLUMNS).load(), "csv|load"),
        (lambda p: data.csv(p / "no*.csv", COLUMNS).load(), "No such file"),
        (lambda p: data.csv([], COLUMNS), "there must be a file"),
        (lambda p: data.csv(p / "h.csv", COLUMNS).load(), "header must name all columns. Received: no column 'n'"),
        (lambda p: data.csv(p / "gz", COLUMNS).load(), "whole and readable"),
        (lambda p: data.csv(p / "h.csv", []), "there must be columns"),
        (lambda p: data.csv(p / "h.csv", [data.label("y")]), "a number, a category or a string"),
        (lambda p: data.csv(p / "h.csv", COLUMNS + COLUMNS), "different names"),
        (lambda p: data.csv(p / "h.csv", COLUMNS, fields=True), "a number must have buckets"),
        (lambda p: data.csv(p / "h.csv", COLUMNS, delimiter="\n"), "different characters that do not end a line"),
        (lambda p: data.csv(p / "h.csv", COLUMNS, on_bad="drop"), "on_bad must be 'raise' or 'skip'"),
        (lambda p: data.csv(p / "h.csv", COLUMNS, max_bad=2), "max_bad must be in"),
        (lambda p: data.category("c"), "bins or a vocabulary"),
        (lambda p: data.category("c", bins=-1), "bins or a vocabulary"),
        (lambda p: data.category("c", bins=2**41), "at most 2.40"),
        (lambda p: data.category("c", vocabulary=["a", "a"]), "twice"),
        (lambda p: data.number("n", buckets=1), "buckets must be 2 or more"),
        (lambda p: data.number("n", boundaries=[1, 1]), "boundaries must be finite and grow"),
        (lambda p: data.number("n", missing=math.nan), "missing must be finite"),
        (lambda p: data.number("n", transform="log"), "transform must be"),
        (lambda p: data.numbers("I{1..}"), "a pattern must"),
        (lambda p: data.numbers("I{3..1}"), "a pattern must"),
        (lambda p: data.label(""), "must have a name"),
    ],
)
def test_errors_say_what_must_hold(tmp_path, make, message):
    written(tmp_path / "h.csv", "y,c\n1,a\n")
    written(tmp_path / "gz", gzip.compress(b"1,2,a\n" * 10_000)[:-20])
    with pytest.raises(ValueError, match=message):
        make(tmp_path)


def test_any_number_of_readers_gives_the_same_rows(tmp_path):
    rng = np.random.default_rng(0)
    lines = [f"{i % 2},{rng.integers(9)},{'w' * rng.integers(40)}" for i in range(200_000)]
    lines[150_000] = "bad"
    path = written(tmp_path / "long.csv", "\n".join(lines))
    all_ = []
    for readers in (None, 1, 2, 8):
        dataset = data.csv(path, COLUMNS, on_bad="skip", readers=readers)
        all_.append(dataset.load())
        assert dataset.report.first[0].line == 150_001
        with pytest.raises(ValueError, match="line 150001"):
            data.csv(path, COLUMNS, readers=readers).load()
    for x, y, _ in all_[1:]:
        assert (x != all_[0][0]).nnz == 0 and np.array_equal(y, all_[0][1])
    middle = dataset.skip(99_990).take(20)
    assert middle.rows is None and np.array_equal(middle.load()[0].toarray(), all_[0][0][99_990:100_010].toarray())
    assert dataset.take(0).load()[0].shape == (0, 101)
    with pytest.raises(ValueError, match="count must not be negative"):
        dataset.take(-1)


def test_splits_and_shards_have_each_row_once(tmp_path):
    path = written(tmp_path / "rows.csv", "".join(f"{k},{k // 5}\n" for k in range(100_000)))
    rows = data.csv(path, [data.label("y"), data.category("c", bins=9)])
    sides = [side.load()[1][:, 0] for side in rows.split(0.75, seed=3)]
    assert np.array_equal(np.sort(np.concatenate(sides)), np.arange(100_000)) and abs(len(sides[0]) - 75_000) < 1000
    assert all((np.diff(side) > 0).all() for side in sides)  # In order.
    again = data.csv(path, [data.label("y"), data.category("c", bins=9)], readers=3).split(0.75, seed=3)
    assert np.array_equal(again[0].load()[1][:, 0], sides[0])
    assert not np.array_equal(rows.split(0.75, seed=4)[0].load()[1][:100, 0], sides[0][:100])
    shards = [rows.shard(3, i).load()[1][:, 0] for i in range(3)]
    assert all(np.array_equal(shard, np.arange(i, 100_000, 3)) for i, shard in enumerate(shards))
    assert rows.split(0.5)[0].take(10).load()[1].shape == (10, 1)

    queries = data.csv(path, [data.label("y"), data.query_id("q"), data.category("c", bins=9)], header=False)
    with pytest.raises(ValueError, match="too few"):
        queries.load()
    path.write_text("".join(f"{k},{k // 5},a\n" for k in range(10_000)))
    sides = [set((side.load()[1][:, 0] // 5).tolist()) for side in queries.split(0.3)]
    assert sides[0] and sides[1] and not sides[0] & sides[1]  # No query is on both.
    packed = queries.split(0.3)[0].pack(tmp_path / "p")
    with pytest.warns(UserWarning, match="'chosen' is the second side"):
        queries.split(0.3)[1].pack(tmp_path / "p")
    assert packed.rows == 5 * len(sides[0])
    for wrong in (0, 1, -0.5, math.nan):
        with pytest.raises(ValueError, match="split: fraction must be above 0 and below 1"):
            rows.split(wrong)
    for wrong in ((0, 0), (3, 3), (3, -1)):
        with pytest.raises(ValueError, match="shard: index must be"):
            rows.shard(*wrong)


def test_gz_in_members_and_damaged(tmp_path):
    text = b"".join(b"%d,%d,w%d\n" % (i % 2, i, i % 7) for i in range(50_000))
    packed = gzip.compress(text)
    x, y, _ = data.csv(written(tmp_path / "plain", text), COLUMNS).load()
    members = b"".join(gzip.compress(text[i : i + 7777]) for i in range(0, len(text), 7777))
    for whole in (packed, members, gzip.compress(b"") + packed + gzip.compress(b""), packed + bytes(99)):
        u, v, _ = data.csv(written(tmp_path / "gz", whole), COLUMNS).load()
        assert np.array_equal(v, y) and (u != x).nnz == 0
    cuts = [packed[:size] for size in [*range(1, 30), len(packed) // 2, *range(len(packed) - 9, len(packed))]]
    flips = [packed[:at] + bytes([packed[at] ^ 16]) + packed[at + 1 :] for at in range(10, len(packed), 499)]
    for damaged in cuts + flips:
        with pytest.raises(ValueError, match="whole and readable|must be understood"):
            data.csv(written(tmp_path / "gz", damaged), COLUMNS).load()


def test_ids_are_columns_as_they_are(tmp_path):
    path = written(tmp_path / "ids.csv", "1,3 0 3\n0,\n1,4\n")
    x, _, _ = data.csv(path, [data.label("y"), data.ids("items", 5, separator=" ")]).load()
    assert x.toarray().tolist() == [[1, 0, 0, 2, 0], [0] * 5, [0, 0, 0, 0, 1]]
    one = data.csv(written(tmp_path / "one.csv", "1,2\n0,4\n"), [data.label("y"), data.ids("item", 5)]).load()[0]
    assert one.indices.tolist() == [2, 4]
    for wrong in ("5", "-1", "x"):
        with pytest.raises(ValueError, match="column 'item' of line 1"):
            data.csv(written(tmp_path / "bad.csv", f"1,{wrong}\n"), [data.label("y"), data.ids("item", 5)]).load()
