"""Vowpal Wabbit: its reader of its own text, without a learner. It has one thread to read and one to learn."""

from vowpalwabbit import Workspace

from bench.text import Reader
from bench.worker import serve


class Text(Reader):
    endings = {"plain": "vw"}

    def read(self, path):
        space = Workspace(f"--noop --quiet -b 22 -d {path}")
        rows = int(space.get_weighted_examples())
        space.finish()
        return rows


if __name__ == "__main__":
    serve(Text)
