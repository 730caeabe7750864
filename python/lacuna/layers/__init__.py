"""Layers."""

from lacuna.layers.base import Layer, deserialize, serialize
from lacuna.layers.core import Activation, Dense, Dropout, Flatten, Reshape
from lacuna.layers.embeddings import Embedding
from lacuna.layers.factorization_machine import FactorizationMachine
from lacuna.layers.input import Input, InputLayer
from lacuna.layers.merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    multiply,
    subtract,
)

__all__ = [
    "Activation",
    "Add",
    "Average",
    "Concatenate",
    "Dense",
    "Dot",
    "Dropout",
    "Embedding",
    "FactorizationMachine",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "Multiply",
    "Reshape",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "multiply",
    "serialize",
    "subtract",
]
