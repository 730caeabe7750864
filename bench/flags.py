"""When sparse_weight, sparse_grad and lazy_update pay: time of a step and memory over columns, entries a row and units.

    python -m bench.flags --picture docs/pictures/flags.svg

Each variant is a process of its own. All variants of a point run in turns, and the best of the rounds counts. Time is
CPU time of the process, the packing of batches included, so that other work on the machine matters little. The columns
follow Zipf's law, as words and ids do. Memory is what a process holds at most while it makes, compiles and fits a
model, less what it held before: weights, states of the optimizer and batches. Where that is a few MB it is not exact,
since Python uses memory again that it had freed.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

BATCH, STEPS, LONG = 512, 128, 1024
ENOUGH = 10.0  # Seconds of one variant at a point, after which it is asked twice at most.
LARGEST = 2**30  # Bytes of weight and states of a dense weight: a point that would take more has no such variant.
VARIANTS = ("no flag", "flag, exact", "flag, lazy")
COLUMNS, UNITS, ENTRIES = (10**4, 10**5, 10**6, 10**7), (1, 16, 64), (10, 100)


def points():
    """All (layer, columns, entries a row, units, steps an epoch), in the order of the tables. All rows that are behind
    are brought up to date at the end of an epoch, so that long epochs cost less a step."""
    dense = [("Dense", columns, entries, units, STEPS) for units in UNITS for entries in ENTRIES for columns in COLUMNS]
    bags = [("Embedding", columns, 10, 64, STEPS) for columns in COLUMNS]
    calm = [("Dense, Adagrad", columns, 100, units, STEPS) for units in (1, 16) for columns in COLUMNS]
    long = [("Dense", columns, 10, units, LONG) for units in UNITS for columns in COLUMNS]
    return dense + bags + calm + long


def measured(rounds, path, say):
    """A dict for each point: its numbers, and by variant milliseconds a step and MB. Goes on where the file at `path`
    ends."""
    results = json.loads(path.read_text()) if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {_key(r) for r in results}
    for layer, columns, entries, units, steps in points():
        if (layer, columns, entries, units, steps) in known:
            continue
        variants = VARIANTS if 12 * columns * units <= LARGEST else VARIANTS[1:]
        if layer.endswith("Adagrad"):  # Moves no row without a gradient, so that its updates are exact.
            variants = [one for one in variants if one != "flag, exact"]
        running = {one: _started(layer, columns, entries, units, steps, one) for one in variants}
        best = {}
        spent = dict.fromkeys(variants, 0.0)
        for turn in range(rounds):
            for one, process in running.items():
                if turn < 2 or spent[one] < ENOUGH:
                    ms, mb = _epoch(process)
                    spent[one] += ms * steps / 1_000
                    best[one] = (min(ms, best.get(one, (ms,))[0]), mb)
        for process in running.values():
            process.communicate()
        say(f"{layer} {columns:,} × {entries} × {units}, {steps} steps: {best}")
        point = {"layer": layer, "columns": columns, "entries": entries, "units": units, "steps": steps}
        results.append({**point, "best": best})
        path.write_text(json.dumps(results))
    return sorted(results, key=lambda r: points().index(_key(r)))


def _key(result):
    return tuple(result[name] for name in ("layer", "columns", "entries", "units", "steps"))


def table(results):
    """The results in Markdown: a line for each point."""
    lines = [
        "| layer | units | entries a row | columns | ms a step: no flag | flag, exact | flag, lazy "
        "| MB: no flag | flag, exact | flag, lazy |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        cells = [r["layer"], r["units"], r["entries"], f"{r['columns']:,}"]
        for k in (0, 1):
            found = [r["best"][one][k] if one in r["best"] else None for one in VARIANTS]
            least = min(value for value in found if value is not None)
            cells += ["< 10" if k and value and value < 10 else _cell(value, least) for value in found]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def draw(results, path):
    """Time and memory of Dense in long epochs, over columns: a panel for each number of units."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "lacuna"
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, len(UNITS), figsize=(11, 6.5), layout="constrained", sharex=True, sharey="row")
    styles = {"no flag": ("tab:gray", "s-"), "flag, exact": ("tab:orange", "^-"), "flag, lazy": ("tab:blue", "o-")}
    for place, units in enumerate(UNITS):
        some = [r for r in results if (r["layer"], r["units"], r["steps"]) == ("Dense", units, LONG)]
        for k, axes in enumerate(panels[:, place]):
            for one, (colour, style) in styles.items():
                line = [(r["columns"], r["best"][one][k]) for r in some if one in r["best"]]
                axes.plot(*zip(*line), style, color=colour, label=one)
            axes.set(xscale="log", yscale="log")
            axes.grid(alpha=0.3)
        panels[0, place].set_title(f"Dense({units}" + (")" if units > 1 else "), a linear model"))
        panels[1, place].set_xlabel("columns of the input")
    panels[0, 0].set_ylabel("time of a training step, ms")
    panels[1, 0].set_ylabel("memory of the model, MB")
    panels[0, 0].legend(title="sparse_weight")
    figure.suptitle(
        f"Adam, batches of {BATCH} rows with 10 entries each, CPU time; lower is better\n"
        "“no flag” ends where the weight and Adam's states would take more than 1 GiB",
        fontsize=11,
    )
    figure.savefig(path, metadata={"Date": None})


