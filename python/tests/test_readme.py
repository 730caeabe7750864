"""The programs in README.md run exactly as printed."""

import gzip
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import lacuna

pytest.importorskip("scipy")
ROOT = pathlib.Path(__file__).parents[2]


def blocks(language):
    text = (ROOT / "README.md").read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return found


def write_clicks(folder):
    """Two days of the log that a program reads: numbers and words that tell whether there was a click."""
    names = ["click", *(f"I{i}" for i in range(1, 14)), *(f"C{i}" for i in range(1, 27))]
    for day in (1, 2):
        rows = ([k % 2, *([k % 9] * 13), *([f"w{k % 2}"] * 26)] for k in range(2000))
        lines = ["\t".join(map(str, row)) for row in (names, *rows)]
        (folder / f"day_{day}.gz").write_bytes(gzip.compress("\n".join(lines).encode()))


def test_python(tmp_path):
    write_clicks(tmp_path)
    for block in blocks("python"):
        run = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


@pytest.mark.skipif(not shutil.which("c++"), reason="there is no C++ compiler")
def test_cpp(tmp_path):
    package = pathlib.Path(lacuna.__file__).parent
    library = next(package.glob("liblacuna.so*"))
    for block in blocks("cpp"):
        (tmp_path / "readme.cc").write_text(block)
        compile = ["c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", ROOT, "readme.cc", "-o", "readme"]
        link = [library, f"-Wl,-rpath,{package}"]
        subprocess.run([*compile, *link], cwd=tmp_path, check=True)
        run = subprocess.run([tmp_path / "readme"], cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
