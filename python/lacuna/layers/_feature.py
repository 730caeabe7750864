"""The base of layers of features: adapt, and values for arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import shown
from lacuna._arrays import scipy_csr, view
from lacuna._types import ArrayLike, Whole
from lacuna.layers._given import is_symbol
from lacuna.layers._in_graphs import is_in_graph, values_in_graph
from lacuna.layers.base import Layer


class Feature(Layer):
    """The base of layers of features."""

    autograph_info__: Any = None  # TensorFlow's AutoGraph leaves objects alone that have one.
    _inputs = 1  # How many arrays a call takes; None: a list of any number.

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Applies the layer to a symbol; or to an array, and returns an array, or a matrix of scipy where the result is
        sparse. In a graph of TensorFlow, such as the map of a tf.data.Dataset, a tensor becomes one, by
        tf.numpy_function, or a SparseTensor."""
        several = self._inputs is None and isinstance(inputs, (list, tuple))
        if any(map(is_symbol, inputs if several else [inputs])):
            return super().__call__(inputs, *args, **kwargs)
        if args or kwargs:
            raise TypeError(f"{self.name}: for arrays, call takes the input alone. Received: {shown(args or kwargs)}.")
        given = [*inputs] if several else [inputs]
        return values_in_graph(self, given) if is_in_graph(given[0]) else self._values(given)

    def _values(self, arrays):
        given = [_at_least_one_row(array) for array in arrays]
        result = _core.values_of_layer(self._core, [view(a, f"{self.name}: inputs", strings=True) for a, _ in given])
        if isinstance(result, tuple):
            return scipy_csr(*result)
        return result[0] if given[0][1] else result

    def adapt(self, data: Any, batch_size: Whole | None = None, steps: Whole | None = None) -> None:
        """Learns from data what the layer needs, such as a vocabulary; what it had learned before is forgotten.

        data: an array, a list, a frame or a column of pandas, polars or pyarrow; a lacuna.data.Dataset with one input,
            or of several the one of the layer's name; or an iterable of such arrays, a part of the data each.
        batch_size: has no effect on the result. steps: how many parts of an iterable count.

        Data of any size may come in parts: the layer keeps what it has learned, not the data. ValueError for a layer
        that learns nothing."""
        core = getattr(data, "_core", None)
        if isinstance(core, _core.Dataset):
            names = [part[0] for part in core.schema if part[1] == "input"]
            _core.adapt_to_dataset(self._core, core, self.name if self.name in names and len(names) > 1 else None)
            return
        self.reset_state()
        if _gives_parts(data):
            for count, part in enumerate(data):
                if steps is not None and count == steps:
                    break
                self.update_state(part[0] if isinstance(part, tuple) else part)
        else:
            self.update_state(data)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forgets what update_state saw."""
        _core.reset_state(self._core)

    def update_state(self, data: ArrayLike) -> None:
        """Looks at a part of the data."""
        _core.update_state(self._core, view(data, f"{self.name}: adapt: data", strings=True))

    def finalize_state(self) -> None:
        """Learns from what update_state saw."""
        _core.finalize_state(self._core)


def _at_least_one_row(array):
    """The array, and whether it was a single value, which stands for one row."""
    if isinstance(array, (list, tuple)) or hasattr(array, "shape"):  # Of a list of long texts ndim would make an array
        return array, False  # in which each is as long as the longest.
    single = isinstance(array, (str, bytes)) or np.ndim(array) == 0
    return ([array], True) if single else (array, False)


def _gives_parts(data):
    """Whether it is an iterable of arrays: a generator, a tf.data.Dataset, a DataLoader."""
    if isinstance(data, (list, tuple, str, bytes)) or hasattr(data, "__array__") or hasattr(data, "tocsr"):
        return False
    return hasattr(data, "__iter__") and not any(hasattr(data, one) for one in ("dtype", "dtypes", "type", "schema"))
