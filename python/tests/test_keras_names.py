"""Scripts that import keras or tensorflow.keras: `lacuna.keras_names()` and `python -m lacuna`."""

import os
import subprocess
import sys
import textwrap

import pytest

import lacuna


def run(code, *arguments, **environment):
    """What a program in a process of its own prints."""
    done = subprocess.run(
        [sys.executable, *arguments, *(["-c", textwrap.dedent(code)] if code else [])],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SCRIPT = """
    import sys
    import numpy as np
    import keras
    from keras import backend as K
    from keras.layers import Dense, Input
    from keras.layers.core import Activation
    from keras.layers.embeddings import Embedding
    from keras.engine.topology import Layer
    from keras.models import Sequential
    from keras.optimizers import Adagrad
    from tensorflow.keras.layers import Dense as Other
    import tensorflow.keras.layers
    from tensorflow import keras as tf_keras

    assert Other is Dense and tensorflow.keras.layers.Dense is Dense and tf_keras.Model is keras.models.Model
    model = Sequential([Dense(3, input_dim=4), Activation("tanh"), Dense(1)])
    model.compile(Adagrad(), "mse")
    model.fit(np.ones((8, 4)), np.ones(8), verbose=0)
    print(keras.__version__, model.layers[0].name, round(K.get_value(model.optimizer.lr), 4), sys.argv[1:])
"""


def test_a_script_runs_unchanged(tmp_path):
    (tmp_path / "beside.py").write_text("word = 'beside'\n")
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT) + "import beside\nprint(beside.word, __name__)\n")
    old = run(None, "-m", "lacuna", "--keras", "2.2.4", str(script), "a", "--b")
    assert old.splitlines() == ["2.2.4 dense_1 0.01 ['a', '--b']", "beside __main__"]
    new = run(None, "-m", "lacuna", str(script))
    assert new.splitlines() == ["3.0.0 dense 0.001 []", "beside __main__"]
    assert run(None, "-m", "lacuna", str(script), LACUNA_KERAS="2.2.4").startswith("2.2.4")


