"""lacuna.data on odd files and settings: nothing hangs, takes all memory, or destroys a file that is not its own."""

import bz2
import gzip
import lzma
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense, Input
from lacuna.models import Model, Sequential

COLUMNS = [data.label("y"), data.number("a"), data.category("b", bins=64)]


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def log(rows):
    return "".join(f"{i % 2},{i % 7},{i * 7919 % 101}\n" for i in range(rows))


def model(outputs=1):
    result = Sequential([Dense(outputs, activation="sigmoid", input_dim=65)])
    result.compile("sgd", "binary_crossentropy")
    return result


def test_a_file_that_is_read_or_is_another_is_not_written_over(tmp_path):
    path = written(tmp_path / "a.csv", "1,2,x\n1,?,x\n")
    thesis = written(tmp_path / "thesis.txt", "my thesis")
    (tmp_path / "link").symlink_to(path)
    for rejects in (path, tmp_path / "link"):
        dataset = data.csv(path, COLUMNS, on_bad="skip", rejects=rejects)
        with pytest.raises(ValueError, match="rejects must be another file"):
            dataset.load()
    dataset = data.csv(path, COLUMNS, on_bad="skip")
    for other in (path, thesis):
        with pytest.raises(ValueError, match="what is there must be a packed file"):
            dataset.pack(other)
    assert path.read_text() == "1,2,x\n1,?,x\n" and thesis.read_text() == "my thesis"
    pack = written(tmp_path / "p", b"")
    with pytest.warns(UserWarning, match="made anew"):
        dataset.pack(pack)
    written(pack, pack.read_bytes()[:-9])  # What a copy that was cut short leaves.
    with pytest.warns(UserWarning, match="made anew"):
        assert dataset.pack(pack).rows == 1
    with pytest.raises(ValueError, match="rejects must be given with on_bad='skip'"):
        data.csv(path, COLUMNS, rejects=tmp_path / "r")


def test_paths_may_have_any_bytes(tmp_path):
    path, pack = os.fsencode(tmp_path) + b"/\xff.csv", os.fsencode(tmp_path) + b"/\xfe.pack"
    with open(path, "wb") as file:
        file.write(b"1,2,x\n1,?,x\n")
    with pytest.raises(ValueError, match=r"line 2 of .*\\xff\.csv"):
        data.csv(path, COLUMNS).load()
    dataset = data.csv(path, COLUMNS, on_bad="skip")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset.pack(pack)
        dataset.pack(pack)  # It is what it was.
    assert dataset.report.first[0].path == os.fsdecode(path)


def test_what_is_no_text_is_an_error_before_it_takes_all_memory(tmp_path):
    written(tmp_path / "bomb.gz", gzip.compress(bytes(1_000_000)) * 300)
    for dataset in (lambda: data.csv(tmp_path / "bomb.gz", COLUMNS), lambda: data.libsvm(tmp_path / "bomb.gz")):
        with pytest.raises(ValueError, match="a line must be shorter than 268435456 bytes"):
            dataset().load()


def test_blank_lines_take_no_room_for_columns(tmp_path):
    """Room for 2,000 columns of each of a million lines would be 16 GB a block."""
    program = f"""if True:
        import resource
        from lacuna import data
        resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
        columns = [data.label("y"), *data.numbers("I{{1..2000}}")]
        assert data.csv({str(tmp_path / "blank")!r}, columns).load()[0].shape == (1, 2000)
    """
    written(tmp_path / "blank", "\n" * 3_000_000 + ",".join(["1"] * 2001))
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("header", [False, True])
def test_a_hundred_thousand_columns_are_no_trouble(tmp_path, header):
    names = ",".join(f"I{i}" for i in range(1, 100_001))
    line = "1," + ",".join(["1"] * 100_000) + "\n"
    path = written(tmp_path / "wide.csv", (f"y,{names}\n" if header else "") + line * 2)
    for fields in (False, True):
        x, y, _ = data.csv(path, [data.label("y"), *data.numbers("I{1..100000}", buckets=5)], fields=fields).load()
        assert x.shape == (2, 100_000 if fields else 500_000) and y.sum() == 2
        indices = x[0] if fields else x.indices[:100_000]
        assert (indices == np.arange(100_000) * 5 + 2).all()


