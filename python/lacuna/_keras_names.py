"""Serves `import keras` and `from tensorflow import keras` from Lacuna: `lacuna.keras_names()` and `python -m lacuna`.

Each path of Keras (`keras.layers.recurrent`, `tensorflow.keras.utils`) is a module whose names are looked up in modules
of Lacuna. TensorFlow itself, where it is installed, stays importable for its data; its `keras` is Lacuna's."""

from __future__ import annotations

import functools
import importlib
import importlib.machinery
import importlib.util
import numbers
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from lacuna import _absent, _core, config

__all__ = ["keras_names"]

# Path below keras → modules of Lacuna that hold its names. A path that is not listed is the module of that name.
PATHS: dict[str, tuple[str, ...]] = {
    "": ("",),
    "objectives": ("losses",),
    **{
        f"layers.{file}": ("layers", "layers.base")
        for file in (
            "advanced_activations convolutional convolutional_recurrent core cudnn_recurrent embeddings local noise "
            "normalization pooling recurrent wrappers"
        ).split()
    },
    "layers.merge": ("layers",),
    "backend.common": ("backend",),
    "backend.tensorflow_backend": ("backend",),
    "backend.mxnet_backend": ("backend",),
    "backend.load_backend": ("backend",),
    "engine": ("layers", "models", "utils"),
    "engine.base_layer": ("layers",),
    "engine.input_layer": ("layers",),
    "engine.network": ("models", "layers", "utils"),
    "models": ("models", "layers.input"),
    "engine.saving": ("models",),
    "engine.sequential": ("models",),
    "engine.topology": ("layers", "models", "utils"),
    "engine.training": ("models", "layers"),
    "engine.training_utils": (),
    "legacy": (),
    "legacy.layers": ("layers",),
    "applications": (),
    "preprocessing.image": ("preprocessing.image",),
}
VERSIONS = {"2.2.4": "2.2.4", "3": "3.0.0"}
ROOTS = ("keras", "tensorflow.keras", "tensorflow.python.keras", "tf_keras")


def lacuna_modules(path: str) -> tuple[str, ...] | None:
    """The modules of Lacuna that serve a path of Keras; None if Keras has no such path."""
    if path in PATHS:
        return tuple(f"lacuna.{name}".rstrip(".") for name in PATHS[path])
    if any(part.startswith("_") for part in path.split(".")):
        return None
    try:
        found = importlib.util.find_spec(f"lacuna.{path}")
    except ImportError:
        return None
    return (f"lacuna.{path}",) if found else None


class Names(ModuleType):
    """A module of Keras: its names are those of modules of Lacuna. Each is a package, so that
    `from keras.layers import X` can tell why there is no X (see _absent.Absent)."""

    def __init__(self, name: str, path: str, sources: tuple[str, ...]) -> None:
        super().__init__(name, f"Keras' {path or 'names'}, served by Lacuna.")
        self._path, self._sources, self.__path__ = path, sources, []

    def __getattr__(self, name: str) -> Any:
        if name == "__version__" and not self._path:
            return VERSIONS[config.keras()]
        if name == "__all__":
            return sorted({name for source in self._modules() for name in dir(source) if name[0] != "_"})
        if name.startswith("__"):
            raise AttributeError(name)
        if lacuna_modules(f"{self._path}.{name}".lstrip(".")) is not None:
            return importlib.import_module(f"{self.__name__}.{name}")
        for source in self._modules():
            if hasattr(source, name):
                return getattr(source, name)
        if name == "Network" and self._path.startswith("engine"):
            return importlib.import_module("lacuna.models").Model
        told = _absent.sentence(self._path, name)
        raise AttributeError(told or f"module '{self.__name__}' has no attribute '{name}'", name=name, obj=self)

    def _modules(self) -> list[ModuleType]:
        return [importlib.import_module(source) for source in self._sources]

    def __dir__(self) -> list[str]:
        return list(self.__all__)


class NoTensorFlow(ModuleType):
    """`tensorflow` where it is not installed: its keras is Lacuna's, and it has nothing else."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name == "keras":
            return importlib.import_module("tensorflow.keras")
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"tensorflow.{name}: TensorFlow is not installed, and Lacuna serves only tensorflow.keras. "
            "Write it with NumPy or lacuna.backend, or install TensorFlow.",
            name=name,
            obj=self,
        )


class TensorFlowLoader:
    """Loads TensorFlow as Python would, and then puts Lacuna in the place of its keras."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.keras = importlib.import_module("tensorflow.keras")  # type: ignore[attr-defined]


