"""A light card of SVG elements, on which the pictures of the guides are drawn."""

import pathlib

CELL = 34
INK, PALE, GRID = "#1f2933", "#5b6875", "#c3ccd5"
TOUCHED = "#fbc98e"


class Drawing:
    """SVG elements on a light card, which is readable on a dark page too."""

    def __init__(self, width, height, title):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" font-family="Helvetica, Arial, sans-serif" font-size="15">',
            f"<title>{title}</title>",
            f'<rect width="{width}" height="{height}" rx="12" fill="#ffffff"/>',
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto">'
            f'<path d="M0 0 L8 4 L0 8 z" fill="{INK}"/></marker></defs>',
        ]

    def text(self, x, y, words, size=15, colour=INK, anchor="start", weight="normal"):
        self.parts.append(
            f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
            f"{words}</text>"
        )

    def cell(self, x, y, value, fill="#ffffff", colour=INK, width=CELL):
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{CELL}" fill="{fill}" stroke="{GRID}" stroke-width="1"/>'
        )
        if value is not None:
            self.text(x + width / 2, y + CELL / 2 + 5, value, colour=colour, anchor="middle")

    def row(self, x, y, values, fills):
        for k, (value, fill) in enumerate(zip(values, fills)):
            self.cell(x + k * CELL, y, value, fill)

    def arrow(self, x0, y0, x1, y1):
        self.parts.append(
            f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="{INK}" stroke-width="1.5" marker-end="url(#head)"/>'
        )

    def save(self, name):
        text = "\n".join([*self.parts, "</svg>"]) + "\n"
        pathlib.Path(__file__).with_name(name).write_text(text)
