"""GRU and LSTM by the names of Keras' layers for GPUs."""

from __future__ import annotations

from typing import Any

from lacuna._types import Config, Flag, Identifier, Whole
from lacuna.layers.recurrent import GRU, LSTM

__all__ = [
    "CuDNNGRU",
    "CuDNNLSTM",
]


def __dir__() -> list[str]:
    return __all__


_FIXED_BY_CUDNN = {
    "activation",
    "dropout",
    "go_backwards",
    "implementation",
    "recurrent_activation",
    "recurrent_dropout",
    "unroll",
    "use_bias",
}


def _without(config, names):
    return {name: value for name, value in config.items() if name not in names}


class CuDNNGRU(GRU):
    """GRU with the settings of cuDNN: a sigmoid for the gates, and reset_after. Its name stands in old scripts; it runs
    as any GRU does."""

    def __init__(
        self,
        units: Whole,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        return_sequences: Flag = False,
        return_state: Flag = False,
        stateful: Flag = False,
        **kwargs: Any,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs", "__class__")}
        super().__init__(**given, recurrent_activation="sigmoid", reset_after=True, **kwargs)

    def get_config(self) -> Config:
        """The settings."""
        return _without(super().get_config(), _FIXED_BY_CUDNN | {"reset_after"})


class CuDNNLSTM(LSTM):
    """LSTM with the settings of cuDNN: a sigmoid for the gates. Its name stands in old scripts; it runs as any LSTM
    does."""

    def __init__(
        self,
        units: Whole,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: Flag = True,
        kernel_regularizer: Identifier = None,
        recurrent_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        recurrent_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        return_sequences: Flag = False,
        return_state: Flag = False,
        stateful: Flag = False,
        **kwargs: Any,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs", "__class__")}
        super().__init__(**given, recurrent_activation="sigmoid", **kwargs)

    def get_config(self) -> Config:
        """The settings."""
        return _without(super().get_config(), _FIXED_BY_CUDNN)
