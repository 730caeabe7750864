"""Threads, the end of a process, and forks: other threads see a model only between whole steps, and nothing hangs or
crashes."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna.callbacks import Callback, EarlyStopping
from lacuna.layers import Dense, Input
from lacuna.models import Model, load_model
from lacuna.utils import custom_object_scope, get_custom_objects


def model_of(flag, columns=300, units=4):
    x = Input((columns,), sparse=True)
    model = Model(x, Dense(1)(Dense(units, sparse_weight=flag)(x)))
    model.compile("adam", "mse")
    return model


def data(rows=400, columns=300):
    x = sp.random(rows, columns, 0.05, "csr", dtype="f", random_state=0)
    return x, np.asarray(x.sum(1)).ravel()


@pytest.mark.parametrize("flag", [False, True])
def test_all_that_reads_or_writes_beside_a_fit(flag, tmp_path):
    model, (x, y) = model_of(flag), data()
    path = tmp_path / "m.h5"
    model.save(path)
    values = model.get_weights()
    kernel = model.weights[0]
    layer = model.layers[1]
    calls = [
        lambda: model.save(path),
        lambda: model.save_weights(tmp_path / "w.h5"),
        lambda: pickle.dumps(model),
        model.get_weights,
        lambda: model.set_weights(values),
        lambda: model.load_weights(path),
        lambda: load_model(path),
        (lambda: kernel.rows()) if flag else kernel.numpy,
        lambda: K.get_value(kernel),
        lambda: K.set_value(model.optimizer.lr, 1e-3),
        layer.get_weights,
        lambda: layer.set_weights(layer.get_weights()),
        lambda: model.evaluate(x, y, verbose=0),
        lambda: model.explain(x, y, print_fn=lambda line: None),
        lambda: model.predict(x),
        lambda: model.train_on_batch(x, y),
        lambda: model.fit(x, y, verbose=0, callbacks=[EarlyStopping("loss", restore_best_weights=True)]),
        lambda: Model(model.inputs, model(model.inputs)).predict(x),
        lambda: model.get_config(),
        lambda: model.summary(print_fn=lambda line: None),
        lambda: K.function(model.inputs, model.outputs)([x]),
    ]
    errors, stop = [], threading.Event()

    def again(call):
        try:
            while not stop.is_set():
                call()
        except Exception as error:  # Shown below.
            errors.append(error)

    threads = [threading.Thread(target=again, args=(call,)) for call in calls]
    for t in threads:
        t.start()
    time.sleep(2)
    stop.set()
    for t in threads:
        t.join(60)
        assert not t.is_alive()
    assert not errors
    assert np.isfinite(model.predict(x)).all()


def test_predict_does_not_wait_for_the_fit():
    model, (x, y) = model_of(True), data()
    done = threading.Event()

    class Until(Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.stop_training = done.is_set()

    fit = threading.Thread(target=lambda: model.fit(x, y, batch_size=8, epochs=10**6, verbose=0, callbacks=[Until()]))
    fit.start()
    for _ in range(3):
        model.predict(x)
    assert fit.is_alive()
    done.set()
    fit.join(60)
    assert not fit.is_alive()


@pytest.mark.parametrize(
    "work",
    [
        "m.fit(x, y, epochs=10**6, verbose=0)",
        "m.fit(x, y, epochs=10**6, verbose=0, callbacks=[C()])",
        "[m.predict(x) for _ in range(10**6)]",
        "[m.save('m.h5') for _ in range(10**6)]",
        "[m.train_on_batch(x, y) for _ in range(10**6)]",
    ],
)
def test_a_program_ends_while_daemon_threads_work(work, tmp_path):
    code = f"""
import threading, time, numpy as np
from lacuna.callbacks import Callback
from lacuna.layers import Dense
from lacuna.models import Sequential
class C(Callback):
    def on_batch_end(self, batch, logs=None): pass
m = Sequential([Dense(9, input_dim=9)])
m.compile("sgd", "mse")
x = y = np.ones((999, 9), "f4")
for _ in range(2): threading.Thread(target=lambda: {work}, daemon=True).start()
time.sleep(0.1)
"""
    for _ in range(3):
        start = time.monotonic()
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
        assert run.returncode == 0 and not run.stderr, (run.returncode, run.stderr)
        assert time.monotonic() - start < 19  # Less than the longest wait at the end of a process.


def test_a_child_uses_a_model_that_no_thread_was_in():
    model, (x, y) = model_of(False), data()
    model.fit(x, y, verbose=0)
    child = os.fork()
    if child == 0:
        model.fit(x, y, verbose=0)
        os._exit(int(not np.isfinite(model.predict(x)).all()))
    assert _status(child) == 0


def test_a_child_of_a_process_that_trains_is_told_so():
    model, other, (x, y) = model_of(False), model_of(False), data(4000)
    stop = threading.Event()

    class Until(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = stop.is_set()

    fit = threading.Thread(target=lambda: model.fit(x, y, epochs=10**6, verbose=0, callbacks=[Until()]))
    fit.start()
    time.sleep(0.2)
    child = os.fork()
    if child == 0:
        try:
            other.predict(x)
            model.fit(x, y, verbose=0)  # In the child, the fit of the other thread never ends.
        except RuntimeError as error:
            os._exit(0 if "forked" in str(error) else 2)
        os._exit(3)
    status = _status(child)
    stop.set()
    fit.join()
    assert status == 0


def _status(child):
    for _ in range(600):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hangs"


def test_ctrl_c_within_one_long_step(tmp_path):
    code = """
import signal, sys, time, numpy as np
from lacuna.layers import Dense
from lacuna.models import Sequential
signal.signal(signal.SIGINT, signal.default_int_handler)
m = Sequential([Dense(3000, input_dim=3000), Dense(3000), Dense(1)])
m.compile("sgd", "mse")
x, y = np.ones((60000, 3000), "f4"), np.ones(60000, "f4")
weights = m.get_weights()
print("ready", flush=True)
try: m.train_on_batch(x, y)
except KeyboardInterrupt: print("ended", flush=True)
assert all((a == b).all() for a, b in zip(weights, m.get_weights()))
m.train_on_batch(x[:9], y[:9])
"""
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    time.sleep(1.5)
    run.send_signal(signal.SIGINT)
    start = time.monotonic()
    assert run.stdout.readline() == "ended\n"
    assert time.monotonic() - start < 5  # A step takes some ten times that.
    assert run.wait(120) == 0


def test_custom_objects_are_those_of_a_thread():
    inside, seen = threading.Event(), {}
    leave = threading.Event()

    def scoped():
        with custom_object_scope({"mine": len}):
            inside.set()
            leave.wait(10)
            seen["within"] = get_custom_objects().get("mine")

    t = threading.Thread(target=scoped)
    t.start()
    inside.wait(10)
    assert "mine" not in get_custom_objects()
    with custom_object_scope({"other": max}):
        leave.set()
        t.join()
    assert seen["within"] is len and "other" not in get_custom_objects()
    get_custom_objects()["everywhere"] = min
    try:
        t = threading.Thread(target=lambda: seen.update(everywhere=get_custom_objects()["everywhere"]))
        t.start()
        t.join()
        assert seen["everywhere"] is min
    finally:
        del get_custom_objects()["everywhere"]
