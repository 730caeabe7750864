"""Calls every public constructor, function and method with wrong values for each argument. The error must be one of
Lacuna, not of the binding library, of C++ or of a lookup, and must not show an address."""

import inspect
import pkgutil
import re

import numpy as np
import pytest
import scipy.sparse

import lacuna
from lacuna import backend as K
from lacuna import callbacks, data, layers, metrics, models, optimizers
from lacuna.preprocessing import text

FOREIGN = re.compile(
    r"incompatible function|Invoked with|nanobind|std::|bad_cast|basic_string|0x[0-9a-fA-F]{4,}|_core\."
)
LONG = "z" * 5000
ERRORS = (TypeError, ValueError, IndexError, OSError, MemoryError, ImportError, OverflowError)


class Odd:
    """An object that is neither a number nor an array, and whose repr shows its address."""


WRONG = [
    None,
    "x",
    "",
    b"x",
    LONG,
    True,
    -1,
    -7,
    1.5,
    2**62,
    2**100,
    float("nan"),
    float("inf"),
    1j,
    Odd(),
    Odd,
    [],
    [None],
    [[1.0], [2.0, 3.0]],
    (1, "a"),
    {},
    {"a": 1},
    {1: Odd()},
    set(),
    lambda: None,
    np.float32(1.5),
    np.bool_(True),
    np.array([1.0, 2.0]),
    np.array("x"),
    np.array([Odd()]),
    scipy.sparse.csr_matrix((2, 2)),
]


def compiled():
    x = layers.Input((3,))
    model = models.Model(x, layers.Dense(1, name="out")(x))
    model.compile("sgd", "mse")
    return model


def fitted_tokenizer():
    result = text.Tokenizer(num_words=5)
    result.fit_on_texts(["one two", "three"])
    return result


def good():
    """Valid values, by the names of arguments."""
    symbol = K.placeholder((4, 3))
    rows = np.ones((4, 3), "float32")
    model = compiled()
    return {
        "alt": symbol,
        "axes": 1,
        "axis": 0,
        "bins": [0.5],
        "callback": callbacks.Callback(),
        "columns": [data.label("y"), data.number("a")],
        "count": 1,
        "config": {"class_name": "Flatten", "config": {}},
        "condition": symbol,
        "data": K.placeholder((4,), dtype="int64"),
        "decrement": 1.0,
        "dims": (1,),
        "dtype": "float32",
        "epoch": 0,
        "factors": 2,
        "filename": "log.csv",
        "filepath": "weights.h5",
        "floatx": "float32",
        "function": abs,
        "identifier": "zeros",
        "increment": 1.0,
        "indices": K.placeholder((4,), dtype="int64"),
        "input_dim": 3,
        "inputs": [symbol, symbol],
        "json_string": model.to_json(),
        "level": 0.5,
        "loss": K.sum(symbol),
        "mask": np.array([True, False, True, True]),
        "max_value": 1.0,
        "min_value": 0.0,
        "model": model,
        "momentum": 0.5,
        "n": 2,
        "name": "x",
        "names": "I{1..2}",
        "new_x": K.constant(1.0),
        "num_classes": 3,
        "num_layers": 1,
        "ops": [],
        "outputs": symbol,
        "path": "data.txt",
        "pattern": (1, 0),
        "rate": 0.5,
        "reference": symbol,
        "rep": 2,
        "scalar": 1.0,
        "schedule": lambda epoch: 0.1,
        "seed": 1,
        "shape": (4, 3),
        "size": (2, 2),
        "start": (0, 0),
        "stddev": 1.0,
        "stype": "csr",
        "target": symbol,
        "target_shape": (3, 1),
        "tensor": symbol,
        "tensors": [symbol, symbol],
        "threads": 1,
        "tuples": [],
        "units": 3,
        "value": rows,
        "variables": symbol,
        "weight": K.variable(rows),
        "x": symbol,
        "y": symbol,
        "y_pred": symbol,
        "y_true": symbol,
        "yaml_string": "a: 1",
        "layer": layers.Flatten(),
        "batch": 0,
        "output": symbol,
        "output_dim": 2,
        "targets": K.placeholder((4,), dtype="int64"),
        "predictions": symbol,
        "k": 1,
        "ids": K.placeholder((4,), dtype="int64"),
        "length": 1,
        "sequence": [1, 2, 3],
        "sequences": [[1, 2], [3]],
        "text": "one two",
        "texts": ["one two", "three"],
        "vocabulary_size": 5,
    }


