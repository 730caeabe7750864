"""A made click log of the Criteo shape: a label, a number and words, tab-separated, gzipped, with a planted truth."""

import gzip
import pathlib

import numpy as np

WORDS = {"site": 80, "ad": 120, "device": 4, "hour": 24}  # How many words each column has.
NAMES = ["click", "price", *WORDS]


class Truth:
    """The probability of a click: a number for each word, and for each pair of a site and an ad the product of hidden
    factors. All of it follows from the seed."""

    def __init__(self, seed: int):
        random = np.random.default_rng(seed)
        self.alone = {name: random.normal(0, 0.4, count) for name, count in WORDS.items()}
        self.site, self.ad = (random.normal(0, 0.7, (WORDS[name], 2)) for name in ("site", "ad"))

    def probability(self, words: dict[str, np.ndarray], price: np.ndarray) -> np.ndarray:
        """Of each row. A missing price is NaN."""
        logit = -1.0 + sum(self.alone[name][ids] for name, ids in words.items())
        logit = logit + (self.site[words["site"]] * self.ad[words["ad"]]).sum(axis=1)
        logit = logit - np.where(np.isnan(price), 0.5, np.floor(np.log1p(np.nan_to_num(price))) * 0.3)
        return 1 / (1 + np.exp(-logit))


def write(path: pathlib.Path, rows: int, truth: Truth, seed: int) -> float:
    """Writes a log and returns its log loss under the truth: what no model can go below, but for chance."""
    random = np.random.default_rng(seed)
    words = {
        name: (count * random.random(rows) ** 2).astype(int) for name, count in WORDS.items()
    }  # Some are frequent.
    price = np.round(random.lognormal(2, 1.5, rows), 2)
    price[random.random(rows) < 0.1] = np.nan
    p = truth.probability(words, price)
    click = random.random(rows) < p
    with gzip.open(path, "wt", compresslevel=1) as file:
        for k in range(rows):
            fields = ["1" if click[k] else "0", "" if np.isnan(price[k]) else f"{price[k]:.2f}"]
            fields += [f"{name}-{ids[k]}" for name, ids in words.items()]
            file.write("\t".join(fields) + "\n")
    return float(-np.mean(np.where(click, np.log(p), np.log1p(-p))))
