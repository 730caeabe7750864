"""Callbacks that write or send logs: TensorBoard, read back by TensorBoard's own reader where it is installed,
RemoteMonitor, BaseLogger and ProgbarLogger."""

import copy
import http.server
import json
import pickle
import struct
import threading
import urllib.parse

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna.callbacks import BaseLogger, CallbackList, ProgbarLogger, RemoteMonitor, TensorBoard
from lacuna.callbacks import _events as written
from lacuna.layers import Concatenate, Dense, Embedding, Flatten, Input
from lacuna.models import Model, Sequential

X = sp.random(40, 6, 0.5, format="csr", random_state=0, dtype=np.float32)
Y = np.arange(40) % 2


def compiled():
    x, ids = Input((6,), sparse=True, name="x"), Input((2,), dtype="int32", name="ids")
    table = Flatten(name="flat")(Embedding(10, 3, name="table")(ids))
    both = Concatenate(name="both")([Dense(2, name="first", sparse_weight=True)(x), table])
    model = Model([x, ids], Dense(1, activation="sigmoid", name="last")(both))
    model.compile("sgd", "binary_crossentropy", metrics=["acc"])
    return model


IDS = np.random.RandomState(1).randint(0, 10, (40, 2))


def trained(folder, **options):
    board = TensorBoard(folder, **options)
    history = compiled().fit(
        [X, IDS], Y, 8, 3, verbose=0, callbacks=[board], validation_data=([X, IDS], Y), shuffle=False
    )
    return history.history


def records(path):
    """The framing alone, by the standard's words: lengths and checksums."""
    content, at = path.read_bytes(), 0
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        of_length, event = content[at : at + 8], content[at + 12 : at + 12 + length]
        for data, place in ((of_length, at + 8), (event, at + 12 + length)):
            assert struct.unpack_from("<I", content, place)[0] == written.masked_crc32c(data)
        yield event
        at += 16 + length
    assert at == len(content)


def test_the_checksum():
    def unmasked(n):
        n = n - 0xA282EAD8 & 0xFFFFFFFF
        return (n >> 17 | n << 15) & 0xFFFFFFFF

    assert unmasked(written.masked_crc32c(b"123456789")) == 0xE3069283  # The standard's own example.
    assert unmasked(written.masked_crc32c(bytes(32))) == 0x8A9136AA


def test_files_are_framed(tmp_path):
    trained(tmp_path, histogram_freq=1)
    (path,) = tmp_path.glob("events.out.tfevents.*")
    events = list(records(path))
    assert b"brain.Event:2" in events[0]
    assert b"first" in events[1]  # The graph.
    assert len(events) == 2 + 2 * 3
    trained(tmp_path)
    assert len(list(tmp_path.glob("events.out.tfevents.*"))) == 2  # Each fit has a file.


