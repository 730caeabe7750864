"""Recommends packages: a table of ids, of the Debian packages and what each depends on, in place of users and movies.
One dependency of each package is hidden, and the model is asked which one it was.

Two towers learn from positive rows alone, with negatives drawn as often as packages are depended on: the sum of the
embeddings of the other dependencies and the embedding of the candidate are multiplied. Beside it: the packages that are
depended on most, and the cosines of items (those that are often together), which are hard to beat on such tables.

Reads the machine's own package lists: some 200,000 pairs of 29,000 packages and 7,000 dependencies.
"""

import argparse
import pathlib
import sys
import tempfile
import time
import zlib

import numpy as np
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.initializers import RandomNormal
from lacuna.layers import Activation, Dense, Dot, Input
from lacuna.models import Model
from lacuna.optimizers import Adagrad

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "debian_sections"))
import debian_sections

NEGATIVES, FACTORS, AT = 8, 48, (1, 3, 10, 30)
LEAST = 5  # A package that fewer depend on is left out: nothing can be learned about it.


def table(packages):
    """(names of packages, names of dependencies, csr matrix of ones)."""
    counts = {}
    for package in packages:
        for name in set(package.depends):
            counts[name] = counts.get(name, 0) + 1
    items = sorted(name for name, count in counts.items() if count >= LEAST)
    number = {name: i for i, name in enumerate(items)}
    users, rows = [], []
    for package in packages:
        row = sorted({number[name] for name in package.depends if name in number})
        if len(row) >= 3:  # One is hidden, and two are left to tell what the package is.
            users.append(package.name)
            rows.append(row)
    indptr = np.cumsum([0, *map(len, rows)])
    x = sp.csr_matrix((np.ones(indptr[-1], np.float32), np.concatenate(rows), indptr), (len(users), len(items)))
    return users, items, x


def hide_one(users, x):
    """The table without one dependency of each package, and the hidden ones. Which is hidden follows from the name."""
    place = np.array([zlib.crc32(name.encode()) for name in users]) % np.diff(x.indptr) + x.indptr[:-1]
    hidden = x.indices[place]
    kept = np.ones(x.nnz, bool)
    kept[place] = False
    indptr = np.concatenate([[0], np.cumsum(np.diff(x.indptr) - 1)])
    return sp.csr_matrix((x.data[kept], x.indices[kept], indptr), x.shape), hidden


def pairs(path, known):
    """Writes a line for each pair that is known: the other dependencies, and this one; and returns its Dataset."""
    with open(path, "w", encoding="utf-8") as file:
        for row in range(known.shape[0]):
            items = known.indices[known.indptr[row] : known.indptr[row + 1]]
            for item in items:
                file.write(" ".join(str(other) for other in items if other != item) + f"\t{item}\n")
    n = known.shape[1]
    columns = [data.ids("others", n, separator=" ", input="others"), data.ids("candidate", n, input="candidate")]
    return data.csv(path, columns, delimiter="\t", header=False)


def towers(items):
    """The model of a pair, and its two towers. Both inputs are csr, so a Dense layer is a sum of embeddings."""
    others, candidate = (Input((items,), sparse=True, name=name) for name in ("others", "candidate"))
    ready = {"use_bias": False, "sparse_weight": True, "kernel_initializer": RandomNormal(stddev=0.1)}
    user, item = Dense(FACTORS, **ready)(others), Dense(FACTORS, **ready)(candidate)
    model = Model([others, candidate], Activation("sigmoid")(Dot(1)([user, item])))
    model.compile(Adagrad(lr=0.1), "binary_crossentropy")
    return model, Model(others, user), Model(candidate, item)


def ranks(scores, known, hidden):
    """How many items that are not known come before the hidden one, for each package. scores(rows): (rows, items)."""
    result = []
    for first in range(0, known.shape[0], 2_000):
        rows, target = known[first : first + 2_000], hidden[first : first + 2_000]
        of_rows = np.asarray(scores(rows), np.float32)
        of_target = of_rows[np.arange(len(target)), target].copy()
        of_rows[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices] = -np.inf
        result.append((of_rows > of_target[:, None]).sum(axis=1))
    return np.concatenate(result)


def found(of):
    """The share of hidden items among the first k, for each k of AT."""
    return [float((of < k).mean()) for k in AT]


def draw(path, shares):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for (name, share), colour in zip(shares.items(), ("tab:blue", "tab:green", "tab:gray"), strict=True):
        axes.plot(AT, share, "o-", label=f"{name} ({share[0]:.2f} at once)", color=colour)
    axes.set(xscale="log", xticks=AT, xticklabels=map(str, AT), ylim=(0, 1), xlabel="how many packages are recommended")
    axes.set(ylabel="share of hidden dependencies among them", title="Which dependency of a Debian package is missing?")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=100)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--packages", type=int, help="only so many of them")
    parser.add_argument("--output", default="recommender.png", help="where the picture goes")
    options = parser.parse_args()

    users, items, x = table(debian_sections.package_lists()[: options.packages])
    known, hidden = hide_one(users, x)
    print(f"{len(users)} packages, {len(items)} dependencies, {known.nnz} known pairs", flush=True)
    counts = np.asarray(known.sum(axis=0)).ravel()

    lacuna.utils.set_random_seed(1)
    model, user, item = towers(len(items))
    with tempfile.TemporaryDirectory() as folder:
        # Cached before negatives are drawn, so that each epoch draws others.
        rows = pairs(pathlib.Path(folder) / "pairs.tsv", known).cache().negatives(NEGATIVES, "candidate", seed=1)
        start = time.perf_counter()
        model.fit(rows, batch_size=1024, epochs=options.epochs, verbose=2)
        took = time.perf_counter() - start
    vectors = item.predict(sp.eye(len(items), format="csr", dtype="float32"))
    # Negatives were drawn by their counts, so that the product says how much likelier than usual an item is.
    usual = np.log(counts + 0.5)
    length = sp.diags(1 / np.sqrt(np.maximum(counts, 1)))
    together = (length @ known.T @ known @ length).tocsr()
    together.setdiag(0)
    shares = {
        "two towers": found(ranks(lambda rows: user.predict(rows) @ vectors.T + usual, known, hidden)),
        "cosines of items": found(ranks(lambda rows: (rows @ together).toarray(), known, hidden)),
        "the most popular": found(ranks(lambda rows: np.tile(counts, (rows.shape[0], 1)), known, hidden)),
    }
    draw(options.output, shares)

    weight = item.weights[0]
    for name in ("python3-numpy", "libsdl2-2.0-0", "default-jre"):
        if name in items and items.index(name) in weight.rows()[0]:
            near = ", ".join(items[i] for i in weight.nearest(items.index(name), 4)[0])
            print(f"Nearest to {name}: {near}")
    for name, share in shares.items():
        print(f"{name}: " + ", ".join(f"{value:.4f} among the first {k}" for value, k in zip(share, AT, strict=True)))
    print(f"Training took {took:.1f} s; the picture is {options.output}")


if __name__ == "__main__":
    main()
