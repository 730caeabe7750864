"""Inputs that are a tensor, Input(tensor=…): they get no data."""

import numpy as np
import pytest

from lacuna import Input, Model, Sequential
from lacuna import backend as K
from lacuna.layers import Add, Dense, Dropout, Embedding, Flatten, InputLayer, Lambda
from lacuna.models import clone_model, load_model
from lacuna.utils.vis_utils import model_to_dot

RANDOM = np.random.RandomState(2)
A, B = RANDOM.rand(2, 10, 3).astype("float32")
Y = RANDOM.rand(10, 4).astype("float32")


def dense_of(model, x, layer=-1):
    kernel, bias = model.layers[layer].get_weights()
    return x @ kernel + bias


def two():
    a, b = Input(tensor=K.variable(A)), Input((3,), name="b")
    return Model([a, b], [Dense(4, name="left")(a), Dropout(0.5, name="right")(b)])


def test_the_other_inputs_alone_get_data():
    model = two()
    model.compile("sgd", "mse", metrics=["mse"])
    left = model.get_layer("left").get_weights()
    for x in (B, [B], {"b": B}):
        model.train_on_batch(x, [Y, B])
        model.test_on_batch(x, [Y, B])
        model.fit(x, [Y, B], batch_size=10, verbose=0)
        model.evaluate(x, [Y, B], batch_size=10, verbose=0)
        for given in (model.predict(x, batch_size=10), model.predict_on_batch(x)):
            assert [p.shape for p in given] == [(10, 4), (10, 3)]
    now = model.get_layer("left").get_weights()
    assert (left[0] != now[0]).all()
    np.testing.assert_allclose(model.predict(B, batch_size=10)[0], A @ now[0] + now[1], rtol=1e-5)
    assert len(model.inputs) == 2 and model.input_names[1] == "b" and model.input_shape == [(10, 3), (None, 3)]
    for batch in (5, 32):
        with pytest.raises(ValueError, match="write batch_size=10"):
            model.fit(np.tile(B, (2, 1)), [np.tile(Y, (2, 1)), np.tile(B, (2, 1))], batch_size=batch, verbose=0)
    with pytest.raises(ValueError, match="must be one array|must hold 1 array"):
        model.predict([A, B])


@pytest.mark.parametrize("sequential", [False, True])
def test_a_model_that_takes_no_data(sequential):
    if sequential:
        model = Sequential([InputLayer(input_tensor=K.variable(A)), Dense(4)])
    else:
        a = Input(tensor=K.variable(A))
        model = Model(a, Dense(4)(a))
    model.compile("sgd", "mse")
    first = model.test_on_batch(None, Y)
    np.testing.assert_allclose(first, np.mean((dense_of(model, A) - Y) ** 2), rtol=1e-5)
    for nothing in (None, [], {}):
        model.train_on_batch(nothing, Y)
    model.fit(None, Y, batch_size=10, epochs=20, verbose=0)
    assert model.evaluate(None, Y, batch_size=10, verbose=0) < first
    np.testing.assert_allclose(model.predict_on_batch(None), dense_of(model, A), rtol=1e-5)
    np.testing.assert_allclose(model.predict(None, steps=3), np.tile(dense_of(model, A), (3, 1)), rtol=1e-5)
    with pytest.raises(ValueError, match="steps must be given"):
        model.predict(None)
    with pytest.raises(ValueError, match="x must not be given"):
        model.predict(A)


def test_rows_keep_their_places_though_fit_shuffles():
    model = Sequential([InputLayer(input_tensor=K.constant(A)), Dense(3, kernel_initializer="zeros")])
    model.compile("adam", "mse")
    model.fit(None, A, batch_size=10, epochs=1500, verbose=0)
    assert model.evaluate(None, A, batch_size=10, verbose=0) < 0.01


def test_rows_of_a_tensor_belong_to_those_of_the_arrays():
    a, b = Input(tensor=K.constant(A)), Input((3,))
    model = Model([a, b], Add()([Dense(3, kernel_initializer="zeros")(a), b]))
    model.compile("adam", "mse")
    model.fit(B, A + B, batch_size=32, epochs=1500, verbose=0)
    assert model.evaluate(B, A + B, verbose=0) < 0.01
    for call in (model.predict, lambda x: model.train_on_batch(x, x), lambda x: model.evaluate(x, x, verbose=0)):
        with pytest.raises(ValueError, match="write batch_size=10"):
            call(B[:1])  # Which would be repeated.
    items, x = Input(tensor=K.constant(A)), Input((3,))  # Here a batch has rows of its own.
    scores = Model([items, x], Lambda(lambda two: K.dot(two[1], K.transpose(two[0])))([items, x]))
    np.testing.assert_allclose(scores.predict(B[:7], batch_size=3), B[:7] @ A.T, rtol=1e-5)
    np.testing.assert_allclose(scores.predict(B[:1]), B[:1] @ A.T, rtol=1e-5)
    row = Input(tensor=K.constant(A[:1]))
    np.testing.assert_allclose(Model([row, x], Add()([row, x])).predict(B, batch_size=4), A[:1] + B, rtol=1e-6)


