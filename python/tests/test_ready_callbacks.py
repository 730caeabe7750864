"""Ready-made callbacks that write files or set the learning rate."""

import numpy as np
import pytest

import lacuna
from lacuna import Input, Model
from lacuna.callbacks import (
    CSVLogger,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from lacuna.layers import Dense


def linear():
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1)(i))
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def test_model_checkpoint(x, y, tmp_path, capsys):
    model = linear()
    pattern = str(tmp_path / "w.{epoch:02d}-{val_loss:.2f}.h5")
    history = model.fit(
        x, y, epochs=4, verbose=0, validation_split=0.25, callbacks=[ModelCheckpoint(pattern, period=2)]
    )
    losses = history.history["val_loss"]
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == [f"w.02-{losses[1]:.2f}.h5", f"w.04-{losses[3]:.2f}.h5"]
    again = lacuna.models.load_model(tmp_path / names[1])
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])

    path = tmp_path / "best.h5"
    best = ModelCheckpoint(path, "v", verbose=1, save_best_only=True, save_weights_only=True, mode="max")
    values = iter([3.0, 1.0, 5.0])
    model.fit(
        x,
        y,
        epochs=3,
        verbose=0,
        callbacks=[LambdaCallback(on_epoch_end=lambda e, logs: logs.update(v=next(values))), best],
    )
    assert best.best == 5
    assert capsys.readouterr().out == (
        f"\nEpoch 00001: v improved from -inf to 3.00000, saving model to {path}\n"
        "\nEpoch 00002: v did not improve from 3.00000\n"
        f"\nEpoch 00003: v improved from 3.00000 to 5.00000, saving model to {path}\n"
    )
    model.load_weights(path)
    with pytest.warns(RuntimeWarning, match="ModelCheckpoint: monitor must be one of the logs"):
        model.fit(x, y, verbose=0, callbacks=[ModelCheckpoint(path, save_best_only=True)])
    with pytest.raises(ValueError, match="ModelCheckpoint: filepath must name"):
        model.fit(x, y, verbose=0, callbacks=[ModelCheckpoint(str(tmp_path / "{nothing}.h5"))])
    with pytest.raises(ValueError, match="ModelCheckpoint: mode must be"):
        ModelCheckpoint(path, mode="best")


def test_learning_rate_scheduler(x, y, capsys):
    model = linear()
    seen = []

    def schedule(epoch, lr):
        seen.append(lr)
        return 0.5 / (epoch + 1)

    history = model.fit(x, y, epochs=3, verbose=0, callbacks=[LearningRateScheduler(schedule, verbose=1)])
    assert history.history["lr"] == [0.5, 0.25, pytest.approx(0.5 / 3)] and seen[1:] == [0.5, 0.25]
    assert "Epoch 00002: LearningRateScheduler setting learning rate to 0.25.\n" in capsys.readouterr().out
    model.fit(x, y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: 0.125)])
    assert float(model.optimizer.lr.numpy()) == 0.125
    for bad in ("0.1", float("nan"), -1.0, None):
        with pytest.raises((TypeError, ValueError), match="LearningRateScheduler: .*the schedule"):
            model.fit(x, y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch, *, bad=bad: bad)])

    def broken(epoch, lr):
        return None + 1

    with pytest.raises(TypeError, match="NoneType"):
        model.fit(x, y, verbose=0, callbacks=[LearningRateScheduler(broken)])


def test_reduce_lr_on_plateau(x, y, capsys):
    model = linear()
    assign = LambdaCallback(on_epoch_end=lambda e, logs: logs.update(v=1.0))
    model.optimizer.lr = 0.5
    reduce = ReduceLROnPlateau("v", factor=0.5, patience=2, cooldown=1, min_lr=0.2, verbose=1)
    history = model.fit(x, y, epochs=9, verbose=0, callbacks=[assign, reduce])
    # The first value is the best; then two epochs without a better one, and a cooldown epoch, which is not counted.
    assert history.history["lr"] == [0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2]
    assert "\nEpoch 00003: ReduceLROnPlateau reducing learning rate to 0.25.\n" in capsys.readouterr().out
    assert reduce.best == 1
    with pytest.raises(ValueError, match="ReduceLROnPlateau: factor must be"):
        ReduceLROnPlateau(factor=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'patient'"):
        ReduceLROnPlateau(patient=1)


def test_terminate_on_nan(x, y, capsys):
    model = linear()
    y = np.array(y, dtype="float32")
    y[40] = np.nan
    with pytest.warns(RuntimeWarning, match="no longer finite"):
        history = model.fit(
            x, y, epochs=3, verbose=0, batch_size=32, shuffle=False, validation_split=0.1, callbacks=[TerminateOnNaN()]
        )
    assert history.epoch == [0] and "val_loss" not in history.history
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"


def test_csv_logger(x, y, tmp_path):
    path = tmp_path / "log.csv"
    model = linear()
    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.25, callbacks=[CSVLogger(path)]).history
    keys = sorted(history)
    lines = [",".join(["epoch", *keys])]
    lines += [",".join(map(str, [e, *(history[key][e] for key in keys)])) for e in range(2)]
    assert path.read_text().splitlines() == lines
    more = CSVLogger(path, append=True)
    model.fit(x, y, epochs=1, verbose=0, validation_split=0.25, callbacks=[more])
    assert path.read_text().splitlines()[:3] == lines and len(path.read_text().splitlines()) == 4
    model.fit(x, y, epochs=1, verbose=0, callbacks=[CSVLogger(path, separator=";")])
    assert path.read_text().startswith("epoch;") and len(path.read_text().splitlines()) == 2


def test_a_log_goes_on_after_a_fit_that_failed(x, y, tmp_path):
    model = linear()
    log, path = CSVLogger(tmp_path / "log.csv"), tmp_path / "log.csv"

    def stop(epoch, logs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, verbose=0, callbacks=[log, LambdaCallback(on_epoch_end=stop)])
    model.fit(x, y, epochs=2, verbose=0, callbacks=[log])
    assert len(path.read_text().splitlines()) == 3
    with pytest.raises(ValueError, match="while fit runs"):
        log.on_epoch_end(0, {"loss": 1})


def test_a_log_is_appended_in_the_columns_of_its_file(x, y, tmp_path):
    model = linear()
    path = tmp_path / "log.csv"
    path.write_text('epoch,val_loss,"a,b",loss\n0,1,2,3')
    model.fit(x, y, epochs=1, verbose=0, validation_split=0.25, callbacks=[CSVLogger(path, append=True)])
    lines = path.read_text().splitlines()
    assert lines[1] == "0,1,2,3" and len(lines) == 3
    cells = lines[2].split(",")
    assert cells[0] == "0" and cells[2] == "NA" and float(cells[1]) > 0 and float(cells[3]) > 0
    for bad in ('"', "\n", "\r", "", ",,"):
        with pytest.raises(ValueError, match="separator must be one character"):
            CSVLogger(path, separator=bad)
