"""Sparse linear regression, y = x @ (1, 2, …, columns), on a random csr matrix: the benchmark of sparse Keras.

Prints the time of an epoch and a prediction, and the memory. linear_regression.cc is the same in C++.
"""

import argparse
import contextlib
import time

import numpy as np
import scipy.sparse as sp

import lacuna
from lacuna.callbacks import Callback
from lacuna.layers import Dense, Input
from lacuna.models import Model
from lacuna.optimizers import SGD
from lacuna.utils.data_utils import prepare_sliced_sparse_data


class Clock(Callback):
    """Prints a line for each epoch."""

    def __init__(self, rows: int):
        super().__init__()
        self.rows = rows
        self.best = float("inf")

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        took = time.perf_counter() - self.start
        self.best = min(self.best, took)
        print(f"epoch {epoch + 1}: {took:.4f} s, {self.rows / took:.0f} rows/s, loss {logs['loss']:.4g}", flush=True)


def random_csr(rows: int, columns: int, density: float, random: np.random.Generator) -> sp.csr_matrix:
    """Each element is stored with probability `density`; values are uniform in [0, 1).

    The gaps between stored elements have a geometric distribution. scipy.sparse.random takes minutes and 8 GB for this.
    """
    expected = rows * columns * density
    enough = int(expected + 10 * expected**0.5) + 10
    places = np.cumsum(random.geometric(density, enough)) - 1
    places = places[: np.searchsorted(places, rows * columns)]
    indptr = np.searchsorted(places, np.arange(rows + 1) * columns).astype(np.int32)
    data = random.random(len(places), dtype=np.float32)
    return sp.csr_matrix((data, (places % columns).astype(np.int32), indptr), shape=(rows, columns))


def peak_memory() -> float:
    """The most memory, in MB, that this process held since reset_peak_memory."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float("nan")


def reset_peak_memory() -> None:
    """Restarts the measurement, since making the data takes more memory than training."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--mode", choices=["train", "predict", "both"], default="both")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=10_000)
    parser.add_argument("--density", type=float, default=0.01)
    parser.add_argument("--lr", type=float, default=0.1, help="as published; it learns at batches from 64 to 1024")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--seed", type=int, default=0)
    o = parser.parse_args()
    if o.threads:
        lacuna.config.set_num_threads(o.threads)
    lacuna.utils.set_random_seed(o.seed)

    x = random_csr(o.rows, o.columns, o.density, np.random.default_rng(o.seed))
    y = x @ np.arange(1, o.columns + 1, dtype=np.float32)
    # Only whole batches, as in the published benchmark; fit would accept the remaining rows too.
    x = prepare_sliced_sparse_data(x, o.batch_size)
    y = y[: x.shape[0]]
    rows = x.shape[0]
    reset_peak_memory()
    print(
        f"{rows} rows, {o.columns} columns, {x.nnz} non-zeros, batch {o.batch_size}, "
        f"{lacuna.config.num_threads()} threads, {peak_memory():.0f} MB"
    )

    inputs = Input(batch_shape=(None, o.columns), dtype="float32", sparse=True)
    outputs = Dense(1, activation="linear", kernel_initializer="normal", sparse_weight=True)(inputs)
    model = Model(inputs, outputs)
    model.compile(optimizer=SGD(lr=o.lr, momentum=0.9), loss="mse", metrics=["accuracy"])

    if o.mode != "predict":
        clock = Clock(rows)
        model.fit(x, y, batch_size=o.batch_size, epochs=o.epochs, verbose=0, callbacks=[clock])
        loss = model.evaluate(x, y, batch_size=o.batch_size, verbose=0)[0]
        print(
            f"train: best epoch {clock.best:.4f} s, {rows / clock.best:.0f} rows/s, loss {loss:.4g}, "
            f"peak memory {peak_memory():.0f} MB"
        )
    if o.mode != "train":
        best = float("inf")
        for _ in range(3):  # The first call includes setup.
            start = time.perf_counter()
            model.predict(x, batch_size=o.batch_size)
            best = min(best, time.perf_counter() - start)
        print(f"predict: {best:.4f} s, {rows / best:.0f} rows/s, peak memory {peak_memory():.0f} MB")


if __name__ == "__main__":
    main()
