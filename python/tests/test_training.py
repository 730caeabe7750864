"""fit, evaluate, predict and the other methods of training, against plain NumPy."""

import io
import sys
import time

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, Sequential, losses, metrics, optimizers
from lacuna import backend as K
from lacuna.callbacks import LambdaCallback
from lacuna.layers import Concatenate, Dense, Dropout, Embedding, Flatten, add
from lacuna.regularizers import L1L2
from lacuna.utils import set_random_seed, to_categorical


def linear(optimizer="sgd", loss="mse", sparse=True, **kwargs):
    i = Input((20,), sparse=sparse)
    model = Model(i, Dense(1, **kwargs)(i))
    model.compile(optimizer, loss)
    return model


# Optimizers in NumPy: each takes (weights, gradients, state, step) and changes the weights in place.


def sgd(w, g, s, t, lr=0.1):
    w -= lr * g


def momentum(w, g, s, t, lr=0.1):
    v = s.setdefault("v", np.zeros_like(w))
    v *= 0.9
    v -= lr * g
    w += v


def nesterov(w, g, s, t, lr=0.1):
    v = s.setdefault("v", np.zeros_like(w))
    v *= 0.9
    v -= lr * g
    w += 0.9 * v - lr * g


def adam(w, g, s, t, lr=0.05):
    m, v = s.setdefault("m", np.zeros_like(w)), s.setdefault("v", np.zeros_like(w))
    m += 0.1 * (g - m)
    v += 0.001 * (g * g - v)
    w -= lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)


def adagrad(w, g, s, t, lr=0.1):
    a = s.setdefault("a", np.zeros_like(w))
    a += g * g
    w -= lr * g / (np.sqrt(a) + 1e-7)


OPTIMIZERS = [
    (sgd, lambda: optimizers.SGD(lr=0.1)),
    (momentum, lambda: optimizers.SGD(lr=0.1, momentum=0.9)),
    (nesterov, lambda: optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True)),
    (adam, lambda: optimizers.Adam(learning_rate=0.05)),
    (adagrad, lambda: optimizers.Adagrad(lr=0.1)),
]


@pytest.mark.parametrize("update, make", OPTIMIZERS, ids=[u.__name__ for u, _ in OPTIMIZERS])
@pytest.mark.parametrize("l2", [0, 0.01])
def test_csr_learns_what_numpy_learns_on_dense_data(x, y, update, make, l2):
    model = linear(make(), kernel_regularizer=L1L2(l2=l2))
    w, b = (v.astype(np.float64) for v in model.get_weights())
    dense, states, t = x.toarray().astype(np.float64), ({}, {}), 0
    for _ in range(3):
        for begin in range(0, 150, 32):
            xb, yb = dense[begin : begin + 32], y[begin : begin + 32]
            error = 2 * (xb @ w + b - yb) / len(xb)
            t += 1
            gradients = xb.T @ error + 2 * l2 * w, error.sum(0)
            for value, g, s in zip((w, b), gradients, states):
                update(value, g, s, t)
    model.fit(x, y, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(model.get_weights()[1], b, rtol=2e-4, atol=2e-5)


def test_dense_input_learns_the_same(x, y):
    one, other = linear("adam"), linear("adam", sparse=False)
    other.set_weights(one.get_weights())
    one.fit(x, y, epochs=3, verbose=0, shuffle=False)
    other.fit(x.toarray(), y, epochs=3, verbose=0, shuffle=False)
    np.testing.assert_allclose(one.get_weights()[0], other.get_weights()[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad"])
def test_sparse_weight_learns_the_same_where_nothing_moves_without_a_gradient(x, y, optimizer):
    one, other = linear(optimizer), linear(optimizer, sparse_weight=True)
    other.set_weights(one.get_weights())
    one.fit(x, y, epochs=3, verbose=0, shuffle=False)
    other.fit(x, y, epochs=3, verbose=0, shuffle=False)
    np.testing.assert_allclose(one.get_weights()[0], other.get_weights()[0], rtol=1e-4, atol=1e-6)


def test_lazy_updates_leave_untouched_rows():
    x = sp.csr_matrix(np.eye(4, 20, dtype=np.float32))
    model = linear(optimizers.SGD(lr=0.1, momentum=0.9), sparse_weight=True)
    model.fit(x[:2], np.ones(2), verbose=0)
    before = model.get_weights()[0]
    model.fit(x[2:], np.ones(2), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0][:2], before[:2])


def test_history_and_its_order(x, labels):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1, activation="sigmoid")(i))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "mse"])
    history = model.fit(x, labels, epochs=3, initial_epoch=1, validation_split=0.2, verbose=0)
    assert list(history.history) == [
        "loss",
        "acc",
        "mean_squared_error",
        "val_loss",
        "val_acc",
        "val_mean_squared_error",
    ]
    assert history.epoch == [1, 2] and all(len(v) == 2 for v in history.history.values())
    assert history.model is model and model.history is history
    assert history.params["samples"] == 120 and history.params["batch_size"] == 32
    assert history.params["epochs"] == 3 and history.params["do_validation"] is True
    assert model.metrics_names == ["loss", "acc", "mean_squared_error"]


