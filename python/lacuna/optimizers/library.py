"""The optimizers that the library has."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import ByDialect
from lacuna._types import Flag, Number
from lacuna.optimizers.base import Optimizer

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "GroupAdagrad", "Nadam", "RMSprop"]


def __dir__() -> list[str]:
    return __all__


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
