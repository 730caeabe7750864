"""examples/texts: raw texts to a saved model that other processes, in Python and in C++, ask about a raw sentence."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PYTHON, CPP = ROOT / "examples/texts/texts.py", ROOT / "build/release/examples/texts"


def test_learns_and_is_asked(tmp_path):
    run = subprocess.run([sys.executable, PYTHON, "--folder", tmp_path], capture_output=True, text=True)
    if run.returncode == 2:
        pytest.skip(run.stderr.strip())  # No package lists on this machine.
    assert run.returncode == 0, run.stderr
    assert float(re.search(r"accuracy (\S+)", run.stdout).group(1)) > 0.8
    answers = run.stdout.splitlines()[-3:]
    assert answers[0].startswith("games ")
    sentence = "a fast puzzle game with falling blocks"
    if not CPP.exists():
        pytest.skip(f"{CPP} has not been built")
    asked = subprocess.run([CPP, tmp_path, sentence], capture_output=True, text=True)
    assert asked.stdout.splitlines() == answers, asked.stderr
