"""Measures how the time of a step grows with rows, non-zeros, features, units and threads, varying one at a time on
little generated data. Runs Lacuna with sparse_weight and without, and the hand-written loop for one unit. The loop
updates all weights in each step, so only its time must grow with the features."""

import os
import pathlib

from bench import plot, race, report
from bench.cases import Case, Contestant
from bench.process import Failed, Process

NAMES = {"loop flag": f"{plot.LOOP}: moves all weights in each step"}
STEPS, LARGEST_EPOCH = 32, 131_072  # The data has steps x batch rows, at most so many.
BASE = {"batch": 512, "nonzeros": 64, "features": 100_000, "units": 1, "threads": 1}
VARIED = {
    "batch": ("rows per batch", (32, 128, 512, 2_048, 8_192)),
    "nonzeros": ("non-zeros per row", (8, 32, 128, 512)),
    "features": ("features", (10_000, 100_000, 1_000_000, 10_000_000)),
    "units": ("units", (1, 4, 16, 64, 256)),
    "threads": ("threads", (1, 2, 4, 8)),
}


def run(places, made, output, repeats, say):
    """Returns a dict for each curve, for JSON; writes scaling_<what>.png for each."""
    results = []
    for what, (name, values) in VARIED.items():
        if what == "threads":
            values = [count for count in values if count <= (os.cpu_count() or 1)]
        base = {**BASE, "units": 64} if what == "threads" else BASE
        series = {}
        for value in values:
            point = {**base, what: value}
            for label, milliseconds in _steps(places, made, point, repeats, say).items():
                series.setdefault(label, []).append((value, milliseconds))
        for label, points in series.items():
            say(f"  {name}, {label}: " + ", ".join(f"{x:,} {report.seconds(ms / 1e3)}" for x, ms in points))
        fixed = ", ".join(f"{VARIED[key][0]} {base[key]:,}" for key in base if key != what)
        if series:
            picture = pathlib.Path(output) / f"scaling_{what}.png"
            title = f"How long a training step of a Dense layer on sparse rows takes, by {name}\n({fixed})"
            plot.curves(picture, title, name, series, gain=what == "threads", names=NAMES)
        results.append({"varied": what, "fixed": {key: base[key] for key in base if key != what}, "ms": series})
    return results


def _steps(places, made, point, repeats, say):
    rows = min(STEPS * point["batch"], LARGEST_EPOCH)
    folder = made(f"units-{rows}-{point['features']}-{point['nonzeros']}-{point['units']}")
    contestants = [Contestant("lacuna", "flag"), Contestant("lacuna", "plain")]
    if point["units"] == 1 and point["threads"] == 1 and not places.missing("loop", "linear"):
        contestants.append(Contestant("loop", "flag"))
    running, found = {}, {}
    for one in contestants:
        case = Case("scaling", "", "linear" if one.peer == "loop" else "units", [], batch=point["batch"])
        try:
            running[one] = Process(race.command_line(places, case, one, folder, point["threads"]), point["threads"])
        except Failed as error:
            say(f"  {one.label}: {error}")
    try:
        for one, result in race.run(running, "epoch", repeats, say).items():
            # The minimum, since the plot shows how the work grows, not the noise of the machine.
            found[one.label] = 1_000 * min(race.measured(result)) / -(-rows // point["batch"])
    finally:
        for process in running.values():
            process.end()
    return found
