"""Input and InputLayer, the start of a network."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import dtype_name, listed, no_more
from lacuna._types import DTypeLike, Flag, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "Input",
    "InputLayer",
]


def __dir__() -> list[str]:
    return __all__


class InputLayer(Layer):
    """Stands for an input in a network's list of layers; it may be the first layer of a Sequential. `output` is the
    symbol that Input() returns. input_tensor: as tensor of Input."""

    def __init__(
        self,
        input_shape: Shape | None = None,
        batch_size: Whole | None = None,
        batch_input_shape: Shape | None = None,
        dtype: DTypeLike = None,
        input_tensor: Any = None,
        sparse: Flag = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        no_more("InputLayer", kwargs)
        if batch_input_shape is None and input_shape is not None and batch_size is not None:
            batch_input_shape, input_shape = (batch_size, *listed(input_shape)), None
        self._symbol = _core.input(input_shape, batch_input_shape, name, dtype_name(dtype), sparse, input_tensor)
        self._adopt(_core.input_layer(self._symbol))

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """A layer made from what get_config returned, of Lacuna or of newer versions of Keras."""
        return cls._of(_core.input_from_config(config))

    @classmethod
    def _of(cls, symbol):
        layer = cls.__new__(cls)
        layer._symbol = symbol
        layer._adopt(_core.input_layer(symbol))
        return layer

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def __call__(self, inputs: Any) -> Any:
        raise TypeError("InputLayer: an input has no inputs; its symbol is `output`. Received: a call.")


def Input(
    shape: Shape | None = None,
    batch_shape: Shape | None = None,
    name: str | None = None,
    dtype: DTypeLike = None,
    sparse: Flag = False,
    tensor: Any = None,
) -> Any:
    """A symbol for an input of a network. shape leaves out the batch dimension, batch_shape includes it; None is an
    open dimension. The symbol may stand first in a Sequential.

    sparse: the input is csr, of rank 2; dense arrays are then converted batch by batch. Without it, csr is accepted
    too, if all ops that read it have a rule for csr. dtype: floatx unless given. tensor: a symbol or a variable that
    the input is, with its shape and dtype: it gets no data then, unless it is a placeholder. Each batch has its rows,
    which fit does not shuffle; where there are no arrays at all, fit, evaluate and predict need a number of steps.
    A file does not keep it: the input of a model that is loaded gets data.
    ValueError without a shape, or if a csr input is not of rank 2 with a known width.

        >>> words = Input((1000,), sparse=True)
        >>> K.int_shape(words), K.is_sparse(words)
        ((None, 1000), True)
    """
    return _core.input(shape, batch_shape, name, dtype_name(dtype), sparse, tensor)
