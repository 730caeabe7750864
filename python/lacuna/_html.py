"""Tables and curves as HTML for notebooks: self-contained, without scripts, readable on light and on dark pages, and
with every text escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

# Text takes the colour of the page; lines and stripes are half transparent, so that they show on any background.
_STYLE = """<style>
.lacuna-box {font-family: ui-sans-serif, system-ui, sans-serif; font-size: 0.9em; max-width: 100%; overflow-x: auto}
.lacuna-box p {margin: 0.3em 0}
.lacuna-box table {border-collapse: collapse; margin: 0.4em 0; color: inherit}
.lacuna-box th, .lacuna-box td {padding: 0.25em 0.7em; text-align: left; vertical-align: top; color: inherit;
  border-bottom: 1px solid rgba(128, 128, 128, 0.35)}
.lacuna-box tbody tr:nth-child(even) {background: rgba(128, 128, 128, 0.09)}
.lacuna-box .number {text-align: right; font-variant-numeric: tabular-nums}
.lacuna-box svg text {fill: currentColor; font-size: 11px}
</style>"""
_COLOURS = ("#3b82f6", "#f59e0b")  # Of training and of validation: seen on white and on black.
_WIDTH, _HEIGHT, _LEFT, _BELOW = 260, 130, 52, 20


def box(*parts: str) -> str:
    """The parts, one below the other, with the style that they need."""
    return f'{_STYLE}<div class="lacuna-box">{"".join(parts)}</div>'


def line(text: str, strong: str = "") -> str:
    """A line of text, which may begin with some in bold."""
    return f"<p>{f'<b>{escape(strong)}</b> ' if strong else ''}{escape(text)}</p>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A table. numbers: the columns, by their names, that are set to the right."""

    def cell(tag, name, value):
        right = ' class="number"' if name in numbers else ""
        return f"<{tag}{right}>{escape(value)}</{tag}>"

    top = "".join(cell("th", name, name) for name in head)
    body = "".join(
        f"<tr>{''.join(cell('td', name, value) for name, value in zip(head, row, strict=True))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def folded(summary: str, inside: str) -> str:
    """What is shown when its summary is clicked."""
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def curves(name: str, epochs: Sequence[int], series: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> str:
    """A picture of values over epochs, a curve for each of at most two series, of which each has epochs of its own;
    values that are not finite are gaps."""
    finite = [v for _, values in series.values() for v in values if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    first, last = epochs[0], epochs[-1]

    def place(epoch, value):
        across = 0.5 if last == first else (epoch - first) / (last - first)
        up = 0.5 if high == low else (value / 2 - low / 2) / (high / 2 - low / 2)
        return f"{_LEFT + across * (_WIDTH - _LEFT - 8):.1f},{8 + (1 - up) * (_HEIGHT - _BELOW - 16):.1f}"

    drawn = [
        f'<svg width="{_WIDTH}" height="{_HEIGHT + 18 * len(series)}" role="img" aria-label="{escape(name)}">',
        f'<text x="0" y="14">{high:.4g}</text><text x="0" y="{_HEIGHT - _BELOW}">{low:.4g}</text>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}">{first + 1}</text>',
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 4}" text-anchor="end">epoch {last + 1}</text>',
        f'<rect x="{_LEFT}" y="4" width="{_WIDTH - _LEFT - 4}" height="{_HEIGHT - _BELOW - 8}" fill="none" '
        'stroke="rgba(128, 128, 128, 0.5)"/>',
    ]
    for number, (label, (places, values)) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        for run in _runs(places, values):
            points = " ".join(place(epoch, value) for epoch, value in run)
            drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
            if len(run) == 1:
                x, y = points.split(",")
                drawn.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>')
        down = _HEIGHT + 14 + 18 * number
        drawn.append(f'<rect x="{_LEFT}" y="{down - 8}" width="12" height="4" fill="{colour}"/>')
        drawn.append(f'<text x="{_LEFT + 18}" y="{down}">{escape(label)}: {values[-1]:.4g}</text>')
    return "".join(drawn) + "</svg>"


def _runs(epochs, values):
    """The points, cut where a value is not finite."""
    run = []
    for epoch, value in zip(epochs, values, strict=True):
        if math.isfinite(value):
            run.append((epoch, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
