"""Optimizers. lr, decay and iterations are variables: read them with K.get_value, and set them between steps
with K.set_value or by assignment. The rate of a step is lr / (1 + decay * iterations). All optimizers accept
`learning_rate` for lr, and

- clipnorm: all gradients together are scaled down to this norm if theirs is above it, as in Keras 2.2.4;
  global_clipnorm is Keras 3's name for the same. clipvalue then limits each value. None: no limit;
- lazy_update: whether rows of a weight with sparse_weight=True or sparse_grad=True that a batch does not touch
  stay as they are (True), or move as they would with a dense gradient (False). Other weights always move exactly.

The cost of exact updates: SGD without momentum, Adagrad and GroupAdagrad do not move rows without a gradient. The
others leave such a row behind and bring it up to date, to rounding, before it is next read. Momentum, also Nesterov's,
and AMSGrad do so by a sum; RMSprop and Adadelta, whose weights stay, by a power for their states; Ftrl from its
states; Adam, AdamW, Adamax and Nadam step by step until the weight no longer changes, at most some 200 steps (350 in
float64; all missed steps if beta_1 >= sqrt(beta_2)). So a step costs only the rows that its batch names. All rows are
updated in each step if a batch names more than a 16th of them (a 160th if rows have fewer than 8 values), if the weight
has a constraint, or if it has a regularizer and no flag. At the end of each epoch, and every 4096 steps, all rows that
are behind are brought up to date. predict, evaluate, get_weights and weight.rows() read rows as if they were up to
date, and change nothing.

Settings that are negative or not finite are ValueErrors, unknown ones TypeErrors. A copy (pickle, copy.deepcopy) has
the settings with the current lr and decay, but none of the states, which model.save keeps."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._absent import refusing
from lacuna._arguments import ByDialect, core_of, identified
from lacuna._arrays import assign
from lacuna._custom import custom_object_scope, to_config
from lacuna._settings import Settings
from lacuna._types import Config, Flag, Identifier, Number

__all__ = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "GroupAdagrad",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "deserialize",
    "ftrl",
    "get",
    "groupadagrad",
    "nadam",
    "rmsprop",
    "serialize",
    "sgd",
]


def __dir__() -> list[str]:
    return __all__


__getattr__ = refusing(__name__)


def _rate(name):
    def read(self):
        return getattr(self._core, name)

    return property(
        read,
        lambda self, value: assign(read(self), value),
        doc=f"The variable {name}; assigning a number sets its value.",
    )


class Optimizer(Settings):
    """The base class of all optimizers. Your own optimizers in Python are not supported."""

    lr = learning_rate = _rate("lr")
    decay = _rate("decay")
    iterations = _rate("iterations")

    _maker = _core.optimizer

    def _make(self, class_name, arguments):
        kwargs = arguments["kwargs"]
        if "learning_rate" in kwargs:
            arguments = {**arguments, "lr": kwargs.pop("learning_rate")}
        super()._make(class_name, arguments)


class SGD(Optimizer):
    """w ← w - lr g, or with momentum v ← momentum v - lr g, w ← w + v."""

    def __init__(
        self, lr: Number = 0.01, momentum: Number = 0.0, decay: Number = 0.0, nesterov: Flag = False, **kwargs: Any
    ) -> None:
        self._make("SGD", locals())


class RMSprop(Optimizer):
    """Divides the gradient by the root of the moving mean of its squares (Tieleman and Hinton, 2012)."""

    def __init__(
        self, lr: Number = 0.001, rho: Number = 0.9, epsilon: Number | None = None, decay: Number = 0.0, **kwargs: Any
    ) -> None:
        self._make("RMSprop", locals())


class Adagrad(Optimizer):
    """Adagrad (Duchi et al., 2011). Rows without a gradient never move."""

    def __init__(
        self, lr: Number = ByDialect(0.01, 0.001), epsilon: Number | None = None, decay: Number = 0.0, **kwargs: Any
    ) -> None:
        self._make("Adagrad", locals())


class GroupAdagrad(Optimizer):
    """Adagrad with one state per row, as in MXNet: h ← h + mean(g²), w ← w - lr g / √(h + epsilon), where
    epsilon is 1e-5 unless given. Rows without a gradient never move."""

    def __init__(self, lr: Number = 0.01, epsilon: Number | None = None, decay: Number = 0.0, **kwargs: Any) -> None:
        self._make("GroupAdagrad", locals())


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012)."""

    def __init__(
        self,
        lr: Number = ByDialect(1.0, 0.001),
        rho: Number = 0.95,
        epsilon: Number | None = None,
        decay: Number = 0.0,
        **kwargs: Any,
    ) -> None:
        self._make("Adadelta", locals())


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2014); amsgrad: the variant of Reddi et al., 2018."""

    def __init__(
        self,
        lr: Number = 0.001,
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: Number | None = None,
        decay: Number = 0.0,
        amsgrad: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("Adam", locals())


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as in Keras 3: w ← w - lr weight_decay w, then
    Adam's step."""

    def __init__(
        self,
        lr: Number = 0.001,
        weight_decay: Number = 0.004,
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: Number | None = None,
        decay: Number = 0.0,
        amsgrad: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("AdamW", locals())


class Adamax(Optimizer):
    """Adamax (Kingma and Ba, 2014, section 7)."""

    def __init__(
        self,
        lr: Number = ByDialect(0.002, 0.001),
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: Number | None = None,
        decay: Number = 0.0,
        **kwargs: Any,
    ) -> None:
        self._make("Adamax", locals())


class Nadam(Optimizer):
    """Adam with Nesterov's momentum (Dozat, 2015). It takes no decay."""

    def __init__(
        self,
        lr: Number = ByDialect(0.002, 0.001),
        beta_1: Number = 0.9,
        beta_2: Number = 0.999,
        epsilon: Number | None = None,
        schedule_decay: Number = 0.004,
        **kwargs: Any,
    ) -> None:
        self._make("Nadam", locals())


class Ftrl(Optimizer):
    """FTRL-Proximal (McMahan et al., 2013), as in Keras 3: z ← z + g - (√(n + g²) - √n) / lr · w, n ← n + g²,
    w ← (clip(z, ±l1) - z) / ((√n + beta) / lr + 2 l2). In weights without a flag the
    first step sets values without a gradient to 0. learning_rate_power must be -0.5."""

    def __init__(
        self,
        lr: Number = 0.001,
        learning_rate_power: Number = -0.5,
        initial_accumulator_value: Number = 0.1,
        l1_regularization_strength: Number = 0.0,
        l2_regularization_strength: Number = 0.0,
        beta: Number = 0.0,
        decay: Number = 0.0,
        **kwargs: Any,
    ) -> None:
        self._make("Ftrl", locals())


sgd, rmsprop, adagrad, adadelta, adam = SGD, RMSprop, Adagrad, Adadelta, Adam
adamw, adamax, nadam, ftrl, groupadagrad = AdamW, Adamax, Nadam, Ftrl, GroupAdagrad

_classes = {c.__name__: c for c in Optimizer.__subclasses__()}


def get(identifier: Identifier) -> Any:
    """The optimizer for a name, a config or a class; an optimizer is returned as it is. ValueError for an unknown
    name."""
    if identifier is None:
        raise ValueError("optimizer: a name or one of lacuna.optimizers must be given. Received: optimizer=None.")
    return identified("optimizer", identifier, Optimizer, _classes, lambda name: _core.optimizer(name.lower()))


def _core_of(optimizer):
    return core_of("optimizer", get(optimizer))


def serialize(optimizer: Identifier) -> Any:
    """A dict of class_name and config, for deserialize."""
    return to_config(optimizer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes by name."""
    with custom_object_scope(custom_objects):
        return get(config)