def _cell(value, least):
    if value is None:
        return "–"
    shown = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"**{shown}**" if value < 1.1 * least else shown


def _started(layer, columns, entries, units, steps, variant):
    numbers = map(str, (columns, entries, units, steps))
    command = [sys.executable, "-m", "bench.flags", "--work", layer, *numbers, variant]
    environment = {**os.environ, "LACUNA_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    )


def _epoch(process):
    process.stdin.write("epoch\n")
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError("a worker ended")
    return json.loads(answer)


def _held(what):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return float("nan")


def _work(layer, columns, entries, units, steps, variant):
    """A process: makes data and a model, and fits an epoch for each line that it reads."""
    import time

    import numpy as np
    import scipy.sparse as sp

    import lacuna
    from lacuna.layers import Dense, Embedding
    from lacuna.models import Sequential
    from lacuna.optimizers import Adagrad, Adam

    rows = BATCH * steps
    random = np.random.default_rng(0)
    ids = (columns ** random.random((rows, entries))).astype(np.int64) - 1  # Zipf's law: id k in proportion to 1 / k.
    ids = ids * 2_654_435_761 % columns
    y = random.random((rows, units), dtype=np.float32)
    x = ids.astype(np.int32)
    if layer != "Embedding":
        ones = np.ones(ids.size, np.float32)
        x = sp.csr_matrix((ones, x.ravel(), np.arange(0, ids.size + 1, entries)), shape=(rows, columns))
        x.sum_duplicates()
    del ids
    lacuna.utils.set_random_seed(0)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = _held("VmRSS")
    flag = variant != "no flag"
    if layer != "Embedding":
        model = Sequential([Dense(units, sparse_weight=flag, input_dim=columns)])
    else:
        model = Sequential([Embedding(columns, units, combiner="mean", sparse_grad=flag, input_shape=(entries,))])
    lazy = variant == "flag, lazy"
    model.compile(Adagrad(0.01) if layer.endswith("Adagrad") else Adam(lazy_update=lazy), "mse")
    model.fit(x, y, batch_size=BATCH, verbose=0)
    for _ in sys.stdin:
        start = time.process_time()
        model.fit(x, y, batch_size=BATCH, verbose=0)
        ms = 1_000 * (time.process_time() - start) / steps
        print(json.dumps([ms, _held("VmHWM") - before]), flush=True)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--results", type=pathlib.Path, default=pathlib.Path("build/bench/flags.json"), help="remove it to measure anew"
    )
    parser.add_argument("--picture", type=pathlib.Path, help="an SVG file to draw")
    parser.add_argument("--work", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        layer, *numbers, variant = options.work
        return _work(layer, *map(int, numbers), variant)
    results = measured(options.rounds, options.results, lambda text: print(text, file=sys.stderr, flush=True))
    for layers, steps in ((("Dense", "Embedding"), STEPS), (("Dense, Adagrad",), STEPS), (("Dense",), LONG)):
        print(f"{steps} steps an epoch\n\n" + table(r for r in results if r["layer"] in layers and r["steps"] == steps))
    if options.picture:
        draw(results, options.picture)
    return None


if __name__ == "__main__":
    main()
