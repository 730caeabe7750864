"""Models in files and pickles."""

import copy
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import scipy.sparse

import lacuna
from lacuna import backend as K
from lacuna import layers, models, optimizers, regularizers
from lacuna.utils import set_random_seed

KERAS = pathlib.Path(__file__).resolve().parents[2] / "build/bench/peers/keras_mxnet/bin/python"


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = scipy.sparse.random(120, 30, 0.2, "csr", dtype="float32", random_state=1)
    return x, rng.standard_normal(120).astype("float32")


def network(flagged, columns=30):
    x = lacuna.Input((columns,), sparse=True)
    hidden = layers.Dense(4, activation="tanh", sparse_weight=flagged, name="first")(x)
    return lacuna.Model(x, layers.Dense(1, name="last")(layers.Dropout(0.3, name="drop")(hidden)))


def same(a, b):
    for first, second in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize(
    "optimizer",
    [lambda: optimizers.SGD(0.05, momentum=0.9), lambda: optimizers.Adam(0.01), lambda: optimizers.Adagrad(0.1)],
)
def test_training_goes_on_with_the_same_bits(data, tmp_path, flagged, optimizer):
    x, y = data
    set_random_seed(1)
    model = network(flagged)
    model.compile(optimizer(), "mse", metrics=["mae"])
    model.fit(x, y, epochs=1, verbose=0)
    K.set_value(model.optimizer.lr, 0.02)
    model.save(tmp_path / "m.h5")
    again = models.load_model(tmp_path / "m.h5")
    copied, pickled = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
    ends = []
    for one in (model, again, copied, pickled):
        set_random_seed(2)
        history = one.fit(x, y, epochs=2, verbose=0)
        ends.append(history.history)
        same(one, model)
        assert type(one.optimizer) is type(model.optimizer) and one.metrics_names == ["loss", "mean_absolute_error"]
    assert ends[1] == ends[2] == ends[3] == ends[0]
    assert K.get_value(again.optimizer.iterations) == K.get_value(model.optimizer.iterations)


def test_two_epochs_are_one_and_one_more(data, tmp_path):
    x, y = data
    ends = []
    for saved in (True, False):
        set_random_seed(1)
        model = network(True)
        model.compile(optimizers.Adam(0.01), "mse")
        if saved:
            model.fit(x, y, epochs=1, verbose=0, shuffle=False)
            model.save(tmp_path / "m.h5")
            model = models.load_model(tmp_path / "m.h5")
            model.fit(x, y, epochs=2, initial_epoch=1, verbose=0, shuffle=False)
        else:
            model.fit(x, y, epochs=2, verbose=0, shuffle=False)
        ends.append(model)
    same(*ends)


def test_metrics_come_back(data):
    x, y = data
    model = network(False)
    own = [lacuna.metrics.F1(thresholds=0.3), "auc", "acc"]
    model.compile("adam", {"last": "mse"}, metrics=own, weighted_metrics=["mae"], loss_weights=[2.0])
    again = copy.deepcopy(model)
    assert again.metrics_names == model.metrics_names
    assert again.metrics[0].get_config() == own[0].get_config()
    labels = (y > 0).astype("float32")
    assert again.evaluate(x, labels, verbose=0) == model.evaluate(x, labels, verbose=0)


def test_wide_tables(data, tmp_path):
    x = scipy.sparse.csr_matrix((data[0].data, data[0].indices.astype("int64"), data[0].indptr), (120, 2**40))
    model = network(True, 2**40)
    model.compile("adam", "mse")
    model.fit(x, data[1], verbose=0)
    model.save(tmp_path / "m.h5")
    assert os.path.getsize(tmp_path / "m.h5") < 100_000
    again = models.load_model(tmp_path / "m.h5")
    far = scipy.sparse.csr_matrix(([1.0], ([0], [2**39])), (1, 2**40))
    np.testing.assert_array_equal(again.predict(far), model.predict(far))
    again.fit(x, data[1], verbose=0)


class Scaled(layers.Layer):
    def __init__(self, factor, **kwargs):
        self.factor = factor
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.w * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Own(regularizers.Regularizer):
    def __call__(self, x):
        return K.sum(K.square(x)) * 0.1

    def get_config(self):
        return {}


def own_loss(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true), axis=-1)


def own_model():
    model = lacuna.Sequential(
        [layers.Dense(3, input_dim=4, kernel_regularizer=Own()), Scaled(2.0), layers.Dense(1)], name="own"
    )
    model.compile(optimizers.SGD(0.1), own_loss, metrics=["mae", own_loss])
    return model


def test_ones_own_classes_and_functions(tmp_path):
    x, y = np.random.rand(20, 4), np.random.rand(20)
    model = own_model()
    model.save(tmp_path / "own.h5")
    for again in (
        models.load_model(tmp_path / "own.h5", {"Scaled": Scaled, "Own": Own, "own_loss": own_loss}),
        pickle.loads(pickle.dumps(model)),
    ):
        assert type(again) is lacuna.Sequential and type(again.layers[1]) is Scaled
        again.fit(x, y, verbose=0, shuffle=False)
        assert again.evaluate(x, y, verbose=0) == pytest.approx(own_fit(model, x, y), rel=1e-6)
    with pytest.raises(ValueError, match="Own|Scaled"):
        models.load_model(tmp_path / "own.h5")
    with pytest.raises(ValueError, match="own_loss"):
        models.load_model(tmp_path / "own.h5", {"Scaled": Scaled, "Own": Own})
    models.load_model(tmp_path / "own.h5", {"Scaled": Scaled, "Own": Own}, compile=False)


