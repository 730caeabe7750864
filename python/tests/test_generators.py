"""fit, evaluate and predict on batches that come one by one: generators, Sequences and other iterables."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import utils
from lacuna.callbacks import Callback, LambdaCallback
from lacuna.layers import Dense, Input
from lacuna.models import Model, Sequential

ROWS, COLUMNS, SIZE = 53, 12, 8
X = sp.random(ROWS, COLUMNS, 0.3, format="csr", random_state=1, dtype=np.float32)
Y = np.random.RandomState(2).rand(ROWS).astype(np.float32)
STEPS = -(-ROWS // SIZE)


def compiled(sparse=True, outputs=1):
    utils.set_random_seed(3)
    x = Input((COLUMNS,), sparse=sparse)
    model = Model(x, [Dense(1, name=f"out{i}")(x) for i in range(outputs)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def slices(x=X, y=Y, size=SIZE, weight=None):
    for i in range(0, x.shape[0], size):
        rows = slice(i, i + size)
        yield (x[rows], y[rows]) if weight is None else (x[rows], y[rows], weight[rows])


class Batches:
    """A Sequence by its methods alone."""

    def __init__(self, x=X, y=Y, size=SIZE):
        self.x, self.y, self.size = x, y, size
        self.ended = 0
        self.asked = []

    def __len__(self):
        return -(-self.x.shape[0] // self.size)

    def __getitem__(self, i):
        self.asked.append(i)
        rows = slice(i * self.size, (i + 1) * self.size)
        return self.x[rows], self.y[rows]

    def on_epoch_end(self):
        self.ended += 1


class Loader:
    """An iterable that begins again each time."""

    def __iter__(self):
        return slices()


def same(a, b):
    return all(np.array_equal(v, w) for v, w in zip(a.get_weights(), b.get_weights(), strict=True))


def forever(make=slices):
    while True:
        yield from make()


@pytest.mark.parametrize("x", [X, X.toarray()])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("generator", {}),
        ("generator", {"workers": 0}),
        ("generator", {"max_queue_size": 1}),
        ("sequence", {}),
        ("sequence", {"workers": 0}),
        ("sequence", {"workers": 3, "max_queue_size": 2}),
        ("sequence", {"workers": 2, "use_multiprocessing": True}),
        ("iterable", {}),
        ("iterator of lists", {}),
    ],
)
def test_the_same_bits_as_of_arrays(x, kind, options):
    arrays, batches = compiled(sp.issparse(x)), compiled(sp.issparse(x))
    wanted = arrays.fit(x, Y, SIZE, 3, verbose=0, shuffle=False)
    data = {
        "generator": lambda: forever(lambda: slices(x)),
        "sequence": lambda: Batches(x),
        "iterable": lambda: type("Loader", (), {"__iter__": lambda self: slices(x)})(),
        "iterator of lists": lambda: map(list, forever(lambda: slices(x))),
    }[kind]()
    steps = None if kind in ("sequence", "iterable") else STEPS
    got = batches.fit(data, epochs=3, verbose=0, shuffle=False, steps_per_epoch=steps, **options)
    assert got.history == wanted.history
    assert same(arrays, batches)
    assert batches.evaluate(data, steps=steps, verbose=0, **options) == arrays.evaluate(x, Y, SIZE, verbose=0)
    if kind != "iterator of lists":  # A list is several inputs, for predict.
        assert np.array_equal(batches.predict(data, steps=steps, **options), arrays.predict(x, SIZE))


def test_the_methods_of_keras():
    a, b = compiled(), compiled()
    wanted = a.fit(X, Y, SIZE, 3, verbose=0, shuffle=False, validation_data=(X, Y), initial_epoch=1)
    got = b.fit_generator(
        forever(), STEPS, 3, 0, None, forever(), STEPS, None, 10, 1, False, False, 1
    )  # All that Keras 2.2.4 has, in its order.
    assert got.epoch == [1, 2]
    assert got.history.keys() == wanted.history.keys()
    assert np.allclose(got.history["val_loss"], wanted.history["val_loss"])
    assert same(a, b)
    assert b.evaluate_generator(Batches()) == a.evaluate(X, Y, SIZE, verbose=0)
    assert np.array_equal(b.predict_generator(Batches(), None, 10, 1, False, 0), a.predict(X, SIZE))
    assert np.array_equal(b.predict_generator((X[i] for i in range(ROWS)), steps=ROWS), a.predict(X, 1))


def test_a_sequence_is_shuffled_by_the_seed_and_ends_its_epochs():
    orders = []
    for _ in range(2):
        model, data = compiled(), Batches()
        model.fit(data, epochs=3, verbose=0)
        assert data.ended == 3
        epochs = [data.asked[i : i + STEPS] for i in range(0, 3 * STEPS, STEPS)]
        assert all(sorted(epoch) == list(range(STEPS)) for epoch in epochs)
        assert epochs[0] != epochs[1]
        orders.append(data.asked)
    assert orders[0] == orders[1]
    data = Batches()
    compiled().fit(data, epochs=2, steps_per_epoch=STEPS + 2, shuffle=False, verbose=0)  # Goes round.
    assert data.asked == [*range(STEPS), *range(STEPS), *range(4)]
    assert data.ended == 2


def test_on_epoch_end_comes_when_the_batches_were_used():
    """A Sequence that writes its arrays in on_epoch_end does not write under a step."""
    seen = []

    class Writes(Batches):
        def on_epoch_end(self):
            seen.append("end")

    watch = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
    compiled().fit(Writes(), epochs=2, verbose=0, callbacks=[watch])
    assert seen == [*range(STEPS), "end"] * 2


def test_weights_of_samples_and_of_classes():
    weight = np.random.RandomState(5).rand(ROWS)
    a, b = compiled(), compiled()
    a.fit(X, Y, SIZE, verbose=0, shuffle=False, sample_weight=weight)
    b.fit(slices(weight=weight), verbose=0)
    assert same(a, b)
    labels = (Y > 0.5).astype(np.float32)
    a.fit(X, labels, SIZE, verbose=0, shuffle=False, class_weight={0: 1, 1: 3})
    b.fit_generator(slices(y=labels), STEPS, class_weight={0: 1, 1: 3}, verbose=0)
    assert same(a, b)


def test_rows_and_storages_may_vary():
    a, b = compiled(False), compiled(False)
    parts = [(X[:1], Y[:1]), (X[1:30].toarray(), Y[1:30]), (X[30:31], Y[30:31], [2.0]), (X[31:], Y[31:])]
    a.fit(iter(parts), verbose=0)
    for part in parts:
        b.train_on_batch(*part)
    assert same(a, b)


def test_several_outputs_and_dicts():
    a, b = compiled(outputs=2), compiled(outputs=2)
    a.fit(X, [Y, -Y], SIZE, verbose=0, shuffle=False)
    b.fit(((x, {"out0": y, "out1": -y}) for x, y in slices()), verbose=0)
    assert same(a, b)
    assert [p.shape for p in b.predict(x for x, _ in slices())] == [(ROWS, 1)] * 2


def test_a_sequential_learns_its_shape_from_the_first_batch():
    for data in (Batches(X.toarray()), slices(X.toarray()), Loader()):
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        history = model.fit(data, verbose=0)
        assert model.get_weights()[0].shape == (COLUMNS, 1)
        assert len(history.epoch) == 1


def test_validation():
    model = compiled()
    for validation, steps in [((X, Y), None), (Batches(), None), (Loader(), None), (forever(), STEPS)]:
        history = model.fit(
            Batches(), epochs=4, verbose=0, validation_data=validation, validation_steps=steps, validation_freq=2
        )
        assert len(history.history["val_loss"]) == 2
        assert np.isclose(history.history["val_loss"][1], model.evaluate(X, Y, verbose=0)[0])
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=Batches(), validation_freq=[1, 3])
    assert len(history.history["val_mae" if "val_mae" in history.history else "val_mean_absolute_error"]) == 2


def test_batches_that_are_not_used_are_not_taken():
    data = iter(range(100))
    given = ((X[i : i + 1], Y[i : i + 1]) for i in data)
    compiled().fit(given, steps_per_epoch=5, epochs=2, verbose=0)
    assert next(data) == 10
    compiled().predict(given, steps=3)
    assert next(data) == 14


def test_an_end_that_comes_too_early():
    model = compiled()
    with pytest.warns(RuntimeWarning, match="fit: .*Received: 1 of 3 batches in epoch 3; training ends here"):
        history = model.fit(slices(), epochs=5, steps_per_epoch=3, verbose=0)
    assert history.epoch == [0, 1, 2]
    with pytest.warns(RuntimeWarning, match="fit: .*Received: none in epoch 2; training ends here"):
        history = model.fit(slices(), epochs=5, verbose=0)
    assert history.epoch == [0]
    with pytest.raises(ValueError, match="evaluate: .*Received: 7 of 8 batches"):
        model.evaluate(slices(), steps=8, verbose=0)
    with pytest.raises(ValueError, match="fit: validation_data: .*Received: 7 of 8 batches"):
        model.fit(X, Y, verbose=0, validation_data=slices(), validation_steps=8)
    for empty in (iter([]), Batches(X[:0], Y[:0]), type("Empty", (), {"__iter__": lambda self: iter([])})()):
        for call in (model.fit, model.evaluate, model.predict):
            with pytest.raises(ValueError, match="Received: (none|steps=0)"):
                call(empty, verbose=0)


def ends_at(place):
    for i, batch in enumerate(slices()):
        if i == place:
            raise KeyError("the user's own")
        yield batch


class Raises(Batches):
    def __getitem__(self, i):
        if i == 3:
            raise KeyError("the user's own")
        return super().__getitem__(i)


@pytest.mark.parametrize(
    ("data", "options", "name"),
    [
        (lambda: ends_at(3), {}, "ends_at"),
        (lambda: ends_at(3), {"workers": 0}, "ends_at"),
        (lambda: ends_at(0), {}, "ends_at"),
        (Raises, {}, "__getitem__"),
        (Raises, {"workers": 3}, "__getitem__"),
        (Raises, {"workers": 2, "use_multiprocessing": True}, "__getitem__"),
    ],
)
def test_exceptions_of_the_user_arrive_with_their_traceback(data, options, name):
    model = compiled()
    for call in (model.fit, model.evaluate, model.predict):
        with pytest.raises(KeyError, match="the user's own") as error:
            call(data(), verbose=0, **options)
        assert f"in {name}" in "".join(traceback.format_exception(error.value))
    assert not [t for t in threading.enumerate() if t.name.startswith("lacuna batches")]
    assert not multiprocessing.active_children()
    model.fit(X, Y, verbose=0)  # It can go on.


def test_a_callback_that_raises_ends_the_threads():
    class Stop(Callback):
        def on_batch_end(self, batch, logs=None):
            raise RuntimeError("enough")

    for data in (forever(), Batches()):
        with pytest.raises(RuntimeError, match="enough"):
            compiled().fit(data, steps_per_epoch=1000, verbose=0, callbacks=[Stop()])
    assert not [t for t in threading.enumerate() if t.name.startswith("lacuna batches")]


def test_ctrl_c_ends_a_fit_that_waits_for_a_batch():
    release = threading.Event()

    def stuck():
        yield from slices()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        release.wait(3)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            try:
                compiled().fit(stuck(), steps_per_epoch=100, verbose=0)
            finally:
                release.set()
    finally:
        signal.signal(signal.SIGINT, before)


def test_wrong_batches_are_named():
    model = compiled()
    for batch, message in [
        (X[:2], "fit: batch 2 must be \\(x, y\\) or"),
        ((X[:2],), "fit: batch 2 must be .* Received: a tuple of 1"),
        ((X[:2], Y[:2], None, None), "Received: a tuple of 4"),
        ((X[:2], Y[:3]), "fit: y must have as many rows.* In epoch 1, batch 2"),
        ((X[:2, :3], Y[:2]), "fit: x must have the shape.* In epoch 1, batch 2"),
        ((X[:2], ["a", "b"]), "fit: batch 2: y"),
        ((X[:0], Y[:0]), "fit: x must have rows.* In epoch 1, batch 2"),
        (None, "fit: batch 2 must be"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(iter([(X, Y), batch]), verbose=0)
    assert model.predict(iter([X[:2], X[:0], (X[:1], None)])).shape == (3, 1)


def test_wrong_arguments():
    model = compiled()
    for message, call in [
        ("fit: y must be None where x is a Dataset or gives batches", lambda: model.fit(slices(), Y)),
        ("validation_split and sample_weight are of arrays", lambda: model.fit(slices(), validation_split=0.5)),
        ("validation_split and sample_weight", lambda: model.fit(slices(), sample_weight=Y)),
        ("evaluate: sample_weight", lambda: model.evaluate(slices(), sample_weight=Y)),
        ("fit: steps_per_epoch is of batches", lambda: model.fit(X, Y, steps_per_epoch=3)),
        ("evaluate: steps are of batches", lambda: model.evaluate(X, Y, steps=3)),
        ("predict: steps are of batches", lambda: model.predict(X, steps=3)),
        ("Received: steps=0", lambda: model.fit(slices(), steps_per_epoch=0)),
        ("workers must not be negative", lambda: model.fit(slices(), workers=-1)),
        ("validation_freq must be positive", lambda: model.fit(X, Y, validation_freq=0)),
        ("validation_data must be", lambda: model.fit(X, Y, validation_data=X)),
        ("fit_generator: steps_per_epoch must be given", lambda: model.fit_generator(forever())),
        ("evaluate_generator: steps must be given", lambda: model.evaluate_generator(forever())),
        ("predict_generator: steps must be given", lambda: model.predict_generator(forever())),
        ("validation_steps must be given", lambda: model.fit(X, Y, epochs=2, validation_data=slices())),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="fit_generator: generator must give batches"):
        model.fit_generator([(X, Y)])
    with pytest.raises(TypeError, match="unexpected keyword argument 'worker'"):
        model.fit(slices(), worker=1)


def test_a_generator_is_read_by_one_thread_and_says_so():
    model = compiled()
    with pytest.warns(UserWarning, match="read by one thread.*Sequence"):
        model.fit_generator(slices(), 2, use_multiprocessing=True, workers=2, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit_generator(Batches(), use_multiprocessing=True, workers=2, verbose=0)
        model.fit_generator(slices(), 2, workers=4, verbose=0)


def test_params_and_the_bar_count_batches(capsys):
    params = []
    watch = LambdaCallback(on_train_begin=lambda logs: params.append(watch.params))
    compiled().fit(Batches(), verbose=1, callbacks=[watch])
    assert params[0]["steps"] == STEPS
    assert params[0].keys() == {"epochs", "steps", "verbose", "do_validation", "metrics"}  # As in Keras.
    assert f"{STEPS}/{STEPS} [==============================]" in capsys.readouterr().out


def test_objects_that_are_arrays_are_not_taken_for_batches():
    class ArrayLike:
        def __array__(self, dtype=None, copy=None):
            return X.toarray()

        def __len__(self):
            return ROWS

        def __getitem__(self, i):
            return X.toarray()[i]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(compiled(False).predict(ArrayLike()), compiled(False).predict(X.toarray()))


def test_processes_that_are_spawned(tmp_path):
    """As on systems without fork: the Sequence is pickled, and the script imported by each process."""
    script = tmp_path / "spawned.py"
    script.write_text(
        """
import multiprocessing
import numpy as np
from lacuna.layers import Dense
from lacuna.models import Sequential

class Squares:
    def __len__(self):
        return 5
    def __getitem__(self, i):
        return np.full((2, 1), i, np.float32), np.full(2, i * i, np.float32)

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    model = Sequential([Dense(1, input_shape=(1,), kernel_initializer="ones")])
    model.compile("sgd", "mse")
    print(model.predict(Squares(), workers=2, use_multiprocessing=True).ravel().tolist())
    assert not multiprocessing.active_children()
"""
    )
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100)
    assert ran.stdout.strip() == str([float(i) for i in range(5) for _ in range(2)]), ran.stderr
