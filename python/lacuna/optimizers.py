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

from inspect import signature
from typing import Any

from lacuna import _core
from lacuna._absent import refusing
from lacuna._arguments import ByDialect, core_of, flag, identified, no_more, shown
from lacuna._arrays import assign, constant_view
from lacuna._custom import custom, custom_object_scope, to_config
from lacuna._settings import Settings
from lacuna._types import Config, Flag, Identifier, Number, TensorLike

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


_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm", "clipnorm_each")


def _rate(name):
    def read(self):
        return getattr(self._core, name)

    def write(self, value):
        if isinstance(value, _core.Variable):
            setattr(self._core, name, value)
        else:
            assign(read(self), value)

    return property(read, write, doc=f"The variable {name}; a number that is assigned becomes its value.")


class Optimizer(Settings):
    """The base class of all optimizers. One of your own derives from it, calls super().__init__(**kwargs) and defines
    get_updates(loss, params), which runs once, when a model is compiled.

    A weight with sparse_weight=True or sparse_grad=True is given there as the rows that a batch touches: its shape is
    (None, …), and so are its gradient and its states. Only these rows change, and a step costs what they cost. An
    update must treat each row alone; a sum over rows is a ValueError.

    kwargs: clipnorm, clipvalue, global_clipnorm; lr or learning_rate (0.01) and decay (0), the first values of the
    variables of these names. A config of your own holds what its get_config returns: here, those that
    were given.

        >>> class HeavyBall(Optimizer):
        ...     def get_updates(self, loss, params):
        ...         self.updates = []
        ...         for p, g in zip(params, self.get_gradients(loss, params)):
        ...             v = K.zeros(K.int_shape(p))
        ...             move = 0.9 * v - self.lr * g
        ...             self.updates += [K.update(v, move), K.update(p, p + move)]
        ...         return self.updates
        ...
        >>> model = Sequential([Dense(1, use_bias=False, kernel_initializer="ones", input_dim=2)])
        >>> model.compile(HeavyBall(lr=0.25), "mse")
        >>> loss = model.train_on_batch(csr_matrix([[0, 2.0]]), np.array([1.0]))
        >>> model.get_weights()[0]
        array([[1.],
               [0.]], dtype=float32)
    """

    lr = learning_rate = _rate("lr")
    decay = _rate("decay")
    iterations = _rate("iterations")

    _maker = _core.optimizer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("lacuna."):
            return
        built_in = [base.__name__ for base in cls.__mro__[1:] if base in _classes.values()]
        if built_in and "get_updates" in cls.__dict__:
            raise TypeError(
                f"{cls.__name__}: get_updates can only be defined in a class that derives from Optimizer itself. "
                f"Received: a class that derives from {built_in[0]}."
            )

    def __init__(self, **kwargs: Any) -> None:
        name = type(self).__name__
        rates = {key: kwargs.pop(key) for key in ("lr", "learning_rate", "decay") if key in kwargs}
        if "lr" in rates and "learning_rate" in rates:
            raise TypeError(f"{name}: lr and learning_rate are the same; give one of them. Received: both.")
        clips = {key: kwargs.pop(key, None) for key in _CLIPS}
        lazy = flag(name, "lazy_update", kwargs.pop("lazy_update", True))
        no_more(name, kwargs)
        if type(self).get_updates is Optimizer.get_updates:
            raise TypeError(f"{name}: an optimizer of your own must define get_updates(loss, params).")
        self._core = _core.own_optimizer(self, name, *(0 if clip is None else clip for clip in clips.values()), lazy)
        self.__dict__.update({key: clip for key, clip in clips.items() if clip is not None})
        for key, rate in rates.items():
            setattr(self, key, rate)
        self._given, self.updates, self.weights = list(rates), [], []

    def __getattr__(self, name: str) -> Any:
        if name != "_core":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        raise TypeError(f"{type(self).__name__}: __init__ must call super().__init__(**kwargs) first.")

    def __reduce__(self):
        make, (cls, config, own) = super().__reduce__()
        if cls.get_updates is not Optimizer.get_updates:  # Variables are states; the config has what they begin with.
            own = {key: value for key, value in own.items() if isinstance(value, (str, int, float, type(None)))}
        return make, (cls, config, own)

    def get_gradients(self, loss: TensorLike, params: Any) -> Any:
        """The gradients of a scalar loss, a symbol for each of `params`. ValueError if the loss does not depend on
        one."""
        gradients = _core.gradients(loss, list(params))
        for param, gradient in zip(params, gradients):
            if gradient is None:
                raise ValueError(f"get_gradients: the loss must depend on each param. Received: {shown(param)}.")
        # A model's loss is known by this name; its gradients are clipped before a step reads them.
        clips = [key for key in _CLIPS if vars(self).get(key)]
        if clips and loss.name != "loss":
            raise ValueError(
                f"get_gradients: {clips[0]} is for models that are compiled; clip what K.gradients returns by K.clip "
                f"or K.l2_normalize. Received: {clips[0]}={vars(self)[clips[0]]}."
            )
        return gradients

    def get_updates(self, loss: TensorLike, params: Any) -> Any:
        """A step for a scalar loss, in a list, for the argument `updates` of K.function. An optimizer of your own
        defines it: it returns what a step changes, as a list of K.update(variable, value)."""
        if not isinstance(params, (list, tuple)):
            raise TypeError(f"get_updates: params must be a list of variables. Received: params={shown(params)}.")
        return [_core.as_ending(self._core, loss, list(params))]

    def get_weights(self) -> Any:
        """The number of steps, and then the states of all weights as arrays, in Keras' order; those of one's own
        optimizer in the order of its updates. ValueError for a weight with sparse_weight=True or sparse_grad=True,
        whose states model.save keeps."""
        return self._core.get_weights()

    def set_weights(self, weights: Any) -> None:
        """Sets what get_weights returned. ValueError for other shapes or another number of arrays."""
        if not isinstance(weights, (list, tuple)):
            raise TypeError(f"set_weights: weights must be a list of arrays. Received: weights={shown(weights)}.")
        self._core.set_weights([constant_view(one, "set_weights: weights") for one in weights])

    def get_config(self) -> Config:
        """The settings, by the names of the arguments."""
        if type(self).get_updates is Optimizer.get_updates:
            return super().get_config()
        taken = signature(type(self)).parameters.values()
        names, any_name = {p.name for p in taken}, any(p.kind is p.VAR_KEYWORD for p in taken)
        rates = {key: float(getattr(self, key).numpy()) for key in self._given if any_name or key in names}
        return {**rates, **{key: vars(self)[key] for key in _CLIPS if key in vars(self)}}

    def _make(self, class_name, arguments):
        kwargs = arguments["kwargs"]
        if "learning_rate" in kwargs:
            arguments = {**arguments, "lr": kwargs.pop("learning_rate")}
        super()._make(class_name, arguments)


