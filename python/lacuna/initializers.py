"""Initializers, which fill a new weight. A value depends only on the seed and its position in the weight, so that rows
of a weight with sparse_weight=True can be made when they are first touched."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import dtype_name, identified, shown
from lacuna._array_likes import is_sparse, numbers, plain
from lacuna._custom import custom_object_scope, name_of, to_config
from lacuna._settings import Settings
from lacuna._types import Config, DTypeLike, Identifier, Number, Shape, Whole

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "uniform",
    "zero",
    "zeros",
]


def __dir__() -> list[str]:
    return __all__


class Initializer:
    """The base class. One of your own defines __call__(shape, dtype=None), which returns values of that shape: an
    array, or what the functions of lacuna.backend return. Any function of that kind can be used too. It makes all
    values at once, so that it is an error for a weight whose rows are made when they are touched."""

    def __call__(self, shape: Shape, dtype: DTypeLike = None) -> Any:
        """Values of that shape; override it."""
        raise NotImplementedError(f"{type(self).__name__}: __call__(shape, dtype=None) must return initial values.")

    def get_config(self) -> Config:
        """The settings; override it where there are any."""
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """Makes an object from the dict that get_config returned."""
        return cls(**config)


class BuiltIn(Settings, Initializer):
    """The base class of the initializers below."""

    _maker = _core.initializer

    def __call__(self, shape: Shape, dtype: DTypeLike = None) -> Any:
        """A new array of that shape (a tuple), filled with initial values."""
        return self._core(shape, dtype_name(dtype))


class Zeros(BuiltIn):
    """0 everywhere"""

    def __init__(self) -> None:
        self._make("Zeros", locals())


class Ones(BuiltIn):
    """1 everywhere"""

    def __init__(self) -> None:
        self._make("Ones", locals())


class Constant(BuiltIn):
    """`value` everywhere, or an array of the weight's shape.

    TypeError if value holds no numbers, ValueError if it is csr.

        >>> Sequential([Dense(2, kernel_initializer=Constant(0.5), input_dim=3)]).get_weights()[0]
        array([[0.5, 0.5],
               [0.5, 0.5],
               [0.5, 0.5]], dtype=float32)
    """

    def __init__(self, value: Any = 0) -> None:
        if isinstance(value, dict) and value.get("type") == "ndarray":  # As files of Keras have it.
            value = np.array(value["value"])
        if np.ndim(value) == 0:
            self._make("Constant", locals())
            return
        array = plain(value, "Constant: value")
        if is_sparse(array):
            raise ValueError(f"Constant: value must be dense; write value.toarray(). Received: value={shown(value)}.")
        array = numbers(array, "Constant: value")
        self._values = lambda shape, dtype=None: np.broadcast_to(array, shape)  # The library refers to it weakly.
        self._core = _core.custom_initializer(
            self._values, "Constant", {"value": {"type": "ndarray", "value": array.tolist()}}
        )

    def get_config(self) -> Config:
        """{'value': …}"""
        config = super().get_config()
        value = config["value"]
        return {"value": np.array(value["value"]) if isinstance(value, dict) else value}


class RandomNormal(BuiltIn):
    """Normal distribution. With a seed, each call gives the same values."""

    def __init__(self, mean: Number = 0.0, stddev: Number = 0.05, seed: Whole | None = None) -> None:
        self._make("RandomNormal", locals())


class RandomUniform(BuiltIn):
    """Uniform distribution in [minval, maxval)."""

    def __init__(self, minval: Number = -0.05, maxval: Number = 0.05, seed: Whole | None = None) -> None:
        self._make("RandomUniform", locals())


class TruncatedNormal(BuiltIn):
    """Normal distribution; values beyond two standard deviations are drawn again."""

    def __init__(self, mean: Number = 0.0, stddev: Number = 0.05, seed: Whole | None = None) -> None:
        self._make("TruncatedNormal", locals())


class VarianceScaling(BuiltIn):
    """Random values with variance scale / fan. mode: 'fan_in', 'fan_out' or 'fan_avg'. distribution: 'normal'
    (truncated) or 'uniform'."""

    def __init__(
        self, scale: Number = 1.0, mode: str = "fan_in", distribution: str = "normal", seed: Whole | None = None
    ) -> None:
        self._make("VarianceScaling", locals())


class Identity(BuiltIn):
    """`gain` on the diagonal of a matrix. If it is no square, as many such squares as fit along its longer side, of
    which it must be a multiple (ValueError); in the dialect of Keras 3 one square, and zeros."""

    def __init__(self, gain: Number = 1.0) -> None:
        self._make("Identity", locals())


class Orthogonal(BuiltIn):
    """`gain` times a random matrix whose rows or columns, whichever are fewer, are orthonormal; all axes but the last
    make its rows. Saxe et al., ICLR 2014. Not for a weight whose rows are made when they are touched."""

    def __init__(self, gain: Number = 1.0, seed: Whole | None = None) -> None:
        self._make("Orthogonal", locals())


class OfShape(VarianceScaling):
    """Base of the six classes below: VarianceScaling with fixed settings except the seed."""

    _scaling = ()

    def __init__(self, seed: Whole | None = None) -> None:
        super().__init__(*self._scaling, seed)

    def get_config(self) -> Config:
        """{'seed': …}"""
        return {"seed": super().get_config()["seed"]}


class GlorotNormal(OfShape):
    """Glorot and Bengio, AISTATS 2010."""

    _scaling = (1.0, "fan_avg", "normal")


class GlorotUniform(OfShape):
    """Glorot and Bengio, AISTATS 2010."""

    _scaling = (1.0, "fan_avg", "uniform")


class HeNormal(OfShape):
    """He et al., ICCV 2015."""

    _scaling = (2.0, "fan_in", "normal")


class HeUniform(OfShape):
    """He et al., ICCV 2015."""

    _scaling = (2.0, "fan_in", "uniform")


class LecunNormal(OfShape):
    """LeCun et al., Efficient BackProp, 1998."""

    _scaling = (1.0, "fan_in", "normal")


class LecunUniform(OfShape):
    """LeCun et al., Efficient BackProp, 1998."""

    _scaling = (1.0, "fan_in", "uniform")


def glorot_normal(seed: Whole | None = None) -> Any:
    """Glorot and Bengio, AISTATS 2010."""
    return VarianceScaling(1.0, "fan_avg", "normal", seed)


def glorot_uniform(seed: Whole | None = None) -> Any:
    """Glorot and Bengio, AISTATS 2010."""
    return VarianceScaling(1.0, "fan_avg", "uniform", seed)


def he_normal(seed: Whole | None = None) -> Any:
    """He et al., ICCV 2015."""
    return VarianceScaling(2.0, "fan_in", "normal", seed)


def he_uniform(seed: Whole | None = None) -> Any:
    """He et al., ICCV 2015."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: Whole | None = None) -> Any:
    """LeCun et al., "Efficient BackProp", 1998."""
    return VarianceScaling(1.0, "fan_in", "normal", seed)


