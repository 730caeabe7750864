"""The start of a network."""

from lacuna import _core
from lacuna._arguments import dtype_name, unsupported
from lacuna.layers.base import Layer


class InputLayer(Layer):
    """Where a network's input stands in its list of layers; made by Input()."""

    def __init__(self):
        raise TypeError("InputLayer: an input must be made by Input(). Received: a call of InputLayer.")


def Input(shape=None, batch_shape=None, name=None, dtype=None, sparse=False, tensor=None):
    """A symbol for what is fed to a network. shape is without the batch, batch_shape with it; None is an open
    dimension.

    sparse: csr, of rank 2; dense arrays are then converted batch by batch. Without it, csr is taken as well,
    where the network's ops have a rule for it. dtype: floatx unless given.
    """
    unsupported("Input", tensor=tensor)
    return _core.input(shape, batch_shape, name, dtype_name(dtype), sparse)
