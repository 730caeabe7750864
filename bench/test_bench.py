"""Tests of the Python parts of the benchmark, on little data: data, protocol, turns, checks, tables, pictures."""

import gzip
import io
import json
import math
import sys
import time

import numpy as np
import pytest

pytest.importorskip("scipy")

from bench import cases, check, clicks, data, flags, imports, plot, process, race, report, run, worker  # noqa: E402
from bench.cases import Case, Contestant  # noqa: E402

FAST, SLOW = Contestant("lacuna", "flag", "sgd"), Contestant("keras3", "dense", "sgd")

# A contestant that does nothing: it answers 0.5 s, with a loss that decreases from run to run.
ECHO = """
import json, sys
print(json.dumps({"ready": True, "setup_s": 1.0}), flush=True)
for count, line in enumerate(sys.stdin):
    if line.strip() == "quit":
        break
    if line.strip() == "fail":
        print(json.dumps({"error": "as asked"}), flush=True)
    elif line.strip() == "die":
        sys.exit(3)
    else:
        print(json.dumps({"s": float(sys.argv[1]), "loss": 1 / (1 + count)}), flush=True)
"""


def echo(seconds):
    return process.Process([sys.executable, "-c", ECHO, str(seconds)], patience=20)


@pytest.fixture
def race_without_pause(monkeypatch):
    monkeypatch.setattr(race, "PAUSE", 0)


# Made data


def test_made_data_is_the_same_each_time_and_made_once(tmp_path):
    one, two = (data.made(tmp_path / name, "units-300-200-10-3") for name in ("a", "b"))
    (x, y), (other, y_other) = data.load_csr(one), data.load_csr(two)
    assert x.shape == (300, 200) and x.nnz == 3_000 and y.shape == (300, 3)
    assert (x != other).nnz == 0 and np.array_equal(y, y_other)
    assert x.has_canonical_format and x.indices.dtype == np.int32 and x.dtype == np.float32
    before = (one / "y.npy").stat().st_mtime_ns
    data.made(tmp_path / "a", "units-300-200-10-3")
    assert (one / "y.npy").stat().st_mtime_ns == before
    assert data.load_csr(one, rows=20)[0].shape == (20, 200)


def test_half_made_data_is_made_again(tmp_path):
    folder = tmp_path / "units-50-40-4-1"
    folder.mkdir()
    (folder / "y.npy").write_bytes(b"half")
    assert data.load_csr(data.made(tmp_path, folder.name))[1].shape == (50,)


def test_wide_rows_name_each_column_once_and_can_be_learned(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "WIDE_ROWS", 2_000)
    x, y = data.load_csr(data.made(tmp_path, "wide-1000"))
    assert x.nnz == 2_000 * data.WIDE_FIELDS and (np.diff(x.indptr) == data.WIDE_FIELDS).all()
    assert x.has_canonical_format and (x.data == 1).all() and x.indices.max() < 1_000
    logit = x @ data._hidden_weights(np.arange(1_000))
    assert np.mean((logit > 0) == y) > 0.65
    weights = data._hidden_weights(np.arange(100_000))
    assert abs(weights.mean()) < 0.02 and abs(weights.std() - 1) < 0.02


def test_libsvm_text_is_what_it_was_made_of(tmp_path, monkeypatch):
    from lacuna.data import load_libsvm

    monkeypatch.setattr(data, "WIDE_ROWS", 100)
    folder = data.made(tmp_path, "libsvm-1000")
    x, y = data.load_csr(tmp_path / "wide-1000")
    for name in ("text.svm", "text.svm.gz"):
        read, labels = load_libsvm(folder / name, n_features=1_000, zero_based=False)
        assert (read != x).nnz == 0 and np.array_equal(labels, y)


def test_a_click_log_is_the_same_in_all_forms(tmp_path):
    folder = data.made(tmp_path, "clicks-300")
    text = (folder / "text.tsv").read_bytes()
    lines = text.decode().splitlines()
    assert len(lines) == 300 and {line.count("\t") for line in lines} == {39}
    assert text == (data.made(tmp_path, "log-300") / "text.tsv").read_bytes()
    assert gzip.decompress((folder / "text.tsv.gz").read_bytes()) == text
    labels, numbers, words = zip(*((f[0], f[1:14], f[14:]) for f in (line.split("\t") for line in lines)))
    assert set(labels) == {"0", "1"} and 30 < labels.count("1") < 270
    assert all(n == "" or n == str(int(n)) for row in numbers for n in row) and any("" in row for row in numbers)
    assert all(len(w) in (0, 8) and int(w or "0", 16) >= 0 for row in words for w in row)
    assert any("" in row for row in words)
    wabbit = (folder / "text.vw").read_text().splitlines()
    assert len(wabbit) == 300
    assert clicks.vowpal_wabbit_line("1\t7" + "\t" * 13 + "ab" + "\t" * 25 + "\n") == "1 | I1:7 C1=ab\n"


