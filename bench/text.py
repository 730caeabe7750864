"""The text that a reader is to read, for peers whose environment has no more than Python."""

import json
import pathlib


class Reader:
    """The base of a reader: `path` and `threads`. Its read(path) returns the number of rows, which must be right."""

    endings = {"plain": "tsv", "gz": "tsv.gz", "zst": "tsv.zst"}

    def __init__(self, options):
        folder = pathlib.Path(options.data)
        shape = json.loads((folder / "shape.json").read_text())
        self.rows, self.mb = shape["shape"][0], shape["mb"]
        self.path = str(folder / f"text.{self.endings.get(options.variant, 'tsv')}")
        self.threads = options.threads
        if not pathlib.Path(self.path).exists():
            raise FileNotFoundError(self.path)
        if self.path.endswith(".vw"):  # Text of its own, and more of it.
            self.mb = pathlib.Path(self.path).stat().st_size / 1e6

    def parse(self):
        rows = self.read(self.path)
        if rows != self.rows:
            raise ValueError(f"all rows must be read. Received: {rows} of {self.rows}.")
        return self.mb