def test_a_large_vocabulary_is_told_in_a_few_words(tmp_path):
    words = [f"word{i}" for i in range(50_000)]
    path = written(tmp_path / "v.csv", "1,word5\n0,none\n")
    made = [data.csv(path, [data.label("y"), data.category("b", vocabulary=some)]) for some in (words, words[1:])]
    assert made[0].load()[0].indices.tolist() == [6, 0]
    made[0].pack(tmp_path / "v.pack")
    assert (tmp_path / "v.pack").stat().st_size < 2000
    with pytest.warns(UserWarning, match="50000 with the hash") as warned:
        made[1].pack(tmp_path / "v.pack")
    assert len(str(warned[0].message)) < 1000


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: data.number("I{1..3}"), ValueError, "number: name must be that of one column; numbers"),
        (lambda: data.category("C{1..3}", bins=2), ValueError, "category: name must be that of one column"),
        (lambda: data.numbers("I{1..3}x{1..2}"), ValueError, "numbers: a pattern must be"),
        (lambda: data.label(""), ValueError, "label: a column must have a name"),
        (lambda: data.label(3), TypeError, "label: name must be a text"),
        (lambda: data.category("c", vocabulary="abc"), TypeError, "categories: vocabulary must be a list"),
        (lambda: data.category("c", vocabulary=[1]), TypeError, "categories: vocabulary must be a text"),
        (lambda: data.number("n", boundaries=None), TypeError, "numbers: boundaries must be a list"),
        (lambda: data.number("n", buckets=2**62), ValueError, "buckets must be at most 2\\^40"),
        (lambda: data.number("n", missing=-1, transform="log1p"), ValueError, "missing must be finite, and its"),
        (lambda: data.number("n", input=""), ValueError, "an input must have a name"),
        (lambda: data.csv("a", COLUMNS, delimiter=None), TypeError, "csv: delimiter must be"),
        (lambda: data.csv("a", COLUMNS, delimiter="\0"), ValueError, "csv: delimiter must be"),
        (lambda: data.csv("a", COLUMNS, quote="\n"), ValueError, "delimiter and quote must be"),
        (lambda: data.csv("a", COLUMNS, readers=2**62), ValueError, "readers must be at most 1024"),
        (lambda: data.csv("w.csv", COLUMNS).load(), ValueError, "no column 'y'.*header=False if this line is a row"),
    ],
)
def test_settings_that_cannot_be(tmp_path, monkeypatch, make, kind, message):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "w.csv", "1,2,b\n")  # A word that is the name of a column.
    with pytest.raises(kind, match=message):
        make()


def test_headers_are_quoted_as_rows_are(tmp_path):
    for text in ('"y",5" disk,a,b\n1,x,2,w\n', '\ufeffb,"a","y"\r\nw,2,1\r\n'):
        x, y, _ = data.csv(written(tmp_path / "h.csv", text), COLUMNS, header=True).load()
        assert y.tolist() == [[1.0]] and x.toarray()[0, 0] == 2
    assert data.csv(written(tmp_path / "h.csv", "\ufeff"), COLUMNS, header=True).load()[0].shape == (0, 65)


def test_indices_of_the_widest_narrow_columns(tmp_path):
    """The parser takes wide indices for the column 2^31 - 1, and narrow ones in its other blocks."""
    path = written(tmp_path / "s.svm", "1 1:2 2147483647:1\n" + "0 1:1\n" * 300_000)
    for settings in ({}, {"n_features": 2**31 - 1, "zero_based": False}):
        x, _, _ = data.libsvm(path, **settings).load()
        assert x.shape == (300_001, 2**31 - 1) and x.indices.dtype == np.int32
        assert x.indices[:3].tolist() == [0, 2**31 - 2, 0] and x.indices.max() == 2**31 - 2


def test_rows_that_are_bad_are_not_counted(tmp_path):
    path = written(tmp_path / "z.svm", "1 1:1\n0 0:1 2:1\n")
    dataset = data.libsvm(path, zero_based=False, on_bad="skip")
    assert dataset.rows == 1 and dataset.load()[0].shape == (1, 1)
    assert data.libsvm(path).load()[0].shape == (2, 3)


