"""InputSpec: what a layer asks of an input, which is checked at each call."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import listed
from lacuna._types import DTypeLike, Shape, Whole

__all__ = [
    "InputSpec",
]


def __dir__() -> list[str]:
    return __all__


class InputSpec:
    """What a layer asks of an input: dtype, shape (None is any size), ndim or limits of it, and sizes of single axes as
    a dict. `layer.input_spec = InputSpec(ndim=3)`, or a list of them for several inputs."""

    def __init__(
        self,
        dtype: DTypeLike = None,
        shape: Shape | None = None,
        ndim: Whole | None = None,
        max_ndim: Whole | None = None,
        min_ndim: Whole | None = None,
        axes: dict[int, int | None] | None = None,
    ) -> None:
        self.dtype, self.shape = dtype, None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(self.shape)
        self.max_ndim, self.min_ndim, self.axes = max_ndim, min_ndim, dict(axes or {})

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value}
        return f"InputSpec({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def fault(self, symbol: Any) -> str | None:
        """What a symbol does not keep; None if it fits."""
        shape = tuple(symbol.shape)
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            return f"must have ndim={self.ndim}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"must have max_ndim={self.max_ndim}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"must have min_ndim={self.min_ndim}"
        if self.dtype is not None and symbol.dtype != self.dtype:
            return f"must have dtype={self.dtype}"
        sizes = {**dict(enumerate(self.shape or ())), **self.axes}
        for axis, size in sizes.items():
            if not -rank <= axis < rank or size is not None and shape[axis] not in (size, None):
                return f"must have size {size} along axis {axis}"
        return None


def check(where: str, specs: Any, inputs: Any) -> None:
    """ValueError unless each input is as its spec asks."""
    symbols, specs = listed(inputs), listed(specs)
    if len(symbols) != len(specs):
        raise ValueError(f"{where}: there must be {len(specs)} inputs. Received: inputs={len(symbols)}.")
    for i, (symbol, spec) in enumerate(zip(symbols, specs, strict=True)):
        fault = spec and spec.fault(symbol)
        if fault:
            raise ValueError(f"{where}: input {i} {fault}. Received: input={symbol!r}.")
