"""Tells at a save what load_model, or Keras, could not make again."""

import inspect
import os
import warnings

from lacuna._warnings import LacunaWarning
from lacuna.layers.base import Layer


def warn_of_keras_archive(path):
    """Warns of a name that ends in .keras: what is written is HDF5, but Keras 3 expects an archive of its own there."""
    if path.endswith(b".keras"):
        warnings.warn(
            "save: the file is HDF5, whatever its name says, and Keras 3 reads no HDF5 from a file of this name; let "
            f"the name end in .h5. Received: filepath={os.fsdecode(path)!r}.",
            LacunaWarning,
            stacklevel=3,
        )


def warn_of_lost_settings(model):
    """Warns of layers of one's own whose get_config lacks arguments that their __init__ needs."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            warn_of_lost_settings(layer)
        elif not type(layer).__module__.startswith("lacuna.") and (lost := _lost(layer)):
            warnings.warn(
                f"save: load_model cannot make layer {layer.name!r} again; its get_config must hold the arguments of "
                f"__init__: return {{**super().get_config(), {lost[0]!r}: self.{lost[0]}, …}}. Received: "
                f"{type(layer).__name__}.get_config without {', '.join(lost)}.",
                LacunaWarning,
                stacklevel=4,
            )


def _lost(layer):
    cls = type(layer)
    if getattr(cls.from_config, "__func__", None) is not Layer.from_config.__func__:
        return []  # It may know what to do.
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [
        one.name
        for one in list(inspect.signature(cls.__init__).parameters.values())[1:]
        if one.kind in named and one.default is one.empty
    ]
    held = layer.get_config() if needed else {}
    return [name for name in needed if name not in held]
