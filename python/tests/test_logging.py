"""What a log should keep goes to logging.getLogger('lacuna'); warnings stay warnings, and print stays print."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from lacuna import callbacks, data
from lacuna.layers import Dense
from lacuna.models import Sequential

X, Y = np.ones((8, 3)), np.ones(8)


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, "lacuna")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "lacuna"]


def model():
    made = Sequential([Dense(1, input_dim=3)])
    made.compile("sgd", "mse")
    return made


def test_epochs_are_told_whatever_is_printed(told, capsys):
    model().fit(X, Y, epochs=2, verbose=0)
    first, second = told()
    assert first.startswith("fit: epoch 1 of 2: loss=") and second.startswith("fit: epoch 2 of 2: loss=")
    assert capsys.readouterr() == ("", "")


def test_callbacks_tell_what_they_do(told, tmp_path):
    late = {"min_delta": 100, "patience": 1}
    model().fit(
        X, Y, epochs=9, verbose=0,
        callbacks=[
            callbacks.EarlyStopping("loss", **late),
            callbacks.ReduceLROnPlateau("loss", **late),
            callbacks.ModelCheckpoint(str(tmp_path / "model.h5")),
        ],
    )  # fmt: skip
    all_of_it = "\n".join(told())
    assert "EarlyStopping: loss has not become better than" in all_of_it and "fit ends after epoch 2." in all_of_it
    assert "ReduceLROnPlateau: the learning rate is 0.001 after epoch 2." in all_of_it
    assert f"ModelCheckpoint: the model of epoch 1 goes into '{tmp_path / 'model.h5'}'." in all_of_it


def test_a_backup_tells_where_fit_goes_on(told, tmp_path):
    class Killed(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    path = str(tmp_path / "backup.h5")
    with pytest.raises(KeyboardInterrupt):
        model().fit(X, Y, epochs=3, verbose=0, callbacks=[callbacks.BackupAndRestore(path), Killed()])
    model().fit(X, Y, epochs=3, verbose=0, callbacks=[callbacks.BackupAndRestore(path)])
    assert f"BackupAndRestore: fit goes on from '{path}', which was saved after 1 epochs and 0 batches." in told()


def test_pack_tells_what_it_did(told, tmp_path):
    (tmp_path / "rows.csv").write_text("1,2\n0,3\nbad,3\n1,5\n")
    rows = data.csv(tmp_path / "rows.csv", [data.label("y"), data.category("c", bins=4)], on_bad="skip", max_bad=1.0)
    rows.pack(tmp_path / "rows.pack")
    rows.pack(tmp_path / "rows.pack")
    assert told() == [
        f"pack: 3 rows are in '{tmp_path / 'rows.pack'}', and 1 bad ones are left out.",
        f"pack: '{tmp_path / 'rows.pack'}' has these rows already: 3.",
    ]


def test_percent_signs_and_names_are_no_formats(told, tmp_path):
    path = str(tmp_path / "100%s %d.h5")
    model().fit(X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(path)])
    assert f"goes into '{path}'" in "\n".join(told())


def test_warnings_stay_warnings(told):
    with pytest.warns(UserWarning, match="no longer finite"):
        model().fit(X * np.inf, Y, verbose=0)
    assert not any("finite" in line for line in told())


def test_an_exception_of_a_handler_ends_fit():
    class Broken(logging.Handler):
        def emit(self, record):
            raise RuntimeError("the disk is full")

    logger, handler = logging.getLogger("lacuna"), Broken()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        with pytest.raises(RuntimeError, match="the disk is full"):
            model().fit(X, Y, verbose=0)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_nothing_is_imported_for_it_nor_printed():
    program = (
        "import sys, numpy as np\n"
        "from lacuna.layers import Dense\n"
        "from lacuna.models import Sequential\n"
        "known = 'logging' in sys.modules\n"
        "model = Sequential([Dense(1, input_dim=3)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((8, 3)), np.ones(8), verbose=0)\n"
        "assert known or 'logging' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