def mb_that_lacuna_parses(tmp_path, name, folder, variant):
    places, case = process.Places(tmp_path, tmp_path), cases.cases(name)[0]
    asked = process.Process(race.command_line(places, case, Contestant("lacuna", variant), folder, 1))
    try:
        answer = asked.ask("parse")
    finally:
        asked.end()
    assert 0 < answer["cpu_s"] < 5
    return answer["mb"]


@pytest.mark.parametrize("variant", ["plain", "gz", "vw", "pack", "packed"])
def test_lacuna_reads_the_click_log(tmp_path, variant):
    folder = data.made(tmp_path, "clicks-300")
    own = (folder / "text.vw").stat().st_size / 1e6
    wanted = own if variant == "vw" else data.described(folder)["mb"]
    assert mb_that_lacuna_parses(tmp_path, "clicks", folder, variant) == wanted


@pytest.mark.parametrize("way", cases.WAYS)
def test_lacuna_makes_features_of_texts(tmp_path, way):
    folder = data.made(tmp_path, "texts-200")
    assert mb_that_lacuna_parses(tmp_path, "features", folder, way) == data.described(folder)["mb"]


def test_fit_learns_the_same_from_each_source(tmp_path):
    folder = data.made(tmp_path, "log-300")
    case = cases.cases("fit")[0]._replace(batch=64)
    checks = check.exact(process.Places(tmp_path, tmp_path), case, folder, 1, pytest.fail)
    assert len(checks) == 2 and all(one["ok"] and one["difference"] < 1e-6 for one in checks)


def test_every_case_names_data_that_can_be_made():
    for name in cases.NAMES:
        if name in ("import", "threads"):
            continue
        for case in cases.cases(name):
            assert case.data.split("-")[0] in {*data.MAKERS, "libsvm"}
            assert {one.peer for one in case.contestants} <= set(run.PEERS) <= set(plot.COLOURS)
            assert len({one.label for one in case.contestants}) == len(case.contestants)
    with pytest.raises(ValueError, match="Received: none"):
        cases.cases("none")


def test_options_choose_cases():
    assert [case.batch for case in cases.cases("linear")] == [512, 64]
    assert [case.batch for case in cases.cases("linear", batch=32)] == [32]
    assert [case.features for case in cases.cases("wide", features=5_000)] == [5_000]
    assert {one.peer for one in cases.cases("wide", features=10**9)[0].contestants} == {"lacuna", "loop"}
    typed = [one for one in cases.cases("mlp", dtype="float64")[0].contestants if one.options]
    assert [one.peer for one in typed] == ["lacuna", "lacuna"] and "float64" in typed[0].label


# Protocol


class Job:
    def epoch(self):
        return np.float32(0.25)

    def predict(self):
        raise ValueError("stack\nno rows")

    def predict_one(self, row):
        assert row >= 0

    def parse(self):
        return 3

    def check(self, rows):
        return rows / 2


def test_worker_answers_each_line():
    answers = []
    lines = ["epoch\n", "predict\n", "predict_one\n", "parse\n", "check 8\n", "dance\n", "quit\n", "epoch\n"]
    worker.answer_lines(Job(), lines, answers.append)
    epoch, predict, one, parse, checked, unknown = map(json.loads, map(json.dumps, answers))
    assert epoch["loss"] == 0.25 and 0 <= epoch["s"] < 1
    assert predict == {"error": "ValueError: no rows"} and 0 <= epoch["cpu_s"] < 1
    assert 0 <= one["s"] < 1 and parse["mb"] == 3 and checked == {"loss": 4.0}
    assert "dance" in unknown["error"]


def test_process_answers_and_fails_with_a_reason():
    asked = echo(0.5)
    try:
        assert asked.ready["setup_s"] == 1
        assert asked.ask("epoch") == {"s": 0.5, "loss": 1.0}
        assert asked.peak_mb() > 1
        with pytest.raises(process.Failed, match="as asked"):
            asked.ask("fail")
        with pytest.raises(process.Failed, match="ended by itself, code 3"):
            asked.ask("die")
    finally:
        asked.end()
    assert asked.process.returncode == 3


def test_process_that_says_nothing_fails_in_time():
    start = time.monotonic()
    with pytest.raises(process.Failed, match="no answer"):
        process.Process([sys.executable, "-c", "import time; time.sleep(60)"], patience=0.5)
    assert time.monotonic() - start < 20


