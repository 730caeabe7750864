"""Values of layers of features inside graphs of TensorFlow, such as the map of a tf.data.Dataset: as a NumPy function."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from lacuna._arrays import is_sparse


def is_in_graph(given: Any) -> bool:
    """Whether it is a tensor of TensorFlow that has no value yet."""
    return type(given).__module__.startswith("tensorflow.") and hasattr(given, "shape") and not hasattr(given, "numpy")


def values_in_graph(layer: Any, inputs: list) -> Any:
    """The tensor of a layer's values, a SparseTensor where they are csr. What is known of its shape is found out by
    values without rows."""
    tf = sys.modules["tensorflow"]
    if any(one.shape.rank is None for one in inputs):
        raise ValueError(
            f"{layer.name}: in a graph of TensorFlow the rank of an input must be known; tf.ensure_shape says it. "
            "Received: a tensor of unknown rank."
        )
    alone = inputs[0].shape.rank == 0
    sample = layer._values([_without_rows(tf, one) for one in inputs])

    def run(*arrays):
        return layer._values([*arrays])

    def run_sparse(*arrays):
        made = run(*arrays).tocoo()
        return np.stack([made.row, made.col], axis=1).astype(np.int64), made.data, np.int64(made.shape[0])

    if is_sparse(sample):
        places, values, rows = tf.numpy_function(run_sparse, inputs, (tf.int64, sample.dtype, tf.int64))
        places.set_shape((None, 2))
        values.set_shape((None,))
        rows.set_shape(())
        columns = tf.constant(sample.shape[1], tf.int64)
        return tf.SparseTensor(places, values, tf.stack([rows, columns]))
    made = tf.numpy_function(run, inputs, tf.string if sample.dtype == object else sample.dtype)
    rest = [size or None for size in sample.shape[1:]]  # Of ids of texts the length is not known.
    made.set_shape(rest if alone else [inputs[0].shape[0], *rest])
    return made


def _without_rows(tf: Any, tensor: Any) -> Any:
    sizes = [1 if size is None else size for size in tensor.shape.as_list()[1:]]
    return np.empty((0, *sizes), "U1" if tensor.dtype == tf.string else tensor.dtype.as_numpy_dtype)
