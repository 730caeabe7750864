"""Rows that come one by one, as Vowpal Wabbit's text: 39 of 800,000 words a row, by Zipf's law."""

import pathlib

import numpy as np

WORDS_IN_A_ROW, WORDS = 39, 20_000


def write(folder, rows):
    """Writes text.vw; returns its MB."""
    rng = np.random.default_rng(8)
    first = np.arange(WORDS_IN_A_ROW) * WORDS
    ids = np.minimum(rng.zipf(1.3, (rows, WORDS_IN_A_ROW)), WORDS - 1) + first
    weights = rng.normal(scale=0.3, size=WORDS_IN_A_ROW * WORDS)
    labels = np.where(weights[ids].sum(axis=1) + rng.normal(scale=0.3, size=rows) > 0, "1", "-1")
    path = pathlib.Path(folder) / "text.vw"
    with path.open("w") as out:
        for label, row in zip(labels, ids.astype(str)):
            out.write(f"{label} |f {' '.join(row)}\n")
    return path.stat().st_size / 1e6
