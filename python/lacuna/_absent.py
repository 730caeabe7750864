"""What Keras has and Lacuna has not: each name with the reason, or with what to write instead.

A module that asks `refusal` in its `__getattr__` answers such a name with a sentence in place of a plain
AttributeError. `from lacuna.layers import ConvLSTM2D` gets the same sentence by `Absent`, since Python drops the text
of an AttributeError there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

IMAGES = "Lacuna has no layers and functions for images; another library can prepare them as arrays"
VIDEO = "convolutions within a recurrent layer are left out; apply TimeDistributed(Conv2D(…)) and then LSTM"
SESSION = (
    "there are no sessions: symbols are run by K.function and K.eval, and threads are set by config.set_num_threads"
)
SPEECH = "connectionist temporal classification is left out"
KERAS1 = "layers of Keras 1 are left out; write Dense, RNN and Lambda"
EAGER = "a step is a plan that is made once; write a loss, a metric or a callback, or loop over train_on_batch"
FILES = "files are read and written by load_model, save, load_weights and save_weights"
INSIDE = "this is an inner function of Keras"

# By module of Lacuna.
ABSENT: dict[str, dict[str, str]] = {
    "layers": {
        **dict.fromkeys(("ConvLSTM2D", "ConvLSTM2DCell", "ConvRNN2D", "ConvRecurrent2D"), VIDEO),
        **dict.fromkeys(("Highway", "MaxoutDense", "Recurrent"), KERAS1),
    },
    "backend": {
        **dict.fromkeys(("get_session", "set_session", "manual_variable_initialization"), SESSION),
        **dict.fromkeys(("ctc_batch_cost", "ctc_decode", "ctc_label_dense_to_sparse"), SPEECH),
        "Function": "write K.function",
        "print_tensor": "a plan prints nothing; run K.function on the symbol and print what it gives",
    },
    "optimizers": {
        "TFOptimizer": "write one of lacuna.optimizers, which have the same names",
        "clip_norm": "write the argument clipnorm of an optimizer",
    },
    "models": {
        "train_step": EAGER,
        "test_step": EAGER,
        "GradientTape": EAGER,
    },
    "utils": {
        **dict.fromkeys(("h5dict", "H5Dict"), FILES),
    },
    "utils.io_utils": dict.fromkeys(("h5dict", "H5Dict"), FILES),
    "utils.data_utils": dict.fromkeys(("get_index", "init_pool", "init_pool_generator", "next_sample"), INSIDE),
    "engine.base_layer": {
        "Node": "the calls of a layer are its inputs and outputs; a model's layers are in model.layers",
    },
    "engine.saving": {
        **dict.fromkeys(
            (
                "h5dict",
                "load_attributes_from_hdf5_group",
                "load_weights_from_hdf5_group",
                "load_weights_from_hdf5_group_by_name",
                "preprocess_weights_for_loading",
                "save_attributes_to_hdf5_group",
                "save_weights_to_hdf5_group",
                "pickle_model",
                "unpickle_model",
                "model_from_config",
            ),
            FILES,
        ),
    },
    "engine.training_utils": dict.fromkeys(
        (
            "batch_shuffle",
            "check_array_length_consistency",
            "check_loss_and_target_compatibility",
            "check_num_samples",
            "collect_metrics",
            "iter_sequence_infinite",
            "make_batches",
            "standardize_class_weights",
            "standardize_input_data",
            "standardize_sample_or_class_weights",
            "standardize_sample_weights",
            "standardize_single_array",
            "standardize_weights",
            "weighted_masked_objective",
        ),
        INSIDE,
    ),
    "preprocessing.image": dict.fromkeys(
        (
            "DirectoryIterator",
            "ImageDataGenerator",
            "Iterator",
            "NumpyArrayIterator",
            "apply_affine_transform",
            "apply_brightness_shift",
            "apply_channel_shift",
            "apply_transform",
            "array_to_img",
            "flip_axis",
            "image",
            "img_to_array",
            "list_pictures",
            "load_img",
            "random_brightness",
            "random_channel_shift",
            "random_rotation",
            "random_shear",
            "random_shift",
            "random_zoom",
            "save_img",
        ),
        IMAGES,
    ),
    "preprocessing.sequence": {"sequence": INSIDE},
    "preprocessing.text": {"text": INSIDE},
    "applications": {},
}

PLANS = "a step is a plan that is made once, and there is no other way to run it"
CONFIGS = "a layer is made again by from_config(get_config()), and its weights by set_weights or a file"
COMPILED = "save keeps how a model is compiled, and load_model compiles it again"
WIDTHS = "a layer computes in the dtype of its weights: write its argument dtype, or set_floatx"
LOSS = "targets and weights are fed; write the loss of model.outputs and a K.placeholder by functions of lacuna.losses"
LAYERS = "model.layers has the layers, which have these themselves"
CALLS = "a layer is called on symbols, and K.function runs what it gives"

# Attributes and methods, by class.
MEMBERS: dict[str, dict[str, str]] = {
    "Layer": {
        **dict.fromkeys(("build_from_config", "get_build_config", "load_own_variables", "save_own_variables"), CONFIGS),
        **dict.fromkeys(("autocast", "compute_dtype", "dtype_policy", "variable_dtype"), WIDTHS),
        **dict.fromkeys(("compute_output_spec", "stateless_call", "symbolic_call"), CALLS),
        **dict.fromkeys(("dynamic", "rematerialized_call", "supports_jit"), PLANS),
        **dict.fromkeys(("quantization_mode", "quantize"), "weights are float32 or float64"),
    },
    "Model": {
        **dict.fromkeys(("auto_jit", "jit_compile", "run_eagerly", "steps_per_execution", "train_function"), PLANS),
        **dict.fromkeys(("predict_step", "make_predict_function", "make_test_function", "compute_loss"), EAGER),
        **dict.fromkeys(("compiled_loss", "compiled_metrics", "compute_metrics"), EAGER),
        **dict.fromkeys(("compile_from_config", "get_compile_config"), COMPILED),
        **dict.fromkeys(("distribute_reduction_method", "distribute_strategy"), "config.set_num_threads sets threads"),
        **dict.fromkeys(("metrics_tensors", "sample_weights", "targets", "total_loss"), LOSS),
        **dict.fromkeys(("constraints", "container_nodes", "input_layers", "output_layers", "regularizers"), LAYERS),
    },
}

# What the name of a class, a method or an argument says, wherever it is asked for.
EVERYWHERE = {"train_step": EAGER, "test_step": EAGER, "make_train_function": EAGER, "GradientTape": EAGER}


def sentence(module: str, name: str) -> str | None:
    """What to tell about a name of Keras that a module lacks; None if Keras has no such name."""
    reason = ABSENT.get(module, {}).get(name) or EVERYWHERE.get(name)
    if reason is None and module.startswith("applications"):
        reason = IMAGES
    return reason and f"{module}.{name} is of Keras, not in Lacuna: {reason}."


def refusal(module: ModuleType, name: str) -> AttributeError:
    """The error for a name that a module of Lacuna lacks."""
    told = sentence(module.__name__.removeprefix("lacuna."), name)
    return AttributeError(told or f"module '{module.__name__}' has no attribute '{name}'", name=name, obj=module)


def member_refusal(obj: Any, name: str) -> AttributeError:
    """The error for an attribute that an object lacks."""
    names = [cls.__name__ for cls in type(obj).__mro__]
    reasons = [MEMBERS[of].get(name) for of in names if of in MEMBERS]
    if "Model" in names:
        reasons += [EVERYWHERE.get(name), MEMBERS["Layer"].get(name)]
    reason = next(filter(None, reasons), None)
    cls = type(obj).__name__
    told = (
        f"{cls}.{name} is of Keras, not in Lacuna: {reason}." if reason else f"'{cls}' object has no attribute '{name}'"
    )
    return AttributeError(told, name=name, obj=obj)


def refusing(module_name: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module."""

    def __getattr__(name: str) -> Any:
        raise refusal(sys.modules[module_name], name)

    return __getattr__


class Absent:
    """A finder of modules that finds none. Python asks it for `lacuna.layers.X` after `from lacuna.layers import X`
    found no X, and here it is told why."""

    @staticmethod
    def find_spec(full_name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        package, _, rest = full_name.partition(".")
        module, _, name = rest.rpartition(".")
        if package in ("lacuna", "keras") and (told := sentence(module, name)):
            raise ImportError(told, name=full_name)


sys.meta_path.append(Absent)  # type: ignore[arg-type]
