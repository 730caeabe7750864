"""The examples in the docstrings of the public functions give what they say, and the names used most have one. They
take for granted what a script imports at its head: np, csr_matrix, K, and the names of layers, models and the like."""

import doctest
import importlib
import inspect
import pathlib

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import lacuna
from lacuna import backend as K

_PARTS = "initializers regularizers constraints losses metrics optimizers callbacks models layers".split()
_PACKAGE = pathlib.Path(lacuna.__file__).parent
_MODULES = [
    ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
    for path in sorted(_PACKAGE.rglob("*.py"))
    if ">>>" in path.read_text(encoding="utf-8")
]
_USED_MOST = """
    Model Model.compile Model.evaluate Model.fit Model.get_layer Model.predict Model.save Model.save_weights
    Model.summary Model.train_on_batch Sequential Sequential.add load_model
    Activation Add BatchNormalization Bidirectional Concatenate Conv1D Dense Dot Dropout Embedding Flatten GRU
    GlobalAveragePooling1D GlobalMaxPooling1D Input LSTM Lambda Layer Masking MaxPooling1D Multiply Reshape SimpleRNN
    TimeDistributed concatenate
    Adagrad Adam Optimizer RMSprop SGD
    binary_crossentropy categorical_crossentropy mean_squared_error sparse_categorical_crossentropy AUC Precision
    Callback EarlyStopping LambdaCallback LearningRateScheduler ModelCheckpoint ReduceLROnPlateau
    Constant l2 max_norm
    K.dot K.eval K.function K.gradients K.mean K.placeholder K.variable
    lacuna.config.set_keras lacuna.preprocessing.sequence.pad_sequences lacuna.preprocessing.text.Tokenizer
    lacuna.utils.to_categorical
"""


def _imported():
    """The names that examples take for granted."""
    names = {"np": np, "csr_matrix": csr_matrix, "K": K, "lacuna": lacuna}
    for part in _PARTS:
        module = getattr(lacuna, part)
        names.update({name: getattr(module, name) for name in module.__all__ if name not in names})
    return names


@pytest.mark.parametrize("name", _MODULES)
def test_examples(name, tmp_path, monkeypatch):
    if name.startswith("sklearn"):
        pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    monkeypatch.chdir(tmp_path)  # Some save a model.
    module, dialect = importlib.import_module(f"lacuna.{name}"), lacuna.config.keras()
    lacuna.config.set_keras("2.2.4")
    try:
        result = doctest.testmod(module, globs={**_imported(), **vars(module)})
    finally:
        lacuna.config.set_keras(dialect)
    assert result.attempted > 0 and result.failed == 0


@pytest.mark.parametrize("name", _USED_MOST.split())
def test_the_names_used_most_have_an_example(name):
    first, *rest = name.split(".")
    found = _imported()[first]
    for part in rest:
        found = getattr(found, part)
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(found))
    assert examples and any(example.want for example in examples)


def _public(module):
    for name in module.__all__:
        found = getattr(module, name)
        if inspect.isclass(found) or inspect.isroutine(found):
            yield name, found


@pytest.mark.parametrize("part", [*_PARTS, "backend", "activations", "config", "data", "sklearn", "utils"])
def test_every_public_name_has_a_docstring(part):
    if part == "sklearn":
        pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    for name, found in _public(getattr(lacuna, part)):
        assert found.__doc__, name
        methods = vars(found).items() if inspect.isclass(found) and found.__module__.startswith("lacuna.") else ()
        for method, one in methods:
            if not method.startswith("_") and (inspect.isroutine(one) or isinstance(one, property)):
                assert inspect.getdoc(getattr(found, method) if inspect.isroutine(one) else one), f"{name}.{method}"
