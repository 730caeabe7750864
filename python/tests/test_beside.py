"""Lacuna and other libraries with compiled code in one process, imported in any order: each still works."""

import importlib.util
import subprocess
import sys

import pytest

LACUNA = """
import numpy as np, lacuna
from scipy.sparse import random as random_csr
from lacuna.layers import Dense, Input
x = random_csr(200, 1000, 0.01, "csr", dtype="float32", random_state=0)
words = Input((1000,), sparse=True)
model = lacuna.Model(words, Dense(1, sparse_weight=True)(words))
model.compile("adam", "mse")
model.fit(x, np.ones(200), epochs=2, verbose=0)
model.save("own.h5")
assert np.array_equal(lacuna.models.load_model("own.h5").predict(x), model.predict(x))
"""
OTHERS = {
    "h5py": """
import h5py
with h5py.File("other.h5", "w") as file:
    file["x"] = [1.0, 2.0]
with h5py.File("other.h5") as file:
    assert list(file["x"]) == [1.0, 2.0]
""",
    "numba": """
import numba
@numba.njit(parallel=True)
def total(n):
    result = 0
    for i in numba.prange(n):
        result += i
    return result
assert total(100) == 4950
""",
    "pandas": """
import pandas
assert pandas.DataFrame({"a": [1, 2]}).a.sum() == 3
""",
    "pyarrow": """
import pyarrow, pyarrow.compute
assert pyarrow.compute.sum(pyarrow.array([1, 2])).as_py() == 3
""",
    "sklearn": """
from sklearn.linear_model import LogisticRegression
import numpy
assert LogisticRegression().fit(numpy.eye(4), [0, 1, 0, 1]).score(numpy.eye(4), [0, 1, 0, 1]) == 1
""",
    "torch": """
import torch
assert torch.ones(64, 64).mm(torch.ones(64, 64)).sum() == 64 ** 3
""",
}
INSTALLED = [name for name in OTHERS if importlib.util.find_spec(name)]


def run(folder, *programs):
    result = subprocess.run([sys.executable, "-c", "".join(programs)], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("first", [True, False], ids=["lacuna_first", "lacuna_last"])
def test_one_beside_it(name, first, tmp_path):
    if name not in INSTALLED:
        pytest.skip(f"{name} is not installed")
    run(tmp_path, *([LACUNA, OTHERS[name], LACUNA] if first else [OTHERS[name], LACUNA, OTHERS[name]]))


def test_all_beside_it(tmp_path):
    others = [OTHERS[name] for name in INSTALLED]
    for turn in range(3):  # Lacuna first, in the middle, last.
        place = turn * len(others) // 2
        run(tmp_path, *others[:place], LACUNA, *others[place:], LACUNA)
