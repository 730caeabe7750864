"""All layers: the public names of lacuna.layers."""

from __future__ import annotations

from lacuna.layers.advanced_activations import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from lacuna.layers.base import Layer, deserialize, serialize
from lacuna.layers.cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from lacuna.layers.core import (
    Activation,
    ActivityRegularization,
    Dense,
    Dropout,
    Flatten,
    Lambda,
    Masking,
    Permute,
    RepeatVector,
    Reshape,
    SpatialDropout1D,
)
from lacuna.layers.cross_net import CrossNet, CrossNetV2
from lacuna.layers.embeddings import Embedding
from lacuna.layers.factorization_machine import FactorizationMachine
from lacuna.layers.input import Input, InputLayer
from lacuna.layers.merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from lacuna.layers.noise import AlphaDropout, GaussianDropout, GaussianNoise
from lacuna.layers.normalization import BatchNormalization
from lacuna.layers.pooling import (
    GlobalAveragePooling1D,
    GlobalAvgPool1D,
    GlobalMaxPool1D,
    GlobalMaxPooling1D,
)
from lacuna.layers.recurrent import GRU, LSTM, RNN, CuDNNGRU, CuDNNLSTM, SimpleRNN
from lacuna.layers.wrappers import Bidirectional, TimeDistributed, Wrapper

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "CrossNet",
    "CrossNetV2",
    "CuDNNGRU",
    "CuDNNLSTM",
    "Dense",
    "Dot",
    "Dropout",
    "ELU",
    "Embedding",
    "FactorizationMachine",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
    "Input",
    "InputLayer",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LeakyReLU",
    "Masking",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Permute",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "StackedRNNCells",
    "Subtract",
    "ThresholdedReLU",
    "TimeDistributed",
    "Wrapper",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]


def __dir__() -> list[str]:
    return __all__
