"""From a gzipped click log to a model that answers raw lines: hashing, a factorization machine, a packed file, a saved
model that another process asks. The log is made, so its best possible log loss is known; the model comes within 1 %.

clicks.cc is the same in C++, for the logs that `clicks.py --folder …` has left."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import log as made

import lacuna
from lacuna import data
from lacuna.callbacks import BackupAndRestore
from lacuna.initializers import RandomNormal
from lacuna.layers import FactorizationMachine, Input
from lacuna.models import Model, load_model
from lacuna.optimizers import Adagrad


def columns() -> list[data.Column]:
    """What the columns of the log are for. The same for training and for raw lines."""
    words = [data.category(name, bins=2**12) for name in made.WORDS]
    return [data.label("click"), data.number("price", transform="log1p", buckets=12), *words]


def read(path: pathlib.Path) -> data.Dataset:
    """The rows of a log; one that is not understood is left out and counted."""
    return data.csv(path, columns(), delimiter="\t", on_bad="skip")


def train(folder: pathlib.Path, rows: int, epochs: int) -> None:
    """Makes two logs in the folder, trains on one, and tells the log loss on the other beside the best possible."""
    truth = made.Truth(seed=1)
    made.write(folder / "train.tsv.gz", rows, truth, seed=2)
    best = made.write(folder / "test.tsv.gz", rows // 4, truth, seed=3)
    lacuna.utils.set_random_seed(4)
    log = read(folder / "train.tsv.gz").pack(folder / "train.pack")
    test = read(folder / "test.tsv.gz")

    x = Input((12 + len(made.WORDS) * 2**12,), sparse=True)
    some = RandomNormal(stddev=0.1)  # Factors that are all 0 would not move.
    click = FactorizationMachine(2, activation="sigmoid", sparse_weight=True, kernel_initializer=some)(x)
    model = Model(x, click)
    model.compile(Adagrad(lr=0.15), "binary_crossentropy")
    backup = BackupAndRestore(folder / "backup.h5", save_freq=500)
    model.fit(log, batch_size=512, epochs=epochs, verbose=2, callbacks=[backup])
    model.save(folder / "clicks.h5")
    loss = model.evaluate(test, batch_size=4096, verbose=0)
    print(f"{log.rows} rows, {log.report.bad} of them bad; log loss {loss:.4f}, best possible {best:.4f}", flush=True)


def ask(folder: pathlib.Path, lines: pathlib.Path) -> None:
    """Prints the probability of a click for each raw line."""
    model = load_model(folder / "clicks.h5")
    for probability in model.predict(read(lines))[:, 0]:
        print(f"{probability:.4f}")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, help="where the files are put; a temporary one unless given")
    parser.add_argument(
        "--ask", type=pathlib.Path, help="a file of raw lines: asks the saved model in --folder instead"
    )
    options = parser.parse_args()
    if options.ask:
        return ask(options.folder, options.ask)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or pathlib.Path(temporary)
        train(folder, options.rows, options.epochs)
        lines = folder / "lines.tsv"
        lines.write_text("0\t3.50\tsite-0\tad-1\tdevice-2\thour-12\n0\t\tsite-7\tad-0\tdevice-0\thour-3\n")
        program = [sys.executable, __file__, "--folder", str(folder), "--ask", str(lines)]
        print("Asked about two raw lines, another process says:", flush=True)
        subprocess.run(program, check=True)
    return None


if __name__ == "__main__":
    main()
