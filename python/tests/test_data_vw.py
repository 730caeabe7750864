"""lacuna.data.vw against a slow reader in Python, on random and damaged text."""

import gzip
import math
import random
import re
from zlib import crc32

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import data

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def bins_of(folder, words, bins):
    """The bins of words, as CSV has them."""
    path = folder / "words.csv"
    path.write_text("".join(f"0,{word}\n" for word in words))
    x = data.csv(path, [data.label("y"), data.category("w", bins=bins)], quote=None).load()[0]
    return dict(zip(words, x.indices.tolist()))


class Bad(Exception):
    pass


def number(text):
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise Bad
    return float(text)


def slow(line, bins, namespaces, bin_of):
    """(label, weight, values by column) of a line."""
    front, *rest = line.split("|")
    words = front.split()
    if words and (front[-1] not in " \t" or words[-1][0] == "'"):
        words.pop()
    numbers = [number(word) for word in words]
    if not 1 <= len(numbers) <= 3:
        raise Bad
    label, weight = numbers[0], numbers[1] if len(numbers) > 1 else 1.0
    if weight < 0:
        raise Bad
    row = {}
    for part in rest:
        words = part.split()
        name, scale = "", 1.0
        if part and part[0] not in " \t":
            name, colon, given = words.pop(0).partition(":")
            scale = number(given) if colon else 1.0
        if namespaces and name not in namespaces:
            continue
        for word in words:
            feature, colon, given = word.partition(":")
            value = number(given) if colon else 1.0
            if not feature:
                raise Bad
            if namespaces:
                column = int(feature) % bins if feature.isdigit() else bin_of(feature)
                column += bins * namespaces.index(name)
            elif feature.isdigit():
                column = (int(feature) + (bin_of(name) if name else 0)) % bins
            else:
                column = bin_of(f"{name}^{feature}" if name else feature)
            if np.float32(value * scale) != 0:
                row[column] = np.float32(row.get(column, np.float32(0)) + np.float32(value * scale))
    return label, weight, row


def some_lines(count, seed):
    r = random.Random(seed)
    for _ in range(count):
        line = r.choice(["1", "-1", "0.5", "3e-2"]) + r.choice(["", " 2", " 0.25", " 1 0.3"])
        line += r.choice([" ", " 'tag ", " tag", " 'tag", "\t"])
        for name in r.sample(["", "user", "shop:2", "other:0.5", "a:0"], r.randint(0, 4)):
            line += "|" + name
            for _ in range(r.randint(0, 5)):
                line += r.choice([" ", "  ", "\t"]) + r.choice(["red", "blue", "7", "123456", "größe", "a^b", "x=1"])
                line += r.choice(["", "", ":2", ":-0.5", ":1e3", ":0"])
            line += r.choice([" ", ""])
        yield line


@pytest.mark.parametrize("bins", [2**12, 1000])
@pytest.mark.parametrize("namespaces", [None, ["shop", "user"], ["", "other"]])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_those_of_a_slow_reader(tmp_path, bins, namespaces, end):
    lines = list(some_lines(2000, bins))
    words = {w.partition(":")[0] for line in lines for w in line.replace("|", " ").split()}
    words |= {f"{n}^{w}" for n in ("user", "shop", "other", "a") for w in words}
    table = bins_of(tmp_path, sorted(words), bins)
    wanted = [slow(line, bins, namespaces, table.__getitem__) for line in lines]
    text = end.join(lines) + end + end
    (tmp_path / "a.vw").write_text(text, newline="")
    (tmp_path / "a.vw.gz").write_bytes(gzip.compress(text.encode()))
    for path, readers in (("a.vw", 1), ("a.vw.gz", 3)):
        x, y, weights = data.vw(tmp_path / path, bins, namespaces, readers=readers).load()
        assert x.shape == (2000, bins * (1 if namespaces is None else 2))
        assert y.ravel().tolist() == [np.float32(label) for label, _, _ in wanted]
        assert weights.tolist() == [weight for _, weight, _ in wanted]
        for row, (_, _, values) in zip(x, wanted):
            assert row.indices.tolist() == sorted(values)
            assert np.allclose(row.data, [values[c] for c in sorted(values)], rtol=1e-6)


def test_damaged_text_is_refused_as_by_a_slow_reader(tmp_path):
    r = random.Random(5)
    path = tmp_path / "a.vw"
    refused = 0
    for line in some_lines(600, 7):
        letters = list(line)
        for _ in range(r.randint(1, 3)):
            letters[r.randrange(len(letters))] = r.choice("|: '\t1a.-\0é")
        damaged = "".join(letters)
        path.write_text(damaged + "\n", newline="")
        try:
            wanted = slow(damaged, 10**9, None, lambda word: crc32(word.encode()) % 10**9) if damaged.strip() else None
        except Bad:
            refused += 1
            with pytest.raises(ValueError, match="vw|load: each row must be understood"):
                data.vw(path, 10**9).load()
            continue
        x, y, weights = data.vw(path, 10**9).load()
        if wanted is None:
            assert len(y) == 0
            continue
        label, weight, values = wanted
        assert (y.tolist(), weights.tolist()) == ([[np.float32(label)]], [weight])
        assert len(x.data) == len(values)
    assert 50 < refused < 550


