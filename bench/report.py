"""Formats results as a table and as JSON."""

import json
import os
import pathlib
import platform
import statistics

from bench import race

HEAD = ("", "first", "median", "step", "x loop", "x lacuna", "peak MB", "rounds", "CPU", "first loss")
LAST = {"mb_s": "MB/s", "score": "score"}  # What the last column is called where rows have it.


def rows_of(case, results, shape):
    """A dict for each contestant, for JSON: seconds, ratios to the loop and to Lacuna, memory."""
    all_rows = shape["shape"][0]
    for one, result in results.items():
        result["rows"] = (one.rows or all_rows) if case.command == "epoch" else 1
    rows = []
    for one, result in results.items():
        row = {
            "contestant": one.label,
            "peer": one.peer,
            "variant": one.variant,
            "learns": one.learns,
            "median_s": race.median(result),
            "first_s": result["first_s"],
            "rounds_s": result["rounds"],
            "setup_s": result["setup_s"],
            "peak_mb": result["peak_mb"],
            "losses": result["losses"],
        }
        if case.command == "epoch":
            row["rows"] = result["rows"]
            row["step_ms"] = 1_000 * row["median_s"] / -(-result["rows"] // case.batch)
        if "mb" in result:
            row["mb_s"] = result["mb"] / row["median_s"]
        if result.get("scores"):
            row["score"] = statistics.median(result["scores"])
        if result.get("cpu"):
            row["cpu_s"] = statistics.median(result["cpu"])
        for peer in ("loop", "lacuna"):
            other = reference(one, results, peer)
            if other is not None and other != one:
                row[f"x_{peer}"] = race.ratio(result, results[other])
        rows.append(row)
    return rows


def reference(one, results, peer):
    """The contestant of `peer` to compare with: the one with the same algorithm, else the same variant, else the
    first."""
    some = [other for other in results if other.peer == peer and not other.options]
    same = [other for other in some if one.learns and other.learns == one.learns]
    like = [other for other in some if other.variant == one.variant]
    return (same or like or some or [None])[0]


def table(rows):
    """A table as printed lines, the fastest first."""
    last = next((name for key, name in LAST.items() if any(key in row for row in rows)), HEAD[-1])
    lines = [(*HEAD[:-1], last)]
    for row in sorted(rows, key=lambda row: row["median_s"] / row.get("rows", 1)):
        lines.append(
            (
                row["contestant"] + (f" ({row['rows']:,} rows)" if _fewer_rows(row, rows) else ""),
                seconds(row["first_s"]),
                seconds(row["median_s"]),
                seconds(row["step_ms"] / 1_000) if "step_ms" in row else "",
                _times(row.get("x_loop")),
                _times(row.get("x_lacuna")),
                f"{row['peak_mb']:.0f}" if row["peak_mb"] else "",
                _rounds(row["rounds_s"]),
                seconds(row["cpu_s"]) if "cpu_s" in row else "",
                _last(row),
            )
        )
    kept = [i for i, cells in enumerate(zip(*lines)) if any(cells[1:])]
    return columns([[line[i] for i in kept] for line in lines])


def columns(lines):
    """Lines whose columns have equal widths; the first column is left-aligned, the others are right-aligned."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [
        "  " + "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths)))
        for line in lines
    ]


def seconds(value):
    """A time as text, in a suitable unit."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            break
    return f"{value / size:.3g} {unit}"


def machine():
    """Describes the machine on which the figures were measured."""
    cpu = platform.processor() or platform.machine()
    try:
        for entry in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if entry.startswith("model name"):
                cpu = entry.partition(":")[2].strip()
                break
    except FileNotFoundError:
        pass
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version()}


def write_json(path, settings, cases):
    """Writes all results as JSON."""
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "settings": settings, "cases": cases}, indent=1)
    pathlib.Path(path).write_text(text + "\n")


def _last(row):
    loss = row["losses"][0]
    if "mb_s" in row:
        return f"{row['mb_s']:.0f}"
    return f"{row['score']:.4f}" if "score" in row else f"{loss:.5g}" if loss is not None else ""


def _fewer_rows(row, rows):
    return "rows" in row and row["rows"] < max(other.get("rows", 0) for other in rows)


def _times(value):
    return "" if value is None else f"{value:.3g}"


def _rounds(rounds):
    ran = sum(seconds is not None for seconds in rounds)
    return f"{ran}" if ran == len(rounds) else f"{ran} of {len(rounds)}"
