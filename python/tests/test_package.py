"""The package as it is installed: what importing it costs, and its type stubs."""

import importlib
import pathlib
import re
import subprocess
import sys

import pytest

import lacuna

RUN = dict(capture_output=True, text=True, check=True)


def test_import_is_quick_and_brings_in_nothing_else():
    script = """
import sys, time, numpy
start = time.thread_time()  # Not the time of the clock: other programs may have the cores.
import lacuna
from lacuna.layers import Dense
from lacuna.models import Sequential
print(time.thread_time() - start)
print([m for m in ("scipy", "matplotlib", "pandas", "inspect_") if m in sys.modules])
print([m for m in ("backend", "callbacks", "data", "layers.recurrent", "utils") if f"lacuna.{m}" in sys.modules])
"""
    results = [subprocess.run([sys.executable, "-c", script], **RUN).stdout.splitlines() for _ in range(3)]
    assert min(float(seconds) for seconds, *_ in results) <= 0.08
    assert results[0][1:] == ["[]", "[]"]


@pytest.mark.parametrize("package", [lacuna.callbacks, lacuna.data, lacuna.layers])
def test_what_is_imported_later_is_what_its_modules_have(package):
    names = []
    for module, some in package._NAMES.items():
        found = importlib.import_module(f"{package.__name__}.{module}")
        assert sorted(some.split()) == sorted(found.__all__)
        assert all(getattr(package, name) is getattr(found, name) for name in found.__all__)
        names += found.__all__
    assert sorted(names) == dir(package)
    modules = [path.stem for path in pathlib.Path(package.__file__).parent.glob("*.py") if path.stem[0] != "_"]
    assert set(modules) <= set(package._NAMES)


ALONE = {
    "all names": """
from lacuna import *
import lacuna
assert set(lacuna.__all__) <= set(globals()) and dir(lacuna) == lacuna.__all__
assert layers is lacuna.layers and Input is layers.Input and Sequential is models.Sequential
""",
    "a module as an attribute": """
import lacuna
assert lacuna.layers.recurrent.LSTM is lacuna.layers.LSTM
import lacuna.layers as L
assert L.LSTM is lacuna.layers.LSTM
""",
    "a layer of a config": """
from lacuna.layers import deserialize
layer = deserialize({"class_name": "LSTM", "config": {"units": 3}})
assert type(layer).__name__ == "LSTM" and layer.units == 3
model = deserialize({"class_name": "Sequential", "config": {"name": "m", "layers": []}})
assert type(model).__name__ == "Sequential"
""",
    "what Keras has on symbols": """
from lacuna import backend as K
assert K.placeholder((None, 3))._keras_shape == (None, 3)
""",
    "a class that was pickled": """
import pickle
one = pickle.loads(b"clacuna.layers.pooling" + bytes([10]) + b"MaxPooling1D" + bytes([10]) + b".")
from lacuna.layers import MaxPooling1D
assert one is MaxPooling1D
""",
    "a name that Keras has and Lacuna has not": """
try:
    from lacuna.layers import ConvLSTM2D
except ImportError as error:
    assert "of Keras, not in Lacuna" in str(error)
else:
    raise AssertionError("it was found")
""",
}


@pytest.mark.parametrize("script", ALONE.values(), ids=ALONE.keys())
def test_names_are_there_when_they_are_used(script):
    subprocess.run([sys.executable, "-c", script], **RUN)


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
