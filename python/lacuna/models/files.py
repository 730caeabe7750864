"""Models from configs, files and bytes; lacuna.models exports the public functions."""

from __future__ import annotations

import types
import warnings
from typing import Any

import lacuna
from lacuna import _core, regularizers
from lacuna._arguments import flag, listed, shown
from lacuna._code import code_allowed, is_code_enough
from lacuna._custom import bad_config, custom_object_scope
from lacuna._types import Config, Flag
from lacuna.layers._given import checked_symbols
from lacuna.layers.base import Layer, deserialize, layers_in
from lacuna.layers.input import Input
from lacuna.models._streams import opened

__all__ = [
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]


def __dir__() -> list[str]:
    return __all__


def named(model: Any) -> Any:
    """The dict that to_json and files hold of a model: its class, its config, and the versions that Keras expects."""
    return {
        "class_name": type(model).__name__,
        "config": _elsewhere(model.get_config()),
        "keras_version": "2.2.4",
        "backend": "lacuna",
    }


def _elsewhere(config):
    """A config without keys of functions that only this process knows (see Lambda)."""
    if isinstance(config, dict):
        return {name: _elsewhere(value) for name, value in config.items() if name != "functions_here"}
    return [_elsewhere(one) for one in config] if isinstance(config, list) else config


def model_from_config(config: Any, custom_objects: Config | None = None) -> Any:
    """A model made from {'class_name': 'Model' or 'Sequential', 'config': what get_config returned}, with new weights.
    custom_objects: a dict of your own classes and functions by name."""
    if not isinstance(config, dict):
        raise TypeError(
            f"model_from_config: config must be a dict with class_name and config. Received: {shown(config)}."
        )
    return deserialize(config, custom_objects)


def _from_any(config, custom_objects):
    """The model of a text, which a later Keras may have written."""
    config = _core.in_older_words(config) if isinstance(config, dict) else config
    return model_from_config(config, custom_objects)


def _safely(where, safe_mode):
    return code_allowed(not flag(where, "safe_mode", safe_mode))


def _require_text(what, given):
    if not isinstance(given, (str, bytes)):
        raise TypeError(f"{what} must be a text. Received: {shown(given)}.")


def model_from_json(json_string: str, custom_objects: Config | None = None, safe_mode: Flag = True) -> Any:
    """A model made from what to_json returned; see model_from_config, and for safe_mode load_model."""
    import json  # Here, so that importing lacuna is quick.

    _require_text("model_from_json: json_string", json_string)
    with bad_config("model_from_json", json_string), _safely("model_from_json", safe_mode):
        return _from_any(json.loads(json_string), custom_objects)


def _yaml(where):
    try:
        import yaml
    except ImportError:
        raise ImportError(f"{where}: PyYAML must be installed; model_from_json needs nothing.") from None
    return yaml


def to_yaml(model: Any, **kwargs: Any) -> str:
    """Implements model.to_yaml."""
    import json  # By way of JSON, which turns tuples into lists and NumPy numbers into plain ones.

    return _yaml("to_yaml").safe_dump(json.loads(json.dumps(named(model))), **kwargs)


def model_from_yaml(yaml_string: str, custom_objects: Config | None = None, safe_mode: Flag = True) -> Any:
    """A model made from what to_yaml of Lacuna or Keras 2 returned; see model_from_config, and for safe_mode
    load_model. PyYAML must be installed."""
    _require_text("model_from_yaml: yaml_string", yaml_string)
    yaml = _yaml("model_from_yaml")

    class Loader(yaml.SafeLoader):
        """A safe loader that also reads the Python tuples that Keras writes."""

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", yaml.SafeLoader.construct_sequence)
    with bad_config("model_from_yaml", yaml_string), _safely("model_from_yaml", safe_mode):
        return _from_any(yaml.load(yaml_string, Loader), custom_objects)


def _require_model(where, model):
    if not isinstance(getattr(model, "_core", None), _core.Model):
        raise TypeError(f"{where}: a model must be given. Received: model={shown(model)}.")


def save_model(model: Any, filepath: Any, overwrite: Flag = True, include_optimizer: Flag = True) -> Any:
    """Calls model.save(filepath, overwrite, include_optimizer)."""
    _require_model("save_model", model)
    model.save(filepath, overwrite, include_optimizer)


def load_model(
    filepath: Any, custom_objects: Config | None = None, compile: Flag = True, safe_mode: Flag = True
) -> Any:
    """Loads the model from a file that save, Keras 2 or Keras 3 (.h5, .keras) wrote: a path, a group of h5py, or a
    stream of bytes. compile: whether it is compiled as it was when saved, with the optimizer's state.

    custom_objects: a dict of your own classes and functions by name. safe_mode: a file that holds code, that of a
    Lambda's function without a name, is a ValueError; with False that code is run, and it can do all that you can.
    ValueError if the file is damaged, truncated, of another version, or names something unknown; FileNotFoundError,
    which is a ValueError too, if there is no file. docs/reliability.md tells which files must be trusted.

        >>> x, model = csr_matrix([[0, 2.0]]), Sequential([Dense(1, kernel_initializer="ones", input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> model.save("model.h5")
        >>> loaded = load_model("model.h5")
        >>> loaded.predict(x), loaded.loss.__name__
        (array([[2.]], dtype=float32), 'mean_squared_error')
    """
    with _safely("load_model", safe_mode):
        return _restored(opened("load_model", filepath), custom_objects, compile)


