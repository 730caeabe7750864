"""Callbacks: what they see, what they may change, what they may raise."""

import os
import signal
import subprocess
import sys
import textwrap
import traceback

import numpy as np
import pytest

from lacuna import Input, Model
from lacuna import backend as K
from lacuna.callbacks import Callback, CallbackList, EarlyStopping, History, LambdaCallback
from lacuna.layers import Dense


def linear(**kwargs):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1, **kwargs)(i))
    model.compile("sgd", "mse", metrics=["mae"])
    return model


class Recorder(Callback):
    """Records all calls. It does not call Callback.__init__, as users often forget to."""

    def __init__(self):
        self.seen = []

    def on_train_begin(self, logs=None):
        self.seen.append(("train_begin", logs))

    def on_train_end(self, logs=None):
        self.seen.append(("train_end", logs))

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(("epoch_begin", epoch, logs))

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(("epoch_end", epoch, sorted(logs)))

    def on_batch_begin(self, batch, logs=None):
        self.seen.append(("batch_begin", batch, logs))

    def on_batch_end(self, batch, logs=None):
        self.seen.append(("batch_end", batch, sorted(logs)))


def test_methods_in_order(x, y):
    recorder, model = Recorder(), linear()
    model.fit(x, y, batch_size=100, validation_split=0.0, verbose=0, callbacks=[recorder])
    assert recorder.seen == [
        ("train_begin", {}),
        ("epoch_begin", 0, {}),
        ("batch_begin", 0, {"batch": 0, "size": 100}),
        ("batch_end", 0, ["batch", "loss", "mean_absolute_error", "size"]),
        ("batch_begin", 1, {"batch": 1, "size": 50}),
        ("batch_end", 1, ["batch", "loss", "mean_absolute_error", "size"]),
        ("epoch_end", 0, ["loss", "mean_absolute_error"]),
        ("train_end", {}),
    ]
    assert recorder.model is model
    assert recorder.params["metrics"] == ["loss", "mean_absolute_error"] and recorder.params["samples"] == 150


def test_batches_are_left_out_unless_wanted():
    class Epochs(Callback):
        def on_epoch_end(self, epoch, logs=None):
            pass

    assert not CallbackList([Epochs(), History(), LambdaCallback(on_epoch_end=print), EarlyStopping()]).wants_batches
    assert CallbackList([Recorder()]).wants_batches
    assert CallbackList([LambdaCallback(on_batch_end=print)]).wants_batches


def test_logs_may_be_added_to(x, y):
    class Rate(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["lr"] = K.get_value(self.model.optimizer.lr)
            logs["loss"] = 42.0
            logs["note"] = "any object"

    after = []
    history = linear().fit(
        x,
        y,
        verbose=0,
        callbacks=[Rate(), LambdaCallback(on_epoch_end=lambda epoch, logs: after.append(logs))],
    )
    assert history.history["lr"] == [0.01] and history.history["loss"] == [42.0]
    assert history.history["note"] == ["any object"] and after[0]["lr"] == 0.01


def test_early_stopping_restores_the_best(x, y):
    for sparse_weight in (False, True):
        model = linear(sparse_weight=sparse_weight)
        kept = []

        class Spoil(Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    kept.extend(self.model.get_weights())
                    self.model.optimizer.lr = 10.0

        stop = EarlyStopping(monitor="loss", patience=2, restore_best_weights=True)
        history = model.fit(x, y, epochs=50, verbose=0, callbacks=[Spoil(), stop])
        assert len(history.epoch) == 4 and stop.stopped_epoch == 3 and stop.wait == 2
        assert stop.best == pytest.approx(min(history.history["loss"]))
        for a, b in zip(kept, model.get_weights()):
            np.testing.assert_array_equal(a, b)


def test_early_stopping_can_be_extended(x, y, capsys):
    class Loud(EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            print("wait", self.wait)

    model = linear()
    model.fit(x, y, epochs=9, verbose=0, callbacks=[Loud("loss", min_delta=1e9, patience=2, verbose=1)])
    assert capsys.readouterr().out == "wait 0\nwait 1\nwait 2\nEpoch 00003: early stopping\n"
    with pytest.warns(RuntimeWarning, match="monitor='val_los'"):
        model.fit(x, y, verbose=0, callbacks=[EarlyStopping("val_los")])


def test_stop_training(x, y):
    def stop(epoch, logs):
        if epoch == 1:
            model.stop_training = True

    model = linear()
    assert model.fit(x, y, epochs=9, verbose=0, callbacks=[LambdaCallback(on_epoch_end=stop)]).epoch == [0, 1]


def test_callbacks_may_use_the_model(x, y):
    scores = []
    model = linear()
    model.fit(
        x,
        y,
        epochs=2,
        verbose=0,
        callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: scores.append(model.evaluate(x, y, verbose=0)[0]))],
    )
    assert scores[1] < scores[0] and scores[1] == pytest.approx(model.evaluate(x, y, verbose=0)[0])


def test_an_exception_arrives_with_its_own_traceback(x, y):
    class Own(Exception):
        pass

    def fail_here(batch, logs):
        if batch == 2:
            raise Own("stop")

    model = linear()
    with pytest.raises(Own) as caught:
        model.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_batch_end=fail_here)])
    assert "fail_here" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert np.isfinite(model.fit(x, y, verbose=0).history["loss"][0])  # The model can still be trained.


def test_what_a_loss_raises_arrives(x):
    def bad(y_true, y_pred):
        raise KeyError("mine")

    i = Input((20,))
    with pytest.raises(KeyError, match="mine"):
        Model(i, Dense(1)(i)).compile("sgd", bad)


def test_ctrl_c_stops_within_a_batch():
    script = """
        import os, signal, threading, time
        import numpy as np, scipy.sparse as sp
        from lacuna import Input, Model
        from lacuna.layers import Dense

        signal.signal(signal.SIGINT, signal.default_int_handler)  # Background processes ignore SIGINT.
        x = sp.random(20000, 1000, density=0.01, format="csr", dtype=np.float32, random_state=0)
        i = Input((1000,), sparse=True)
        model = Model(i, Dense(1)(Dense(64)(i)))
        model.compile("adam", "mse")
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.time()
        try:
            model.fit(x, np.ones(20000), epochs=10**6, verbose=0)
        except KeyboardInterrupt:
            assert time.time() - start < 5
            assert np.isfinite(model.evaluate(x, np.ones(20000), verbose=0))
            model.fit(x, np.ones(20000), verbose=0)
            print("usable", len(model.history.epoch))
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=120
    )
    assert result.stdout == "usable 1\n", result.stderr


def test_only_callbacks_are_callbacks(x, y):
    with pytest.raises(TypeError, match="callbacks"):
        linear().fit(x, y, verbose=0, callbacks=[print])


def test_signals_are_left_to_python():
    assert signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_IGN) or os.name == "nt"