def test_a_module_runs_unchanged(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "job.py").write_text(textwrap.dedent(SCRIPT))
    done = subprocess.run(
        [sys.executable, "-m", "lacuna", "-m", "package.job", "x"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == "3.0.0 dense 0.001 ['x']\n", done.stderr


def test_a_script_that_is_not_there_is_an_error():
    done = subprocess.run([sys.executable, "-m", "lacuna", "no/script.py"], capture_output=True, text=True)
    assert done.returncode == 2 and "no/script.py" in done.stderr
    done = subprocess.run([sys.executable, "-m", "lacuna", "--keras", "4", "x.py"], capture_output=True, text=True)
    assert done.returncode == 2 and "2.2.4" in done.stderr


def test_a_program_asks_for_the_names():
    assert run("import lacuna; lacuna.keras_names(); import keras; print(keras.__version__)") == "2.2.4\n"
    assert (
        run("import lacuna; lacuna.keras_names('3'); from keras import *; print(layers.__name__)") == "keras.layers\n"
    )
    assert "no module" in run("""
        import lacuna
        try: import keras.no.such
        except ModuleNotFoundError: print("no module")
        lacuna.keras_names()
        try: import keras.no.such
        except ModuleNotFoundError: print("no module")
    """)


def test_keras_that_was_imported_before_is_an_error(tmp_path):
    (tmp_path / "keras.py").write_text("")
    code = "import keras, lacuna\ntry: lacuna.keras_names()\nexcept RuntimeError as e: print(e)"
    assert "before Keras is imported" in run(code, PYTHONPATH=str(tmp_path))


PATHS = (
    "activations applications backend backend.tensorflow_backend callbacks constraints engine engine.base_layer "
    "engine.input_layer engine.network engine.saving engine.sequential engine.topology engine.training "
    "engine.training_utils initializers layers layers.advanced_activations layers.convolutional "
    "layers.convolutional_recurrent layers.core layers.cudnn_recurrent layers.embeddings layers.local layers.merge "
    "layers.noise layers.normalization layers.pooling layers.recurrent layers.wrappers legacy legacy.layers losses "
    "metrics models optimizers regularizers utils utils.np_utils"
)


def test_each_path_of_keras_is_served():
    code = f"""
        import importlib, lacuna
        lacuna.keras_names()
        for path in {PATHS!r}.split():
            for root in ("keras", "tensorflow.keras"):
                module = importlib.import_module(root + "." + path)
                assert module.__name__ == root + "." + path
                dir(module)
        print("served")
    """
    assert run(code) == "served\n"


@pytest.mark.parametrize("module, name", [("layers", "ConvLSTM2D"), ("backend", "ctc_decode"), ("utils", "h5dict")])
def test_what_is_not_there_says_so(module, name):
    where = getattr(lacuna, module)
    with pytest.raises(AttributeError, match=f"{module}.{name} is of Keras, not in Lacuna"):
        getattr(where, name)
    with pytest.raises(ImportError, match=f"{module}.{name} is of Keras, not in Lacuna"):
        exec(f"from lacuna.{module} import {name}")
    assert not hasattr(where, name) and name not in dir(where)
    with pytest.raises(AttributeError, match="has no attribute 'NeverHeardOf'"):
        where.NeverHeardOf  # noqa: B018
    assert "of Keras, not in Lacuna" in run(f"""
        import lacuna
        lacuna.keras_names()
        try: from keras.{module} import {name}
        except ImportError as e: print(e)
    """)


def test_tensorflow_where_it_is_not_installed():
    out = run("""
        import lacuna
        lacuna.keras_names()
        import tensorflow as tf
        try: tf.constant
        except AttributeError as e: print(e)
        print(tf.keras.layers.Dense.__name__)
    """)
    assert "Dense" in out.splitlines()[-1]


def test_tensorflow_that_is_installed_keeps_all_but_its_keras(tmp_path):
    """As TensorFlow does it: it imports its own copy of Keras while it loads, and looks for Keras itself."""
    files = {
        "__init__.py": """
            from tensorflow.python.keras.legacy import base
            class Lazy: pass
            keras, constant, made_of = Lazy(), float, base
            try: import keras.src.optimizers
            except ImportError: pass
        """,
        "python/__init__.py": "",
        "python/keras/__init__.py": "",
        "python/keras/legacy.py": "base = 'its own'",
    }
    for name, text in files.items():
        (tmp_path / "tensorflow" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tensorflow" / name).write_text(textwrap.dedent(text))
    out = run(
        """
        import lacuna
        lacuna.keras_names()
        import tensorflow as tf
        from tensorflow.keras.layers import Dense
        from tensorflow.python.keras import legacy
        import keras
        assert tf.keras.layers.Dense is Dense is keras.layers.Dense and Dense.__module__.startswith("lacuna")
        print(tf.made_of, legacy.base, tf.constant(2))
        """,
        PYTHONPATH=str(tmp_path),
    )
    assert out == "its own its own 2.0\n"


def test_the_dialect_is_checked():
    assert lacuna.config.keras() == "2.2.4"
    for wrong in ("2", "3.0", ""):
        with pytest.raises(ValueError, match="must be '2.2.4' or '3'"):
            lacuna.config.set_keras(wrong)
    with pytest.raises(TypeError, match="version must be"):
        lacuna.config.set_keras(3)


def test_defaults_are_read_when_an_object_is_made():
    from lacuna import optimizers

    old = {"Adadelta": 1.0, "Adagrad": 0.01, "Adamax": 0.002, "Nadam": 0.002}
    made = {name: getattr(optimizers, name)() for name in old}
    try:
        lacuna.config.set_keras("3")
        for name, rate in old.items():
            assert made[name].get_config()["lr"] == rate
            assert getattr(optimizers, name)().get_config()["lr"] == 0.001
            assert getattr(optimizers, name)(lr=rate).get_config()["lr"] == rate
            assert optimizers.get(name.lower()).get_config()["lr"] == 0.001
            assert optimizers.deserialize(optimizers.serialize(made[name])).get_config()["lr"] == rate
    finally:
        lacuna.config.set_keras("2.2.4")
    for name, rate in old.items():
        assert optimizers.get(name).get_config()["lr"] == rate


@pytest.mark.parametrize("first", ["", "import multiprocessing.spawn\n"])
def test_processes_that_are_spawned_see_keras(first, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        first
        + """
import multiprocessing, sys
import numpy as np
import keras
from keras.utils import Sequence

class Batches(Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return np.full((2, 4), index), np.zeros((2, 1))

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=4)])
    model.compile("sgd", "mse")
    model.fit_generator(Batches(), workers=2, use_multiprocessing=True, verbose=0)
    print(model.predict_generator(Batches(), workers=2, use_multiprocessing=True).shape, keras.__version__)
"""
    )
    command = [sys.executable, "-m", "lacuna", "--keras", "2.2.4", str(script)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.stdout == "(6, 1) 2.2.4\n", told.stderr


def test_a_seed_of_numpy_repeats_a_run(tmp_path):
    script = tmp_path / "seeded.py"
    script.write_text(
        "import numpy as np\nfrom keras.models import Sequential\nfrom keras.layers import Dense, Dropout\n"
        "def run(seed):\n    np.random.seed(seed)\n"
        "    m = Sequential([Dense(4, input_dim=3), Dropout(0.5), Dense(1)])\n    m.compile('sgd', 'mse')\n"
        "    return m.fit(np.ones((8, 3)), np.ones(8), verbose=0).history['loss']\n"
        "assert run(3) == run(3) != run(4)\nassert run([1, 2]) == run([1, 2])\n"
    )
    run = subprocess.run([sys.executable, "-m", "lacuna", str(script)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
