"""Draws the results as pictures."""

import pathlib

COLOURS = {
    "lacuna": "tab:blue",
    "loop": "tab:gray",
    "keras_mxnet": "tab:orange",
    "keras3": "tab:red",
    "pytorch": "tab:purple",
    "sklearn": "tab:green",
    "gzip": "tab:brown",
    "pyarrow": "tab:olive",
    "polars": "tab:cyan",
    "duckdb": "tab:pink",
    "vowpalwabbit": "black",
}


def bars(path, cases):
    """A bar for each contestant and a panel for each case, on a logarithmic scale: seconds per step, or per command."""
    cases = [case for case in cases if case["rows"] and "median_s" in case["rows"][0]]
    if not cases:
        return
    plt = _pyplot()
    down = -(-len(cases) // 2)
    figure, panels = plt.subplots(
        down, min(2, len(cases)), figsize=(13, 1 + 3.2 * down), layout="constrained", squeeze=False
    )
    for axes in panels.flat[len(cases) :]:
        axes.remove()
    for axes, case in zip(panels.flat, cases):
        step = "step_ms" in case["rows"][0]
        unit = "ms a step" if step else "ms"
        rows = sorted(case["rows"], key=lambda row: -_milliseconds(row))
        values = [_milliseconds(row) for row in rows]
        axes.barh([row["contestant"] for row in rows], values, color=[COLOURS[row["peer"]] for row in rows])
        axes.set_xscale("log")
        axes.set_xlim(min(values) / 2, max(values) * 4)
        axes.set(title=case["label"], xlabel=unit)
        for place, value in enumerate(values):
            axes.text(value * 1.05, place, f"{value:.3g}", va="center", fontsize=8)
    _save(plt, figure, path)


def curves(path, title, xlabel, series):
    """Draws series, {label: [(x, milliseconds)]}, on logarithmic scales with a line of slope 1 for comparison."""
    plt = _pyplot()
    figure, axes = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
    for label, points in series.items():
        peer, _, variant = label.partition(" ")
        axes.plot(*zip(*points), "o--" if variant == "plain" else "o-", label=label, color=COLOURS[peer])
    first = next(iter(series.values()))
    (x0, _), (x1, y1) = first[0], first[-1]
    axes.plot([x0, x1], [y1 * x0 / x1, y1], ":", color="black", linewidth=0.8, label="in proportion")
    axes.set_title(title, fontsize=9)
    axes.set(xlabel=xlabel, ylabel="ms a step", xscale="log", yscale="log")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    _save(plt, figure, path)


def _milliseconds(row):
    return row["step_ms"] if "step_ms" in row else 1_000 * row["median_s"]


def _pyplot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _save(plt, figure, path):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    plt.close(figure)
