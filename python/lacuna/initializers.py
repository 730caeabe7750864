"""Initializers: how a weight is first filled. A value depends on the seed and its place alone, so that rows
of a weight with sparse_weight=True may be made when they are first touched."""

from lacuna import _core
from lacuna._arguments import dtype_name, from_config, wrap
from lacuna._custom import custom, custom_object_scope, made, to_config


class Initializer:
    """Base of all. Those written in Python are not supported yet."""

    def __call__(self, shape, dtype=None):
        """An array of that shape (a tuple), filled."""
        return self._core(shape, dtype_name(dtype))

    def get_config(self):
        """The settings, by the names of the arguments."""
        return dict(self._core.config)

    @classmethod
    def from_config(cls, config):
        """The object of such settings."""
        return cls(**config)


class Zeros(Initializer):
    """0 everywhere"""

    def __init__(self):
        self._core = _core.initializer("zeros")


class Ones(Initializer):
    """1 everywhere"""

    def __init__(self):
        self._core = _core.initializer("ones")


class Constant(Initializer):
    """`value` everywhere"""

    def __init__(self, value=0):
        self._core = _core.constant_initializer(value)


class RandomNormal(Initializer):
    """Normal. With a seed always the same."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._core = _core.random_normal(mean, stddev, seed)


class RandomUniform(Initializer):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self._core = _core.random_uniform(minval, maxval, seed)


class TruncatedNormal(Initializer):
    """Normal; values beyond two standard deviations are drawn again."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._core = _core.truncated_normal(mean, stddev, seed)


class VarianceScaling(Initializer):
    """Variance scale / fan; mode 'fan_in', 'fan_out' or 'fan_avg'; distribution 'normal' (truncated) or
    'uniform'."""

    def __init__(self, scale=1.0, mode="fan_in", distribution="normal", seed=None):
        self._core = _core.variance_scaling(scale, mode, distribution, seed)


class Identity(Initializer):
    """`gain` on the diagonal of a matrix."""

    def __init__(self, gain=1.0):
        self._core = _core.identity_initializer(gain)


def glorot_normal(seed=None):
    """Glorot and Bengio, AISTATS 2010."""
    return VarianceScaling(1.0, "fan_avg", "normal", seed)


def glorot_uniform(seed=None):
    """Glorot and Bengio, AISTATS 2010."""
    return VarianceScaling(1.0, "fan_avg", "uniform", seed)


def he_normal(seed=None):
    """He et al., ICCV 2015."""
    return VarianceScaling(2.0, "fan_in", "normal", seed)


def he_uniform(seed=None):
    """He et al., ICCV 2015."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed=None):
    """LeCun et al., "Efficient BackProp", 1998."""
    return VarianceScaling(1.0, "fan_in", "normal", seed)


def lecun_uniform(seed=None):
    """LeCun et al., "Efficient BackProp", 1998."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zero = zeros = Zeros
one = ones = Ones
constant = Constant
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
identity = Identity

_classes = {c.__name__: c for c in Initializer.__subclasses__()}


def get(identifier):
    """The object of a name or a config; an object itself; None of None. ValueError for an unknown name."""
    if identifier is None or isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str):
        if identifier in custom:
            return made(custom[identifier])
        return wrap(_core.initializer(identifier), _classes)
    if isinstance(identifier, dict):
        return from_config("initializer", identifier, _classes)
    raise ValueError(
        "initializer: must be a name or one of lacuna.initializers; others are not supported yet. "
        f"Received: {identifier!r}."
    )


def serialize(initializer):
    """Class and settings, for deserialize; None of None."""
    return to_config(initializer)


def deserialize(config, custom_objects=None):
    """What serialize was given. custom_objects: a dict of one's own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)


def _core_of(initializer):
    return get(initializer)._core
