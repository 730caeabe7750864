"""Decompression alone, by zlib: a lower bound for reading a .gz file."""

import gzip

from bench import data
from bench.worker import serve


class Text:
    def __init__(self, options):
        self.path, self.mb = f"{options.data}/text.svm.gz", data.described(options.data)["mb"]

    def parse(self):
        with gzip.open(self.path) as file:
            while file.read(1 << 20):
                pass
        return self.mb


if __name__ == "__main__":
    serve(Text)
