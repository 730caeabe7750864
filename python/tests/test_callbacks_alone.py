"""Callbacks that are called by hand on an object that is no model, and the validation data that they see."""

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import backend as K
from lacuna import callbacks, layers


class Thing:
    """What callbacks use of a model."""

    stop_training = False

    def __init__(self):
        self.weights = [np.zeros(1)]
        self.optimizer = self
        self.lr = K.variable(1.0)

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def attached(callback):
    callback.set_model(Thing())
    callback.on_train_begin()
    return callback


def test_early_stopping():
    stopping = attached(callbacks.EarlyStopping(patience=2, restore_best_weights=True))
    for epoch, loss in enumerate([3, 1, 2, 4]):
        stopping.model.weights = [np.full(1, epoch)]
        stopping.on_epoch_end(epoch, {"val_loss": loss})
        assert stopping.model.stop_training == (epoch == 3)
    assert stopping.stopped_epoch == 3 and stopping.best == 1 and stopping.model.weights[0] == 1


def test_rates():
    plateau = attached(callbacks.ReduceLROnPlateau(patience=2, factor=0.5, cooldown=1))
    rates = []
    for epoch, loss in enumerate([1, 2, 3, 3, 3, 3]):
        logs = {"val_loss": loss}
        plateau.on_epoch_end(epoch, logs)
        rates.append((logs["lr"], K.get_value(plateau.model.lr)))
    assert rates == [(1, 1), (1, 1), (1, 0.5), (0.5, 0.5), (0.5, 0.25), (0.25, 0.25)]
    scheduler = attached(callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2))
    scheduler.on_epoch_begin(0)
    assert K.get_value(scheduler.model.lr) == 0.5


def test_the_same_decisions_as_for_a_model():
    losses = [3, 2, 2.5, 2.2, 2.1, 1.9, 2, 2, 2, 2]
    for make in (
        lambda: callbacks.ReduceLROnPlateau(patience=2, factor=0.5, cooldown=1),
        lambda: callbacks.EarlyStopping(patience=3),
    ):
        model = lacuna.Sequential([layers.Dense(1, input_dim=1)])
        model.compile(lacuna.optimizers.SGD(1.0), "mse")
        with_model, alone = make(), attached(make())
        with_model.set_model(model)
        with_model.on_train_begin()
        for epoch, loss in enumerate(losses):
            for one in (with_model, alone):
                one.on_epoch_end(epoch, {"val_loss": loss})
            assert K.get_value(model.optimizer.lr) == K.get_value(alone.model.lr)
            assert model.stop_training == alone.model.stop_training and with_model.wait == alone.wait


def test_a_loss_that_is_no_number():
    callback = attached(callbacks.TerminateOnNaN())
    callback.on_batch_end(0, {"loss": 1.0})
    assert not callback.model.stop_training
    callback.on_batch_end(1, {"loss": float("nan")})
    assert callback.model.stop_training


def test_the_older_name_of_min_delta():
    with pytest.warns(DeprecationWarning, match="epsilon is the older name of min_delta"):
        assert callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


@pytest.mark.parametrize("sparse", [False, True])
def test_validation_data(sparse):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 3)), rng.normal(size=10)
    x = sp.csr_matrix(x) if sparse else x
    model = lacuna.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    seen = callbacks.Callback()
    model.fit(x, y, validation_split=0.3, verbose=0, callbacks=[seen])
    held, targets, weights = seen.validation_data
    assert (
        (abs(held - x[7:])).sum() == 0 and np.array_equal(targets[:, 0], y[7:]) and np.array_equal(weights, np.ones(3))
    )
    assert sp.issparse(held) == sparse
    model.fit(x, y, validation_data=(x, y[:, None], 2 * y), verbose=0, callbacks=[seen])
    assert seen.validation_data[0] is x and np.array_equal(seen.validation_data[2], 2 * y)
    fresh = callbacks.Callback()
    model.fit(x, y, verbose=0, callbacks=[fresh])
    assert fresh.validation_data is None
