"""Type aliases of the annotations. NumPy scalars are accepted wherever Python's are. Arrays and identifiers have too
many forms for a type checker, so their aliases are Any and only inform the reader."""

from collections.abc import Callable, Sequence
from typing import Any, SupportsFloat, SupportsIndex, TypeAlias

import numpy as np

Whole: TypeAlias = SupportsIndex
Number: TypeAlias = SupportsFloat | SupportsIndex
Flag: TypeAlias = bool | np.bool_ | SupportsIndex
Shape: TypeAlias = Sequence[SupportsIndex | None] | SupportsIndex | Any  # Any: arrays of NumPy.
Axes: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
Path: TypeAlias = Any  # str, bytes or os.PathLike
Function: TypeAlias = Callable[..., Any]

TensorLike: TypeAlias = Any  # A symbol, a variable, an array, a scipy matrix, a number or a list of numbers.
ArrayLike: TypeAlias = Any  # An array, a scipy matrix, a frame or a list; for several inputs a list or dict of these.
Identifier: TypeAlias = Any  # A name, a config, a class, an object or a function.
DTypeLike: TypeAlias = Any  # "float32", np.float32, np.dtype("float32")
Config: TypeAlias = dict[str, Any]
