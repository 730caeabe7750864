"""The package as it is installed: what importing it costs, and its type stubs."""

import pathlib
import re
import subprocess
import sys

import lacuna

RUN = dict(capture_output=True, text=True, check=True)


def test_import_is_quick_and_brings_in_nothing_else():
    script = """
import sys, time, numpy
start = time.perf_counter()
import lacuna
print(time.perf_counter() - start)
print([m for m in ("scipy", "matplotlib", "pandas", "inspect_") if m in sys.modules])
"""
    results = [subprocess.run([sys.executable, "-c", script], **RUN).stdout.splitlines() for _ in range(3)]
    assert min(float(seconds) for seconds, _ in results) <= 0.15
    assert results[0][1] == "[]"


def test_stubs():
    folder = pathlib.Path(lacuna.__file__).parent
    assert (folder / "py.typed").exists()
    stub = (folder / "_core.pyi").read_text()
    for name in ("class Symbol", "class Variable", "class Model", "def layer", "def rows"):
        assert name in stub
    # The real types, and None, for which the library raises its own error if it is not allowed.
    assert re.search(r"def sum\(x: Symbol \| None, axes: [\w.]*Sequence\[int\] \| None, keepdims: bool \| None\)", stub)
    assert re.search(r"def cumsum\(x: Symbol \| None, axis: int \| None, reverse: bool \| None\)", stub)


def test_numpy_alone_is_enough():
    script = """
import sys
sys.modules["scipy"] = None
import numpy as np
from lacuna import Input, Model
from lacuna.layers import Dense
i = Input((3,))
m = Model(i, Dense(1)(i))
m.compile("adam", "mse")
m.fit(np.ones((4, 3)), np.ones(4), verbose=0)
print(m.predict(np.ones((2, 3))).shape)
"""
    assert subprocess.run([sys.executable, "-c", script], **RUN).stdout == "(2, 1)\n"
