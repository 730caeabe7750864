"""The examples run, write their picture, and reach what is said of them."""

import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("matplotlib")
ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CORA = pathlib.Path(os.environ.get("LACUNA_DATA", ROOT.parent / "shared/data")) / "cora"


def run(name, *arguments, folder):
    """What the example prints; skips, saying why, where what it reads is missing."""
    picture = folder / "picture.png"
    done = subprocess.run(
        [sys.executable, EXAMPLES / name / f"{name}.py", "--output", picture, *map(str, arguments)],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    if done.returncode == 2:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    return done.stdout


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


def test_recommender(tmp_path):
    told = run("recommender", "--packages", 16_000, "--epochs", 4, folder=tmp_path)
    ours, cosines, popular = (
        number(rf"{name}: (\S+) among the first 1", told)
        for name in ("two towers", "cosines of items", "the most popular")
    )
    assert ours > popular and ours > 0.9 * cosines


def test_multi_label(tmp_path):
    assert number(r"Lacuna: micro-F1 (\S+)", run("multi_label", "--alone", folder=tmp_path)) > 0.74


def test_genes(tmp_path):
    pytest.importorskip("sklearn")
    told = run("genes", "--cells", 3_000, "--genes", 3_000, "--types", 8, "--epochs", 60, folder=tmp_path)
    assert number(r"Lacuna: test accuracy (\S+)", told) > number(r"scikit-learn: test accuracy (\S+)", told) - 0.03


def test_graph_nodes(tmp_path):
    pytest.importorskip("sklearn")
    if not CORA.exists():
        pytest.skip(f"{CORA} is not there")
    told = run("graph_nodes", "--data", CORA, folder=tmp_path)
    alone, mixed = (
        number(rf"scikit-learn, {name}: test accuracy (\S+)", told)
        for name in ("the words alone", "words of neighbours too")
    )
    assert number(r"Lacuna: test accuracy (\S+)", told) > max(0.79, alone + 0.1, mixed - 0.03)


def test_graph_nodes_says_what_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "graph_nodes/graph_nodes.py", "--data", tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 2 and "nodes.libsvm.xz" in done.stderr and "Traceback" not in done.stderr


def test_the_notebook_runs_and_shows_what_it_says(tmp_path):
    """Its code cells run one after another in one namespace, as in a notebook; the outputs in the file are theirs."""
    notebook = json.loads((EXAMPLES / "notebook/sparse_text.ipynb").read_text())
    assert notebook["nbformat"] == 4
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    program = "\n".join("".join(cell["source"]) for cell in cells)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kinds = [set(output.get("data", {})) for cell in cells for output in cell["outputs"]]
    assert any("text/html" in kind for kind in kinds) and any("image/png" in kind for kind in kinds)
    assert not any(output["output_type"] == "error" for cell in cells for output in cell["outputs"])


def test_made_cells_follow_from_the_seed():
    sys.path.insert(0, str(EXAMPLES / "genes"))
    try:
        import cells
    finally:
        sys.path.pop(0)
    x, of = cells.made(50, 40, 4, seed=3)
    again, of_again = cells.made(50, 40, 4, seed=3)
    assert (x != again).nnz == 0 and np.array_equal(of, of_again) and x.shape == (50, 40)
    scaled = cells.scaled(x)
    assert np.allclose(np.expm1(scaled.toarray()).sum(axis=1), 10_000, rtol=1e-4)
