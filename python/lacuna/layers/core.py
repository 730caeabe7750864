"""The layer Dense, and layers without weights."""

from __future__ import annotations

import inspect
from typing import Any

from lacuna._arguments import shown
from lacuna._code import are_names_enough, arrays_as_lists, described, function_of, lists_as_arrays
from lacuna._custom import custom, name_of
from lacuna._data_format import format_of
from lacuna._local_functions import local_function, local_key
from lacuna._types import Config, Flag, Function, Identifier, Number, Shape, Whole
from lacuna.layers.base import Layer

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "Flatten",
    "Lambda",
    "Masking",
    "Permute",
    "RepeatVector",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


def __dir__() -> list[str]:
    return __all__


class Dense(Layer):
    """activation(x kernel + bias), over the last axis of x, which is csr, or dense of rank 2 or more.

    sparse_weight: only rows of the kernel that were touched are made and kept, with the optimizer's state, so that
    memory and time follow the non-zeros. l1 and l2 then count only the rows that a batch touches.

    (batch, …, columns) becomes (batch, …, units). ValueError if units is not positive, or columns are unknown.

        >>> model = Sequential([Dense(1, kernel_initializer="ones", sparse_weight=True, input_dim=2**40)])
        >>> model.predict(csr_matrix(([3.0], ([0], [2**39])), shape=(1, 2**40)))
        array([[3.]], dtype=float32)
    """

    def __init__(
        self,
        units: Whole,
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        sparse_weight: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("Dense", locals())

    @property
    def kernel(self) -> Any:
        """The variable, of shape (columns of x, units)."""
        return self.weights[0]

    @property
    def bias(self) -> Any:
        """The variable, of shape (units,); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


class Activation(Layer):
    """activation(x). csr is accepted if the function maps zero to zero.

    activation: a name of lacuna.activations or a function of a symbol. The shape stays. ValueError for an unknown name,
    or if csr does not stay sparse.

        >>> Sequential([Activation("relu")]).predict(np.array([[-1.0, 2.0]]))
        array([[0., 2.]], dtype=float32)
    """

    def __init__(self, activation: Identifier, **kwargs: Any) -> None:
        self._make("Activation", locals())


class Dropout(Layer):
    """In training each value is set to 0 with probability `rate`, else divided by 1 - rate. csr keeps its pattern.

    noise_shape: has the rank of the input, with the batch. Along an axis where it is 1, all values are dropped or kept
    together; elsewhere it is None or the size of the input. (None, 1, features) drops whole features of a sample.

    The shape stays. ValueError for a rate outside of [0, 1).

        >>> values = K.eval(Dropout(0.5)(K.ones((100, 100)), training=True))
        >>> sorted(set(values.ravel().tolist()))
        [0.0, 2.0]
    """

    def __init__(
        self, rate: Number, noise_shape: Shape | None = None, seed: Whole | None = None, **kwargs: Any
    ) -> None:
        self._make("Dropout", locals())


class SpatialDropout1D(Layer):
    """Dropout of whole features, over all steps, of an input (batch, steps, features)."""

    def __init__(self, rate: Number, **kwargs: Any) -> None:
        self._make("SpatialDropout1D", locals())


class SpatialDropout2D(Layer):
    """Dropout of whole features, over all rows and columns, of an input (batch, rows, columns, features)."""

    def __init__(self, rate: Number, data_format: str | None = None, **kwargs: Any) -> None:
        data_format = format_of(data_format)
        self._make("SpatialDropout2D", locals())


class SpatialDropout3D(Layer):
    """Dropout of whole features, over three spatial axes, of an input (batch, spatial axes, features)."""

    def __init__(self, rate: Number, data_format: str | None = None, **kwargs: Any) -> None:
        data_format = format_of(data_format)
        self._make("SpatialDropout3D", locals())


class Masking(Layer):
    """Masks each step in which all features equal mask_value: it does not count in layers that support masks nor in the
    loss, and its features become 0. The input is (batch, steps, features).

    csr is a ValueError.

        >>> model = Sequential([Masking(-1.0, input_shape=(3, 1)), GlobalAveragePooling1D()])
        >>> model.predict(np.array([[[2.0], [4.0], [-1.0]]]))
        array([[3.]], dtype=float32)
    """

    def __init__(self, mask_value: Number = 0.0, **kwargs: Any) -> None:
        self._make("Masking", locals())


class Flatten(Layer):
    """Reshapes to (batch, all other values), with the channels last: data_format='channels_first' moves them. csr stays
    as it is.

        >>> Sequential([Flatten()]).predict(np.ones((2, 3, 4))).shape
        (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        data_format = format_of(data_format)
        self._make("Flatten", locals())


class Reshape(Layer):
    """Gives each sample another shape, target_shape without the batch; one dimension may be -1.

    ValueError if the shapes hold different numbers of values.

        >>> Sequential([Reshape((3, -1))]).predict(np.ones((2, 12))).shape
        (2, 3, 4)
    """

    def __init__(self, target_shape: Shape, **kwargs: Any) -> None:
        self._make("Reshape", locals())


class Permute(Layer):
    """Reorders the dimensions of each sample. dims counts from 1: (2, 1) turns (batch, a, b) into (batch, b, a)."""

    def __init__(self, dims: Shape, **kwargs: Any) -> None:
        self._make("Permute", locals())


class RepeatVector(Layer):
    """Repeats each sample n times: (batch, features) becomes (batch, n, features)."""

    def __init__(self, n: Whole, **kwargs: Any) -> None:
        self._make("RepeatVector", locals())


class ActivityRegularization(Layer):
    """Returns x unchanged and adds l1 Σ|x| + l2 Σx² to the loss."""

    def __init__(self, l1: Number = 0.0, l2: Number = 0.0, **kwargs: Any) -> None:
        self._make("ActivityRegularization", locals())


class Lambda(Layer):
    """function(inputs, **arguments) as a layer; inputs is a symbol or a list. It runs while the graph is built, and has
    no weights. mask: the mask of the output, or a function of (inputs, mask) that returns it; without one, an input
    with a mask is a TypeError. output_shape: the shape of the output without the batch, or a function of the shape of
    the input; compute_output_shape answers it, and it fills in sizes that the function leaves open.

    TypeError if function is not callable, or gives no symbol.

        >>> Sequential([Lambda(lambda x: K.sqrt(x))]).predict(np.array([[1.0, 4.0]]))
        array([[1., 2.]], dtype=float32)
    """

    def __init__(
        self,
        function: Function,
        output_shape: Any = None,
        mask: Any = None,
        arguments: Config | None = None,
        **kwargs: Any,
    ) -> None:
        function, mask, output_shape = (
            custom.get(given, given) if isinstance(given, str) else given for given in (function, mask, output_shape)
        )
        if not callable(function):
            raise TypeError(
                "Lambda: function must be callable, or the name of one that custom_object_scope knows. Received: "
                f"function={shown(function)}."
            )
        if not isinstance(arguments, (dict, type(None))):
            raise TypeError(f"Lambda: arguments must be a dict by name. Received: arguments={shown(arguments)}.")
        self.function, self.mask, self.arguments = function, mask, dict(arguments or {})
        self.output_shape_given = output_shape
        super().__init__(**kwargs)
        self.supports_masking = mask is not None

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Calls the function."""
        arguments = dict(self.arguments)
        if "mask" in inspect.signature(self.function).parameters:
            arguments["mask"] = mask
        return self.function(inputs, **arguments)

    def get_config(self) -> Config:
        """The settings. Functions are kept by name; pass them as custom_objects to make the layer again in another
        process. In this one they are found again as long as a layer uses them. A function without a name is also kept
        as byte code, which load_model(safe_mode=False) runs."""
        shape = self.output_shape_given
        functions = {"function": self.function, "mask": self.mask, "output_shape": shape}
        if are_names_enough():
            told = {name: name_of(given) if callable(given) else given for name, given in functions.items()}
            return {**super().get_config(), **told, "arguments": arrays_as_lists(self.arguments) or None}
        here = {name: local_key(given) for name, given in functions.items() if callable(given)}
        settings = {
            "mask": name_of(self.mask) if callable(self.mask) else None,
            "output_shape": name_of(shape) if callable(shape) else shape,
            "output_shape_type": "function" if callable(shape) else "raw",
            "arguments": arrays_as_lists(self.arguments),
            "functions_here": here,
        }
        return {**super().get_config(), **described(self.function), **settings}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """A layer made from what get_config returned. ValueError for byte code, unless the caller allows it."""
        here = config.get("functions_here") or {}
        config = {name: given for name, given in config.items() if name not in ("functions_here", "output_shape_type")}
        for name, key in here.items():
            known = isinstance(config[name], str) and config[name].isidentifier() and config[name] in custom
            if not known:
                config[name] = local_function(key) or config[name]
        arguments = lists_as_arrays(config.pop("arguments", None))
        return cls(function_of("Lambda", config), arguments=arguments, **config)

    def _declares_shape(self):
        return self.output_shape_given is not None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """What output_shape says; without it, the shape that the function gives."""
        shape = self.output_shape_given
        if shape is None:
            return super().compute_output_shape(input_shape)
        if callable(shape):
            return shape(input_shape)
        first = input_shape[0] if isinstance(input_shape[0], (list, tuple)) else input_shape
        return (first[0], *shape)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask that was given, or what it returns if it is a function."""
        if self.mask is None:
            return super().compute_mask(inputs, mask)
        return self.mask(inputs, mask) if callable(self.mask) else self.mask