def test_a_loss_of_the_model_alone_takes_no_arrays_at_all():
    a = Input(tensor=K.variable(A))
    out = Dense(4)(a)
    model = Model(a, out)
    model.add_loss(K.mean(K.square(out)))
    model.compile("sgd", loss=None)
    before = model.test_on_batch(None, None)
    model.train_on_batch(None, None)
    model.fit(None, None, epochs=2, steps_per_epoch=3, verbose=0)
    model.fit_generator(iter(lambda: (None, None), 0), epochs=1, steps_per_epoch=3, verbose=0)
    assert model.evaluate(None, None, steps=2, verbose=0) < before
    for call in (model.fit, model.evaluate, model.predict):
        with pytest.raises(ValueError, match="must be given"):
            call(None)


def test_ids_and_csr_may_be_tensors():
    ids = np.array([[0, 2], [1, 1]])
    given = Input(tensor=K.constant(ids, dtype="int32"))
    table = Embedding(3, 2)
    model = Model(given, Flatten()(table(given)))
    np.testing.assert_array_equal(model.predict(None, steps=1), table.get_weights()[0][ids].reshape(2, 4))
    import scipy.sparse as sp

    matrix = sp.random(10, 6, 0.4, "csr", np.float32, RANDOM)
    words = Input(tensor=K.variable(matrix))
    assert K.is_sparse(words)
    scores = Model(words, Dense(2)(words))
    scores.compile("sgd", "mse")
    scores.train_on_batch(None, np.ones((10, 2)))
    np.testing.assert_allclose(scores.predict(None, steps=1), dense_of(scores, matrix.toarray()), rtol=1e-4, atol=1e-6)


def test_a_variable_may_change_and_a_gradient_flows_through_it():
    value, picture = K.variable(A), K.placeholder((None, 3))
    for source, inputs in ((value, []), (picture, [picture])):
        model = Model(given := Input(tensor=source), Dense(4)(given))
        loss = K.sum(K.square(model.output))
        gradient = K.gradients(loss, [source])[0]
        kernel, bias = model.layers[1].get_weights()
        got = K.function(inputs, [gradient])([A] if inputs else [])[0]
        np.testing.assert_allclose(got, 2 * (A @ kernel + bias) @ kernel.T, rtol=1e-4)
        if not inputs:
            K.set_value(value, B)
            np.testing.assert_allclose(model.predict(None, steps=1), B @ kernel + bias, rtol=1e-5)
        else:
            np.testing.assert_allclose(model.predict(A), A @ kernel + bias, rtol=1e-5)  # A placeholder is fed.


def test_the_model_on_other_symbols_does_not_touch_other_uses_of_the_tensor():
    value = K.variable(A)
    a = Input(tensor=value)
    inner = Model(a, Add()([Dense(3, use_bias=False, kernel_initializer="identity")(a), Dense(3, use_bias=False)(a)]))
    inner.layers[2].set_weights([np.eye(3)])
    other = Input((3,))
    np.testing.assert_allclose(Model(other, inner(other)).predict(B), 2 * B, rtol=1e-6)
    np.testing.assert_allclose(inner.predict(None, steps=1), 2 * A, rtol=1e-6)


def test_summary_plot_and_files(tmp_path):
    model = two()
    lines = []
    model.summary(print_fn=lines.append)
    assert any("(10, 3)" in line and "InputLayer" in line for line in lines)
    assert model_to_dot(model, show_shapes=True).to_string().count("InputLayer") == 2
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.h5")
    for again in (load_model(tmp_path / "m.h5"), clone_model(model)):  # As in Keras, the input gets data then.
        again.set_weights(model.get_weights())
        with pytest.raises(ValueError, match="x must hold 2 arrays"):
            again.predict(B)
        np.testing.assert_allclose(again.predict([A, B])[0], model.predict(B, batch_size=10)[0], rtol=1e-6)


def test_a_clone_on_a_variable():
    x = Input((3,))
    model, sequential = Model(x, Dense(4)(x)), Sequential([Dense(4, input_dim=3)])
    for one in (model, sequential):
        clone = clone_model(one, input_tensors=K.variable(A))
        clone.compile("sgd", "mse")
        clone.train_on_batch(None, Y)
        np.testing.assert_allclose(clone.predict(None, steps=1), dense_of(clone, A), rtol=1e-5)


def test_errors():
    with pytest.raises(ValueError, match="must be those of the tensor"):
        Input((4,), tensor=K.variable(A))
    with pytest.raises(ValueError, match="must be those of the tensor"):
        Input(tensor=K.variable(A), dtype="int32")
    assert Input((3,), tensor=K.variable(A)).shape == (10, 3)
    with pytest.raises(ValueError, match="have the batch as its first axis"):
        Input(tensor=K.variable(1.0))
    x = Input((3,))
    with pytest.raises(ValueError, match="belong to its layers"):
        Model(given := Input(tensor=Dense(2)(x)), Dense(1)(given))
    a = Input(tensor=K.variable(A))
    with pytest.raises(ValueError, match="inputs given alone"):
        Model(x, Add()([x, a]))
