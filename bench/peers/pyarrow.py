"""pyarrow: its reader of CSV as a stream; words stay texts."""

import pyarrow as pa
from pyarrow import csv

from bench.text import Reader
from bench.worker import serve

NUMBERS, WORDS = 14, 26


class Text(Reader):
    def read(self, path):
        pa.set_cpu_count(self.threads)
        names = [f"f{i}" for i in range(NUMBERS + WORDS)]
        types = {name: pa.int64() if i < NUMBERS else pa.string() for i, name in enumerate(names)}
        stream = csv.open_csv(
            path,
            csv.ReadOptions(column_names=names, use_threads=self.threads > 1),
            csv.ParseOptions(delimiter="\t", quote_char=False),
            csv.ConvertOptions(column_types=types),
        )
        return sum(batch.num_rows for batch in stream)


if __name__ == "__main__":
    serve(Text)
