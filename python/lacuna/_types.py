"""What annotations name. Scalars of NumPy are taken wherever Python's are; arrays and identifiers are of too many kinds
for a type checker to tell, so their names are for the reader."""

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

TensorLike: TypeAlias = Any  # A symbol, a variable, an array, a matrix of scipy, a number or a list of them.
ArrayLike: TypeAlias = Any  # An array, a matrix of scipy, a frame, a list; of several inputs a list or a dict of them.
Identifier: TypeAlias = Any  # A name, a config, a class, an object or a function.
DTypeLike: TypeAlias = Any  # "float32", np.float32, np.dtype("float32")
Config: TypeAlias = dict[str, Any]