def test_validation(x, y):
    model = linear()
    history = model.fit(x, y, validation_split=0.2, verbose=0).history  # The last rows are not trained on.
    assert history["val_loss"][0] == pytest.approx(model.evaluate(x[120:], y[120:], verbose=0), rel=1e-5)
    history = model.fit(x, y, validation_data=(x[:50], y[:50]), verbose=0).history
    assert history["val_loss"][0] == pytest.approx(model.evaluate(x[:50], y[:50], verbose=0), rel=1e-5)
    w = np.linspace(0, 1, 50)
    history = model.fit(x, y, validation_data=(x[:50], y[:50], w), verbose=0).history
    assert history["val_loss"][0] == pytest.approx(model.evaluate(x[:50], y[:50], sample_weight=w, verbose=0), rel=1e-5)


def test_evaluate_is_the_mean_over_rows(x, y):
    model = linear()
    expected = ((model.predict(x) - y) ** 2).mean()
    for batch_size in (None, 1, 7, 64, 1000):
        assert model.evaluate(x, y, batch_size=batch_size, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert isinstance(model.evaluate(x, y, verbose=0), float)
    model.compile("sgd", "mse", metrics=["mae"])
    loss, mae = model.evaluate(x, y, verbose=0)
    assert mae == pytest.approx(np.abs(model.predict(x) - y).mean(), rel=1e-5)


def test_sample_and_class_weights(x, y, labels):
    model = linear()
    w = np.linspace(0.5, 2, 150)
    error = (model.predict(x) - y)[:, 0] ** 2
    assert model.test_on_batch(x, y, sample_weight=w) == pytest.approx((error * w).mean(), rel=1e-5)
    w[:50] = 0  # As in Keras, the mean is over rows with a weight that is not 0.
    assert model.test_on_batch(x, y, sample_weight=w) == pytest.approx((error * w).sum() / 100, rel=1e-5)
    start = model.get_weights()
    model.fit(x, labels, class_weight={0: 1.0, 1: 3.0}, shuffle=False, verbose=0)
    learned = model.get_weights()
    model.set_weights(start)
    model.fit(x, labels, sample_weight=np.where(labels > 0, 3.0, 1.0), shuffle=False, verbose=0)
    for a, b in zip(learned, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_weights_of_some_outputs(x, labels):
    i = Input((20,), sparse=True)
    model = Model(i, [Dense(1, name="a")(i), Dense(1, name="b")(i)])
    model.compile(optimizers.SGD(lr=0.0), "mse")
    w = np.where(labels > 0, 3.0, 1.0)

    def losses(**weights):
        return model.train_on_batch(x, [labels, labels], **weights)

    plain, weighted = losses(), losses(sample_weight=[np.ones(150), w])
    assert losses(sample_weight=[None, w]) == losses(sample_weight={"b": w}) == weighted != plain
    assert losses(sample_weight=[None, None]) == losses(sample_weight={"a": None}) == plain
    classes = {0.0: 1, np.int64(1): 3.0}
    for given in ({"b": classes}, [None, classes], {"a": {}, "b": classes}):
        assert losses(class_weight=given) == weighted
        model.fit(x, [labels, labels], class_weight=given, verbose=0)
    with pytest.raises(ValueError, match="class_weight of several outputs must be by name"):
        losses(class_weight=classes)
    one = Model(i, model.outputs[0])
    one.compile(optimizers.SGD(lr=0.0), "mse")
    want = one.train_on_batch(x, labels, sample_weight=w)
    assert want == one.train_on_batch(x, labels, class_weight={"a": classes})
    assert want == one.train_on_batch(x, labels, class_weight=[classes])


@pytest.mark.parametrize("shuffle", [True, False, "batch"])
def test_shuffling_sees_every_row_once(x, y, shuffle):
    seen = []
    model = linear(optimizers.SGD(lr=0.0))
    keep = LambdaCallback(on_batch_end=lambda batch, logs: seen.append((logs["size"], logs["loss"])))
    history = model.fit(x, y, shuffle=shuffle, verbose=0, callbacks=[keep]).history
    assert [size for size, _ in seen] == [32, 32, 32, 32, 22]
    assert history["loss"][0] == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    first = model.evaluate(x[:32], y[:32], verbose=0)
    assert (seen[0][1] == pytest.approx(first, rel=1e-6)) == (shuffle is False) or shuffle == "batch"


def test_on_batch(x, y):
    model = linear(optimizers.SGD(lr=0.1))
    loss = model.test_on_batch(x, y)
    assert loss == pytest.approx(((model.predict_on_batch(x) - y) ** 2).mean(), rel=1e-5)
    assert model.train_on_batch(x, y) == pytest.approx(loss, rel=1e-6)
    assert model.test_on_batch(x, y) < loss


def test_several_inputs_and_outputs(x, y, labels):
    a, b = Input((20,), sparse=True, name="a"), Input((3,), dtype="int32", name="b")
    ids = np.random.RandomState(0).randint(0, 50, (150, 3))
    hidden = Concatenate()([Dense(8, activation="relu")(a), Flatten()(Embedding(50, 4)(b))])
    one, two = Dense(1, name="one")(hidden), Dense(1, activation="sigmoid", name="two")(hidden)
    model = Model([a, b], [one, two])
    model.compile(
        "adam",
        {"one": "mse", "two": "binary_crossentropy"},
        metrics={"two": "accuracy"},
        loss_weights={"one": 0.5, "two": 2},
    )
    assert model.metrics_names == ["loss", "one_loss", "two_loss", "two_acc"]
    history = model.fit([x, ids], [y, labels], epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    values = model.evaluate({"a": x, "b": ids}, {"one": y, "two": labels}, verbose=0)
    assert values[0] == pytest.approx(0.5 * values[1] + 2 * values[2], rel=1e-4)
    p = model.predict([x, ids])
    assert [v.shape for v in p] == [(150, 1), (150, 1)]
    model.compile("adam", ["mse", "binary_crossentropy"], loss_weights=[1, 1])
    model.fit([x, ids], [y, labels], verbose=0)


def test_losses_and_metrics_of_ones_own(x, y):
    def half_squares(y_true, y_pred):
        return K.mean(K.square(y_pred - y_true), axis=-1) / 2

    def largest(y_true, y_pred):
        return K.max(K.abs(y_pred - y_true))

    model = linear(loss=half_squares)
    model.compile("sgd", half_squares, metrics=[largest, metrics.mae, "mse"])
    assert model.metrics_names == ["loss", "largest", "mean_absolute_error", "mean_squared_error"]
    error = model.predict(x) - y
    values = model.test_on_batch(x, y)
    np.testing.assert_allclose(
        values,
        [(error**2).mean() / 2, np.abs(error).max(), np.abs(error).mean(), (error**2).mean()],
        rtol=1e-5,
    )
    model.fit(x, y, verbose=0)


def test_classification(x):
    target = np.asarray(x[:, :3].argmax(axis=1)).ravel()
    for loss, y in [
        ("sparse_categorical_crossentropy", target),
        ("sparse_categorical_crossentropy", target[:, None]),
        ("categorical_crossentropy", to_categorical(target, 3)),
        ("categorical_crossentropy", sp.csr_matrix(to_categorical(target, 3))),
        (losses.categorical_crossentropy, to_categorical(target, 3)),
    ]:
        i = Input((20,), sparse=True)
        model = Model(i, Dense(3, activation="softmax")(i))
        model.compile("adam", loss, metrics=["accuracy"])
        history = model.fit(x, y, epochs=2, verbose=0).history
        p = model.predict(x)
        np.testing.assert_allclose(p.sum(1), 1, rtol=1e-5)
        loss_value, accuracy = model.evaluate(x, y, verbose=0)
        assert accuracy == pytest.approx((p.argmax(1) == target).mean(), rel=1e-6)
        assert loss_value == pytest.approx(-np.log(p[np.arange(150), target]).mean(), rel=1e-4)
        assert list(history) == ["loss", "acc"]


def test_sequential(x, y):
    model = Sequential([Dense(8, activation="relu", input_dim=20), Dropout(0.2)], name="stack")
    model.add(Dense(1))
    assert model.name == "stack" and len(model.layers) == 3 and model.built
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)  # csr is accepted without sparse=True.
    np.testing.assert_allclose(model.predict(x), model.predict(x.toarray()), rtol=1e-4, atol=1e-6)
    model.pop()
    assert model.output_shape == (None, 8)
    late = Sequential([Dense(2), Dense(1)])
    assert not late.built
    late.compile("sgd", "mse")
    late.fit(x, y, verbose=0)
    assert late.count_params() == 45 and late.input_shape == (None, 20)
    assert Sequential([Dense(3)])(Input((20,))).shape == (None, 3)
    built = Sequential([Dense(2)])
    built.build((None, 20))
    assert built.predict(x).shape == (150, 2) and built.get_layer(index=0) is built.layers[0]


def test_frozen_layers_stay(x, y):
    frozen, free = Dense(4), Dense(1)
    i = Input((20,), sparse=True)
    model = Model(i, free(frozen(i)))
    frozen.trainable = False
    model.compile("sgd", "mse")
    before = frozen.get_weights()[0], free.get_weights()[0]
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(before[0], frozen.get_weights()[0])
    assert not np.allclose(before[1], free.get_weights()[0])
    assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 2
    model.trainable = False
    assert not free.trainable and model.trainable_weights == [] and model.trainable is False


def test_rates_may_change_between_steps(x, y):
    optimizer = optimizers.SGD(learning_rate=0.25, decay=0.5)
    model = linear(optimizer)
    assert K.get_value(optimizer.lr) == 0.25 and K.get_value(model.optimizer.learning_rate) == 0.25
    model.fit(x, y, verbose=0)
    assert K.get_value(optimizer.iterations) == 5
    K.set_value(optimizer.lr, 0.0)
    before = model.get_weights()[0]
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(before, model.get_weights()[0])
    optimizer.lr = 0.125
    assert optimizer.get_config()["lr"] == 0.125
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert type(again) is optimizers.SGD and again.get_config() == optimizer.get_config()


def test_clipping(x, y):
    model = linear(optimizers.SGD(lr=1.0, clipvalue=1e-3))
    before = model.get_weights()
    model.train_on_batch(x, 100 * y + 50)
    for a, b in zip(before, model.get_weights()):
        assert 0 < np.abs(a - b).max() <= 1e-3 * 1.01
    model = linear(optimizers.SGD(lr=1.0, clipnorm=1e-2))
    before = model.get_weights()
    model.train_on_batch(x, 100 * y + 50)
    moved = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(before, model.get_weights())))
    assert moved == pytest.approx(1e-2, rel=1e-3)


