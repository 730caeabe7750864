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
        "InputSpec": "a layer checks its inputs itself, in build",
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
    "engine": {"InputSpec": "a layer checks its inputs itself, in build"},
    "engine.base_layer": {
        "InputSpec": "a layer checks its inputs itself, in build",
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