def own_fit(model, x, y):
    other = models.clone_model(model)
    other.set_weights(model.get_weights())
    other.compile(optimizers.SGD(0.1), own_loss, metrics=["mae", own_loss])
    other.fit(x, y, verbose=0, shuffle=False)
    return other.evaluate(x, y, verbose=0)


def test_models_that_are_not_ready(tmp_path):
    model = network(False)
    model.save(tmp_path / "m.h5")
    with pytest.warns(RuntimeWarning, match="no training_config"):
        again = models.load_model(tmp_path / "m.h5")
    assert again.optimizer is None
    same(copy.deepcopy(model), model)
    unbuilt = pickle.loads(pickle.dumps(lacuna.Sequential([layers.Dense(2)])))
    assert not unbuilt.built
    with pytest.raises(ValueError, match="Sequential: the shape"):
        lacuna.Sequential([layers.Dense(2)]).save(tmp_path / "n.h5")
    assert not (tmp_path / "n.h5").exists() and len(list(tmp_path.iterdir())) == 1


def test_errors(tmp_path):
    path = tmp_path / "m.h5"
    model = network(False)
    model.compile("adam", "mse")
    model.save(path)
    with pytest.raises(ValueError, match="save: the file must not be there unless overwrite is True"):
        model.save(path, overwrite=False)
    with pytest.raises(ValueError, match=r"save: the file must be written\. Received: "):
        model.save(tmp_path / "none" / "m.h5")
    with pytest.raises(ValueError, match="load_model: the file must be readable.*No such file"):
        models.load_model(tmp_path / "none.h5")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(ValueError, match="load_model"):
        models.load_model(path)
    path.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    with pytest.raises(ValueError, match="damaged"):
        models.load_model(path)
    model.save_weights(path)
    with pytest.raises(ValueError, match="weights alone, which load_weights reads"):
        models.load_model(path)
    with pytest.raises(ValueError, match="load_weights: .* must have shape"):
        network(False, 31).load_weights(path)
    network(False).load_weights(path, by_name=True)


KILLED = """
import sys, numpy as np, lacuna
from lacuna import layers
model = lacuna.Sequential([layers.Dense(400, input_dim=5000), layers.Dense(1)])
model.compile("sgd", "mse")
model.save(sys.argv[1])
print("saved", flush=True)
while True:
    model.save(sys.argv[1])
"""


def test_a_save_cut_by_kill_leaves_a_whole_file(tmp_path):
    path = tmp_path / "m.h5"
    rng = np.random.default_rng(3)
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"saved\n"
        time.sleep(rng.uniform(0, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert models.load_model(path).count_params() == 5000 * 400 + 400 + 401


WITH_KERAS = """
from bench.peers import old_names
import numpy as np
from keras import layers, models
x = np.linspace(-1, 1, 20).reshape(5, 4)
model = models.load_model({whole!r})
alone = models.Sequential([layers.Dense(3, activation="relu", input_dim=4), layers.Dense(1)])
alone.load_weights({weights!r})
np.save({out!r}, [model.predict(x), alone.predict(x)])
model.save({back!r})
"""


@pytest.mark.skipif(not KERAS.exists(), reason="there is no Keras-MXNet; bench/install.py makes it")
def test_keras_reads_and_writes_the_same_files(tmp_path):
    model = lacuna.Sequential(
        [layers.Dense(3, activation="relu", kernel_regularizer="l2", input_dim=4), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    x = np.linspace(-1, 1, 20).reshape(5, 4)
    model.fit(x, np.ones(5), verbose=0)
    names = ("whole.h5", "weights.h5", "out.npy", "back.h5")
    whole, weights, out, back = (str(tmp_path / name) for name in names)
    model.save(whole)
    model.save_weights(weights)
    root = str(pathlib.Path(__file__).resolve().parents[2])
    environment = {**os.environ, "KERAS_BACKEND": "mxnet", "PYTHONPATH": root}
    code = WITH_KERAS.format(whole=whole, weights=weights, out=out, back=back)
    done = subprocess.run([KERAS, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for predicted in np.load(out):
        np.testing.assert_allclose(predicted, model.predict(x), rtol=1e-5)
    again = models.load_model(back)
    same(again, model)
    assert type(again.optimizer) is optimizers.SGD and again.metrics_names == model.metrics_names


def test_a_disk_that_is_full_is_an_error_and_not_a_crash_at_the_end(tmp_path):
    script = """
import resource, signal, sys, lacuna
from lacuna.layers import Dense
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = lacuna.Sequential([Dense(1, input_dim=999), Dense(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
for _ in range(2):
    try:
        model.save("model.h5")
    except ValueError as error:
        print(str(error).split(".")[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
model.save("model.h5")
print(lacuna.models.load_model("model.h5").count_params())
"""
    for limit in (1, 2_000, 8_192):
        run = subprocess.run(
            [sys.executable, "-c", script, str(limit)], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert run.returncode == 0, (limit, run.stderr)
        *refused, params = run.stdout.splitlines()
        assert params == "1002" and len(refused) == 2, (limit, run.stdout)
        (tmp_path / "model.h5").unlink()