def test_the_weight_of_a_row_is_that_of_all_its_targets(tmp_path):
    path = written(tmp_path / "m.csv", "".join(f"{i % 2},{i % 3},{i % 7},{i % 4}\n" for i in range(40)))
    dataset = data.csv(path, [data.label("u"), data.label("v"), data.number("a"), data.sample_weight("w")])
    x, y, weight = dataset.load()
    i = Input((1,), sparse=True)
    both = Model(i, [Dense(1, name="u")(i), Dense(1, name="v")(i)])
    both.compile("sgd", "mse")
    assert both.evaluate(dataset, verbose=0) == both.evaluate(x, y, sample_weight=[weight, weight], verbose=0)
    both.fit(dataset, verbose=0)


def test_the_older_names_take_datasets(tmp_path):
    dataset = data.csv(written(tmp_path / "a.csv", log(50)), COLUMNS)
    one = model()
    assert one.evaluate_generator(dataset) == one.evaluate(dataset, verbose=0)
    assert (one.predict_generator(dataset) == one.predict(dataset)).all()
    one.fit_generator(dataset, validation_data=dataset, verbose=0)
    with pytest.raises(ValueError, match=r"of a dataset take\(rows\)"):
        one.evaluate(dataset, steps=2)


INTERRUPTED = """if True:
    import os, signal, sys, threading, time
    from lacuna import data
    from lacuna.layers import Dense
    from lacuna.models import Sequential
    signal.signal(signal.SIGINT, signal.default_int_handler)
    columns = [data.label("y"), data.number("a"), data.category("b", bins=64)]
    dataset = data.csv(sys.argv[2], columns, readers=int(sys.argv[3]) or None)
    model = Sequential([Dense(1, input_dim=65)])
    model.compile("sgd", "mse")
    model.predict(dataset.take(0))  # Imports and starts threads.
    work = {
        "load": dataset.load,
        "fit": lambda: model.fit(dataset, verbose=0, batch_size=4096),
        "ahead": lambda: model.fit(dataset, verbose=0, batch_size=8, shuffle_bytes=2000),
        "skip": lambda: dataset.skip(10**12).load(),
    }[sys.argv[1]]
    at = []
    def interrupt():
        time.sleep(0.3)
        at.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        work()
        sys.exit("it ended by itself")
    except KeyboardInterrupt:
        late = time.monotonic() - at[0]
    thread.join()
    if late > 1:
        sys.exit(f"it ended after {late} s")
"""


@pytest.mark.parametrize("readers", [0, 3])
@pytest.mark.parametrize("work", ["load", "fit", "skip"])
def test_ctrl_c_ends_a_pass(tmp_path, work, readers):
    one = written(tmp_path / "a.csv", log(100_000) * 2)
    paths = tmp_path / "many"
    paths.mkdir()
    for i in range(60):
        (paths / f"{i}.csv").symlink_to(one)
    subprocess.run(
        [sys.executable, "-c", INTERRUPTED, work, str(paths / "*.csv"), str(readers)], check=True, timeout=60
    )


@pytest.mark.parametrize("written_first", [b"", b"1,2,x\n"])
def test_ctrl_c_ends_the_wait_for_a_pipe(tmp_path, written_first):
    os.mkfifo(tmp_path / "pipe")
    program = INTERRUPTED.replace("model.predict(", "None and model.predict(")
    arguments = [sys.executable, "-c", program, "load", str(tmp_path / "pipe"), "2"]
    with subprocess.Popen(arguments) as reader:
        if written_first:
            with open(tmp_path / "pipe", "wb", 0) as pipe:
                pipe.write(written_first)
                assert reader.wait(30) == 0
        else:
            assert reader.wait(30) == 0