def test_tensorboard_reads_it(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    history = trained(tmp_path, histogram_freq=2)
    read = accumulator.EventAccumulator(str(tmp_path), {name: 0 for name in ("scalars", "histograms", "tensors")})
    read.Reload()
    assert set(read.Tags()["scalars"]) == set(history)
    for name, values in history.items():
        assert [e.step for e in read.Scalars(name)] == [0, 1, 2]
        assert np.allclose([e.value for e in read.Scalars(name)], values)
    assert {"table/embeddings", "first/kernel", "last/bias"} <= set(read.Tags()["histograms"])
    histograms = read.Histograms("table/embeddings")
    assert [h.step for h in histograms] == [0, 2]
    value = histograms[0].histogram_value
    assert value.num == 30 == sum(value.bucket)
    assert value.min < 0 < value.max
    assert len(value.bucket) == len(value.bucket_limit)
    nodes = {node.name: node for node in _graph(read).node}
    assert nodes["both"].op == "Concatenate"
    assert list(nodes["both"].input) == ["first", "flat"]
    shape = nodes["both"].attr["_output_shapes"].list.shape[0]
    assert [d.size for d in shape.dim] == [-1, 8]


def _graph(read):
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    graph = read.Graph()
    return graph if isinstance(graph, GraphDef) else GraphDef.FromString(graph)


def test_histograms_count_all_values():
    for values in ([], [0.0], [-1.5, 0, 0, 3e30, 1e-20], np.random.RandomState(0).randn(1000), [np.nan, 1.0]):
        limits, counts = written._buckets(np.asarray([v for v in values if np.isfinite(v)]))
        assert counts.sum() == np.isfinite(values).sum()
        assert all(np.diff(limits) > 0)
        for limit, before in zip(limits, [-np.inf, *limits[:-1]], strict=True):
            wanted = sum(before < v <= limit for v in values)
            assert counts[list(limits).index(limit)] == wanted


def test_how_often_it_writes(tmp_path):
    for number, (freq, events, watched) in enumerate([("epoch", 3, False), ("batch", 18, True), (16, 3 + 7, True)]):
        board = TensorBoard(tmp_path / str(number), update_freq=freq, write_graph=False)
        assert CallbackList([board]).wants_batches == watched
        compiled().fit([X, IDS], Y, 8, 3, verbose=0, callbacks=[board])
        (path,) = (tmp_path / str(number)).iterdir()
        assert len(list(records(path))) == 1 + events


def test_embeddings(tmp_path):
    trained(tmp_path / "all", embeddings_freq=1)
    assert np.loadtxt(tmp_path / "all" / "table.tsv", delimiter="\t").shape == (10, 3)
    assert 'tensor_path: "table.tsv"' in (tmp_path / "all" / "projector_config.pbtxt").read_text()
    trained(
        tmp_path / "some",
        embeddings_freq=2,
        embeddings_layer_names=["flat", "first"],
        embeddings_data=[X[:7], IDS[:7]],
        embeddings_metadata={"flat": "labels.tsv"},
    )
    assert np.loadtxt(tmp_path / "some" / "flat.tsv", delimiter="\t").shape == (7, 6)
    assert np.loadtxt(tmp_path / "some" / "first.tsv", delimiter="\t").shape == (7, 2)
    assert (tmp_path / "some" / "projector_config.pbtxt").read_text().count("metadata_path") == 1


def test_boards_are_copied_and_wrong_ones_refused(tmp_path):
    board = TensorBoard(tmp_path, update_freq="batch")
    compiled().fit([X, IDS], Y, verbose=0, callbacks=[board])
    for again in (copy.copy(board), copy.deepcopy(board), pickle.loads(pickle.dumps(board))):
        assert again.samples_seen == 40
        compiled().fit([X, IDS], Y, verbose=0, callbacks=[again])
    with pytest.raises(ValueError, match="update_freq must be 'epoch', 'batch' or a number"):
        TensorBoard(update_freq="day")
    with pytest.warns(UserWarning, match="write_images is of Keras, not in Lacuna"):
        TensorBoard(write_images=True)
    model = Sequential([Dense(2, input_shape=(6,)), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X.toarray(), Y, verbose=0, callbacks=[TensorBoard(tmp_path / "line")])


@pytest.fixture
def server():
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.path, self.headers["Content-Type"], self.headers.get("X-Key"), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", got
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_remote_monitor(server):
    root, got = server
    monitors = [RemoteMonitor(root), RemoteMonitor(root, "/here", send_as_json=True, headers={"X-Key": "k"})]
    history = compiled().fit([X, IDS], Y, epochs=2, verbose=0, callbacks=monitors).history
    path, kind, _, body = got[2]
    assert (path, kind) == ("/publish/epoch/end/", "application/x-www-form-urlencoded")
    sent = json.loads(urllib.parse.parse_qs(body)["data"][0])
    assert sent == {"epoch": 1, **{name: values[1] for name, values in history.items()}}
    assert got[3][:3] == ("/here", "application/json", "k")
    assert json.loads(got[3][3]) == sent


def test_a_server_that_does_not_answer_is_a_warning():
    with pytest.warns(RuntimeWarning, match="RemoteMonitor: the server must answer"):
        compiled().fit([X, IDS], Y, verbose=0, callbacks=[RemoteMonitor("http://127.0.0.1:9")])


def test_a_loop_by_hand_averages_as_fit_does():
    """Callbacks called by hand around train_on_batch, as scripts of Keras do."""
    model, by_fit = compiled(), compiled()
    by_fit.set_weights(model.get_weights())
    wanted = by_fit.fit([X, IDS], Y, 16, 2, verbose=0, shuffle=False).history
    logger = BaseLogger()
    callbacks = CallbackList([logger])
    callbacks.set_model(model)
    callbacks.set_params({"epochs": 2, "metrics": model.metrics_names, "verbose": 0, "samples": 40})
    callbacks.on_train_begin()
    got = []
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        for batch, begin in enumerate(range(0, 40, 16)):
            rows = slice(begin, begin + 16)
            logs = {"batch": batch, "size": len(Y[rows])}
            callbacks.on_batch_begin(batch, logs)
            logs.update(zip(model.metrics_names, model.train_on_batch([X[rows], IDS[rows]], Y[rows]), strict=True))
            callbacks.on_batch_end(batch, logs)
        logs = {}
        callbacks.on_epoch_end(epoch, logs)
        got.append(logs)
    callbacks.on_train_end()
    for name, values in wanted.items():
        assert np.allclose([logs[name] for logs in got], values)
    logger.on_epoch_end(0, None)


def test_a_base_logger_leaves_what_fit_knows():
    history = compiled().fit([X, IDS], Y, verbose=0, callbacks=[BaseLogger()]).history
    again = compiled()
    assert set(history) == set(again.metrics_names)
    with pytest.raises(ValueError, match="count_mode must be 'samples' or 'steps'"):
        ProgbarLogger("rows")


def test_a_bar_by_hand(capsys):
    logger = ProgbarLogger("steps")
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 3, "metrics": ["loss"]})
    logger.on_epoch_begin(0)
    for batch in range(3):
        logger.on_batch_end(batch, {"size": 4, "loss": 0.5})
    logger.on_epoch_end(0, {"loss": 0.5})
    said = capsys.readouterr().out
    assert "Epoch 1/1" in said
    assert "3/3" in said
    assert "loss: 0.5" in said
