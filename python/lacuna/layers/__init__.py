"""All layers: the public names of lacuna.layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lacuna._later import later, listed

if TYPE_CHECKING:
    from lacuna.layers._input_spec import *  # noqa: F403
    from lacuna.layers.advanced_activations import *  # noqa: F403
    from lacuna.layers.base import *  # noqa: F403
    from lacuna.layers.cells import *  # noqa: F403
    from lacuna.layers.convolutional import *  # noqa: F403
    from lacuna.layers.core import *  # noqa: F403
    from lacuna.layers.cross_net import *  # noqa: F403
    from lacuna.layers.cudnn_recurrent import *  # noqa: F403
    from lacuna.layers.embeddings import *  # noqa: F403
    from lacuna.layers.factorization_machine import *  # noqa: F403
    from lacuna.layers.hashing import *  # noqa: F403
    from lacuna.layers.input import *  # noqa: F403
    from lacuna.layers.local import *  # noqa: F403
    from lacuna.layers.lookups import *  # noqa: F403
    from lacuna.layers.merge import *  # noqa: F403
    from lacuna.layers.noise import *  # noqa: F403
    from lacuna.layers.normalization import *  # noqa: F403
    from lacuna.layers.padding import *  # noqa: F403
    from lacuna.layers.pooling import *  # noqa: F403
    from lacuna.layers.recurrent import *  # noqa: F403
    from lacuna.layers.scaling import *  # noqa: F403
    from lacuna.layers.separable import *  # noqa: F403
    from lacuna.layers.text_vectorization import *  # noqa: F403
    from lacuna.layers.transformers import *  # noqa: F403
    from lacuna.layers.wrappers import *  # noqa: F403

_NAMES = {
    "_input_spec": "InputSpec",
    "advanced_activations": "ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU",
    "base": "Layer deserialize serialize",
    "cells": "GRUCell LSTMCell SimpleRNNCell StackedRNNCells",
    "convolutional": (
        "AtrousConv1D AtrousConv2D AtrousConvolution1D AtrousConvolution2D Conv1D Conv2D Conv2DTranspose Conv3D "
        "Conv3DTranspose Convolution1D Convolution2D Convolution2DTranspose Convolution3D Deconv2D Deconv3D "
        "Deconvolution2D Deconvolution3D"
    ),
    "core": (
        "Activation ActivityRegularization Dense Dropout Flatten Lambda Masking Permute RepeatVector Reshape "
        "SpatialDropout1D SpatialDropout2D SpatialDropout3D"
    ),
    "cross_net": "CrossNet CrossNetV2",
    "cudnn_recurrent": "CuDNNGRU CuDNNLSTM",
    "embeddings": "Embedding",
    "factorization_machine": "FactorizationMachine",
    "hashing": "CategoryEncoding HashedCrossing Hashing",
    "input": "Input InputLayer",
    "local": "LocallyConnected1D LocallyConnected2D",
    "lookups": "IntegerLookup StringLookup",
    "merge": (
        "Add Average Concatenate Dot Maximum Minimum Multiply Subtract add average concatenate dot maximum minimum "
        "multiply subtract"
    ),
    "noise": "AlphaDropout GaussianDropout GaussianNoise",
    "normalization": "BatchNormalization",
    "padding": (
        "Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D "
        "ZeroPadding3D"
    ),
    "pooling": (
        "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D GlobalAveragePooling1D "
        "GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D "
        "GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
        "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D"
    ),
    "recurrent": "GRU LSTM RNN SimpleRNN",
    "scaling": "Discretization Normalization Rescaling",
    "separable": "DepthwiseConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D",
    "text_vectorization": "TextVectorization",
    "transformers": "from_sklearn",
    "wrappers": "Bidirectional TimeDistributed Wrapper",
}
__all__ = listed(_NAMES)


def __dir__() -> list[str]:
    return __all__


__getattr__ = later(__name__, _NAMES)
