"""What the program `lacuna` writes: never over what it reads; wrong values of options are told before any work."""

import json
import os
import subprocess
import time

import numpy as np
import pytest
from test_command_line import PROGRAM, run, write_rows

import lacuna


@pytest.fixture
def folder(tmp_path):
    write_rows(tmp_path / "rows.svm", 200)
    write_rows(tmp_path / "other.svm", 50, seed=1)
    done = run("train", "rows.svm", "-o", "m.h5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    os.symlink("rows.svm", tmp_path / "link.svm")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "m.h5", "rows.svm", "-p", "rows.svm"),
        ("predict", "m.h5", "rows.svm", "-p", "link.svm"),
        ("predict", "m.h5", "link.svm", "-p", "./rows.svm"),
        ("predict", "m.h5", "ro*.svm", "-p", "rows.svm"),
        ("predict", "m.h5", "rows.svm", "-p", "m.h5"),
        ("predict", "m.h5", "rows.svm", "-p", "new", "--on-bad", "skip", "--rejects", "new"),
        ("evaluate", "m.h5", "rows.svm", "--on-bad", "skip", "--rejects", "rows.svm"),
        ("train", "rows.svm", "-o", "rows.svm"),
        ("train", "rows.svm", "-o", "x.h5", "--log", "rows.svm"),
        ("train", "rows.svm", "-o", "x.h5", "--log", "x.h5"),
        ("train", "rows.svm", "-o", "other.svm", "--validation", "other.svm"),
        ("train", "rows.svm", "-o", "b/backup.h5", "--resume", "b"),
        ("train", "rows.svm", "-o", "x.h5", "-i", "m.h5", "--log", "m.h5"),
        ("export", "m.h5", "-o", "m.h5"),
        ("pack", "rows.svm", "-o", "rows.svm"),
        ("train", "rows.svm", "-o", "-"),
    ],
)
def test_nothing_is_written_over_what_is_read(folder, arguments):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = run(*arguments, cwd=folder)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "Received: " in done.stderr and done.stderr.count("lacuna: ") == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_model_goes_on_in_its_own_file(folder):
    done = run("train", "rows.svm", "-i", "m.h5", "-o", "m.h5", cwd=folder)
    assert done.returncode == 0, done.stderr


def test_an_error_leaves_the_old_predictions(folder):
    (folder / "old.txt").write_text("old")
    (folder / "dirty.svm").write_text("1 3:1\n1 x:1\n")
    done = run("predict", "m.h5", "dirty.svm", "-p", "old.txt", cwd=folder)
    assert done.returncode == 1 and (folder / "old.txt").read_text() == "old"
    done = run("predict", "m.h5", "rows.svm", "-p", "old.txt", cwd=folder)
    assert done.returncode == 0 and len((folder / "old.txt").read_text().splitlines()) == 200
    assert run("predict", "m.h5", "rows.svm", "-p", "/dev/null", cwd=folder).returncode == 0


def test_an_output_that_cannot_be_written_is_told_first(folder):
    (folder / "folder").mkdir()
    for output in ("folder", "none/x.h5"):
        for command in (("train", "none.svm"), ("export", "m.h5"), ("pack", "rows.svm")):
            log = ("--log", "l.jsonl") if command[0] == "train" else ()
            done = run(*command, "-o", output, *log, cwd=folder)
            assert done.returncode == 1 and output.split("/")[0] in done.stderr, done.stderr
            assert "none.svm" not in done.stderr
    assert json.loads((folder / "l.jsonl").read_text().splitlines()[-1])["event"] == "error"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-m", "foo"), "foo"),
        (("--optimizer", "foo"), "foo"),
        (("--loss", "foo"), "foo"),
        (("--metrics", "foo"), "foo"),
        (("--readers", "100000"), "1024"),
        (("--on-bad", "skip", "--max-bad", "nan"), "from 0 to 1"),
        (("--dropout", "1"), "below 1"),
        (("-l", "1e300"), "float32"),
        (("-l", "0"), "positive"),
        (("--epochs", "-1"), "from 0 to"),
        (("--seed", "-1"), "from 0 to"),
        (("--seed", "1e30"), "from 0 to"),
        (("--threads", "2000"), "1024"),
        (("--classes", "2000000"), "1000000"),
        (("--classes", "1,nan"), "nan"),
        (("--oaa", "2000000"), "1000000"),
        (("--ftrl", "-s", "0", "-c", "1"), "--l1 and --l2"),
        (("-m", "model.json", "--l2", "0.1"), "--l2=0.1"),
        (("-m", "model.json", "--no-bias"), "--no-bias"),
        (("-m", "model.json", "-s", "0", "-c", "1"), "-s=0"),
    ],
)
def test_wrong_values_of_options(folder, arguments, told):
    done = run("train", "rows.svm", "-o", "x.h5", *arguments, cwd=folder)
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert len(done.stderr) < 1000 and not (folder / "x.h5").exists()