def test_training_needs_no_gil_and_predictions_no_gradient(x, y):
    model = linear()
    assert model.predict(x[:0]).shape == (0, 1)
    state = [w.copy() for w in model.get_weights()]
    model.predict(x)
    model.evaluate(x, y, verbose=0)
    for a, b in zip(state, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_a_seed_makes_a_run_again(x, y):
    results = []
    for _ in range(2):
        set_random_seed(3)
        i = Input((20,), sparse=True)
        model = Model(i, Dense(1)(Dropout(0.3)(Dense(16, activation="relu")(i))))
        model.compile("adam", "mse")
        model.fit(x, y, epochs=2, verbose=0)
        results.append(model.get_weights())
    for a, b in zip(*results):
        np.testing.assert_array_equal(a, b)


def test_a_loss_that_is_not_finite_warns_once(x, y):
    model = linear(optimizers.SGD(lr=1e30))
    with pytest.warns(RuntimeWarning, match="no longer finite.*epoch 1, batch") as caught:
        model.fit(x, y, verbose=0)
    assert len(caught) == 1


def test_summary_and_progress(x, y, capsys):
    i = Input((20,), sparse=True, name="rows")
    model = Model(i, Dense(1, name="out")(i))
    lines = []
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "rows (InputLayer)" in text and "(None, 20) csr" in text and "Total params: 21" in text
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=2, validation_split=0.2)
    out = capsys.readouterr().out
    assert out.startswith("Train on 120 samples, validate on 30 samples\nEpoch 1/2\n")
    assert "120/120 [==============================] - 0s" in out and "/step - " in out
    assert " samples/s - loss: " in out and " - val_loss: " in out
    assert "\r" not in out and out.count("120/120") == 2  # Of a bar, what is no terminal gets the last line.
    model.fit(x, y, verbose=2)
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith(" - 0s - loss: ") and "[" not in out
    model.evaluate(x, y)
    assert "150/150 [" in capsys.readouterr().out
    model.fit(x, y, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    assert capsys.readouterr().out == ""
    Sequential([Dense(1, input_dim=3)]).summary()
    assert "InputLayer" not in capsys.readouterr().out


def test_add_of_csr_and_dense_trains(x, y):
    i, j = Input((20,), sparse=True), Input((20,))
    model = Model([i, j], Dense(1)(add([i, j])))
    model.compile("sgd", "mse")
    model.fit([x, x.toarray()], y, verbose=0)
    np.testing.assert_allclose(
        model.predict([x, x.toarray()]),
        2 * x.toarray() @ model.get_weights()[0] + model.get_weights()[1],
        atol=1e-5,
    )


def test_a_terminal_and_a_notebook_show_a_bar_that_is_redrawn(monkeypatch):
    class Screen(io.StringIO):
        terminal = True

        def isatty(self):
            return self.terminal

    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)

    def shown(screen):
        monkeypatch.setattr(sys, "stdout", screen)
        model = Sequential([Dense(1, input_shape=(2,))])
        model.compile("sgd", "mse")
        slow = LambdaCallback(on_batch_end=lambda batch, logs: time.sleep(0.06))
        model.fit(np.ones((6, 2)), np.ones(6), 2, verbose=1, callbacks=[slow])
        monkeypatch.undo()
        return screen.getvalue()

    screen = shown(Screen())
    assert "\r2/6 [=========>....................] - ETA: " in screen
    assert "\r6/6 [==============================] - 0s " in screen
    file = Screen()
    file.terminal = False
    assert "\r" not in shown(file)
    notebook = Screen()
    notebook.terminal = False
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert "\r2/6 [" in shown(notebook)