class SGD(Optimizer):
    """w ← w - lr g, or with momentum v ← momentum v - lr g, w ← w + v.

    lr: the rate; decay: how it falls; kwargs: clipnorm, clipvalue, lazy_update and the like: lacuna.optimizers tells
    about both. nesterov: the variant w ← w + momentum v - lr g. ValueError for a negative rate, TypeError for an
    unknown argument.

        >>> model = Sequential([Dense(1, use_bias=False, kernel_initializer="ones", input_dim=2)])
        >>> model.compile(SGD(lr=0.25, momentum=0.9, nesterov=False), "mse")
        >>> loss = model.train_on_batch(csr_matrix([[0, 2.0]]), np.array([1.0]))
        >>> model.get_weights()[0]
        array([[1.],
               [0.]], dtype=float32)
    """

    def __init__(
        self, lr: Number = 0.01, momentum: Number = 0.0, decay: Number = 0.0, nesterov: Flag = False, **kwargs: Any
    ) -> None:
        self._make("SGD", locals())


class RMSprop(Optimizer):
    """Divides the gradient by the root of the moving mean of its squares (Tieleman and Hinton, 2012).

    lr, decay, kwargs: as in SGD. rho: what the mean keeps in a step, in [0, 1). epsilon is added to the root.

        >>> optimizer = RMSprop(lr=0.001, clipnorm=1.0)
        >>> optimizer.lr = 0.5
        >>> float(K.get_value(optimizer.lr)), optimizer.get_config()["clipnorm"]
        (0.5, 1.0)
    """

    def __init__(
        self, lr: Number = 0.001, rho: Number = 0.9, epsilon: Number | None = None, decay: Number = 0.0, **kwargs: Any
    ) -> None:
        self._make("RMSprop", locals())


class Adagrad(Optimizer):
    """Adagrad (Duchi et al., 2011). Rows without a gradient never move.

    lr, decay, kwargs: as in SGD. epsilon is added to the root of the sum of squares.

        >>> model = Sequential([Dense(1, use_bias=False, kernel_initializer="ones", sparse_weight=True, input_dim=2)])
        >>> model.compile(Adagrad(lr=0.5), "mse")
        >>> loss = model.train_on_batch(csr_matrix([[0, 2.0]]), np.array([1.0]))
        >>> model.get_weights()[0]
        array([[1. ],
               [0.5]], dtype=float32)
    """

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
    """Adam (Kingma and Ba, 2014); amsgrad: the variant of Reddi et al., 2018.

    lr, decay, kwargs: as in SGD. beta_1, beta_2: what the means of g and of g² keep in a step, in [0, 1). epsilon is
    added to the root.

        >>> model = Sequential([Dense(1, use_bias=False, kernel_initializer="ones", sparse_weight=True, input_dim=2)])
        >>> model.compile(Adam(lr=0.5), "mse")
        >>> loss = model.train_on_batch(csr_matrix([[0, 2.0]]), np.array([1.0]))
        >>> model.get_weights()[0].round(4)
        array([[1. ],
               [0.5]], dtype=float32)
    """

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
