"""Several labels a row: which tags (debtags) a Debian package has, told from its name, dependencies and one-line
description. The labels are a csr matrix of ones, as the inputs are one of tf-idf, and nothing is made dense.

Beside it: one logistic regression for each tag (scikit-learn's OneVsRestClassifier). Reads the machine's own package
lists: some 30,000 packages that have tags, 65,000 words, and the 50 tags that most of them have.
"""

import argparse
import collections
import pathlib
import sys
import time

import numpy as np
import scipy.sparse as sp

import lacuna
from lacuna.layers import Dense, Dropout, Input
from lacuna.models import Model
from lacuna.optimizers import Adam

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "debian_sections"))
import debian_sections
import features


def words(package):
    """The words of a package without its tags, which are what is asked for."""
    return [word for word in features.words(package) if not word.startswith("t:")]


def labels(packages, tags):
    """A row of ones for each package, in the columns of its tags."""
    number = {tag: i for i, tag in enumerate(tags)}
    rows = [sorted({number[tag] for tag in package.tags if tag in number}) for package in packages]
    indices = np.array([i for row in rows for i in row], np.int32)
    indptr = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    return sp.csr_matrix((np.ones(len(indices), np.float32), indices, indptr), (len(packages), len(tags)))


def build(columns, tags):
    x = Input((columns,), sparse=True)
    hidden = Dropout(0.5)(Dense(256, activation="relu", sparse_weight=True)(x))
    model = Model(x, Dense(tags, activation="sigmoid")(hidden))
    model.compile(Adam(lr=0.004), "binary_crossentropy")
    return model


def f1(predicted, truth):
    """(micro-F1 of all labels together, F1 of each column), of csr matrices of ones."""
    hits = np.asarray(predicted.multiply(truth).sum(axis=0)).ravel()
    told, true = (np.asarray(m.sum(axis=0)).ravel() for m in (predicted, truth))
    return 2 * hits.sum() / max(1, told.sum() + true.sum()), 2 * hits / np.maximum(1, told + true)


def draw(path, tags, ours, theirs, counts):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    order = np.argsort(ours, kind="stable")
    figure, axes = plt.subplots(figsize=(9, 10), layout="constrained")
    places = np.arange(len(order))
    axes.barh(places, ours[order], color="tab:blue", alpha=0.75, label="Lacuna, one network for all tags")
    if theirs is not None:
        axes.plot(theirs[order], places, "|", color="black", markersize=9, label="scikit-learn, a regression a tag")
    axes.set_yticks(places, [f"{tags[i]} ({counts[i]:.0f})" for i in order], fontsize=8)
    axes.set(xlim=(0, 1), ylim=(-0.7, len(order) - 0.3), xlabel="F1 on packages that were not trained on")
    axes.set_title("Which tags does a Debian package have? (packages tested that have the tag)")
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=90)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--tags", type=int, default=50, help="how many of the most frequent tags")
    parser.add_argument("--alone", action="store_true", help="without the known method, which takes longer")
    parser.add_argument("--output", default="multi_label.png", help="where the picture goes")
    options = parser.parse_args()

    packages = [package for package in debian_sections.package_lists() if package.tags]
    if not packages:
        debian_sections.fail("the packages of these lists have no tags.")
    counts = collections.Counter(tag for package in packages for tag in package.tags)
    tags = sorted(tag for tag, _ in counts.most_common(options.tags))
    train = [package for package in packages if not features.is_test(package)]
    test = [package for package in packages if features.is_test(package)]
    tf_idf = features.TfIdf().fit(map(words, train))
    x, x_test = (tf_idf.transform(map(words, part)) for part in (train, test))
    y, y_test = labels(train, tags), labels(test, tags)
    print(
        f"{len(train)} packages, {x.shape[1]} words, {len(tags)} tags, {y.nnz / len(train):.2f} a package", flush=True
    )

    lacuna.utils.set_random_seed(1)
    model = build(x.shape[1], len(tags))
    start = time.perf_counter()
    model.fit(x, y, batch_size=128, epochs=options.epochs, verbose=2)
    took = time.perf_counter() - start
    ours, of_tags = f1(sp.csr_matrix(model.predict(x_test) > 0.5, dtype=np.float32), y_test)
    theirs, lines = None, []
    if not options.alone:
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        start = time.perf_counter()
        known = OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear"), n_jobs=2).fit(x, y.astype(np.int32))
        its = time.perf_counter() - start
        score, theirs = f1(sp.csr_matrix(known.predict(x_test), dtype=np.float32), y_test)
        lines = [f"scikit-learn: micro-F1 {score:.4f} after {its:.1f} s"]
    draw(options.output, tags, of_tags, theirs, np.asarray(y_test.sum(axis=0)).ravel())
    print("\n".join([f"Lacuna: micro-F1 {ours:.4f} after {took:.1f} s", *lines, f"The picture is {options.output}"]))


if __name__ == "__main__":
    main()
