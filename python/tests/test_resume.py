"""A file keeps everything that the next epoch depends on."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna.callbacks import Callback, ModelCheckpoint
from lacuna.layers import BatchNormalization, Dense, Dropout, GaussianNoise, Input
from lacuna.models import Model, load_model

x = sp.random(500, 60, 0.1, "csr", dtype="f", random_state=1)
y = np.asarray(x.sum(1)).ravel()


def made(flag=False, optimizer="adam"):
    lacuna.utils.set_random_seed(7)
    i = Input((60,), sparse=True)
    h = BatchNormalization()(Dense(8, activation="relu", sparse_weight=flag)(Dropout(0.1)(i)))
    model = Model(i, Dense(1)(GaussianNoise(0.1)(Dropout(0.3)(h))))
    model.compile(optimizer, "mse")
    return model


def same(a, b):
    return all((p == q).all() for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


@pytest.mark.parametrize("shuffle", [True, "batch", False])
@pytest.mark.parametrize("flag", [False, True])
def test_two_epochs_a_file_and_two_more_are_four(flag, shuffle, tmp_path):
    a, b = made(flag), None
    a.fit(x, y, epochs=4, verbose=0, shuffle=shuffle)
    b = made(flag)
    b.fit(x, y, epochs=2, verbose=0, shuffle=shuffle, callbacks=[ModelCheckpoint(str(tmp_path / "b.h5"))])
    lacuna.utils.set_random_seed(99)
    b = load_model(tmp_path / "b.h5")
    b.fit(x, y, initial_epoch=2, epochs=4, verbose=0, shuffle=shuffle)
    assert same(a, b)


@pytest.mark.parametrize("optimizer", ["adam", lacuna.optimizers.SGD(0.01, momentum=0.9, lazy_update=False)])
def test_after_a_file_of_the_middle_of_an_epoch(optimizer, tmp_path):
    class Saves(Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 5:
                self.model.save(tmp_path / "m.h5")
                self.model.stop_training = True

    a = made(True, optimizer)
    a.fit(x, y, epochs=3, verbose=0, callbacks=[Saves()])
    a.fit(x, y, epochs=2, verbose=0)
    b = load_model(tmp_path / "m.h5")
    b.fit(x, y, epochs=2, verbose=0)
    assert same(a, b)


def test_in_a_new_process_on_other_threads(tmp_path):
    a = made()
    a.fit(x, y, epochs=1, verbose=0)
    a.save(tmp_path / "a.h5")
    a.fit(x, y, epochs=2, verbose=0)
    code = """
import numpy as np, scipy.sparse as sp
from lacuna.models import load_model
x = sp.random(500, 60, 0.1, "csr", dtype="f", random_state=1)
m = load_model("a.h5")
m.fit(x, np.asarray(x.sum(1)).ravel(), epochs=2, verbose=0)
np.savez("w.npz", *m.get_weights())
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env={"LACUNA_NUM_THREADS": "3", "PATH": ""})
    with np.load(tmp_path / "w.npz") as file:
        for ours, theirs in zip(a.get_weights(), file.values(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_seed_that_is_set_later_counts():
    a, b = made(), made()
    for model in (a, b):
        lacuna.utils.set_random_seed(3)
        model.fit(x, y, epochs=2, verbose=0)
    assert same(a, b)
    c = made()
    lacuna.utils.set_random_seed(4)
    c.fit(x, y, epochs=2, verbose=0)
    assert not same(a, c)
