"""Made texts, from a fixed seed: a few words are frequent and most are rare, as in mail and news; one text a line."""

import pathlib

import numpy as np

WORDS, LETTERS = 200_000, np.array(list("etaoinshrdlucmfwypvbgkjqxz"))


def write(folder, rows, seed=7):
    """Writes texts.txt; returns its size in MB."""
    rng = np.random.default_rng(seed)
    path = pathlib.Path(folder) / "texts.txt"
    letters = LETTERS[np.minimum(rng.geometric(0.12, (WORDS, 12)) - 1, len(LETTERS) - 1)]
    sizes = np.minimum(2 + rng.poisson(4, WORDS), 12)
    words = np.array(["".join(row[:size]) for row, size in zip(letters, sizes)], object)
    words[::9] = [word.capitalize() for word in words[::9]]
    lengths = np.minimum(1 + rng.geometric(0.01, rows), 2_000)
    ranks = (WORDS ** rng.random(lengths.sum())).astype(int) - 1
    marks = np.array(["", "", "", "", "", "", "", ",", ".", "!"], object)[rng.integers(10, size=len(ranks))]
    chosen, end = words[ranks] + marks, np.cumsum(lengths)
    path.write_text("".join(" ".join(chosen[e - n : e]) + "\n" for n, e in zip(lengths, end)))
    return path.stat().st_size / 1e6


def read(folder):
    """The texts as a list, and their size in MB."""
    text = (pathlib.Path(folder) / "texts.txt").read_text()
    return text.splitlines(), len(text) / 1e6
