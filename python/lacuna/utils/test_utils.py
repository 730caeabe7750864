"""Tests of a layer of one's own, and random data that can be learned, as Keras' own tests use them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna._arguments import flag, shown, whole
from lacuna._types import ArrayLike, Config, Flag, Shape, Whole

__all__ = [
    "get_test_data",
    "layer_test",
]


def __dir__() -> list[str]:
    return __all__


def layer_test(
    layer_cls: Any,
    kwargs: Config = {},  # noqa: B006  (As in Keras; it is never changed.)
    input_shape: Shape | None = None,
    input_dtype: str | None = None,
    input_data: ArrayLike = None,
    expected_output: ArrayLike = None,
    expected_output_dtype: str | None = None,
    fixed_batch_size: Flag = False,
) -> Any:
    """Checks a layer with one input and one output, and returns its output: that it is made again from its config,
    gives the shape that compute_output_shape says and the dtype and values that are expected, gives the same in a model
    that is made again from its config, and trains. AssertionError tells what does not hold.

    layer_cls, kwargs: its class and arguments. input_shape: with the batch; None is a random size. input_data: in place
    of random numbers from 0 to 10. fixed_batch_size: the model is made for that batch alone.

    >>> from lacuna.layers import Dense
    >>> layer_test(Dense, {"units": 2}, input_shape=(4, 3)).shape
    (4, 2)
    """
    from lacuna.utils._layer_test import checked

    if not isinstance(layer_cls, type):
        raise TypeError(f"layer_test: layer_cls must be a class. Received: layer_cls={shown(layer_cls)}.")
    fixed = flag("layer_test", "fixed_batch_size", fixed_batch_size)
    given = (input_shape, input_dtype, input_data, expected_output, expected_output_dtype)
    return checked(layer_cls, dict(kwargs), *given, fixed)


def get_test_data(
    num_train: Whole = 1000,
    num_test: Whole = 500,
    input_shape: Shape = (10,),
    output_shape: Shape = (2,),
    classification: Flag = True,
    num_classes: Whole = 2,
) -> Any:
    """((x_train, y_train), (x_test, y_test)) of float32 x around a mean that tells the target: a class below
    num_classes of shape (rows,) for classification, else values of output_shape. NumPy's seed decides."""
    where = "get_test_data"
    train, test, classes = (
        whole(where, name, value)
        for name, value in (("num_train", num_train), ("num_test", num_test), ("num_classes", num_classes))
    )
    if min(train, test) < 0 or classes < 1 or train + test > 2**32:
        raise ValueError(
            f"{where}: num_train and num_test must be 0 or more, num_classes 1 or more. Received: {train}, {test}, "
            f"{classes}."
        )
    if not all(isinstance(shape, (list, tuple)) for shape in (input_shape, output_shape)):
        raise TypeError(f"{where}: shapes must be tuples. Received: {shown(input_shape)}, {shown(output_shape)}.")
    rows = train + test
    shape, result = tuple(input_shape), tuple(output_shape)
    spread = 0.7
    if flag(where, "classification", classification):
        y = np.random.randint(0, classes, size=(rows,))
        x = y.reshape(rows, *(1,) * len(shape)) + spread * np.random.randn(rows, *shape)
    else:
        means, places = np.random.random((rows, 1)), int(np.prod(shape))
        both = means + spread * np.random.randn(rows, places + int(np.prod(result)))
        x, y = both[:, :places].reshape(rows, *shape), both[:, places:].reshape(rows, *result).astype("float32")
    x = x.astype("float32")
    return (x[:train], y[:train]), (x[train:], y[train:])