def _restored(file, custom_objects, compile=True):
    with custom_object_scope(custom_objects):
        with _core.WeightLimit(file):
            model = deserialize(file.model_config)
        file.restore_weights(model._core)
        training = file.training_config if compile else None
        if training is not None:
            _compile(model, training)
            file.restore_training(model._core)
    return model


def _compile(model, training):
    with bad_config("load_model: training_config", training):
        _compile_as(model, training)


def _known(kind, get, name):
    """get(name) for a name in a file. ValueError, which tells how to make your own objects known, if it is unknown."""
    try:
        return get(name)
    except ValueError as error:
        if not isinstance(name, str):
            raise
        raise ValueError(
            f"load_model: your own {kind} must be given by name, custom_objects={{{name!r}: {name}}}; or set "
            f"compile=False. {error}"
        ) from None


def _losses_of(config):
    if isinstance(config, dict) and "class_name" not in config:
        return {name: _losses_of(one) for name, one in config.items()}
    if isinstance(config, (list, tuple)):
        return [_losses_of(one) for one in config]
    return _known("loss", lacuna.losses.get, config)


def _compile_as(model, training):
    model.compile(
        lacuna.optimizers.get(_optimizer_of_file(training["optimizer_config"])),
        _losses_of(training["loss"]),
        _metrics_of(training.get("metrics")),
        training.get("loss_weights"),
        training.get("sample_weight_mode"),
        _metrics_of(training.get("weighted_metrics")),
        zero_weights_count=bool(training.get("zero_weights_count")),
    )


def _optimizer_of_file(config):
    """In a file clipnorm is the limit of all gradients together, in either dialect, unless the class is one's own."""
    settings = config.get("config")
    own = not hasattr(lacuna.optimizers, str(config.get("class_name")))
    if own or not isinstance(settings, dict) or "clipnorm" not in settings:
        return config
    rest = {name: value for name, value in settings.items() if name != "clipnorm"}
    return {**config, "config": {**rest, "global_clipnorm": settings["clipnorm"]}}


def _metrics_of(config):
    if isinstance(config, dict) and "class_name" not in config:
        return {name: _metrics_of(some) for name, some in config.items()}
    return [_known("metric", lacuna.metrics.deserialize, metric) for metric in listed(config or [])]


def restored_bytes(data: Any, custom_objects: Config) -> Any:
    """The model from what save_to_bytes returned. Pickles call this."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="load_model: the file holds no training_config")
        with code_allowed():  # A pickle is code itself.
            return _restored(_core.open_model_bytes(data), custom_objects)


def restored_config(cls, config: Any, custom_objects: Config, training: Flag | None = None) -> Any:
    """A model of class `cls` from its config, compiled as `training` says. Pickles of models without weights call
    this."""
    with custom_object_scope(custom_objects), code_allowed():
        model = cls.from_config(config)
        if training is not None:
            _compile(model, training)
    return model


def clone_model(model: Any, input_tensors: Any = None) -> Any:
    """A new model with the same layers and names, and with new weights of its own. input_tensors: what Input() gave, or
    a list of that, to be the inputs of the new model; of a variable or another symbol Input(tensor=…) makes one."""
    _require_model("clone_model", model)
    if input_tensors is None:
        with code_allowed():
            return type(model).from_config(model.get_config(), own_objects(model))
    symbols = listed(checked_symbols("clone_model", input_tensors))
    inputs = [one if _is_of_a_layer(one) else Input(tensor=one) for one in symbols]
    return model._clone_on(inputs, own_objects(model))


def _is_of_a_layer(symbol):
    return isinstance(symbol, _core.Symbol) and _core.history(symbol) is not None


def own_objects(model: Any) -> Any:
    """The custom_objects that are needed to make this model again: its classes and functions that are not Lacuna's."""
    result, compiled = {}, []
    for some in (model.loss, model.metrics, model.weighted_metrics):
        compiled += some.values() if isinstance(some, dict) else listed(some)
    for layer in (*model.layers, *(one for some in compiled for one in listed(some))):
        if hasattr(layer, "layers"):
            result.update(own_objects(layer))
        attributes = getattr(layer, "__dict__", {})
        for given in (layer, *attributes.values(), *layers_in(attributes)):
            one = given if isinstance(given, types.FunctionType) else type(given)
            if isinstance(given, (Layer, regularizers.Regularizer, types.FunctionType)):
                if not one.__module__.startswith("lacuna.") and not is_code_enough(one):
                    result[one.__name__] = one
    return result
