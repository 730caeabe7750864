"""An optimizer of one's own and a problem, which several tests share."""

import numpy as np
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import optimizers
from lacuna.layers import Dense, InputLayer
from lacuna.models import Sequential

RANDOM = np.random.RandomState(0)
X = sp.random(60, 40, 0.1, "csr", random_state=RANDOM)
Y = X @ RANDOM.randn(40)


class HeavyBall(optimizers.Optimizer):
    def __init__(self, lr=0.01, momentum=0.9, first=0.0, **kwargs):
        super().__init__(**kwargs)
        self.iterations = K.variable(0, dtype="int64", name="iterations")
        self.lr = K.variable(lr)
        self.momentum, self.first = momentum, first

    def get_updates(self, loss, params):
        self.updates = [K.update_add(self.iterations, 1)]
        for p, g in zip(params, self.get_gradients(loss, params)):
            v = K.zeros(K.int_shape(p), dtype=K.dtype(p))
            move = self.momentum * v - self.lr * g
            self.updates += [K.update(v, move), (p, p + move)]
        return self.updates

    def get_config(self):
        return {**super().get_config(), "lr": float(K.get_value(self.lr)), "momentum": self.momentum}


def linear(flag):
    return Sequential(
        [
            InputLayer((40,), sparse=True),
            Dense(4, sparse_weight=flag, kernel_initializer="ones"),
            Dense(1, kernel_initializer="ones"),
        ]
    )


def fitted(optimizer, flag, **kwargs):
    model = linear(flag)
    model.compile(optimizer, "mse")
    model.fit(X, Y, batch_size=7, epochs=3, verbose=0, shuffle=False, **kwargs)
    return model
