"""BackupAndRestore: a fit that was killed goes on where it was, and ends with the bits of one that was not."""

import os
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import data
from lacuna.callbacks import BackupAndRestore, Callback
from lacuna.layers import Dense
from lacuna.models import Sequential, load_model

SETUP = """
import os, signal, sys
import numpy as np, scipy.sparse as sp
import lacuna
from lacuna import data
from lacuna.callbacks import BackupAndRestore, Callback, LearningRateScheduler
from lacuna.layers import Dense, Dropout
from lacuna.models import Sequential

kind, folder, kill_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
text = data.csv(folder + "/log.csv", [data.label("y"), data.category("a", bins=64), data.category("b", bins=64)])
makers = {"arrays": lambda: text.load()[:2], "text": lambda: (text,), "packed": lambda: (text.pack(folder + "/p"),)}
given = makers[kind]()

class Kill(Callback):
    seen = 0
    def on_batch_end(self, batch, logs=None):
        Kill.seen += 1
        if Kill.seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

lacuna.utils.set_random_seed(5)
first = Dense(8, activation="relu", input_dim=128, sparse_weight=True)
model = Sequential([first, Dropout(0.3), Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
callbacks = [LearningRateScheduler(lambda epoch: 0.01 / (1 + epoch))]
if kill_at >= 0:
    callbacks += [BackupAndRestore(folder + "/backup.h5", save_freq=3), Kill()]
history = model.fit(*given, batch_size=32, epochs=3, shuffle_bytes=4096, verbose=0, callbacks=callbacks)
np.savez(folder + f"/{kind}{kill_at}.npz", *model.get_weights())
assert not os.path.exists(folder + "/backup.h5")
print(history.epoch)
"""


def log(folder, rows=1000):
    rng = np.random.default_rng(2)
    words = rng.integers(60, size=(rows, 2))
    (folder / "log.csv").write_text("".join(f"{int(a < 30)},{a},{b}\n" for a, b in words))


@pytest.mark.parametrize("kind", ["arrays", "text", "packed"])
def test_a_killed_fit_goes_on_with_the_same_bits(tmp_path, kind):
    log(tmp_path)

    def run(kill_at):
        return subprocess.run(
            [sys.executable, "-c", SETUP, kind, str(tmp_path), str(kill_at)], capture_output=True, text=True
        )

    assert run(-1).returncode == 0
    wanted = np.load(tmp_path / f"{kind}-1.npz")
    for kills in ([7], [40, 20], [33, 1, 31]):  # 32 batches an epoch: also just before and after its end.
        for at in kills:
            assert run(at).returncode == -signal.SIGKILL and (at < 3 or (tmp_path / "backup.h5").exists())
        done = run(0)
        assert done.returncode == 0, done.stderr
        got = np.load(tmp_path / f"{kind}0.npz")
        assert all(np.array_equal(wanted[name], got[name]) for name in wanted), kills


def damaged(path, begin, end):
    """Makes rows of a text, or bytes of a packed file, unreadable, but not the ends that its fingerprint looks at."""
    times = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(begin)
        file.readline()
        at = file.tell()
        rest = file.read(end - at)
        file.seek(at)
        file.write(b"".join(b"x" * (len(line) - 1) + b"\n" for line in rest.splitlines(True)))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("kind", ["text", "packed", "parts"])
