"""Which callback methods are called, which direction of a monitor is better, and the warnings about other methods."""

import warnings

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import callbacks, layers, metrics, models

X, Y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2


def compiled(loss="binary_crossentropy", some=()):
    model = models.Sequential([layers.Dense(1, activation="sigmoid", input_dim=3)])
    model.compile("sgd", loss, metrics=list(some))
    return model


def test_batches_are_told_by_both_names_once_each():
    seen = []

    class Both(callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_train_batch_begin(self, batch, logs=None):
            super().on_train_batch_begin(batch, logs)
            seen.append(("train begin", batch))

        def on_train_batch_end(self, batch, logs=None):
            seen.append(("train end", logs["size"]))

    by_function = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(("lambda", batch)))
    compiled().fit(X, Y, batch_size=40, verbose=0, callbacks=[Both(), by_function])
    of_a_step = ["begin", "train begin", "train end", "lambda"]
    assert [name for name, _ in seen] == of_a_step * 2 and ("train end", 20) in seen


@pytest.mark.parametrize(
    "name, nearest", [("on_epoch_ends", "on_epoch_end"), ("on_train_batch_ended", "on_train_batch_end")]
)
def test_a_hook_that_nobody_calls_warns(name, nearest):
    of_class = type("Mine", (callbacks.Callback,), {name: lambda self, *args: None})()
    of_object = callbacks.LambdaCallback(**{name: lambda *args: None})
    for callback in (of_class, of_object):
        with pytest.warns(RuntimeWarning, match=f"{name} is never called; did you mean {nearest}\\?"):
            compiled().fit(X, Y, verbose=0, callbacks=[callback])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.LambdaCallback(on_epoch_end=lambda *args: None)])


@pytest.mark.parametrize(
    "given", [callbacks.EarlyStopping(), callbacks.EarlyStopping, "EarlyStopping", [callbacks.History], {1: 2}]
)
def test_callbacks_must_be_a_list_of_callbacks(given):
    with pytest.raises(TypeError, match="must be a list"):
        compiled().fit(X, Y, verbose=0, callbacks=given)


def MyAUC(y_true, y_pred):
    return K.mean(y_pred)


def mine(y_true, y_pred):
    return K.mean(y_pred)


MONITORS = [
    (metrics.AUC(name="x"), "val_x", True),
    (metrics.AUC(name="AUC"), "AUC", True),
    (metrics.F1(name="some_error"), "val_some_error", True),
    (metrics.LogLoss(name="auc"), "val_auc", False),
    ("accuracy", "val_acc", True),
    ("mse", "val_mean_squared_error", False),
    (MyAUC, "val_MyAUC", True),
    (mine, "mine", False),
]


@pytest.mark.parametrize("metric, monitor, larger", MONITORS)
def test_the_metric_says_which_way_is_better(tmp_path, metric, monitor, larger):
    class Grows(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs[monitor] = float(epoch)

    stopping = callbacks.EarlyStopping(monitor, patience=2)
    checkpoint = callbacks.ModelCheckpoint(str(tmp_path / "{epoch}.h5"), monitor, save_best_only=True)
    plateau = callbacks.ReduceLROnPlateau(monitor, patience=2)
    history = compiled(some=[metric]).fit(
        X, Y, validation_split=0.3, epochs=5, verbose=0, callbacks=[Grows(), stopping, checkpoint, plateau]
    )
    assert len(history.epoch) == (5 if larger else 3)
    assert len(list(tmp_path.iterdir())) == (5 if larger else 1)
    assert (history.history["lr"][-1] == history.history["lr"][0]) == larger or not larger
    assert stopping.best == checkpoint.best == plateau.best == (4 if larger else 0)


def test_monitors_of_outputs_and_weighted_metrics():
    x = layers.Input((3,))
    outputs = [layers.Dense(1, activation="sigmoid", name=name)(x) for name in ("a", "loss_b")]
    model = models.Model(x, outputs)
    model.compile("sgd", "binary_crossentropy", metrics=[metrics.AUC(name="q")], weighted_metrics=["acc"])
    for monitor in ("val_a_q", "val_loss_b_q", "val_a_weighted_acc", "loss_b_weighted_acc"):
        assert monitor.removeprefix("val_") in model.metrics_names

        class Grows(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs[monitor] = float(epoch)

        stopping = callbacks.EarlyStopping(monitor)
        model.fit(X, [Y, Y], validation_split=0.3, epochs=3, verbose=0, callbacks=[Grows(), stopping])
        assert stopping.best == 2, monitor


def test_an_unknown_monitor_warns_with_what_there_is():
    with pytest.warns(RuntimeWarning, match="monitor='val_losss'; logs: loss"):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping("val_losss")])


def test_a_missing_folder_is_told_before_the_first_epoch(tmp_path):
    model = compiled()
    before = model.get_weights()[0]
    for callback in (
        callbacks.ModelCheckpoint(tmp_path / "none" / "w{epoch}.h5"),
        callbacks.CSVLogger(tmp_path / "none" / "log.csv"),
    ):
        with pytest.raises((ValueError, OSError), match="none"):
            model.fit(X, Y, verbose=0, callbacks=[callback])
    assert np.array_equal(model.get_weights()[0], before)


def test_verbose_auto_is_a_bar(capsys):
    model = compiled()
    model.fit(X, Y, verbose="auto")
    assert "[====" in capsys.readouterr().out
    model.evaluate(X, Y, verbose="auto")
    with pytest.raises(TypeError, match="verbose must be a whole number. Received: verbose='loud'"):
        model.predict(X, verbose="loud")