def modules():
    yield lacuna
    for found in pkgutil.walk_packages(lacuna.__path__, "lacuna."):
        if not any(part.startswith("_") or part == "base" for part in found.name.split(".")):
            yield __import__(found.name, fromlist=["x"])


def public():
    """(name, callable) for the public callables of all modules, each once."""
    seen = {}
    for module in modules():
        for name in module.__all__:
            one = getattr(module, name)
            if callable(one) and (getattr(one, "__module__", None) or "").startswith("lacuna"):
                seen.setdefault(id(one), (f"{module.__name__}.{name}", one))
    return sorted(seen.values(), key=lambda one: one[0])


def objects():
    """Objects whose methods are called."""
    model = compiled()
    sequential = models.Sequential([layers.Dense(1, input_dim=3)])
    sequential.compile("sgd", "mse")
    result = [
        model,
        sequential,
        layers.Dense(2),
        metrics.AUC(),
        optimizers.Adam(),
        K.variable([1.0]),
        K.placeholder((2, 2)),
    ]
    result += [
        data.libsvm("data.txt", n_features=3, zero_based=False),
        callbacks.CallbackList(),
        fitted_tokenizer(),
        lacuna.initializers.Zeros(),
        lacuna.regularizers.l2(),
        lacuna.constraints.NonNeg(),
    ]
    return result


SKIPPED = {"ask_to_proceed_with_overwrite", "clear_session"}  # One asks a person, one takes no arguments.
ENDLESS = {"epochs": (2**62,), "negative_samples": (2**62, 2**100)}  # Valid, but it would never end.


def calls():
    """(name, callable, names of its arguments, names of the required ones)."""

    def of(name, one):
        try:
            arguments = inspect.signature(one).parameters.values()
        except ValueError:  # A function of the binding library has no signature.
            return name, one, [], []
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        named = [a for a in arguments if a.kind not in kinds]
        return name, one, [a.name for a in named], [a.name for a in named if a.default is a.empty]

    for name, one in public():
        if name.rsplit(".", 1)[1] not in SKIPPED:
            yield of(name, one)
    for thing in objects():
        for name in dir(type(thing)):
            method = getattr(type(thing), name)
            if not name.startswith("_") and callable(method):
                yield of(f"{type(thing).__name__}.{name}", getattr(thing, name))
            # A name would stand in all later messages.
            if isinstance(method, property) and method.fset and name not in ("built", "name", "_name"):
                yield (
                    f"{type(thing).__name__}.{name}",
                    lambda value, t=thing, n=name: setattr(t, n, value),
                    ["value"],
                    ["value"],
                )


def no_network(*arguments, **settings):
    raise OSError("no network in tests")


@pytest.fixture
def as_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", no_network)
    (tmp_path / "data.txt").write_text("1 1:1\n")
    threads, floatx, strict = lacuna.config.num_threads(), K.floatx(), lacuna.config.strict_sparse()
    yield
    lacuna.config.set_num_threads(threads)
    lacuna.config.set_strict_sparse(strict)
    K.set_floatx(floatx)
    K.clear_session()  # Ends what set_learning_phase has set.


def complaint(error):
    """What is wrong about an error, or None."""
    message = str(error)
    if FOREIGN.search(message):
        return "foreign text"
    if "z" * 201 in message:
        return "repeats more than 200 characters"
    return None if isinstance(error, ERRORS) else "another kind of error"


@pytest.mark.filterwarnings("ignore")
def test_wrong_values_are_told_in_words_of_ours(as_it_was, capsys):
    values, wrong, told, taken, faults = good(), WRONG, 0, 0, []
    for name, call, arguments, needed in calls():
        for argument in arguments:
            for value in wrong:
                if any(value is one or value == one for one in ENDLESS.get(argument, ()) if isinstance(value, int)):
                    continue
                given = {n: values[n] for n in needed if n in values and n != argument}
                try:
                    call(**given, **{argument: value})
                    taken += 1
                except Exception as error:
                    told += "Received" in str(error)
                    why = complaint(error)
                    if why:
                        shown = f"{type(error).__name__}: {str(error)[:150]}"
                        faults.append(f"{name}({argument}={value!r:.30}): {why}: {shown}")
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:400])
    assert told > 5000 and taken > 2000, (told, taken)