@pytest.mark.parametrize(
    "line, reason",
    [
        ("|f a", "a label must be a finite number, in column 'y' of line 2"),
        ("1|f a", "a label must be a finite number, with a blank behind it: else it is a tag"),
        ("nan |f a", "a label must be a finite number"),
        ("1 -2 |f a", "a weight must be a finite number, 0 or more"),
        ("1 |f a:x", "the value of a feature must be a finite number"),
        ("1 |f a:1e99", "the value of a feature must be finite in float32"),
        ("1 |f:x a", "the scale of a namespace must be a finite number"),
        ("1 |f :2", "a feature must have a name"),
    ],
)
def test_bad_rows(tmp_path, line, reason):
    path = tmp_path / "a.vw"
    path.write_text(f"1 |f a\n{line}\n0 |f b\n")
    with pytest.raises(ValueError, match=reason):
        data.vw(path).load()
    dataset = data.vw(path, on_bad="skip", rejects=tmp_path / "rejects")
    assert dataset.load()[1].ravel().tolist() == [1, 0] and (tmp_path / "rejects").read_text() == line + "\n"
    assert dataset.report.bad == 1 and reason.startswith(dataset.report.first[0].reason)


def test_cut_at_each_byte(tmp_path):
    whole = b"1 2 'a|user:0.5 age:31 m |shop 7\n-1 |user x y:2.5\n"
    path = tmp_path / "a.vw"
    full = data.vw
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        try:
            y = full(path).load()[1]
        except ValueError as error:
            assert "each row must be understood" in str(error)
        else:
            assert len(y) <= 2


@pytest.mark.parametrize("namespaces", [(), ["user", "b\u00e4r"]])
def test_broken_words_are_bad_where_they_are_read(tmp_path, namespaces):
    path = tmp_path / "a.vw"
    lines = ["1 |user \u00e4 |b\u00e4r x", b"2 |user a\xc3 |b\xc3\xa4r x", b"3 |b\xc3\xa4r \xff:2", "4 'tag|user ok"]
    lines += [b"5 |user a |\xff 7"] if not namespaces else []
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    dataset = data.vw(path, 64, namespaces, on_bad="skip", max_bad=1)
    assert dataset.load()[1].tolist() == [[1], [4]]
    assert {row.reason for row in dataset.report.first} == {"a word must be valid UTF-8"}


def test_namespaces_are_columns_and_rows_are_packed(tmp_path):
    path = tmp_path / "a.vw"
    path.write_text("".join(f"{k % 2} |user {k % 7} |shop s{k % 11}\n" for k in range(500)))
    dataset = data.vw(path, 64, ["user", "shop"])
    one, other = dataset.pack(tmp_path / "p").split(0.5, key="user")
    users = [{row.indices[0] for row in side.load()[0]} for side in (one, other)]
    assert not users[0] & users[1] and len(users[0] | users[1]) == 7
    x, y, _ = dataset.negatives(1, "shop", draws="evenly").load()
    assert x.shape == (750, 128) and y.sum() == 250
    assert sp.issparse(x) and set(np.diff(x.indptr)) == {2}


def test_wrong_options(tmp_path):
    for options, match in [
        ({"bins": 0}, "bins"),
        ({"namespaces": ["a", "a"]}, "different names"),
        ({"max_bad": 2}, "max"),
    ]:
        with pytest.raises(ValueError, match=match):
            data.vw(tmp_path / "a.vw", **options)
    with pytest.raises(TypeError, match="vw: namespaces must be a list of names"):
        data.vw(tmp_path / "a.vw", namespaces="user")
    with pytest.raises(FileNotFoundError):
        data.vw(tmp_path / "a.vw").load()


@pytest.mark.parametrize("name", ["f:1", "a b", "a|b", "a\tb"])
def test_a_namespace_that_no_text_can_have(tmp_path, name):
    with pytest.raises(ValueError, match="must have no blank, bar or colon"):
        data.vw(tmp_path / "a.vw", namespaces=["f", name])


def test_a_line_that_ends_with_a_carriage_return_alone_is_bad(tmp_path):
    (tmp_path / "a.vw").write_bytes(b"1 |f 3\r0 |g 4\r")
    with pytest.raises(ValueError, match="a line must end with"):
        data.vw(tmp_path / "a.vw").load()


def test_rows_without_labels(tmp_path):
    path = tmp_path / "rows.vw"
    path.write_text("|f 1\n3 |f 2\n'tag|f 3\n x |f 4\n")
    with pytest.raises(ValueError, match="a label must be a finite number"):
        data.vw(path, bins=5).load()
    rows = data.vw(path, bins=5, labels=False, on_bad="skip", max_bad=1)
    x, y, weights = rows.load()
    assert x.shape == (3, 5) and y[:, 0].tolist() == [0, 3, 0] and weights.tolist() == [1, 1, 1]
    assert rows.report.bad == 1
