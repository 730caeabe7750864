"""DuckDB: its reader of CSV, and the hashes of the words."""

import duckdb

from bench.text import Reader
from bench.worker import serve

NUMBERS, WORDS = 14, 26


class Text(Reader):
    def read(self, path):
        connection = duckdb.connect()
        connection.execute(f"SET threads = {self.threads}")
        columns = {f"f{i}": "BIGINT" if i < NUMBERS else "VARCHAR" for i in range(NUMBERS + WORDS)}
        sums = ", ".join(f"bit_xor(hash(f{i}))" for i in range(NUMBERS, NUMBERS + WORDS))
        numbers = ", ".join(f"sum(f{i})" for i in range(NUMBERS))
        text = f"read_csv(?, delim='\t', header=false, quote='', columns={columns})"
        return connection.execute(f"SELECT count(*), {numbers}, {sums} FROM {text}", [path]).fetchone()[0]


if __name__ == "__main__":
    serve(Text)
