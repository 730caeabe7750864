"""examples/linear_regression, in Python and in C++, on little data."""

import pathlib
import re
import subprocess
import sys

import pytest

pytest.importorskip("scipy")
ROOT = pathlib.Path(__file__).parents[2]
PROGRAMS = {
    "python": [sys.executable, ROOT / "examples/linear_regression/linear_regression.py"],
    "c++": [ROOT / "build/release/examples/linear_regression"],
}
SMALL = ["--rows", "3005", "--columns", "200", "--density", "0.05", "--batch-size", "64", "--epochs", "3"]


def run(language, *options):
    if not PROGRAMS[language][-1].exists():
        pytest.skip(f"{PROGRAMS[language][-1]} has not been built")
    return subprocess.run([*PROGRAMS[language], *SMALL, *options], capture_output=True, text=True)


@pytest.mark.parametrize("language", PROGRAMS)
def test_learns_and_reports(language):
    result = run(language, "--threads", "2")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("2944 rows, 200 columns, ") and "2 threads" in result.stdout
    losses = [float(loss) for loss in re.findall(r"^epoch .* rows/s, loss (\S+)$", result.stdout, re.MULTILINE)]
    assert len(losses) == 3 and losses[2] < 0.1 * losses[0]
    assert re.search(
        r"^train: best epoch \S+ s, \d+ rows/s, loss \S+, peak memory \d+ MB$", result.stdout, re.MULTILINE
    )
    assert re.search(r"^predict: \S+ s, \d+ rows/s, peak memory \d+ MB$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("language", PROGRAMS)
def test_mode(language):
    assert "predict:" not in run(language, "--mode", "train").stdout
    assert "train:" not in run(language, "--mode", "predict").stdout
    assert run(language, "--mode", "neither").returncode == 2