@pytest.mark.parametrize("shuffle_bytes", [2**18, 2**22])
def test_a_resumed_epoch_does_not_read_what_went_before(tmp_path, kind, shuffle_bytes):
    path = tmp_path / "log.csv"
    log(tmp_path, 1_200_000)  # 7 MB: 7 blocks of text.
    text = data.csv(path, [data.label("y"), data.category("a", bins=64), data.category("b", bins=64)])
    dataset = {"text": lambda: text, "packed": lambda: text.pack(tmp_path / "p"), "parts": lambda: text.skip(9)}[kind]()

    def run(*callbacks):
        lacuna.utils.set_random_seed(1)
        model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=128)])
        model.compile("adam", "mse")
        settings = {"shuffle": kind != "packed", "shuffle_bytes": shuffle_bytes, "verbose": 0}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(dataset, batch_size=1000, callbacks=callbacks, **settings)
        return model.get_weights()

    wanted = run()
    with pytest.raises(KeyboardInterrupt):
        run(BackupAndRestore(tmp_path / "b.h5", save_freq=100), StopAt(1000))
    if kind == "packed":
        size = os.path.getsize(tmp_path / "p")
        damaged(tmp_path / "p", 1000, size // 2)
        dataset = data.open(tmp_path / "p")
    else:
        damaged(path, 2**21 // 2, os.path.getsize(path) // 2)
    got = run(BackupAndRestore(tmp_path / "b.h5"))
    assert all(np.array_equal(a, b) for a, b in zip(wanted, got))
    with pytest.raises(ValueError, match="each row must be understood|block is damaged"):
        run()  # From the start, the damage is found.


class StopAt(Callback):
    def __init__(self, batch):
        self.stop_at = batch

    def on_batch_end(self, batch, logs=None):
        if batch == self.stop_at:
            raise KeyboardInterrupt


def fitted(model, x, y, folder, callbacks=(), epochs=3, **settings):
    backup = BackupAndRestore(folder, **settings)
    return model.fit(x, y, batch_size=10, epochs=epochs, verbose=0, callbacks=[backup, *callbacks])


def made(units=1):
    lacuna.utils.set_random_seed(1)
    model = Sequential([Dense(units, input_dim=20)])
    model.compile("adam", "mse")
    return model


X, Y = sp.random(95, 20, 0.2, "csr", dtype="f4", random_state=0), np.arange(95) / 95


class Stop(Callback):
    def __init__(self, epoch):
        self.stop_after = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.stop_after:
            raise KeyboardInterrupt


def test_epochs_go_on(tmp_path):
    whole = made()
    whole.fit(X, Y, batch_size=10, epochs=4, verbose=0)
    model = made()
    with pytest.raises(KeyboardInterrupt):
        fitted(model, X, Y, tmp_path / "folder", [Stop(1)])
    assert os.listdir(tmp_path / "folder") == ["backup.h5"]
    model = made()
    assert fitted(model, X, Y, tmp_path / "folder", epochs=4).epoch == [2, 3]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), whole.get_weights()))
    assert os.listdir(tmp_path / "folder") == []
    assert fitted(made(), X, Y, tmp_path / "folder", delete_checkpoint=False).epoch == [0, 1, 2]
    assert fitted(made(), X, Y, tmp_path / "folder", delete_checkpoint=False).epoch == []  # All is done.
    assert load_model(tmp_path / "folder" / "backup.h5").input_shape == (None, 20)


def test_another_fit_does_not_go_on(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fitted(made(), X, Y, tmp_path / "b.h5", [Stop(0)])
    before = (tmp_path / "b.h5").read_bytes()
    with pytest.raises(
        ValueError,
        match="data must be that of the fit that goes on. Received: arrays of 90 rows, and before arrays of 95 rows",
    ):
        fitted(made(), X[:90], Y[:90], tmp_path / "b.h5")
    with pytest.raises(
        ValueError, match="batch_size must be that of the fit that goes on. Received: batch_size=7, and before 10"
    ):
        made().fit(X, Y, batch_size=7, verbose=0, callbacks=[BackupAndRestore(tmp_path / "b.h5")])
    with pytest.raises(ValueError, match="must have shape"):
        fitted(made(2), X, np.stack([Y, Y], 1), tmp_path / "b.h5")
    assert (tmp_path / "b.h5").read_bytes() == before
    made().save(tmp_path / "c.h5")
    with pytest.raises(ValueError, match="must be a backup.*not saved within fit"):
        fitted(made(), X, Y, tmp_path / "c.h5")
    (tmp_path / "d.h5").write_text("no model")
    with pytest.raises(ValueError, match="BackupAndRestore"):
        fitted(made(), X, Y, tmp_path / "d.h5")


def test_a_changed_text_does_not_go_on(tmp_path):
    log(tmp_path)
    columns = [data.label("y"), data.category("a", bins=64), data.ignored("b")]

    def run(path):
        model = Sequential([Dense(1, input_dim=64)])
        model.compile("sgd", "mse")
        model.fit(
            data.csv(path, columns), verbose=0, epochs=2, callbacks=[BackupAndRestore(tmp_path / "b.h5"), Stop(0)]
        )

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "log.csv")
    (tmp_path / "log.csv").write_text((tmp_path / "log.csv").read_text() + "1,2,3\n")
    with pytest.raises(ValueError, match="the data must be that of the fit that goes on"):
        run(tmp_path / "log.csv")


@pytest.mark.parametrize("save_freq", [0, -1, "batch", 1.5, None])
def test_wrong_settings(tmp_path, save_freq):
    with pytest.raises((ValueError, TypeError), match="BackupAndRestore: save_freq must"):
        BackupAndRestore(tmp_path, save_freq=save_freq)
    with pytest.raises((ValueError, TypeError), match="BackupAndRestore"):
        BackupAndRestore(None)
