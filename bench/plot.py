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


# What a variant of a contestant means, for those who have not read the benchmark.
MEANINGS = {
    "flag": "sparse_weight=True: only rows that a batch names move",
    "plain": "without the flag: learns what dense data would teach",
}
LOOP = "loop by hand in C++, one thread"


def named(label):
    """A contestant's label in words: 'Lacuna, sparse_weight=True: …'."""
    peer, _, variant = label.partition(" ")
    name = {"lacuna": "Lacuna", "loop": LOOP}.get(peer, peer)
    return f"{name}, {MEANINGS.get(variant, variant)}" if variant else name


def caption(cases):
    """What the words on the axis mean, as far as they are used."""
    used = {word for case in cases for row in case["rows"] for word in row["contestant"].split()}
    words = [f"{word}: {meaning}" for word, meaning in MEANINGS.items() if word in used]
    return ". ".join([*words, *([f"loop: {LOOP}"] if "loop" in used else []), "Shorter is better"]) + "."


def bars(path, cases):
    """A bar for each contestant and a panel for each case, on a logarithmic scale: seconds per step, or per command."""
    cases = [case for case in cases if case["rows"] and "median_s" in case["rows"][0]]
    if not cases:
        return
    plt = _pyplot()
    down = -(-len(cases) // 2)
    figure, panels = plt.subplots(
        down, min(2, len(cases)), figsize=(13, 1.4 + 3.2 * down), layout="constrained", squeeze=False
    )
    for axes in panels.flat[len(cases) :]:
        axes.remove()
    for axes, case in zip(panels.flat, cases):
        step = "step_ms" in case["rows"][0]
        unit = "milliseconds a training step" if step else "milliseconds"
        rows = sorted(case["rows"], key=lambda row: -_milliseconds(row))
        values = [_milliseconds(row) for row in rows]
        axes.barh([row["contestant"] for row in rows], values, color=[COLOURS[row["peer"]] for row in rows])
        axes.set_xscale("log")
        axes.set_xlim(min(values) / 2, max(values) * 4)
        axes.set(title=case["label"], xlabel=unit)
        for place, value in enumerate(values):
            axes.text(value * 1.05, place, f"{value:.3g}", va="center", fontsize=8)
    figure.supxlabel(caption(cases), fontsize=9)
    _save(plt, figure, path)


def curves(path, title, xlabel, series, gain=False, names=None):
    """Draws series, {label: [(x, milliseconds)]}, on logarithmic scales, with a line that says what would be expected:
    a time in proportion to x or, with gain (x is a number of threads), in inverse proportion. names: other words for
    some labels."""
    plt = _pyplot()
    from matplotlib.ticker import FuncFormatter, NullFormatter

    figure, axes = plt.subplots(figsize=(7, 5.2), layout="constrained")
    for label, points in series.items():
        peer, _, variant = label.partition(" ")
        axes.plot(
            *zip(*points),
            "o--" if variant == "plain" else "o-",
            label=(names or {}).get(label, named(label)),
            color=COLOURS[peer],
        )
    first = next(iter(series.values()))
    (x0, y0), (x1, y1) = first[0], first[-1]
    ideal = ([x0, x1], [y0, y0 * x0 / x1]) if gain else ([x0, x1], [y1 * x0 / x1, y1])
    what = "n threads in 1/n of the time of one" if gain else f"time in proportion to {xlabel}"
    axes.plot(*ideal, ":", color="black", linewidth=1, label=f"for comparison: {what}")
    axes.set_title(title, fontsize=10)
    axes.set(xlabel=xlabel, ylabel="milliseconds a training step (lower is better)", xscale="log", yscale="log")
    plain = FuncFormatter(lambda value, _: f"{value:,.10g}")
    axes.set_xticks([x for x, _ in max(series.values(), key=len)])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(plain)
    axes.xaxis.set_minor_formatter(NullFormatter())
    low, high = axes.get_ylim()
    axes.yaxis.set_minor_formatter(plain if high / low < 12 else NullFormatter())
    axes.grid(alpha=0.3, which="both")
    figure.legend(loc="outside lower center", fontsize=8)
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