def test_ctrl_c_ends_a_fit_that_reads_a_pipe_ahead(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    program = INTERRUPTED.replace("model.predict(", "None and model.predict(")
    with subprocess.Popen([sys.executable, "-c", program, "ahead", str(tmp_path / "pipe"), "2"]) as reader:
        with open(tmp_path / "pipe", "wb", 0) as pipe:
            pipe.write(log(1000).encode())
            assert reader.wait(30) == 0


@pytest.mark.parametrize("kind", ["plain", "gz", "xz", "bz2", "zst", "lz4"])
def test_a_pipe_may_be_compressed(tmp_path, kind):
    text = log(20_000).encode()
    if kind in ("zst", "lz4"):
        program = {"zst": "zstd", "lz4": "lz4"}[kind]
        if not shutil.which(program):
            pytest.skip(f"there is no program {program}")
        packed = subprocess.run([program, "-q", "-c"], input=text, capture_output=True, check=True).stdout
    else:
        packed = {"plain": bytes, "gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}[kind](text)
    os.mkfifo(tmp_path / "pipe")
    wanted = data.csv(written(tmp_path / "a.csv", text), COLUMNS).load()

    def write():
        with open(tmp_path / "pipe", "wb", 0) as pipe:
            pipe.write(packed[:3])  # The first bytes come in two parts.
            time.sleep(0.05)
            pipe.write(packed[3:])

    thread = threading.Thread(target=write)
    thread.start()
    x, y = data.csv(tmp_path / "pipe", COLUMNS, readers=2).load()[:2]
    thread.join()
    assert abs(x - wanted[0]).nnz == 0 and np.array_equal(y, wanted[1])


def test_a_pipe_that_is_cut_short_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    packed = gzip.compress(log(20_000).encode())
    thread = threading.Thread(target=written, args=(tmp_path / "pipe", packed[: len(packed) // 2]))
    thread.start()
    with pytest.raises(ValueError, match="the file must be whole and readable.*unexpected end of file"):
        data.csv(tmp_path / "pipe", COLUMNS).load()
    thread.join()


def test_a_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    threading.Thread(target=written, args=(tmp_path / "pipe", log(5))).start()
    assert data.csv(tmp_path / "pipe", COLUMNS, readers=4).load()[1].ravel().tolist() == [0, 1, 0, 1, 0]


def test_an_error_of_a_callback_leaves_no_thread_and_no_file(tmp_path):
    class Fails(lacuna.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 3:
                raise KeyError("of a callback")

    dataset = data.csv(written(tmp_path / "a.csv", log(100_000)), COLUMNS, readers=4)
    one = model()
    one.fit(dataset.take(100), verbose=0)

    def held():
        return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))

    before = held()
    for _ in range(3):
        with pytest.raises(KeyError):
            one.fit(dataset, verbose=0, callbacks=[Fails()])
    assert held() == before


def test_two_fits_share_a_dataset(tmp_path):
    dataset = data.csv(written(tmp_path / "a.csv", log(50_000)), COLUMNS, readers=2)
    results = []

    def learn():
        one = model()
        one.set_weights([np.zeros((65, 1)), np.zeros(1)])
        one.fit(dataset, batch_size=64, verbose=0, shuffle=False)
        results.append(one.get_weights()[0])

    threads = [threading.Thread(target=learn) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2 and (results[0] == results[1]).all()


def test_a_text_that_changes_between_epochs(tmp_path, capsys):
    path = written(tmp_path / "a.csv", log(100))

    class Changes(lacuna.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            written(path, log([5000, 10][epoch % 2]))

    history = model().fit(data.csv(path, COLUMNS), epochs=4, callbacks=[Changes()])
    assert len(history.history["loss"]) == 4 and "5000/Unknown" in capsys.readouterr().out


def test_a_packed_file_of_another_version_is_told(tmp_path):
    dataset = data.csv(written(tmp_path / "a.csv", log(10)), COLUMNS)
    dataset.pack(tmp_path / "a.pack")
    other = (tmp_path / "a.pack").read_bytes().replace(b"LACUNAP1", b"LACUNAP2")
    with pytest.raises(ValueError, match="it has another version"):
        data.open(written(tmp_path / "a.pack", other))
    with pytest.warns(UserWarning, match="made anew.*another version"):
        assert dataset.pack(tmp_path / "a.pack").rows == 10


PACKS = """if True:
    import sys
    from lacuna import data
    columns = [data.label("y"), data.number("a"), data.category("b", bins=64)]
    print("ready", flush=True)
    data.csv(sys.argv[1], columns).pack(sys.argv[2])
"""


def test_packers_of_one_path_and_one_that_is_killed(tmp_path):
    path, pack = written(tmp_path / "a.csv", log(400_000)), tmp_path / "a.pack"
    command = [sys.executable, "-c", PACKS, str(path), str(pack)]
    for wait in (0.02, 0.1):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
            killed.stdout.readline()
            time.sleep(wait)
            killed.send_signal(signal.SIGKILL)
    packers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [packer.wait(60) for packer in packers] == [0, 0, 0]
    assert data.open(pack).rows == 400_000
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "a.pack"]
