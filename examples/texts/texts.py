"""From raw texts to a model that answers a raw sentence: the one-line descriptions of Debian's packages, through
TextVectorization, to the section that each belongs to. The saved model holds the vocabulary, so another process, in
Python or in C++ (texts.cc), asks it with text alone.

Reads the machine's own package lists: some 60,000 texts."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import lacuna
from lacuna.layers import Dense, Input, TextVectorization
from lacuna.models import Model, load_model

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "debian_sections"))
import debian_sections
import features


def train(folder: pathlib.Path, epochs: int) -> None:
    """Trains on nine packages of ten, tells the accuracy on the others, and saves the model and the sections' names."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = debian_sections.package_lists()
    sections = sorted({package.section for package in packages})
    texts = np.array([f"{package.name} {package.description}" for package in packages])[:, None]
    labels = np.array([sections.index(package.section) for package in packages])
    test = np.array([features.is_test(package) for package in packages])

    lacuna.utils.set_random_seed(1)
    vectorize = TextVectorization(max_tokens=100_000, split="words", ngrams=2, output_mode="tf_idf", norm="l2")
    vectorize.adapt(texts[~test])
    text = Input((1,), dtype="string")
    model = Model(text, Dense(len(sections), activation="softmax", sparse_weight=True)(vectorize(text)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.lr = 0.01
    model.fit(texts[~test], labels[~test], batch_size=64, epochs=epochs, verbose=2)
    accuracy = model.evaluate(texts[test], labels[test], verbose=0)[1]
    model.save(folder / "texts.h5")
    (folder / "sections.txt").write_text("\n".join(sections) + "\n")
    print(
        f"{len(packages)} texts, {len(sections)} sections, {vectorize.vocabulary_size()} words and pairs; "
        f"accuracy {accuracy:.4f}",
        flush=True,
    )


def ask(folder: pathlib.Path, sentence: str) -> None:
    """Prints the three most likely sections of a sentence."""
    model = load_model(folder / "texts.h5")
    sections = (folder / "sections.txt").read_text().split()
    probabilities = model.predict(np.array([[sentence]]))[0]
    for i in np.argsort(-probabilities, kind="stable")[:3]:
        print(f"{sections[i]} {probabilities[i]:.4f}")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--folder", type=pathlib.Path, help="where the model is put; a temporary one unless given")
    parser.add_argument("--ask", metavar="SENTENCE", help="asks the saved model in --folder instead")
    options = parser.parse_args()
    if options.ask is not None:
        return ask(options.folder, options.ask)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or pathlib.Path(temporary)
        train(folder, options.epochs)
        sentence = "a fast puzzle game with falling blocks"
        print(f"Asked about '{sentence}', another process says:", flush=True)
        subprocess.run([sys.executable, __file__, "--folder", str(folder), "--ask", sentence], check=True)
    return None


if __name__ == "__main__":
    main()
