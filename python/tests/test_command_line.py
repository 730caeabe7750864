"""The program `lacuna`, as it is installed: its page, signals, closed outputs, errors, models that Python loads."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import scipy.sparse

import lacuna

PROGRAM = pathlib.Path(sys.executable).parent / "lacuna"
PAGE = pathlib.Path(__file__).parents[2] / "docs/command_line.md"


def run(*arguments, cwd, **more):
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, **more)


def write_rows(path, rows=2000, seed=0):
    rng = np.random.default_rng(seed)
    with open(path, "w") as file:
        for _ in range(rows):
            ids = np.unique(rng.integers(1, 100, 8))
            file.write(f"{int(ids[0] < 6)} {' '.join(f'{i}:1' for i in ids)}\n")
    return path


def test_every_command_of_the_page(tmp_path):
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))
    assert script.count("lacuna ") > 20
    env = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert re.search("\tcity\\[\\d+\\]\t(Paris|Rome|Oslo)\t", done.stdout)
    events = [json.loads(line)["event"] for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert events[0] == "start" and events[-1] == "end" and "epoch" in events
    assert "fm:16" in done.stderr  # What to write in place of -q.


def test_a_model_is_that_of_python(tmp_path):
    write_rows(tmp_path / "rows.svm")
    done = run("train", "rows.svm", "-o", "model.h5", "--epochs", "3", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout == "" and done.stderr == ""
    model = lacuna.models.load_model(str(tmp_path / "model.h5"))
    rows = lacuna.data.libsvm(tmp_path / "rows.svm", n_features=model.input_shape[1], zero_based=False)
    predictions = np.loadtxt(run("predict", "model.h5", "rows.svm", cwd=tmp_path).stdout.splitlines())
    np.testing.assert_array_equal(predictions.astype("float32"), model.predict(rows)[:, 0])
    model.save(str(tmp_path / "again.h5"))  # How rows are read is kept.
    assert run("predict", "again.h5", "rows.svm", cwd=tmp_path).returncode == 0


def test_threads_do_not_change_a_bit(tmp_path):
    write_rows(tmp_path / "rows.svm")
    files = []
    for threads in ("1", "4"):
        run("train", "rows.svm", "-m", "mlp:8", "-o", f"{threads}.h5", "--threads", threads, cwd=tmp_path)
        files.append(
            lacuna.models.load_model(str(tmp_path / f"{threads}.h5")).predict(scipy.sparse.eye(99, format="csr"))
        )
    assert (files[0] == files[1]).all()


def test_ctrl_c_leaves_a_backup_that_is_gone_on_from(tmp_path):
    write_rows(tmp_path / "rows.svm", 20_000)
    command = ["train", "rows.svm", "--resume", "backup", "--log", "log.jsonl", "--batch-size", "16"]
    whole = run("train", "rows.svm", "-o", "whole.h5", "--batch-size", "16", "--epochs", "60", cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        program = subprocess.Popen(
            [PROGRAM, *command, "-o", "part.h5", "--epochs", "60"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        log = tmp_path / "log.jsonl"
        before = log.read_text().count('"event":"epoch"') if log.exists() else 0
        while not log.exists() or log.read_text().count('"event":"epoch"') <= before:
            time.sleep(0.02)
            assert program.poll() is None, program.stderr.read()
        program.send_signal(number)
        _, told = program.communicate(timeout=60)
        assert program.returncode == code, told
        assert len(told.splitlines()) == 1 and "Traceback" not in told
        assert (tmp_path / "backup/backup.h5").exists() and not (tmp_path / "part.h5").exists()
    done = run(*command, "-o", "part.h5", "--epochs", "60", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "backup/backup.h5").exists()
    x = scipy.sparse.eye(99, format="csr")
    of = [lacuna.models.load_model(str(tmp_path / name)).predict(x) for name in ("whole.h5", "part.h5")]
    assert (of[0] == of[1]).all()


def test_an_output_that_nobody_reads(tmp_path):
    write_rows(tmp_path / "rows.svm", 50_000)
    assert run("train", "rows.svm", "-o", "model.h5", cwd=tmp_path).returncode == 0
    program = subprocess.Popen(
        [PROGRAM, "predict", "model.h5", "rows.svm"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    program.stdout.readline()
    program.stdout.close()
    assert program.wait(60) == 141
    assert program.stderr.read() == b""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "subcommand"),
        (("trian",), 2, "lacuna"),
        (("train", "rows.svm"), 2, "-o"),
        (("train", "none.svm", "-o", "m.h5"), 1, "No such file"),
        (("train", "rows.svm", "-o", "m.h5", "-m", "fm:x"), 2, "must be given as 'linear'"),
        (("train", "rows.svm", "-o", "/none/m.h5"), 1, "/none"),
        (("train", "empty.svm", "-o", "m.h5"), 1, "rows"),
        (("predict", "rows.svm"), 1, "HDF5"),
        (("predict", "none.h5"), 1, "No such file"),
        (("train", "rows.svm", "-o", "m.h5", "--bfgs"), 2, "write --optimizer adam"),
        (("train", "rows.svm", "-o", "m.h5", "--epochs", "x"), 2, "epochs"),
    ],
)
def test_errors_are_one_line(arguments, code, told, tmp_path):
    write_rows(tmp_path / "rows.svm", 10)
    (tmp_path / "empty.svm").write_text("")
    done = run(*arguments, cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("lacuna: ")
    assert told in done.stderr and done.stdout == ""


def test_help_tells_the_exit_codes(tmp_path):
    for command in ((), ("train",), ("predict",), ("evaluate",), ("pack",), ("inspect",), ("explain",)):
        done = run(*command, "--help", cwd=tmp_path)
        assert done.returncode == 0 and "Exit codes: 0 done" in done.stdout and done.stderr == ""


def test_python_is_as_before_after_a_command_in_the_same_process(tmp_path):
    from lacuna import _core

    assert _core.command_line([b"train"]) == 2
    with pytest.warns(Warning):
        model = lacuna.models.Sequential([lacuna.layers.Dense(1, input_dim=1)])
        model.compile("sgd", "mse")
        model.fit(np.array([[1e30]]), np.array([1e30]), epochs=3, verbose=0)


def test_matrices_in_files(tmp_path):
    x = scipy.sparse.random(300, 40, 0.1, "csr", dtype="float32", random_state=0)
    y = np.asarray(x @ np.linspace(-1, 1, 40) > 0, "float32")
    scipy.sparse.save_npz(tmp_path / "x.npz", x)
    np.save(tmp_path / "y.npy", y)
    done = run("train", "x.npz", "--label", "y.npy", "-o", "m.h5", "--epochs", "30", "-l", "0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    classes = np.loadtxt(run("predict", "m.h5", "x.npz", "--classes", cwd=tmp_path).stdout.splitlines())
    assert (classes == y).mean() > 0.9
    told = run("evaluate", "m.h5", "x.npz", "--label", "y.npy", cwd=tmp_path).stdout
    evaluated = dict(line.split("\t") for line in told.splitlines())
    assert float(evaluated["acc"]) == pytest.approx((classes == y).mean(), abs=1e-6)


def test_cells(tmp_path):
    h5py = pytest.importorskip("h5py")
    x = scipy.sparse.random(60, 9, 0.3, "csr", dtype="float32", random_state=0)
    with h5py.File(tmp_path / "cells.h5ad", "w") as file:
        file.attrs["encoding-type"], file.attrs["encoding-version"] = "anndata", "0.1.0"
        matrix = file.create_group("X")
        matrix.attrs["encoding-type"], matrix.attrs["encoding-version"] = "csr_matrix", "0.1.0"
        matrix.attrs["shape"] = x.shape
        for name in ("data", "indices", "indptr"):
            matrix[name] = getattr(x, name)
        for group, names in (("obs", 60), ("var", 9)):
            frame = file.create_group(group)
            frame.attrs["encoding-type"], frame.attrs["encoding-version"] = "dataframe", "0.2.0"
            frame.attrs["_index"], frame.attrs["column-order"] = "names", ["sick"] if group == "obs" else []
            frame["names"] = [f"{group}{i}".encode() for i in range(names)]
        file["obs/sick"] = np.asarray(x.sum(1))[:, 0] > 1
    done = run("train", "cells.h5ad", "--label", "sick", "-o", "m.h5", "--epochs", "20", "-l", "0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(run("predict", "m.h5", "cells.h5ad", cwd=tmp_path).stdout.splitlines()) == 60
    assert "acc\t" in run("evaluate", "m.h5", "cells.h5ad", cwd=tmp_path).stdout
    assert "\tvar3\t" in run("inspect", "m.h5", "cells.h5ad", cwd=tmp_path).stdout


def test_rows_of_another_format_with_the_same_columns(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"y": 1, "c": "a"}\n{"y": 0, "c": "b"}\n' * 20)
    (tmp_path / "rows.tsv").write_text("c\ny\na\n".replace("y\n", ""))
    (tmp_path / "rows.csv").write_text("y,c\n1,a\n0,b\n")
    command = ("train", "rows.jsonl", "--label", "y", "--categories", "c", "-b", "5", "-o", "m.h5", "--epochs", "9")
    done = run(*command, "-l", "0.5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run("predict", "m.h5", "rows.tsv", "--classes", cwd=tmp_path).stdout == "1\n"
    assert "acc\t1\n" in run("evaluate", "m.h5", "rows.csv", cwd=tmp_path).stdout
    piped = run("predict", "m.h5", "--format", "csv", "--classes", cwd=tmp_path, input="c\nb\na\n")
    assert piped.stdout == "0\n1\n", piped.stderr
    write_rows(tmp_path / "rows.svm", 5)
    done = run("predict", "m.h5", "rows.svm", cwd=tmp_path)
    assert done.returncode == 2 and "the format that the model learned from, jsonl" in done.stderr


def test_a_model_of_json(tmp_path):
    words = lacuna.Input((100,), sparse=True)
    hidden = lacuna.layers.Dense(4, activation="relu", sparse_weight=True)(words)
    model = lacuna.Model(words, lacuna.layers.Dense(1, activation="sigmoid")(hidden))
    (tmp_path / "model.json").write_text(model.to_json())
    write_rows(tmp_path / "rows.svm")
    done = run("train", "rows.svm", "--features", "100", "-m", "model.json", "-o", "m.h5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert lacuna.models.load_model(str(tmp_path / "m.h5")).count_params() == model.count_params()
    done = run("train", "rows.svm", "--features", "101", "-m", "model.json", "-o", "m.h5", cwd=tmp_path)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "101" in done.stderr
