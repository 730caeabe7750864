"""The base class of optimizers, and what one of your own needs."""

from __future__ import annotations

from inspect import signature
from typing import Any

from lacuna import _core
from lacuna._arguments import flag, no_more, shown
from lacuna._arrays import assign, constant_view
from lacuna._settings import Settings
from lacuna._types import Config, TensorLike

__all__ = ["Optimizer"]


def __dir__() -> list[str]:
    return __all__


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
        built_in = [
            base.__name__
            for base in cls.__mro__[1:]
            if issubclass(base, Optimizer) and base is not Optimizer and base.__module__.startswith("lacuna.")
        ]
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
