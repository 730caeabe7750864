"""Signatures are Keras 2.2.4's, plus the sparse flags, and everything has a docstring."""

import inspect
import pkgutil
import subprocess
import sys

import pytest
from keras_signatures import KERAS

import lacuna
from lacuna import (
    config,
    utils,
)

LINES = [(owner, line.strip()) for owner, text in KERAS.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize("owner, line", LINES, ids=[line.split("(")[0] for _, line in LINES])
def test_signature(owner, line):
    name, _, rest = line.partition("(")
    signature = inspect.signature(getattr(owner, name))
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    assert str(signature.replace(parameters=bare, return_annotation=signature.empty)) == "(" + rest


def test_modules_show_what_they_are_for():
    for module in pkgutil.walk_packages(lacuna.__path__, "lacuna."):
        if "._" in module.name:
            continue
        shown = dir(__import__(module.name, fromlist=["x"]))
        assert (shown or module.name == "lacuna.preprocessing.image") and not any(
            name.startswith("_") for name in shown
        ), module.name
        for name in shown:
            one = getattr(sys.modules[module.name], name)
            inside = one.__name__.startswith(f"{module.name}.") if inspect.ismodule(one) else True
            assert inside, f"{module.name}.{name}"


def test_layers_do_not_import_models():
    """Models register themselves."""
    code = f"""
import sys, types
package = types.ModuleType("lacuna")  # Without its __init__, which imports all.
package.__path__ = {list(lacuna.__path__)}
sys.modules["lacuna"] = package
import lacuna.layers
assert not any(name.startswith("lacuna.models") for name in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_everything_public_has_a_docstring():
    names = [m.name for m in pkgutil.walk_packages(lacuna.__path__, "lacuna.") if "._" not in m.name]
    assert "lacuna.layers.core" in names and "lacuna.utils.np_utils" in names
    for name in names:
        module = pytest.importorskip(name)
        assert module.__doc__, name
        for key, value in vars(module).items():
            if key.startswith("_") or getattr(value, "__module__", None) != name:
                continue
            assert value.__doc__, f"{name}.{key}"
            if inspect.isclass(value):
                for method, function in vars(value).items():
                    if not method.startswith("_") and (inspect.isfunction(function) or isinstance(function, property)):
                        assert function.__doc__, f"{name}.{key}.{method}"


def test_keras_module_names():
    first = "layers models backend optimizers losses metrics initializers".split()
    for name in first + "regularizers constraints activations callbacks utils".split():
        assert name in lacuna.__all__ and inspect.ismodule(getattr(lacuna, name))
    assert lacuna.data_utils.prepare_sliced_sparse_data is utils.data_utils.prepare_sliced_sparse_data
    assert config.num_threads() >= 1 and lacuna.__version__
