"""How the program `lacuna` reads rows: options beside those of a model, of other formats, headers, validation."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse

PROGRAM = pathlib.Path(sys.executable).parent / "lacuna"
CLICKS = "click,age,I1,I2,city,C1\n1,31,3,0,Paris,x\n0,7,1,7,Rome,y\n1,45,2,5,Paris,x\n0,19,0,2,Oslo,z\n"
COLUMNS = ("--label", "click", "--numbers", "age,I{1..2}", "--categories", "city:50,C1", "--bins", "20")


def run(*arguments, cwd, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, **more)


def says(*arguments, cwd, code=0):
    done = run(*arguments, cwd=cwd)
    assert done.returncode == code, done.stderr
    if code:
        assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("lacuna: ") and done.stdout == ""
        return done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path):
    """Of libsvm, a model that counts from 0, and rows that do not show it; models of csv and of vw."""
    (tmp_path / "train.svm").write_text("1 0:1 3:0.5\n-1 1:1 3:0.5\n1 0:1 4:2\n-1 1:1 4:2\n")
    (tmp_path / "later.svm").write_text("1 1:1 3:0.5\n-1 2:1 3:0.5\n")
    (tmp_path / "clicks.csv").write_text(CLICKS)
    (tmp_path / "rows.vw").write_text("1 |a x |b y\n-1 |a z |b y\n")
    return tmp_path


def train(folder, *arguments):
    rate = () if "-i" in arguments else ("-l", "0.5")  # A model goes on with its own.
    return says("train", *arguments, *rate, "--epochs", "5", cwd=folder)


def test_options_of_libsvm_are_added_to_those_of_the_model(folder):
    train(folder, "train.svm", "-o", "m.h5")
    plain = says("predict", "m.h5", "later.svm", cwd=folder)
    for more in (("--features", "5"), ("--zero-based", "yes"), ("--zero-based", "auto")):
        assert says("predict", "m.h5", "later.svm", *more, cwd=folder) == plain
    assert says("evaluate", "m.h5", "later.svm", "--features", "5", cwd=folder) == says(
        "evaluate", "m.h5", "later.svm", cwd=folder
    )
    for name, more in (("a.h5", ()), ("b.h5", ("--features", "5"))):
        train(folder, "later.svm", "-i", "m.h5", "-o", name, *more)
    assert says("predict", "a.h5", "later.svm", cwd=folder) == says("predict", "b.h5", "later.svm", cwd=folder)
    for command in (("predict", "m.h5"), ("evaluate", "m.h5"), ("train", "-o", "no.h5", "-i", "m.h5")):
        told = says(*command, "later.svm", "--zero-based", "no", cwd=folder, code=2)
        assert "--zero-based no" in told and "yes" in told
        told = says(*command, "later.svm", "--features", "4", cwd=folder, code=2)
        assert "--features 4" in told and "5" in told


def test_a_model_of_packed_rows_does_not_know_the_base_of_libsvm(folder):
    says("pack", "train.svm", "-o", "train.pack", cwd=folder)
    train(folder, "train.pack", "-o", "packed.h5")
    train(folder, "train.svm", "-o", "m.h5")
    for more in ((), ("--features", "5"), ("--zero-based", "auto")):
        assert "--zero-based must be yes or no" in says("predict", "packed.h5", "later.svm", *more, cwd=folder, code=2)
        told = says("train", "later.svm", "-i", "packed.h5", "-o", "no.h5", *more, cwd=folder, code=2)
        assert "--zero-based must be yes or no" in told
    given = says("predict", "packed.h5", "later.svm", "--zero-based", "yes", "--features", "5", cwd=folder)
    assert given == says("predict", "m.h5", "later.svm", cwd=folder)
    assert says("predict", "packed.h5", "train.pack", cwd=folder) == says("predict", "m.h5", "train.svm", cwd=folder)


def test_bins_and_namespaces_of_vw_are_those_of_the_model(folder):
    train(folder, "rows.vw", "--bins", "32", "--namespaces", "a,b", "-o", "m.h5")
    plain = says("predict", "m.h5", "rows.vw", cwd=folder)
    for more in (("--bins", "32"), ("-b", "5"), ("--namespaces", "a,b")):
        assert says("predict", "m.h5", "rows.vw", *more, cwd=folder) == plain
    told = says("predict", "m.h5", "rows.vw", "--bins", "16", cwd=folder, code=2)
    assert "16" in told and "32" in told
    told = says("evaluate", "m.h5", "rows.vw", "--namespaces", "b,a", cwd=folder, code=2)
    assert "'b,a'" in told and "'a,b'" in told


def test_columns_that_are_given_again(folder):
    train(folder, "clicks.csv", *COLUMNS, "-o", "m.h5")
    plain = says("predict", "m.h5", "clicks.csv", cwd=folder)
    (folder / "other.csv").write_text(CLICKS.replace("click", "bought").replace(",", ";"))
    for more in (COLUMNS, COLUMNS[2:4], COLUMNS[4:], ("--ignore", "other"), ("--label", "other")):
        assert says("predict", "m.h5", "clicks.csv", *more, cwd=folder) == plain
    assert says("predict", "m.h5", "other.csv", "--delimiter", ";", cwd=folder) == plain
    assert says("evaluate", "m.h5", "other.csv", "--delimiter", ";", "--label", "bought", cwd=folder) == says(
        "evaluate", "m.h5", "clicks.csv", cwd=folder
    )
    for more in (
        ("--numbers", "I{1..2},age"),
        ("--numbers", "age,I1"),
        ("--numbers", "age,I{1..2}", "--missing", "1"),
        ("--categories", "C1:20,city:50"),
        ("--categories", "city:50,C1:21"),
        ("--ids", "age:50"),
    ):
        told = says("predict", "m.h5", "clicks.csv", *more, cwd=folder, code=2)
        assert "must be those that the model learned from" in told and "where the model has" in told
    assert "'age'" in says("evaluate", "m.h5", "clicks.csv", "--label", "age", cwd=folder, code=2)
    (folder / "columns.json").write_text('[{"kind": "category", "name": "C1", "bins": 20}]')
    told = says("predict", "m.h5", "clicks.csv", "--columns", "columns.json", cwd=folder, code=2)
    assert "must be those that the model learned from" in told


def test_names_that_are_given_again(folder):
    (folder / "rows.csv").write_text("".join(CLICKS.splitlines(keepends=True)[1:]))
    names = ("--names", "click,age,I{1..2},city,C1")
    train(folder, "rows.csv", *names, *COLUMNS, "-o", "m.h5")
    plain = says("predict", "m.h5", "rows.csv", cwd=folder)
    for more in (names, (*names, *COLUMNS), COLUMNS):
        assert says("predict", "m.h5", "rows.csv", *more, cwd=folder) == plain
    (folder / "bare.csv").write_text("".join(line.split(",", 1)[1] for line in (folder / "rows.csv").open()))
    assert says("predict", "m.h5", "bare.csv", "--names", "age,I{1..2},city,C1", cwd=folder) == plain
    told = says("predict", "m.h5", "rows.csv", "--names", "click,I{1..2},age,city,C1", cwd=folder, code=2)
    assert "must be those that the model learned from" in told


def test_a_header_where_names_were_given(folder):
    (folder / "words.csv").write_text("y,c\n1,a\n0,b\n")
    (folder / "rows.csv").write_text("1,a\n0,b\n")
    (folder / "quoted.csv").write_text('"y","c"\r\n1,a\r\n')
    names = ("--names", "y,c", "--label", "y", "--categories", "c", "--bins", "9")
    train(folder, "rows.csv", *names, "-o", "m.h5")
    for file in ("words.csv", "quoted.csv", "w*.csv"):
        assert "must not begin with a line of names" in says("predict", "m.h5", file, cwd=folder, code=1)
    told = says("predict", "m.h5", "rows.csv", "words.csv", cwd=folder, code=1)
    assert "path='words.csv'" in told
    assert "line of names" in says("train", "words.csv", *names, "-o", "no.h5", cwd=folder, code=1)
    told = says("train", "rows.csv", *names, "--validation", "words.csv", "-o", "no.h5", cwd=folder, code=1)
    assert "line of names" in told
    assert not (folder / "no.h5").exists()


@pytest.mark.parametrize(
    ("file", "option"),
    [
        *(
            ("train.svm", option)
            for option in (
                ("--label", "y"),
                ("--weight", "w.npy"),
                ("--query", "q"),
                ("--numbers", "a"),
                ("--categories", "a"),
                ("--ids", "a:9"),
                ("--ignore", "a"),
                ("--columns", "c.json"),
                ("--names", "a,b"),
                ("--delimiter", ";"),
                ("--separator", "xx"),
                ("--transform", "foo"),
                ("--buckets", "9"),
                ("--missing", "0"),
                ("--bins", "9"),
                ("-b", "70"),
                ("--namespaces", "a"),
                ("--matrix", "X"),
            )
        ),
        ("rows.vw", ("--features", "9")),
        ("rows.vw", ("--zero-based", "yes")),
        ("rows.vw", ("-b", "0")),
        ("rows.vw", ("-b", "70")),
        ("rows.vw", ("--label", "y")),
        ("rows.vw", ("--rejects", "bad")),
        ("train.pack", ("--label", "y")),
        ("train.pack", ("--on-bad", "skip")),
        ("train.pack", ("--features", "9")),
        ("x.npz", ("--matrix", "X")),
        ("x.npz", ("--readers", "2")),
        ("clicks.jsonl", ("--names", "click,c")),
        ("clicks.tsv", ("--delimiter", ";")),
        ("clicks.csv", ("--label", "click", "--numbers", "age", "--bins", "9")),
        ("clicks.csv", ("--label", "click", "--ids", "age:50", "--transform", "log1p")),
        ("clicks.csv", ("--label", "click", "--numbers", "age", "--separator", "|")),
        ("clicks.csv", ("--label", "click", "--numbers", "age", "--buckets", "0")),
        ("clicks.csv", ("--label", "click", "--numbers", "age", "--namespaces", "a")),
    ],
)
def test_options_that_do_not_fit(file, option, folder):
    told = says("train", file, *option, "-o", "no.h5", cwd=folder, code=2)
    assert option[-2] in told or option[-2] == "-b"
    assert not (folder / "no.h5").exists()


def test_labels_in_files_of_their_own_are_not_those_of_validation(tmp_path):
    x = scipy.sparse.random(20, 5, 0.5, "csr", dtype="float32", random_state=0)
    for name in ("x.npz", "v.npz"):
        scipy.sparse.save_npz(tmp_path / name, x)
    np.save(tmp_path / "y.npy", np.arange(20, dtype="float32") % 2)
    command = ("train", "x.npz", "--label", "y.npy", "-o", "m.h5")
    told = says(*command, "--validation", "v.npz", cwd=tmp_path, code=2)
    assert "lacuna pack" in told and "--validation-split" in told
    says(*command, "--validation-split", "0.2", cwd=tmp_path)
    for name in ("x", "v"):
        says("pack", f"{name}.npz", "--label", "y.npy", "-o", f"{name}.pack", cwd=tmp_path)
    says("train", "x.pack", "--validation", "v.pack", "-o", "m.h5", cwd=tmp_path)
    assert "loss" in says("evaluate", "m.h5", "v.npz", "--label", "y.npy", cwd=tmp_path)
