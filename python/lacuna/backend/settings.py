"""Settings that K tells and changes."""

from lacuna import _core
from lacuna._arguments import dtype_name

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_floatx",
]


def __dir__():
    return __all__


def backend():
    """'lacuna'"""
    return "lacuna"


def floatx():
    """The dtype of inputs and weights where none is named: 'float32' unless set."""
    return _core.floatx()


def set_floatx(floatx):
    """'float32' or 'float64', for what is made from now on."""
    _core.set_floatx(dtype_name(floatx))


def epsilon():
    """What keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format():
    """'channels_last'"""
    return "channels_last"


def clear_session():
    """Names of layers are numbered from 1 again."""
    _core.reset_names()
