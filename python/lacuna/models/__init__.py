"""Models: layers joined, and their training; from configs and files, too."""

from lacuna.layers.input import Input
from lacuna.models.files import clone_model, load_model, model_from_config, model_from_json, model_from_yaml, save_model
from lacuna.models.model import Model
from lacuna.models.sequential import Sequential

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


def __dir__():
    return __all__
