"""The type of a cell from the counts of its genes: 8,000 made cells by 8,000 genes in csr, of which some 430 a cell are
not zero, and 16 types, some of them much alike. The cells are made (cells.py), so that the example needs no download.

Beside it: scikit-learn's logistic regression on the same matrix.
"""

import argparse
import time
import warnings

import cells
import numpy as np

import lacuna
from lacuna.layers import Dense, Input
from lacuna.models import Model
from lacuna.optimizers import Adam
from lacuna.regularizers import l2


def build(genes, types):
    x = Input((genes,), sparse=True)
    model = Model(x, Dense(types, activation="softmax", kernel_regularizer=l2(0.008))(x))
    model.compile(Adam(lr=0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def draw(path, told, of, types):
    """Which type each type is taken for: a row for each, of the shares of its cells. A family stands together."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    counts = np.zeros((types, types))
    np.add.at(counts, (of, told), 1)
    order = sorted(range(types), key=lambda one: (one % max(1, types // 3), one))
    shares = (counts / np.maximum(1, counts.sum(axis=1, keepdims=True)))[np.ix_(order, order)]
    figure, axes = plt.subplots(figsize=(7.5, 6.5), layout="constrained")
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(types), order)
    axes.set_yticks(range(types), [f"{one} ({counts[one].sum():.0f})" for one in order])
    axes.set(xlabel="type that the model says", ylabel="type of the cells (cells tested)")
    axes.set_title("What cells of each type are taken for; alike types are neighbours")
    figure.colorbar(picture, label="share of the cells of a type", shrink=0.8)
    figure.savefig(path, dpi=90)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=8_000)
    parser.add_argument("--genes", type=int, default=8_000)
    parser.add_argument("--types", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--output", default="genes.png", help="where the picture goes")
    options = parser.parse_args()

    counts, of = cells.made(options.cells, options.genes, options.types, seed=1)
    x = cells.scaled(counts)
    test = np.arange(options.cells) % 4 == 0
    train = ~test
    print(f"{x.shape[0]} cells, {x.shape[1]} genes, {x.nnz / x.shape[0]:.0f} not zero a cell", flush=True)

    lacuna.utils.set_random_seed(1)
    model = build(x.shape[1], options.types)
    start = time.perf_counter()
    model.fit(x[train], of[train], batch_size=64, epochs=options.epochs, verbose=2)
    took = time.perf_counter() - start
    accuracy = model.evaluate(x[test], of[test], verbose=0)[1]

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    warnings.simplefilter("ignore", ConvergenceWarning)  # More steps take longer, and gain nothing here.
    start = time.perf_counter()
    known = LogisticRegression(C=0.01, max_iter=50).fit(x[train], of[train])
    its = time.perf_counter() - start
    draw(options.output, model.predict(x[test]).argmax(axis=1), of[test], options.types)
    print(f"Lacuna: test accuracy {accuracy:.4f} after {took:.1f} s")
    print(f"scikit-learn: test accuracy {known.score(x[test], of[test]):.4f} after {its:.1f} s")
    print(f"The picture is {options.output}")


if __name__ == "__main__":
    main()
