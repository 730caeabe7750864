"""Predicts which section a Debian package belongs to, from its name, dependencies, tags and one-line description.

The data is the machine's own package lists: some 60,000 packages and 100,000 different words, 18 words per package.
Prints the test accuracy and the most surprising mistakes, and draws the learning curve and each section's accuracy.
"""

import argparse
import subprocess
import sys
import textwrap
import time
from typing import NoReturn

import features
import numpy as np

import lacuna
from lacuna.layers import Dense, Dropout, Input
from lacuna.models import Model
from lacuna.optimizers import Adam


def package_lists() -> list[features.Package]:
    try:
        run = subprocess.run(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, check=True)
    except FileNotFoundError:
        fail("there is no apt-cache here; this example reads the package lists of a Debian system.")
    packages = features.parse(run.stdout.decode("utf-8", "replace"))
    if len(packages) < 10_000:  # Without lists apt-cache prints only the installed packages.
        fail(f"the package lists are empty ({len(packages)} packages); run `apt-get update` as root first.")
    return packages


def fail(why: str) -> NoReturn:
    print(f"debian_sections: {why}", file=sys.stderr)
    sys.exit(2)


def build(columns: int, sections: int) -> Model:
    words = Input((columns,), sparse=True)
    # A batch of 128 packages has 1% of the words; with sparse_weight a step touches only their rows.
    hidden = Dense(128, activation="relu", sparse_weight=True)(words)
    hidden = Dropout(0.3)(hidden)
    model = Model(words, Dense(sections, activation="softmax")(hidden))
    model.compile(optimizer=Adam(lr=0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def surprising(packages, truth, predicted, sections, how_many=8) -> str:
    """The wrong predictions with the highest confidence, as text."""
    guess, sure = predicted.argmax(axis=1), predicted.max(axis=1)
    wrong = np.flatnonzero(guess != truth)
    lines = []
    for i in wrong[np.argsort(-sure[wrong], kind="stable")][:how_many]:
        package = packages[i]
        lines.append(
            f"{package.name} ({package.description}): {sections[guess[i]]}, thinks the model, {100 * sure[i]:.2f}% "
            f"sure; Debian has it in {sections[truth[i]]}."
        )
    return "\n".join(textwrap.fill(line, 110, initial_indent="  - ", subsequent_indent="    ") for line in lines)


def draw(path, history, truth, right, sections) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    count = np.bincount(truth, minlength=len(sections))
    accuracy = np.bincount(truth, weights=right, minlength=len(sections)) / np.maximum(count, 1)
    shown = [s for s in np.argsort(accuracy, kind="stable") if count[s] > 0]

    figure = plt.figure(figsize=(13, 10), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[1, 1.15])
    epochs = np.arange(1, len(history["loss"]) + 1)
    for row, (key, title) in enumerate([("loss", "Loss"), ("acc", "Accuracy")]):
        axes = figure.add_subplot(grid[row, 0])
        axes.plot(epochs, history[key], "o-", color="tab:gray", label="training, with dropout")
        axes.plot(epochs, history["val_" + key], "o-", color="tab:blue", label="test")
        axes.set(title=title, xlabel="epoch", xticks=epochs)
        axes.grid(alpha=0.3)
        axes.legend()

    axes = figure.add_subplot(grid[:, 1])
    places = np.arange(len(shown))
    axes.barh(places, accuracy[shown], color=plt.cm.RdYlGn(0.1 + 0.8 * accuracy[shown]))
    axes.set_yticks(places, [f"{sections[s]} ({count[s]})" for s in shown], fontsize=8)
    axes.axvline(right.mean(), color="black", linewidth=0.8, linestyle="--")
    axes.set(
        title=f"Accuracy of each section (packages tested); all: {right.mean():.3f}",
        xlim=(0, 1),
        ylim=(-0.7, len(shown) - 0.3),
    )
    figure.suptitle("Sections of Debian packages, told from name, dependencies, tags and description")
    figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default="debian_sections.png", help="where the picture goes")
    options = parser.parse_args()

    packages = package_lists()
    sections = sorted({package.section for package in packages})
    number = {section: i for i, section in enumerate(sections)}
    train = [package for package in packages if not features.is_test(package)]
    test = [package for package in packages if features.is_test(package)]
    tf_idf = features.TfIdf().fit(map(features.words, train))
    x_train, x_test = (tf_idf.transform(map(features.words, part)) for part in (train, test))
    y_train, y_test = (np.array([number[package.section] for package in part]) for part in (train, test))
    print(
        f"{len(packages)} packages, {len(sections)} sections, {x_train.shape[1]} columns, "
        f"{x_train.nnz / len(train):.1f} non-zeros a row; {len(test)} packages are the test set"
    )

    lacuna.utils.set_random_seed(options.seed)
    model = build(x_train.shape[1], len(sections))
    model.summary()
    start = time.perf_counter()
    history = model.fit(
        x_train, y_train, batch_size=options.batch_size, epochs=options.epochs, validation_data=(x_test, y_test)
    ).history
    took = time.perf_counter() - start
    predicted = model.predict(x_test, batch_size=1024)
    right = predicted.argmax(axis=1) == y_test
    print(f"\nThe most surprising mistakes:\n{surprising(test, y_test, predicted, sections)}\n")
    draw(options.output, history, y_test, right, sections)
    print(f"Test accuracy {right.mean():.4f} after {took:.1f} s of training; the picture is {options.output}")


if __name__ == "__main__":
    main()
