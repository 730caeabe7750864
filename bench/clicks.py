"""A made click log of Criteo's shape, from a fixed seed: lines of a label, 13 numbers and 26 words of 8 hexadecimal
digits, with tabs between them; some numbers and words are missing."""

import gzip
import pathlib
import shutil
import subprocess

import numpy as np

NUMBERS, WORDS = 13, 26
DIGITS, LETTERS = 5, 8  # The most of a number, and of a word.
AT_ONCE = 50_000  # Rows, since a row takes some KB while it is made.


def write(folder, rows, seed=6):
    """Writes text.tsv; returns its size in MB."""
    path = pathlib.Path(folder) / "text.tsv"
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for begin in range(0, rows, AT_ONCE):
            file.write(text(rng, min(AT_ONCE, rows - begin)))
    return path.stat().st_size / 1e6


def pack(folder):
    """Writes the same rows as text.tsv.gz, text.vw and, if there is a program zstd, text.tsv.zst."""
    path = pathlib.Path(folder) / "text.tsv"
    with path.open("rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)
    with path.open() as plain, path.with_suffix(".vw").open("w") as packed:
        packed.writelines(map(vowpal_wabbit_line, plain))
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "-3", "-f", str(path), "-o", f"{path}.zst"], check=True)


def vowpal_wabbit_line(line):
    """The row as text of Vowpal Wabbit: numbers with values, words with fields; what is missing is left out."""
    label, *fields = line.rstrip("\n").split("\t")
    numbers = (f"I{i}:{field}" for i, field in enumerate(fields[:NUMBERS], 1) if field)
    words = (f"C{i}={field}" for i, field in enumerate(fields[NUMBERS:], 1) if field)
    return f"{1 if label == '1' else -1} | {' '.join([*numbers, *words])}\n"


def text(rng, rows):
    """The bytes of so many lines."""
    numbers = np.minimum(rng.geometric(0.02, (rows, NUMBERS)) * rng.integers(0, 30, (rows, NUMBERS)), 10**DIGITS - 1)
    no_number, no_word = rng.random((rows, NUMBERS)) < 0.1, rng.random((rows, WORDS)) < 0.04
    # A few words are frequent, and most are rare.
    ranks = (10 ** (rng.random((rows, WORDS)) * np.linspace(1, 6, WORDS))).astype(np.uint64)
    words = _mixed(ranks * np.uint64(64) + np.arange(WORDS, dtype=np.uint64))
    logit = (words % np.uint64(2001)).astype(float).sum(axis=1) / 1000 - WORDS
    labels = rng.random(rows) < 1 / (1 + np.exp(1 - logit / 4))
    parts = [_fields(labels[:, None].astype(np.uint64), 10, 1, np.zeros((rows, 1), bool))]
    parts += [_fields(numbers.astype(np.uint64), 10, DIGITS, no_number), _fields(words, 16, LETTERS, no_word)]
    signs = np.concatenate(parts, axis=1)
    signs[:, -1] = ord("\n")  # In place of the tab after the last word.
    return signs[signs != 0].tobytes()


def _fields(values, base, places, missing):
    """Fields as rows of bytes: digits, and a tab after each field; bytes that are not there are 0."""
    powers = np.uint64(base) ** np.arange(places - 1, -1, -1, dtype=np.uint64)
    digits = (values[..., None] // powers % np.uint64(base)).astype(np.intp)
    signs = np.frombuffer(b"0123456789abcdef", np.uint8)[digits]
    if base == 10:
        signs[(values[..., None] < powers) & (powers > 1)] = 0
    signs[missing] = 0
    tabs = np.full((*values.shape, 1), ord("\t"), np.uint8)
    return np.concatenate([signs, tabs], axis=2).reshape(len(values), -1)


def _mixed(numbers):
    """A number of 32 bits that looks random, for each."""
    numbers = numbers * np.uint64(0x9E3779B97F4A7C15)
    numbers ^= numbers >> np.uint64(32)
    return numbers * np.uint64(0xD6E8FEB86659FD93) >> np.uint64(32)
