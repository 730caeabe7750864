"""Scripts in the words of Keras 2.2.4's users, run unchanged by `python -m lacuna --keras 2.2.4`.

scripts/figures.json has the losses of a real Keras from the same weights: 2.2.4 on MXNet for factorization, transfer
and two_outputs, 2.15 on TensorFlow for the others, which fail in Keras-MXNet (wide_deep on a dense array there).
Scripts without figures draw random numbers, or use the sparse flags that a real Keras lacks; they check themselves."""

import ast
import json
import pathlib
import subprocess
import sys

import pytest

SCRIPTS = pathlib.Path(__file__).parent / "scripts"
FIGURES = json.loads((SCRIPTS / "figures.json").read_text())


@pytest.mark.parametrize("script", sorted(path.stem for path in SCRIPTS.glob("*.py")))
def test_a_script_runs_as_it_stands(script):
    run = subprocess.run(
        [sys.executable, "-m", "lacuna", "--keras", "2.2.4", SCRIPTS / f"{script}.py"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    losses = ast.literal_eval(run.stdout.splitlines()[0])
    if script in FIGURES:
        assert losses == pytest.approx(FIGURES[script], abs=1e-4)


def test_all_figures_have_a_script():
    assert all((SCRIPTS / f"{name}.py").exists() for name in FIGURES)
