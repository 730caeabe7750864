"""Objects that are defined by their settings: their repr is the call that makes them, and they can be copied."""

import copy
import pickle

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna import callbacks, constraints, initializers, layers, metrics, models, optimizers, regularizers

SETTINGS = [
    optimizers.Adam(0.01, beta_1=0.8, amsgrad=True, clipnorm=1.0, lazy_update=False),
    optimizers.SGD(momentum=0.9, nesterov=True, decay=0.5),
    optimizers.Ftrl(l1_regularization_strength=0.1),
    *(cls() for cls in optimizers.Optimizer.__subclasses__()),
    *(cls() for cls in initializers._classes.values()),
    initializers.RandomNormal(stddev=0.5, seed=3),
    initializers.he_uniform(seed=4),
    *(cls() for cls in regularizers._classes.values()),
    regularizers.l1_l2(0.1, 0.2),
    *(cls() for cls in constraints._classes.values()),
    constraints.MaxNorm(3, axis=1),
    *(cls() for cls in metrics._CLASSES),
    metrics.AUC(curve="PR", average="micro", name="mine"),
    metrics.Precision(thresholds=0.2, class_id=1),
]
WAYS = [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy]


def made_by(text):
    names = {
        name: getattr(m, name)
        for m in (optimizers, initializers, regularizers, constraints, metrics, callbacks)
        for name in dir(m)
    }
    return eval(text, names)


@pytest.mark.parametrize("given", SETTINGS, ids=repr)
def test_settings_are_shown_and_copied(given):
    assert made_by(repr(given)).get_config() == given.get_config()
    for way in WAYS:
        other = way(given)
        assert type(other) is type(given) and other is not given and other.get_config() == given.get_config()
        assert repr(other) == repr(given)


def test_a_copied_optimizer_has_the_rate_as_it_stands():
    adam = optimizers.Adam()
    adam.lr = 0.25
    other = copy.deepcopy(adam)
    other.lr = 0.5
    assert K.get_value(adam.lr) == 0.25 and "lr=0.25" in repr(adam) and "lr=0.5" in repr(other)


class Best(callbacks.Callback):
    """A user's class with a setting of its own."""

    def __init__(self, monitor="loss"):
        self.monitor, self.values = monitor, []

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(logs[self.monitor])


def all_callbacks(folder):
    return [
        callbacks.EarlyStopping("loss", patience=3, baseline=2.0, restore_best_weights=True),
        callbacks.ModelCheckpoint(str(folder / "w.h5"), "loss", save_best_only=True, save_weights_only=True),
        callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2),
        callbacks.CSVLogger(str(folder / "log.csv"), separator=";"),
        callbacks.TerminateOnNaN(),
        callbacks.History(),
        Best(),
    ]


def compiled():
    model = models.Sequential([layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("way", WAYS)
def test_callbacks_are_copied_before_and_after_fit(tmp_path, way):
    x, y = np.ones((8, 3)), np.ones(8)
    for given in all_callbacks(tmp_path):
        model, of_class = compiled(), type(given).__name__
        assert repr(given).startswith(of_class + "(") and "0x" not in repr(given)
        before = way(given)
        for one in (given, before):
            model.fit(x, y, epochs=3, verbose=0, callbacks=[one])
        after = way(given)
        assert after.model is None and repr(after) == repr(given)
        assert (
            repr(before) == repr(given) or of_class == "History"
        )  # It tells the losses, and `before` went on from them.
        for seen in ("wait", "stopped_epoch", "best", "history", "values"):
            assert getattr(after, seen, None) == getattr(given, seen, None)
        model.fit(x, y, epochs=2, verbose=0, callbacks=[after])
    assert made_by(repr(callbacks.EarlyStopping("loss", patience=3))).patience == 3


def test_layers_are_copied_until_they_have_weights():
    layer = layers.Dense(3, activation="relu", kernel_regularizer="l2", name="mine")
    for way in WAYS[:2]:
        assert way(layer).get_config() == layer.get_config()
    dropout = layers.Dropout(0.5)
    assert copy.deepcopy(dropout)._core.key == dropout._core.key
    layer(lacuna.Input((2,)))
    with pytest.raises(TypeError, match="clone_model"):
        copy.deepcopy(layer)
