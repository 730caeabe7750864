"""The same bits on any number of threads."""

import hashlib
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, config
from lacuna.callbacks import LambdaCallback
from lacuna.layers import Dense, Dropout
from lacuna.utils import set_random_seed


def trained(**kwargs):
    """The weights of a wide model with csr input, dropout and Adam."""
    set_random_seed(11)
    x = sp.random(600, 5000, density=0.01, format="csr", dtype=np.float32, random_state=0)
    y = np.random.RandomState(0).randint(0, 10, 600)
    i = Input((5000,), sparse=True)
    hidden = Dropout(0.5)(Dense(512, activation="relu", **kwargs)(Dropout(0.2)(i)))
    model = Model(i, Dense(10, activation="softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=2, batch_size=128, validation_split=0.1, verbose=0)
    return hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights() + [model.predict(x)])).hexdigest()


@pytest.mark.parametrize("kwargs", [{}, {"sparse_weight": True}], ids=["dense", "sparse_weight"])
def test_bits_do_not_depend_on_threads(kwargs):
    bits = set()
    for threads in (1, 2, 4):
        config.set_num_threads(threads)
        assert config.num_threads() == threads
        bits.add(trained(**kwargs))
    assert len(bits) == 1


def test_the_environment_sets_threads():
    script = "from lacuna import config; print(config.num_threads())"
    for threads in ("1", "3"):
        result = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "LACUNA_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout.strip() == threads


@pytest.mark.parametrize("given", ["abc", "0", "-2", "2.5", "4x", "1e3", "1025", "99999999999999999999"])
def test_what_the_environment_cannot_mean_is_said(given):
    script = "from lacuna import config; print(config.num_threads())"
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "LACUNA_NUM_THREADS": given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == str(len(os.sched_getaffinity(0)))
    assert result.stderr.count("LACUNA_NUM_THREADS: must be a whole number from 1 to 1024") == 1
    assert f"Received: LACUNA_NUM_THREADS={given}," in result.stderr


def test_another_seed_gives_other_bits():
    def weights(seed):
        set_random_seed(seed)
        i = Input((20,))
        return Model(i, Dense(3)(i)).get_weights()[0]

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))


def test_fit_leaves_the_interpreter_to_other_threads(x, y):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(64)(i))
    model.compile("sgd", "mse")
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    model.fit(x, np.ones((150, 64)), epochs=300, verbose=0)
    stop.set()
    thread.join()
    assert counted[0] > 1000


def test_a_model_may_be_compiled_while_another_thread_trains_it(x, y):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1)(i))
    model.compile("sgd", "mse")
    started = threading.Event()
    tell = LambdaCallback(on_batch_end=lambda batch, logs: started.set())
    thread = threading.Thread(target=lambda: model.fit(x, y, epochs=50, verbose=0, callbacks=[tell]))
    thread.start()
    started.wait()
    model.compile("sgd", "mae")  # Waits for fit, whose callbacks need the interpreter.
    thread.join()
    assert np.isfinite(model.evaluate(x, y, verbose=0))
