"""lacuna.data.libsvm: the rows that load_libsvm reads, as a stream."""

import gzip

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense
from lacuna.models import Sequential


def random_text(rng, rows, first=1, query=False):
    lines = []
    for row in range(rows):
        columns = np.sort(rng.choice(50, rng.integers(6), replace=False)) + first
        entries = " ".join(f"{c}:{rng.normal():.4f}" for c in columns)
        lines.append(
            f"{rng.integers(3)} {f'qid:{row // 3} ' if query else ''}{entries}{' # note' if row % 7 == 0 else ''}"
        )
    return "\n".join(lines) + ("\n" if rng.integers(2) else "")


@pytest.mark.parametrize("rows", [0, 1, 2, 500, 60_000])
@pytest.mark.parametrize("first", [0, 1])
def test_the_rows_are_those_of_load_libsvm(tmp_path, rows, first):
    rng = np.random.default_rng(rows)
    path = tmp_path / "a.gz"
    text = random_text(rng, rows, first)
    path.write_bytes(gzip.compress(text.encode(), 1))
    wanted_x, wanted_y = data.load_libsvm(path)
    known = {"n_features": max(1, wanted_x.shape[1]), "zero_based": " 0:" in text}
    for settings in ({}, {"readers": 3}, known, {**known, "readers": 1}, {"n_features": 60, "zero_based": "auto"}):
        dataset = data.libsvm(path, **settings)
        x, y, weight = dataset.load()
        assert x.shape == (rows, settings.get("n_features", max(1, wanted_x.shape[1]))) and weight is None
        assert np.array_equal(x.indices, wanted_x.indices) and np.array_equal(x.data, wanted_x.data)
        assert np.array_equal(x.indptr, wanted_x.indptr) and np.array_equal(y[:, 0], wanted_y)
        assert dataset.rows == (None if "n_features" in settings else rows)


def test_bad_lines_are_named_or_left_out(tmp_path):
    good = ["1 1:2 3:4", "0 2:1", "", "# a note", "1 3:1"]
    bad = ["x 1:1", "1 1:nan", "1 4:1", "1 2:1 2:1", "1 one:1", "1 1"]
    path = tmp_path / "bad"
    path.write_text("\n".join(good[:2] + bad + good[2:]))
    with pytest.raises(ValueError, match="a label, a finite number, in line 3 of .*bad: 'x 1:1'"):
        data.libsvm(path, n_features=3, zero_based=False).load()
    dataset = data.libsvm(path, n_features=3, zero_based=False, on_bad="skip", rejects=tmp_path / "rejects")
    x, y, _ = dataset.load()
    assert x.toarray().tolist() == [[2, 0, 4], [0, 1, 0], [0, 0, 1]] and y[:, 0].tolist() == [1, 0, 1]
    report = dataset.report
    assert (report.rows, report.bad) == (9, 6)
    assert [row.line for row in report.first] == [3, 4, 5, 6, 7, 8]
    assert "columns must be within n_features=3" in report.first[2].reason
    assert (tmp_path / "rejects").read_text().splitlines() == bad
    found = data.libsvm(path, on_bad="skip")  # One pass finds the columns of the good rows alone.
    assert found.load()[0].shape == (4, 4) and found.rows == 4


def test_queries_and_errors(tmp_path):
    path = tmp_path / "q"
    path.write_text(random_text(np.random.default_rng(0), 30, query=True))
    assert "qid: query" in repr(data.libsvm(path, query_id=True))
    assert data.libsvm(path).load()[0].shape[0] == 30
    (tmp_path / "no").write_text("1 1:1\n")
    with pytest.raises(ValueError, match="a line must have a qid"):
        data.libsvm(tmp_path / "no", query_id=True)
    with pytest.raises(ValueError, match="n_features must not be negative"):
        data.libsvm(path, n_features=-1)
    with pytest.raises(ValueError, match="zero_based must be"):
        data.libsvm(path, zero_based="maybe")
    with pytest.raises(FileNotFoundError, match="libsvm: .*No such file"):
        data.libsvm(tmp_path / "none")


def test_a_model_learns_what_it_learns_from_arrays(tmp_path):
    path = tmp_path / "a"
    path.write_text(random_text(np.random.default_rng(5), 3000))
    dataset = data.libsvm(path)
    x, y, _ = dataset.load()
    results = []
    for given in ((dataset,), (x, y)):
        model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=x.shape[1], sparse_weight=True)])
        model.compile("adagrad", "mse")
        lacuna.utils.set_random_seed(1)
        results.append((model.fit(*given, epochs=2, verbose=0).history, model.get_weights()[0].tolist()))
    assert results[0] == results[1]