def test_lacuna_answers_the_protocol(tmp_path):
    folder = data.made(tmp_path, "units-600-50-5-1")
    case = Case("linear", folder.name, "linear", [FAST], batch=64, exact=True)
    places = process.Places(tmp_path, tmp_path)
    asked = process.Process(race.command_line(places, case, FAST, folder, 1))
    try:
        first, second = asked.ask("epoch"), asked.ask("epoch")
        assert 0 < second["loss"] < first["loss"] and first["s"] > 0
        assert asked.ask("check 320")["loss"] == asked.ask("check 320")["loss"] > second["loss"]
        assert asked.ask("predict")["s"] > 0
    finally:
        asked.end()
    assert asked.process.returncode == 0
    assert "installed" in places.missing("keras3", "linear") and "built" in places.missing("loop", "linear")


# Turns


def test_turns_and_fewer_of_them_for_the_slow(race_without_pause):
    running = {FAST: echo(0.1), SLOW: echo(50.0)}
    held = list(running.values())
    try:
        results = race.run(running, "epoch", 6, say=pytest.fail)
    finally:
        for one in held:
            one.end()
    assert results[FAST]["rounds"] == [0.1] * 6 and results[FAST]["first_s"] == 0.1
    assert results[SLOW]["rounds"] == [50, None, None, None, None, 50]
    assert results[FAST]["losses"][:2] == [1, 0.5] and results[FAST]["peak_mb"] > 1


def test_who_fails_is_said_and_left_out(race_without_pause):
    said = []
    one = echo(0.1)
    try:
        assert race.run({FAST: one}, "fail", 2, said.append) == {}
    finally:
        one.end()
    assert said == ["  lacuna flag: as asked"]


# Checks


def test_check_tells_the_same_from_the_different():
    other = Contestant("pytorch", "csr", "momentum")
    (same,) = check.compared({FAST: 0.5, SLOW: 0.5004, other: 3.0}, start=0.7)
    assert same["ok"] and same["learns"] == "sgd" and len(same["losses"]) == 2
    (apart,) = check.compared({FAST: 0.5, SLOW: 0.502}, start=0.7)
    assert not apart["ok"] and "NOT THE SAME" in check.line(apart)
    (hardly_fell,) = check.compared({FAST: 0.6930, SLOW: 0.6932}, start=math.log(2))
    assert hardly_fell["difference"] < check.LOSS and not hardly_fell["ok"]
    (not_a_number,) = check.compared({FAST: 0.5, SLOW: float("nan")})
    assert not not_a_number["ok"]


def test_a_run_whose_check_fails_exits_with_1(tmp_path, monkeypatch, capsys):
    results = [{"name": "linear", "label": "linear", "rows": [], "checks": check.compared({FAST: 1.0, SLOW: 2.0})}]
    monkeypatch.setattr(run, "measured", lambda *_: results)
    assert run.main(["--case", "linear", "--output", str(tmp_path)]) == 1
    assert "1 checks failed" in capsys.readouterr().out
    results[0]["checks"] = []
    assert run.main(["--case", "linear", "--output", str(tmp_path)]) == 0


# Reports


def canned():
    def result(rounds, loss):
        return {"setup_s": 0.1, "first_s": 9.0, "rounds": rounds, "losses": [loss], "peak_mb": 100.0}

    loop = Contestant("loop", "flag", "sgd")
    few = Contestant("keras3", "dense", "sgd", rows=250)
    return {
        FAST: result([1.0, 2.0, 4.0], 0.5),
        loop: result([0.5, 1.0, 2.0], 0.5),
        few: result([8.0, None, None], 0.6),
    }


def test_ratios_are_of_the_same_round_and_the_same_rows():
    case = Case("linear", "linear", "linear", list(canned()), batch=100)
    rows = {row["peer"]: row for row in report.rows_of(case, canned(), {"shape": [1_000, 7]})}
    assert rows["lacuna"]["x_loop"] == 2 and "x_lacuna" not in rows["lacuna"]
    assert rows["loop"]["x_lacuna"] == 0.5
    assert rows["keras3"]["x_lacuna"] == 8 / 2 * 1_000 / 250
    assert rows["lacuna"]["step_ms"] == 200 and rows["keras3"]["step_ms"] == pytest.approx(8_000 / 3)
    lines = report.table(list(rows.values()))
    assert [line.split()[0] for line in lines[1:]] == ["loop", "lacuna", "keras3"]
    assert "250 rows" in lines[-1] and "1 of 3" in lines[-1] and len(set(map(len, lines))) == 1