def lecun_uniform(seed: Whole | None = None) -> Any:
    """LeCun et al., "Efficient BackProp", 1998."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zero = zeros = Zeros
one = ones = Ones
constant = Constant
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
identity = Identity
orthogonal = Orthogonal

_classes = {c.__name__: c for c in (*BuiltIn.__subclasses__(), *OfShape.__subclasses__())}
_functions = (glorot_normal, glorot_uniform, he_normal, he_uniform, lecun_normal, lecun_uniform)


def get(identifier: Identifier) -> Any:
    """The object for a name, a config or a class. An object, a function or None is returned as it is. ValueError for an
    unknown name."""
    if callable(identifier) and not inspect.isclass(identifier) and identifier not in _functions:
        return identifier
    identifier = identifier() if any(identifier is one for one in _functions) else identifier
    return identified("initializer", identifier, Initializer, _classes, _core.initializer)


def serialize(initializer: Identifier) -> Any:
    """A dict of class_name and config, for deserialize; None gives None."""
    return to_config(initializer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(initializer):
    """The library's initializer. It refers to a user's own function only weakly, so the layer must hold the
    function."""
    initializer = get(initializer)
    if initializer is None or isinstance(initializer, BuiltIn):
        return initializer and initializer._core
    config = initializer.get_config() if hasattr(initializer, "get_config") else None
    return _core.custom_initializer(initializer, name_of(initializer), config)


def _compute_fans(shape: Shape, data_format: str = "channels_last") -> Any:
    """The number of inputs and of outputs of a unit of a weight of that shape, as Keras counts them."""
    if data_format == "channels_first" and len(shape) in (3, 4, 5):
        shape = (*shape[2:], shape[1], shape[0])
    return _core.fans(tuple(shape))
