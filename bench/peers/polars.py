"""polars: its reader of CSV, and the hashes of the words."""

import os

from bench.text import Reader
from bench.worker import serve

FIRST_WORD = 14


class Text(Reader):
    def __init__(self, options):
        super().__init__(options)
        os.environ["POLARS_MAX_THREADS"] = str(self.threads)  # Read at the import.
        import polars

        self.polars = polars

    def read(self, path):
        pl = self.polars
        frame = pl.read_csv(path, separator="\t", has_header=False, quote_char=None)
        hashed = frame.select(pl.col(name).hash() for name in frame.columns[FIRST_WORD:])
        return hashed.height


if __name__ == "__main__":
    serve(Text)
