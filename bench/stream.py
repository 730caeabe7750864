"""Trains on a click log that is made while it is read: text of Criteo's shape comes through a pipe, so neither its
size on a disk nor in memory matters. `python -m bench.stream [rows]` after ./bench.sh has compiled the loops.

One epoch of logistic regression over 10^6 columns with momentum on touched rows, in batches of 4,096; prints the rows
that were read, seconds, the rows and MB a second, the peak of memory of the process that trains, and the loss."""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from bench import recipe
from bench.peers.lacuna import click_log
from lacuna.layers import Dense, Input
from lacuna.models import Model
from lacuna.optimizers import SGD

ROWS, BATCH = 100_000_000, 4_096
PROGRAM = pathlib.Path(__file__).parents[1] / "build" / "bench" / "cmake" / "loops" / "click_log"


def fitted(rows):
    """Trains on so many rows; returns seconds and the loss."""
    with tempfile.TemporaryDirectory() as folder:
        pipe, one = os.path.join(folder, "log.tsv"), os.path.join(folder, "one.tsv")
        os.mkfifo(pipe)
        pathlib.Path(one).write_bytes(subprocess.check_output([PROGRAM, "1"]))
        with subprocess.Popen(["sh", "-c", 'exec "$0" "$1" > "$2"', PROGRAM, str(rows), pipe]) as writer:
            dataset = click_log(pipe)
            x = Input(click_log(one).load()[0].shape[1:], sparse=True)
            layer = Dense(1, activation="sigmoid", kernel_initializer="zeros", sparse_weight=True)
            model = Model(x, layer(x))
            model.compile(SGD(recipe.WIDE_RATE, momentum=recipe.MOMENTUM), "binary_crossentropy")
            begin = time.perf_counter()
            loss = model.fit(dataset, batch_size=BATCH).history["loss"][0]
            seconds = time.perf_counter() - begin
        assert writer.returncode == 0 and dataset.report.rows == rows
    return seconds, loss


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    seconds, loss = fitted(rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds / 1e6:.2f} M rows/s; peak {peak:.0f} MB; loss {loss:.5f}")


if __name__ == "__main__":
    main()
