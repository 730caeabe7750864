"""Vowpal Wabbit: its reader of its own text, and its learner, row by row. It has a thread to read and one to learn."""

import pathlib

from vowpalwabbit import Workspace

from bench import recipe
from bench.text import Reader
from bench.worker import serve


class Text(Reader):
    endings = {"plain": "vw"}

    def read(self, path):
        space = Workspace(f"--noop --quiet -b 22 -d {path}")
        rows = int(space.get_weighted_examples())
        space.finish()
        return rows


class Online:
    """The case online: FTRL-Proximal on each row after it was predicted. The score is the mean loss."""

    def __init__(self, options):
        self.path = pathlib.Path(options.data) / "text.vw"

    def learn(self):
        space = Workspace(
            f"--quiet -b {recipe.ONLINE_BITS} --loss_function logistic --ftrl --ftrl_alpha {recipe.FTRL_RATE} "
            f"--ftrl_beta {recipe.FTRL_BETA} -d {self.path}"
        )
        self.loss = space.get_sum_loss() / space.get_weighted_examples()
        space.finish()

    def score(self):
        return self.loss


def make(options):
    return (Online if options.case == "online" else Text)(options)


if __name__ == "__main__":
    serve(make)