def test_a_contestant_is_measured_by_the_run_of_its_algorithm():
    plain, flag = Contestant("loop", "plain", "sgd"), Contestant("loop", "flag", "lazy")
    assert report.reference(FAST, {flag: {}, plain: {}}, "loop") == plain
    assert report.reference(Contestant("sklearn", "plain"), {flag: {}, plain: {}}, "loop") == plain
    assert report.reference(Contestant("gzip", "gz"), {flag: {}}, "loop") == flag
    assert report.reference(FAST, {SLOW: {}}, "loop") is None


def test_times_are_said_in_the_unit_that_suits():
    assert [report.seconds(value) for value in (2.5, 0.02, 3e-5, 4e-8)] == ["2.5 s", "20 ms", "30 us", "0.04 us"]


def test_json_and_pictures_are_written(tmp_path):
    case = Case("linear", "linear", "linear", list(canned()), batch=100)
    rows = report.rows_of(case, canned(), {"shape": [1_000, 7]})
    measured = [{"label": case.label, "rows": rows, "checks": []}]
    report.write_json(tmp_path / "deep" / "results.json", {"repeats": 3}, measured)
    written = json.loads((tmp_path / "deep" / "results.json").read_text())
    assert written["cases"][0]["rows"][0]["rounds_s"] == [1, 2, 4] and written["machine"]["cores"] >= 1
    pytest.importorskip("matplotlib")
    plot.bars(tmp_path / "bars.png", measured)
    plot.curves(tmp_path / "curve.png", "title", "rows", {"lacuna flag": [(1, 2.0), (10, 20.0)]})
    plot.curves(tmp_path / "gain.png", "title", "threads", {"lacuna plain": [(1, 4.0), (2, 2.0)]}, gain=True)
    for name in ("bars.png", "curve.png", "gain.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_pictures_say_what_their_words_mean():
    assert plot.named("lacuna flag") == ("Lacuna, sparse_weight=True: only rows that a batch names move")
    assert plot.named("loop plain").startswith("loop by hand") and plot.named("keras3") == "keras3"
    rows = [{"contestant": "loop flag", "peer": "loop", "median_s": 1.0}]
    assert "flag: sparse_weight=True" in plot.caption([{"rows": rows}]) and "plain" not in plot.caption(
        [{"rows": rows}]
    )


def test_import_is_measured_in_a_fresh_process(tmp_path):
    said = io.StringIO()
    found = imports.run(process.Places(tmp_path, tmp_path), ["lacuna", "pytorch"], 2, said.write)
    assert len(found["lacuna"]["s"]) == 2 and 0 < found["lacuna"]["s"][0] < 30
    assert "pytorch: not installed" in said.getvalue()
    assert "lacuna" in imports.table(imports.rows_of(found))[1]


def test_flags_are_measured_once_and_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(flags, "points", lambda: [("Dense", 1000, 2, 1, 2), ("Embedding", 1000, 2, 4, 2)])
    monkeypatch.setattr(flags, "LARGEST", 12 * 1000)
    path, said = tmp_path / "results" / "flags.json", []
    results = flags.measured(1, path, said.append)
    assert len(said) == 2 and [sorted(r["best"]) for r in results] == [
        sorted(flags.VARIANTS),
        sorted(flags.VARIANTS[1:]),
    ]
    assert all(ms > 0 for r in results for ms, _ in r["best"].values())
    assert flags.measured(1, path, said.append) == json.loads(path.read_text()) and len(said) == 2
    rows = flags.table(results).splitlines()
    assert len(rows) == 4 and "| – |" not in rows[2] and rows[3].count("| – |") == 2
    flags.draw(
        [{**r, "units": n, "steps": flags.LONG} for r in results for n in flags.UNITS],
        tmp_path / "flags.svg",
    )
    assert "columns of the input" in (tmp_path / "flags.svg").read_text()


def test_lacunas_estimator_learns_made_documents(tmp_path):
    pytest.importorskip("sklearn")
    folder = data.made(tmp_path, "documents-3000")
    x, y, x_test, y_test = data.load_split(folder)
    assert x.shape[0] == 2_000 == len(y) and x_test.shape[0] == 1_000 == len(y_test)
    assert x.dtype == np.float32 and np.allclose(x.multiply(x).sum(axis=1), 1, atol=1e-5)
    places, case = process.Places(tmp_path, tmp_path), cases.cases("estimators")[0]
    asked = process.Process(race.command_line(places, case, Contestant("lacuna", "plain"), folder, 1))
    try:
        answers = [asked.ask("learn") for _ in range(2)]
    finally:
        asked.end()
    assert all(answer["score"] > 0.6 and answer["cpu_s"] < 5 for answer in answers)
