"""An alias of lacuna.utils.data_utils: the Keras-MXNet tutorial imports it from here."""

from __future__ import annotations

from lacuna.utils.data_utils import prepare_sliced_sparse_data

__all__ = ["prepare_sliced_sparse_data"]


def __dir__() -> list[str]:
    return __all__
