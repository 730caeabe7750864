"""Models, layers, callbacks and the user's arrays are freed when they are no longer used, also in cycles."""

import gc
import pickle
import resource
import subprocess
import sys
import weakref

import numpy as np
import pytest

from lacuna import Input, Model, Sequential
from lacuna import backend as K
from lacuna.callbacks import Callback, EarlyStopping, LambdaCallback
from lacuna.layers import Activation, Dense, Layer


def freed(*references):
    gc.collect()
    return [r() is None for r in references] == [True] * len(references)


def test_models_and_layers(x, y):
    def use():
        layer = Dense(4)
        i = Input((20,), sparse=True)
        model = Model(i, Dense(1)(layer(i)))
        model.compile("adam", "mse")
        model.fit(x, y, verbose=0)
        return weakref.ref(model), weakref.ref(layer)

    assert freed(*use())


def test_the_memory_of_models_comes_back():
    def use():
        model = Sequential([Dense(1000, input_dim=1000), Dense(1000)])  # 8 MB, 32 MB with Adam's state and a gradient.
        model.compile("adam", lambda t, p: K.mean(K.square(p - t) * (1 if model else 0), axis=-1))
        model.train_on_batch(np.ones((2, 1000), np.float32), np.ones((2, 1000), np.float32))

    use()
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(20):
        use()
        gc.collect()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


def test_a_model_that_its_own_functions_refer_to(x, y):
    def use():
        i = Input((20,), sparse=True)
        model = Model(i, Dense(1)(i))

        def loss(y_true, y_pred):
            assert model is not None
            return K.mean(K.square(y_pred - y_true), axis=-1)

        model.compile("sgd", loss, metrics=[lambda t, p: model and K.mean(p)])
        model.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: model.name)])
        return weakref.ref(model), weakref.ref(loss)

    assert freed(*use())


def test_a_regularizer_that_refers_to_its_model(x, y):
    def use():
        i = Input((20,), sparse=True)
        hidden = Dense(4, kernel_regularizer=lambda w: K.sum(w) * (1 if model else 0))(i)
        model = Model(i, Dense(1)(hidden))  # Only the model holds the layer, and only the layer holds the function.
        model.compile("sgd", "mse")
        gc.collect()
        model.fit(x, y, verbose=0)
        return weakref.ref(model)

    assert freed(use())


def test_a_script_leaves_nothing_behind():
    script = """
import numpy as np
from lacuna import Input, Model, backend as K
from lacuna.layers import Dense, Layer
class Own(Layer):
    def build(self, input_shape):
        self.w = self.add_weight("w", (2,), regularizer=lambda w: K.sum(w))
    def call(self, inputs):
        return inputs * self.w
i = Input((3,))
d = Dense(2, activation=lambda s: s * 2, kernel_regularizer=lambda w: K.sum(w))
own = Own()
model = Model(i, own(d(i)))
model.compile("adam", lambda t, p: K.mean(t - p, axis=-1), metrics=[lambda t, p: K.mean(p)])
history = model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
weights, output, optimizer = d.weights, d.output, model.optimizer
"""
    for end in ("", "raise SystemExit(model)", "model.fit(np.ones((4, 3)), np.ones(3))"):
        result = subprocess.run([sys.executable, "-c", script + end], capture_output=True, text=True)
        assert "leaked" not in result.stderr


def test_a_layer_that_refers_to_its_model(x, y):
    class Plain(Layer):
        def call(self, inputs):
            return inputs

    def use():
        layer = Plain()
        activation = Activation(lambda s: s * (1 if activation else 0))
        model = Sequential([Dense(1, input_dim=20), layer, activation])
        layer.model = activation.model = model
        model.compile("sgd", "mse")
        model.fit(x, y, verbose=0)
        return weakref.ref(model), weakref.ref(layer), weakref.ref(activation)

    assert freed(*use())


def test_callbacks_and_histories(x, y):
    class Keeper(Callback):
        pass

    def use():
        i = Input((20,), sparse=True)
        model = Model(i, Dense(1)(i))
        model.compile("sgd", "mse")
        keeper, stop = Keeper(), EarlyStopping("loss", restore_best_weights=True)
        keeper.list = [keeper, stop, model]
        history = model.fit(x, y, epochs=3, verbose=0, callbacks=[keeper, stop])
        return weakref.ref(model), weakref.ref(keeper), weakref.ref(stop), weakref.ref(history)

    assert freed(*use())


def test_arrays_are_let_go(x, y):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1)(i))
    model.compile("sgd", "mse")
    matrix, target = x.copy(), y.copy()
    parts = [weakref.ref(a) for a in (matrix.data, matrix.indices, matrix.indptr, target)]
    model.fit(matrix, target, verbose=0, validation_data=(matrix, target))
    del matrix, target
    assert freed(*parts)
    with pytest.raises(ValueError):
        model.fit(x, y[:3], verbose=0)
    assert model.predict(x).shape == (150, 1)


def test_an_exception_leaves_nothing_behind(x, y):
    def use():
        i = Input((20,), sparse=True)
        model = Model(i, Dense(1)(i))
        model.compile("sgd", "mse")

        def fail(batch, logs):
            raise RuntimeError(model.name)

        try:
            model.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_batch_end=fail)])
        except RuntimeError:
            pass
        return weakref.ref(model), weakref.ref(fail)

    assert freed(*use())


def test_results_outlive_their_model(x):
    def use():
        i = Input((20,), sparse=True)
        model = Model(i, Dense(3)(i))
        return model.predict(x), model.get_weights(), model.layers[1].weights

    prediction, weights, variables = use()
    gc.collect()
    np.testing.assert_allclose(prediction, x @ weights[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(K.get_value(variables[0]), weights[0])
    prediction[0] = 1  # It has its own memory, which may be written.


def test_a_fitted_model_goes_with_its_last_name():
    from lacuna.callbacks import EarlyStopping, LambdaCallback, ReduceLROnPlateau

    def one(how):
        i = Input((5,))
        model = Model(i, Dense(1)(Dense(2)(i)))
        model.compile("sgd", "mse")
        how(model)
        return weakref.ref(model)

    x, y = np.ones((4, 5), "f"), np.ones(4, "f")
    gc.disable()
    try:
        for how in (
            lambda m: None,
            lambda m: m.fit(x, y, verbose=0),
            lambda m: m.fit(x, y, verbose=0, validation_data=(x, y), callbacks=[EarlyStopping(), ReduceLROnPlateau()]),
            lambda m: m.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: None)]),
            lambda m: m.train_on_batch(x, y) and m.evaluate(x, y, verbose=0) and m.predict(x),
            lambda m: pickle.loads(pickle.dumps(m)).fit(x, y, verbose=0),
        ):
            assert one(how)() is None
    finally:
        gc.enable()


def test_a_history_knows_its_model_while_it_lives():
    i = Input((5,))
    model = Model(i, Dense(1)(i))
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 5)), np.ones(4), verbose=0)
    assert history.model is model
    del model
    gc.collect()
    assert history.model is None and len(history.history["loss"]) == 1
