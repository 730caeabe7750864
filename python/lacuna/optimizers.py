"""Optimizers. lr, decay and iterations are variables: read them with K.get_value, and set them between steps
with K.set_value or by assignment. All take `learning_rate` for lr, clipnorm and clipvalue (0: none), and
lazy_update: whether rows of a weight with sparse_weight=True or sparse_grad=True that a batch does not touch
stay as they are (True), or move as they would with a dense gradient."""

from lacuna import _core
from lacuna._arguments import from_config, no_more, wrap
from lacuna._arrays import assign


def _common(where, lr, kwargs):
    settings = {
        "lr": kwargs.pop("learning_rate", lr),
        "lazy_update": kwargs.pop("lazy_update", True),
        "clipnorm": kwargs.pop("clipnorm", None) or 0.0,
        "clipvalue": kwargs.pop("clipvalue", None) or 0.0,
    }
    no_more(where, kwargs)
    return settings


def _rate(name):
    def read(self):
        return getattr(self._core, name)

    return property(
        read,
        lambda self, value: assign(read(self), value),
        doc=f"The variable {name}; assigning a number sets its value.",
    )


class Optimizer:
    """Base of all. Those written in Python are not supported."""

    lr = learning_rate = _rate("lr")
    decay = _rate("decay")
    iterations = _rate("iterations")

    def get_config(self):
        """The settings, by the names of the arguments."""
        return dict(self._core.config)

    @classmethod
    def from_config(cls, config):
        """The optimizer of such settings."""
        return cls(**config)


class SGD(Optimizer):
    """w ← w - lr g; with momentum v ← momentum v - lr g, w ← w + v."""

    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False, **kwargs):
        self._core = _core.sgd(
            momentum=momentum, decay=decay, nesterov=nesterov, **_common("SGD", lr, kwargs)
        )


class Adam(Optimizer):
    """Kingma and Ba, 2014; amsgrad: Reddi et al., 2018."""

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False, **kwargs):
        self._core = _core.adam(
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            decay=decay,
            amsgrad=amsgrad,
            **_common("Adam", lr, kwargs),
        )


class Adagrad(Optimizer):
    """Duchi et al., 2011."""

    def __init__(self, lr=0.01, epsilon=None, decay=0.0, **kwargs):
        self._core = _core.adagrad(epsilon=epsilon, decay=decay, **_common("Adagrad", lr, kwargs))


sgd, adam, adagrad = SGD, Adam, Adagrad

_classes = {c.__name__: c for c in Optimizer.__subclasses__()}


def get(identifier):
    """The optimizer of a name or a config; an optimizer itself. ValueError for an unknown name."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return wrap(_core.optimizer(identifier.lower()), _classes)
    if isinstance(identifier, dict):
        return from_config("optimizer", identifier, _classes)
    raise ValueError(f"optimizer: must be a name or one of lacuna.optimizers. Received: {identifier!r}.")


def serialize(optimizer):
    """Class and settings, for deserialize."""
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def deserialize(config, custom_objects=None):
    """What serialize was given."""
    return get(config)
