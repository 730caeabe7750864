"""examples/clicks, in Python and in C++: from a gzipped log to a saved model that another process asks."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PYTHON, CPP = ROOT / "examples/clicks/clicks.py", ROOT / "build/release/examples/clicks"


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_comes_within_one_percent_of_the_best_possible(tmp_path):
    out = run(sys.executable, PYTHON, "--folder", tmp_path)
    rows, bad, loss, best = re.search(
        r"(\d+) rows, (\d+) of them bad; log loss (\S+), best possible (\S+)", out
    ).groups()
    assert (rows, bad) == ("400000", "0") and float(best) <= float(loss) < 1.01 * float(best)
    answers = re.findall(r"^0\.\d{4}$", out, re.MULTILINE)
    assert len(answers) == 2 and answers[0] != answers[1]
    if not CPP.exists():
        pytest.skip(f"{CPP} has not been built")
    (tmp_path / "clicks.h5").unlink()
    assert f"log loss {loss}\n" in run(CPP, tmp_path)
    assert run(CPP, tmp_path, tmp_path / "lines.tsv").split() == answers
    asked = run(sys.executable, PYTHON, "--folder", tmp_path, "--ask", tmp_path / "lines.tsv")
    assert asked.split() == answers  # Python asks the model that C++ has saved.