def serve_children(spawn: ModuleType) -> None:
    """Lets processes that multiprocessing starts anew (spawn) serve Keras too, before they read the script again."""
    given = spawn.get_command_line  # type: ignore[attr-defined]

    def get_command_line(**arguments: Any) -> list[str]:
        command = given(**arguments)
        if "-c" in command:
            program = command.index("-c") + 1
            command[program] = f"import lacuna; lacuna.keras_names({config.keras()!r}); {command[program]}"
        return command

    spawn.get_command_line = get_command_line  # type: ignore[attr-defined]


class SpawnLoader:
    """Loads multiprocessing.spawn, and then changes how it starts processes."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        serve_children(module)


class Loader:
    """Makes the modules of Keras; their names are looked up when they are used."""

    @staticmethod
    def create_module(spec: importlib.machinery.ModuleSpec) -> ModuleType:
        if spec.name == "tensorflow":
            return NoTensorFlow(spec.name)
        path = path_of(spec.name)
        assert path is not None  # find_spec has looked.
        return Names(spec.name, path, lacuna_modules(path) or ())

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        parent, _, name = module.__name__.rpartition(".")
        if parent == "tensorflow":
            sys.modules[parent].keras = module  # type: ignore[attr-defined]


def path_of(full_name: str) -> str | None:
    """The path below keras of a module's name; None for modules of others. An installed TensorFlow keeps the copy of
    Keras in its `tensorflow.python`, since it uses that itself."""
    for root in ROOTS:
        if root == "tensorflow.python.keras" and not isinstance(sys.modules.get("tensorflow"), NoTensorFlow):
            continue
        if full_name == root or full_name.startswith(root + "."):
            return full_name[len(root) + 1 :]
    return None


class Finder:
    """Stands before Python's own finders, so that an installed Keras is not read."""

    @staticmethod
    def find_spec(
        full_name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        below = path_of(full_name)
        if below is not None and lacuna_modules(below) is not None:
            return importlib.machinery.ModuleSpec(full_name, Loader, is_package=True)  # type: ignore[arg-type]
        if full_name == "multiprocessing.spawn":
            spec = importlib.machinery.PathFinder.find_spec(full_name, path)
            if spec is not None:
                spec.loader = SpawnLoader(spec.loader)  # type: ignore[assignment]
            return spec
        if full_name != "tensorflow":
            return None
        spec = importlib.machinery.PathFinder.find_spec(full_name)
        if spec is None or spec.loader is None:
            return importlib.machinery.ModuleSpec(full_name, Loader, is_package=True)  # type: ignore[arg-type]
        spec.loader = TensorFlowLoader(spec.loader)  # type: ignore[assignment]
        return spec


def _follow_seeds_of_numpy() -> None:
    """Makes np.random.seed seed Lacuna too: Keras takes its seeds from NumPy, so that scripts repeat their runs so."""
    import numpy as np

    seed = np.random.seed
    if hasattr(seed, "_lacuna"):
        return

    @functools.wraps(seed)
    def seed_both(seed_given: Any = None) -> None:
        seed(seed_given)
        if isinstance(seed_given, numbers.Integral):
            _core.set_random_seed(int(seed_given))
        elif seed_given is not None:  # An array.
            _core.set_random_seed(int(np.random.RandomState(seed_given).randint(2**31 - 1)))

    seed_both._lacuna = True  # type: ignore[attr-defined]
    np.random.seed = seed_both


def keras_names(keras: str | None = None) -> None:
    """Makes `import keras`, `from keras.layers import …` and `from tensorflow import keras` give Lacuna from now on,
    in this process. keras: "2.2.4" or "3", whose defaults are used (lacuna.config.set_keras); None: those in use.

    RuntimeError if Keras was imported before: call it first."""
    if keras is not None:
        config.set_keras(keras)
    others = [root for root in ROOTS if root in sys.modules and not isinstance(sys.modules[root], Names)]
    if others:
        raise RuntimeError(
            f"keras_names: must be called before Keras is imported. Received: {', '.join(others)} is imported; "
            "write `import lacuna; lacuna.keras_names()` in the first line of the program."
        )
    _follow_seeds_of_numpy()
    if Finder not in sys.meta_path:
        sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
        if "multiprocessing.spawn" in sys.modules:
            serve_children(sys.modules["multiprocessing.spawn"])
