"""Optimizers. lr, decay and iterations are variables: read them with K.get_value, and set them between steps
with K.set_value or by assignment. The rate of a step is lr / (1 + decay * iterations). All optimizers accept
`learning_rate` for lr, and

- clipnorm: all gradients together are scaled down to this norm if theirs is above it, as in Keras 2.2.4; in the dialect
  of Keras 3 (lacuna.config.set_keras) the gradient of each weight is. clipnorm_each and global_clipnorm mean one of the
  two in either. clipvalue then limits each value. None: no limit;
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
from lacuna._arguments import core_of, identified
from lacuna._custom import custom, custom_object_scope, to_config
from lacuna._types import Config, Identifier
from lacuna.optimizers.base import Optimizer
from lacuna.optimizers.library import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, GroupAdagrad, Nadam, RMSprop

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

sgd, rmsprop, adagrad, adadelta, adam = SGD, RMSprop, Adagrad, Adadelta, Adam
adamw, adamax, nadam, ftrl, groupadagrad = AdamW, Adamax, Nadam, Ftrl, GroupAdagrad

_classes = {c.__name__: c for c in Optimizer.__subclasses__()}


def get(identifier: Identifier) -> Any:
    """The optimizer for a name, a config or a class; an optimizer is returned as it is. ValueError for an unknown
    name."""
    if identifier is None:
        raise ValueError("optimizer: a name or one of lacuna.optimizers must be given. Received: optimizer=None.")
    if isinstance(identifier, dict):  # As in Keras, names of Lacuna's own may be in small letters.
        small = {name.lower(): name for name in _classes}
        name = identifier.get("class_name")
        if isinstance(name, str) and name not in custom:
            identifier = {**identifier, "class_name": small.get(name.lower(), name)}
    return identified("optimizer", identifier, Optimizer, _classes, lambda name: _core.optimizer(name.lower()))


def _core_of(optimizer):
    return core_of("optimizer", get(optimizer))


def serialize(optimizer: Identifier) -> Any:
    """A dict of class_name and config, for deserialize."""
    return to_config(optimizer)


def deserialize(config: Any, custom_objects: Config | None = None) -> Any:
    """Makes the object again from what serialize returned. custom_objects: a dict of your own classes by name."""
    with custom_object_scope(custom_objects):
        result = get(config)
    if isinstance(config, dict) and type(result).__name__ in _classes:
        config["class_name"] = config["class_name"].lower()  # As Keras does; tests of its users rely on it.
    return result