def test_another_command_does_not_go_on_from_a_backup(folder):
    write_rows(folder / "many.svm", 20_000)
    command = ("train", "many.svm", "-o", "x.h5", "--resume", "b", "--batch-size", "16")
    program = subprocess.Popen([PROGRAM, *command, "--epochs", "1000"], cwd=folder, stderr=subprocess.PIPE)
    while not (folder / "b/backup.h5").exists():
        assert program.poll() is None
        time.sleep(0.02)
    program.terminate()
    program.communicate(timeout=60)
    for more, told in ((("-l", "5"), "learning-rate=5"), (("--l2", "0.1"), "l2=0.1"), (("-m", "fm:4"), "model='fm:4'")):
        done = run(*command, *more, cwd=folder)
        assert done.returncode == 2 and told in done.stderr, done.stderr
    assert (folder / "b/backup.h5").exists() and not (folder / "x.h5").exists()
    done = run(*command, "--epochs", "1", cwd=folder)  # All epochs that are wanted are there.
    assert done.returncode == 0, done.stderr
    assert (folder / "x.h5").exists() and not list((folder / "b").iterdir())


def test_classes_of_a_regression(folder):
    assert run("train", "rows.svm", "-o", "r.h5", "--loss", "squared", cwd=folder).returncode == 0
    done = run("predict", "r.h5", "rows.svm", "--classes", cwd=folder)
    assert done.returncode == 2 and "--classes" in done.stderr


@pytest.mark.parametrize("negative", [0, -1])
def test_classes_are_the_labels_of_training(tmp_path, negative):
    (tmp_path / "rows.svm").write_text(f"1 3:1\n{negative} 4:1\n" * 50)
    assert run("train", "rows.svm", "-o", "m.h5", "--epochs", "20", "-l", "0.5", cwd=tmp_path).returncode == 0
    told = run("predict", "m.h5", "rows.svm", "--classes", cwd=tmp_path).stdout.split()
    assert told == ["1", str(negative)] * 50


def test_a_model_of_python_gets_labels_of_its_loss(tmp_path):
    (tmp_path / "rows.svm").write_text("1 3:1\n-1 4:1\n" * 50)
    x = lacuna.Input((5,), sparse=True)
    model = lacuna.Model(x, lacuna.layers.Dense(1, activation="sigmoid")(x))
    model.compile(lacuna.optimizers.Adagrad(0.5), "binary_crossentropy")
    model.save(str(tmp_path / "p.h5"))
    rows = ("rows.svm", "--features", "5", "--zero-based", "no")
    done = run("train", *rows, "-i", "p.h5", "-o", "m.h5", "--epochs", "20", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    p = np.loadtxt(run("predict", "m.h5", "rows.svm", cwd=tmp_path).stdout.split())
    assert (p[::2] > 0.5).all() and (p[1::2] < 0.5).all()


def test_version_commands_and_exported_files(folder):
    assert run("--version", cwd=folder).stdout.startswith("lacuna 0.")
    done = run("foo", cwd=folder)
    assert done.returncode == 2 and "'foo'" in done.stderr
    assert run("export", "m.h5", "-o", "m.lacuna", cwd=folder).returncode == 0
    done = run("inspect", "m.lacuna", cwd=folder)
    assert done.returncode == 1 and "exported" in done.stderr


@pytest.mark.parametrize(
    "more", [("-l", "0.3"), ("--l2", "1"), ("-m", "fm:2"), ("--ftrl",), ("--loss", "hinge"), ("-c", "2")]
)
def test_a_model_goes_on_as_it_was_compiled(more, tmp_path):
    (tmp_path / "rows.svm").write_text("1 1:1\n-1 2:1\n")
    run("train", "rows.svm", "-o", "m.h5", cwd=tmp_path)
    done = run("train", "rows.svm", "-i", "m.h5", "-o", "further.h5", *more, cwd=tmp_path)
    assert done.returncode == 2 and "-i: a model must go on as it was made" in done.stderr, done.stderr
    assert not (tmp_path / "further.h5").exists()
