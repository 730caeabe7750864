"""The types that a type checker sees in the package."""

import difflib
import pathlib
import runpy
import subprocess
import sys

import pytest

import lacuna

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE / "typed_program.py"


def checked(program, tmp_path):
    """The output of mypy --strict for a user's program."""
    pytest.importorskip("mypy", reason="mypy is not installed")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(program)]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)


def test_a_users_program_is_typed(tmp_path):
    run = checked(PROGRAM, tmp_path)
    assert run.returncode == 0, run.stdout


def test_wrong_types_are_found(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from lacuna.layers import Dense\nDense('many')\nDense(3, sparse_weights=True).untold()\n")
    run = checked(wrong, tmp_path)
    assert run.returncode == 1
    assert 'incompatible type "str"' in run.stdout
    assert '"untold"' in run.stdout


def test_the_program_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert runpy.run_path(str(PROGRAM))["main"]() > 0


def test_the_bindings_are_those_that_are_known():
    """The golden file shows a change of the bindings as a change of text. If it is intended, copy the installed
    _core.pyi over golden_stubs.txt."""
    made = pathlib.Path(lacuna.__file__).with_name("_core.pyi").read_text()
    known = (HERE / "golden_stubs.txt").read_text()
    changes = list(difflib.unified_diff(known.splitlines(), made.splitlines(), "known", "made", lineterm="", n=1))
    assert not changes, "\n".join(changes[:40])
