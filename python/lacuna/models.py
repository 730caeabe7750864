"""Models: layers joined, and their training; from configs and files, too."""

from lacuna._model import Model
from lacuna._model_files import clone_model, load_model, model_from_config, model_from_json, model_from_yaml, save_model
from lacuna._sequential import Sequential
from lacuna.layers.input import Input

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
