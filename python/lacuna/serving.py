"""Predictor: a model from a file that model.export wrote, for programs that only predict."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import batch_size_of, flag
from lacuna._arrays import views
from lacuna._files import path_of
from lacuna._types import ArrayLike, Flag, Whole

__all__ = [
    "Predictor",
]


def __dir__() -> list[str]:
    return __all__


class Predictor:
    """A model from a file that model.export wrote. It computes the bits that model.predict computes, and any number of
    threads may share it. C++ and C have it too, in a library without HDF5 and oneTBB.

    check: compares the file with its seal, which reads it once. mapped: False copies the file to memory; a file that is
    mapped must stay as it is, and is replaced by another one, as export does. FileNotFoundError and the like for a path
    that cannot be read, ValueError for a file that export did not write, or that is damaged.

        >>> model = Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
        >>> _ = model.export("served.lacuna")
        >>> lacuna.Predictor("served.lacuna").predict(csr_matrix([[0, 1.0], [2.0, 0]]))
        array([[1.],
               [2.]], dtype=float32)
    """

    def __init__(self, filepath: Any, check: Flag = True, mapped: Flag = True):
        self._path = path_of("Predictor", filepath)
        self._options = flag("Predictor", "check", check), flag("Predictor", "mapped", mapped)
        self._core = _core.Predictor(self._path, *self._options)

    @property
    def inputs(self) -> list[tuple[str, str, tuple[int | None, ...]]]:
        """The name of each input, what it takes ("numbers", "ids", "texts" or "csr"), and the shape of a row."""
        return self._core.inputs

    @property
    def outputs(self) -> list[tuple[str, tuple[int, ...]]]:
        """The name of each output, and the shape of a row."""
        return self._core.outputs

    def predict(self, x: ArrayLike, batch_size: Whole | None = None) -> Any:
        """An array with a row for each row of x, or a list of arrays for several outputs. x, batch_size: as in
        model.predict, whose bits these are.

        ValueError for a shape that does not fit and for csr where ids are taken, IndexError for columns and ids that
        do not exist."""
        if x is None:
            raise ValueError("predict: x must be given. Received: none.")
        inputs = self.inputs
        names = [name for name, _, _ in inputs]
        texts = [name for name, takes, _ in inputs if takes == "texts"]
        given = views(x, "predict: x", len(names), names, texts)
        _require_dense_ids(inputs, given)
        results = self._core.predict(given, batch_size_of("predict", batch_size))
        return results[0] if len(results) == 1 else results

    def __reduce__(self):
        return type(self), (self._path, *self._options)

    def __repr__(self) -> str:
        if "_core" not in vars(self):  # A debugger may ask before __init__ is done.
            return object.__repr__(self)
        inputs = ", ".join(f"{name}: {takes} {shape}" for name, takes, shape in self.inputs)
        outputs = ", ".join(f"{name} {shape}" for name, shape in self.outputs)
        return f"<Predictor of ({inputs}) to ({outputs})>"


def _require_dense_ids(inputs, given):
    if not isinstance(given, dict):
        given = dict(zip((name for name, _, _ in inputs), given if isinstance(given, list) else [given]))
    for name, takes, _ in inputs:
        array = given.get(name)
        if takes == "ids" and array is not None and array.storage == "csr":
            raise ValueError(
                f"predict: x of input '{name}', which takes ids, must be dense. Received: {name}={tuple(array.shape)} "
                "csr."
            )
