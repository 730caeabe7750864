"""Nodes of a graph from sparse features: of 2,708 papers that cite each other (Cora), which of 7 fields each belongs
to, when the fields of 140 are known. What a node's neighbours say is taken in by a product of csr matrices: A X, twice,
where A has the links, scaled so that it averages, and X the words of each paper. It is done once; what is trained is an
ordinary network on csr rows (Wu et al., Simplifying Graph Convolutional Networks, ICML 2019).

Beside it: scikit-learn's logistic regression on the words alone and on the same A A X; the graph convolutional network
of Kipf and Welling (2017) has .815 in its paper.

Reads the folder of the data set, which is not part of Lacuna: nodes.libsvm.xz, edges.txt.xz and split.json.
"""

import argparse
import json
import lzma
import pathlib
import sys
import time

import numpy as np
import scipy.sparse as sp

import lacuna
from lacuna.layers import Dense, Dropout, Input
from lacuna.models import Model
from lacuna.optimizers import Adam
from lacuna.regularizers import l2

FOLDER = pathlib.Path(__file__).parents[3] / "shared/data/cora"


def read(folder):
    """(words of each node as csr, their fields, links as pairs, numbers of the nodes by 'train', 'val' and 'test')."""
    missing = [name for name in ("nodes.libsvm.xz", "edges.txt.xz", "split.json") if not (folder / name).exists()]
    if missing:
        print(
            f"graph_nodes: {', '.join(missing)} must be in {folder}; give the folder of Cora by --data.",
            file=sys.stderr,
        )
        sys.exit(2)
    fields, rows, columns = [], [], []
    with lzma.open(folder / "nodes.libsvm.xz", "rt") as file:
        for node, line in enumerate(file):
            field, *words = line.split()
            fields.append(int(float(field)))
            rows += [node] * len(words)
            columns += [int(word.partition(":")[0]) for word in words]
    x = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)))
    with lzma.open(folder / "edges.txt.xz", "rt") as file:
        links = np.loadtxt(file, dtype=np.int64)
    split = json.loads((folder / "split.json").read_text())
    return x, np.array(fields), links, {name: np.array(nodes) for name, nodes in split.items()}


def averaging(links, nodes):
    """The csr matrix of links in both directions and of each node with itself, scaled by the roots of their degrees."""
    ones = np.ones(len(links), np.float32)
    one_way = sp.csr_matrix((ones, (links[:, 0], links[:, 1])), (nodes, nodes))
    both = ((one_way + one_way.T) > 0).astype(np.float32) + sp.eye(nodes, dtype=np.float32, format="csr")
    scale = sp.diags(1 / np.sqrt(np.asarray(both.sum(axis=1)).ravel()))
    return (scale @ both @ scale).astype(np.float32).tocsr()


def build(columns, fields):
    x = Input((columns,), sparse=True)
    hidden = Dense(32, activation="relu", kernel_regularizer=l2(5e-4))(Dropout(0.5)(x))
    y = Dense(fields, activation="softmax", kernel_regularizer=l2(5e-4))(Dropout(0.5)(hidden))
    model = Model(x, y)
    model.compile(Adam(lr=0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, Model(x, hidden)


def draw(path, before, after, fields):
    """Both as points in the plane of their two main directions, in the colours of the fields."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(12, 5.5), layout="constrained")
    titles = ("words of a paper", "hidden layer, after words of neighbours were mixed in")
    for axes, rows, title in zip(panels, (before, after), titles, strict=True):
        rows = rows - rows.mean(axis=0)
        directions = np.linalg.svd(rows, full_matrices=False)[2][:2]
        axes.scatter(*(rows @ directions.T).T, c=fields, cmap="tab10", vmax=9, s=6, alpha=0.7)
        axes.set(title=title, xticks=[], yticks=[])
    figure.suptitle("Papers that were not trained on; a colour is a field")
    figure.savefig(path, dpi=90)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=FOLDER, help="the folder of the data set")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--output", default="graph_nodes.png", help="where the picture goes")
    options = parser.parse_args()

    x, fields, links, split = read(options.data)
    x = sp.csr_matrix(sp.diags(1 / np.maximum(1, np.asarray(x.sum(axis=1)).ravel())) @ x, dtype=np.float32)
    a = averaging(links, x.shape[0])
    mixed = sp.csr_matrix(a @ (a @ x))
    train, test = split["train"], split["test"]
    print(
        f"{x.shape[0]} nodes, {len(links)} links, {x.shape[1]} words; {x.nnz / x.shape[0]:.0f} of them a node, "
        f"{mixed.nnz / x.shape[0]:.0f} with those of its neighbours; {len(train)} nodes have a known field",
        flush=True,
    )
    lacuna.utils.set_random_seed(1)
    model, hidden = build(x.shape[1], fields.max() + 1)
    start = time.perf_counter()
    model.fit(mixed[train], fields[train], batch_size=len(train), epochs=options.epochs, verbose=0)
    took = time.perf_counter() - start
    accuracy = model.evaluate(mixed[test], fields[test], verbose=0)[1]

    from sklearn.linear_model import LogisticRegression

    draw(options.output, x[test].toarray(), hidden.predict(mixed[test]), fields[test])
    print(f"Lacuna: test accuracy {accuracy:.4f} after {took:.1f} s")
    for name, rows in (("the words alone", x), ("words of neighbours too", mixed)):
        known = LogisticRegression(C=100, max_iter=2000).fit(rows[train], fields[train])
        print(f"scikit-learn, {name}: test accuracy {known.score(rows[test], fields[test]):.4f}")
    print(f"The picture is {options.output}")


if __name__ == "__main__":
    main()
