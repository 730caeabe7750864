"""Layers: what they compute, their attributes, and user-defined layers."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, Sequential, initializers, layers, regularizers
from lacuna import backend as K
from lacuna.layers import Activation, Dense, Dropout, Embedding, Flatten, InputLayer, Layer, Reshape

A = np.random.RandomState(0).randn(5, 4).astype(np.float32)
B = np.random.RandomState(1).randn(5, 4).astype(np.float32)


def run(layer, *arrays, sparse=False):
    inputs = [Input(a.shape[1:], sparse=sparse) for a in arrays]
    return Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0])).predict(list(arrays))


def test_merge_layers_and_their_functions():
    i, j = Input((4,)), Input((4,))
    for layer, function, expected in [
        (layers.Add(), layers.add, A + B),
        (layers.Subtract(), layers.subtract, A - B),
        (layers.Multiply(), layers.multiply, A * B),
        (layers.Average(), layers.average, (A + B) / 2),
        (layers.Concatenate(), layers.concatenate, np.hstack([A, B])),
        (layers.Concatenate(axis=1), lambda x: layers.concatenate(x, axis=1), np.hstack([A, B])),
        (layers.Dot(1), lambda x: layers.dot(x, 1), (A * B).sum(1, keepdims=True)),
        (layers.Dot((1, 1)), lambda x: layers.dot(x, -1), (A * B).sum(1, keepdims=True)),
    ]:
        np.testing.assert_allclose(run(layer, A, B), expected, rtol=1e-5)
        np.testing.assert_allclose(Model([i, j], function([i, j])).predict([A, B]), expected, rtol=1e-5)
    cosine = (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)
    np.testing.assert_allclose(run(layers.Dot(1, normalize=True), A, B)[:, 0], cosine, rtol=1e-5)


def test_merge_layers_of_csr():
    a, b = sp.csr_matrix(A * (A > 0)), sp.csr_matrix(B * (B > 0))
    for layer, expected in [
        (layers.Add(), a + b),
        (layers.Average(), (a + b) / 2),
        (layers.Multiply(), a.multiply(b)),
        (layers.Concatenate(), sp.hstack([a, b])),
    ]:
        i, j = Input((4,), sparse=True), Input((4,), sparse=True)
        output = layer([i, j])
        assert K.is_sparse(output)
        got = Model([i, j], output).predict([a, b])
        np.testing.assert_allclose(got.toarray(), expected.toarray(), rtol=1e-6)
    i, j = Input((4,), sparse=True), Input((4,))
    assert layers.concatenate([i, j]).storage == "csr"
    assert layers.multiply([i, j]).storage == "csr"
    assert layers.add([i, j]).storage == "dense"


def test_shape_layers():
    np.testing.assert_array_equal(run(Reshape((2, 2)), A), A.reshape(5, 2, 2))
    np.testing.assert_array_equal(run(Reshape((-1, 1)), A), A.reshape(5, 4, 1))
    np.testing.assert_array_equal(run(Flatten(), A.reshape(5, 2, 2)), A)
    assert Flatten()(Input((4,), sparse=True)).storage == "csr"


@pytest.mark.parametrize(
    "name, expected",
    [
        ("relu", np.maximum(A, 0)),
        ("linear", A),
        ("tanh", np.tanh(A)),
        ("sigmoid", 1 / (1 + np.exp(-A))),
        ("softplus", np.log1p(np.exp(A))),
        ("softsign", A / (1 + np.abs(A))),
        ("elu", np.where(A > 0, A, np.expm1(A))),
        ("exponential", np.exp(A)),
        ("hard_sigmoid", np.clip(0.2 * A + 0.5, 0, 1)),
        ("softmax", np.exp(A) / np.exp(A).sum(1, keepdims=True)),
    ],
)
def test_activations(name, expected):
    np.testing.assert_allclose(run(Activation(name), A), expected, rtol=2e-5, atol=1e-6)
    dense = Dense(4, activation=name, kernel_initializer="identity")
    np.testing.assert_allclose(run(dense, A), expected, rtol=2e-5, atol=1e-6)
    assert dense.activation.__name__ == name


def test_activations_of_ones_own():
    calls = []

    def double(x):
        calls.append(x)
        return 2 * x

    model = Sequential([Dense(4, activation=double, kernel_initializer="identity", input_dim=4)])
    np.testing.assert_allclose(model.predict(A), 2 * A, rtol=1e-6)
    np.testing.assert_allclose(run(Activation(lambda x: K.maximum(x, 0.5)), A), np.maximum(A, 0.5))
    assert len(calls) == 1 and isinstance(calls[0], K.Symbol)  # Called while the graph is built, not in the step.


def test_dense_settings():
    layer = Dense(3, kernel_initializer=initializers.Constant(2), bias_initializer="ones")
    np.testing.assert_allclose(run(layer, A), A.sum(1, keepdims=True) * 2 + np.ones((1, 3)), rtol=1e-5)
    assert Dense(3, use_bias=False, input_shape=(4,)).bias is None
    x3 = np.random.RandomState(0).randn(2, 5, 4).astype(np.float32)
    layer = Dense(3)
    result = run(layer, x3)
    np.testing.assert_allclose(result, x3 @ layer.get_weights()[0], rtol=1e-4, atol=1e-6)


def test_attributes():
    i = Input((4,), name="here")
    layer = Dense(3, name="mine")
    assert layer.name == "mine" and not layer.built and layer.weights == [] and layer.trainable
    with pytest.raises(ValueError, match="count_params"):
        layer.count_params()
    output = layer(i)
    assert layer.built and layer.count_params() == 15 and layer.dtype == "float32"
    assert layer.input_shape == (None, 4) and layer.output_shape == (None, 3)
    assert layer.input == i and layer.output == output
    assert [w.name for w in layer.weights] == ["mine/kernel", "mine/bias"]
    assert [w.shape for w in layer.weights] == [(4, 3), (3,)]
    assert layer.kernel == layer.weights[0] and layer.bias == layer.weights[1]
    layer.trainable = False
    assert layer.trainable_weights == [] and layer.non_trainable_weights == layer.weights
    new = [np.ones((4, 3)), np.zeros(3)]
    layer.set_weights(new)
    for a, b in zip(layer.get_weights(), new):
        np.testing.assert_array_equal(a, b)


def test_names_are_numbered_by_class():
    K.clear_session()
    assert [Dense(1).name, Dense(1).name, Dropout(0.5).name] == ["dense_1", "dense_2", "dropout_1"]
    assert Input((3,)).name == "input_1"


def test_sparse_weight_keeps_touched_rows():
    layer = Dense(2, sparse_weight=True, kernel_initializer="glorot_uniform")
    i = Input((2**40,), sparse=True)
    model = Model(i, layer(i))
    x = sp.csr_matrix((np.float32([1, 2]), np.int64([7, 2**39]), np.int64([0, 1, 2])), shape=(2, 2**40))
    model.compile("sgd", "mse")
    assert layer.kernel.is_sparse and layer.kernel.shape == (2**40, 2)
    model.fit(x, np.ones((2, 2)), verbose=0)
    ids, rows = layer.kernel.rows()
    np.testing.assert_array_equal(ids, [7, 2**39])
    assert ids.dtype == np.int64 and rows.shape == (2, 2) and rows.dtype == np.float32
    np.testing.assert_allclose(model.predict(x), x.data[:, None] * rows + K.get_value(layer.bias), rtol=1e-5)
    assert layer.kernel.nbytes < 2**24
    with pytest.raises(ValueError, match=r"rows\(\)"):
        layer.get_weights()
    assert model.count_params() == 2**41 + 2


def test_sparse_weight_gives_a_full_array_where_that_is_small():
    drawn = []
    for sparse_weight in (False, True):
        layer = Dense(3, sparse_weight=sparse_weight, kernel_initializer=initializers.glorot_uniform(seed=5))
        i = Input((20,), sparse=True)
        layer(i)
        drawn.append(layer.get_weights()[0])
    assert drawn[0].shape == (20, 3)
    np.testing.assert_array_equal(*drawn)  # Untouched rows have their initial values.


def test_embedding():
    layer = Embedding(10, 3, input_length=2)
    i = Input((2,), dtype="int32")
    model = Model(i, layer(i))
    ids = np.array([[0, 9], [3, 3]])
    table = layer.get_weights()[0]
    assert table.shape == (10, 3) and np.abs(table).max() <= 0.05
    np.testing.assert_array_equal(model.predict(ids), table[ids])
    np.testing.assert_array_equal(model.predict(ids.astype(np.uint8)), table[ids])


def test_embedding_with_sparse_grad():
    layer = Embedding(10**6, 3, sparse_grad=True)
    i = Input((2,), dtype="int64")
    model = Model(i, Dense(1)(Flatten()(layer(i))))
    model.compile("adam", "mse")
    model.fit(np.array([[5, 10**6 - 1], [5, 6]]), np.ones(2), verbose=0)
    np.testing.assert_array_equal(layer.embeddings.rows()[0], [5, 6, 10**6 - 1])


def test_dropout_works_in_training_alone(x):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1, kernel_initializer="ones")(Dropout(0.5)(i)))
    np.testing.assert_allclose(model.predict(x), x.sum(1), rtol=1e-5)
    assert Dropout(0.5)(i).storage == "csr"


def test_layers_are_found_again():
    i = Input((4,))
    hidden = Dense(8, activation="relu")
    model = Model(i, Dense(2, activation="softmax")(Activation("tanh")(hidden(i))))
    assert model.layers[1] is hidden
    assert [type(layer) for layer in model.layers] == [InputLayer, Dense, Activation, Dense]
    assert model.layers[3].units == 2  # Only the model holds the layer.
    assert model.layers == model.layers
    assert model.get_layer(hidden.name) is hidden and model.get_layer(index=1) is hidden
    assert Model(i, hidden.output).layers[1] is hidden
    with pytest.raises(ValueError, match=f"there must be a layer of that name.*{hidden.name}"):
        model.get_layer(hidden.name[:-1])
    with pytest.raises(ValueError, match="layers=4"):
        model.get_layer(index=4)


class Scale(Layer):
    """x w + v, written in Python."""

    def __init__(self, shift=0.0, **kwargs):
        self.shift = shift
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[1],), initializer="ones", regularizer="l2")
        self.seen = input_shape
        super().build(input_shape)

    def call(self, inputs):
        return inputs * self.w + self.shift


def test_layers_of_ones_own(y):
    i = Input((4,))
    layer = Scale(2.0, name="scale")
    model = Model(i, layer(i))
    assert layer.seen == (None, 4) and layer.built and layer.weights == [layer.w]
    assert model.layers[1] is layer
    np.testing.assert_allclose(model.predict(A), A + 2, rtol=1e-6)
    model.compile("sgd", "mse")
    model.fit(A, B, verbose=0)
    assert not np.allclose(K.get_value(layer.w), 1)
    sequential = Sequential([Dense(4), Scale(), Dense(1)])  # Built at the first fit.
    sequential.compile("sgd", "mse")
    sequential.fit(A, B[:, 0], verbose=0)
    assert len(sequential.get_weights()) == 5


class Total(Layer):
    """The sum of a list of inputs, one number per row."""

    def call(self, inputs):
        return K.sum(inputs[0] + inputs[1], axis=-1, keepdims=True)


def test_layers_of_ones_own_with_several_inputs():
    np.testing.assert_allclose(run(Total(), A, B)[:, 0], (A + B).sum(1), rtol=1e-5)


def test_only_layer_itself_can_be_extended():
    with pytest.raises(TypeError, match="derive from Layer|derives from Layer"):

        class Wider(Dense):
            def call(self, inputs):
                return inputs


def test_regularizers_add_to_the_loss():
    def loss_of(regularizer):
        i = Input((4,))
        model = Model(i, Dense(2, kernel_initializer=initializers.Constant(0.5), kernel_regularizer=regularizer)(i))
        model.compile("sgd", "mse")
        return model.test_on_batch(A, A[:, :2])

    plain = loss_of(None)
    assert loss_of("l2") == pytest.approx(plain + 0.01 * 8 * 0.25, rel=1e-5)
    assert loss_of(regularizers.l1(0.1)) == pytest.approx(plain + 0.1 * 8 * 0.5, rel=1e-5)
    assert loss_of(regularizers.l1_l2(0.1, 0.01)) == pytest.approx(plain + 0.4 + 0.02, rel=1e-5)
    assert loss_of(lambda w: 0.1 * K.sum(K.abs(w))) == pytest.approx(plain + 0.4, rel=1e-5)
    i = Input((4,))
    model = Model(i, Activation("linear")(Dense(2, kernel_initializer="ones", activity_regularizer="l2")(i)))
    model.compile("sgd", "mse")
    p = A.sum(1, keepdims=True) * np.ones((1, 2))
    expected = ((p - A[:, :2]) ** 2).mean() + 0.01 * (p**2).sum()
    assert model.test_on_batch(A, A[:, :2]) == pytest.approx(expected, rel=1e-5)


def test_constraints_hold_after_a_step():
    i = Input((4,))
    layer = Dense(2, kernel_constraint="non_neg", bias_constraint="max_norm")
    model = Model(i, layer(i))
    model.compile("sgd", "mse")
    model.fit(A, -100 * np.ones((5, 2)), epochs=3, verbose=0)
    assert (layer.get_weights()[0] >= 0).all() and np.linalg.norm(layer.get_weights()[1]) <= 2 + 1e-5


def test_initializers():
    w = initializers.glorot_uniform(seed=1)((100, 50))
    assert w.shape == (100, 50) and np.abs(w).max() <= np.sqrt(6 / 150) and w.std() > 0.08
    same = initializers.VarianceScaling.from_config(initializers.glorot_uniform(seed=1).get_config())
    np.testing.assert_array_equal(w, same((100, 50)))
    assert initializers.get("he_normal").get_config()["scale"] == 2
    assert initializers.Constant(3)((2,)).tolist() == [3, 3]
    again = initializers.deserialize(initializers.serialize(initializers.RandomNormal(1, 0.5, seed=3)))
    assert again.get_config() == {"mean": 1.0, "stddev": 0.5, "seed": 3}


def test_shared_layers_and_nested_models():
    shared = Dense(3)
    i, j = Input((4,)), Input((4,))
    model = Model([i, j], layers.subtract([shared(i), shared(j)]))
    assert len(model.get_weights()) == 2
    np.testing.assert_allclose(model.predict([A, A]), np.zeros((5, 3)), atol=1e-6)
    with pytest.raises(AttributeError, match="calls=2"):
        shared.output_shape
    inner = Sequential([Dense(3, input_dim=4), Dense(2)])
    k = Input((4,))
    outer = Model(k, Dense(1)(inner(k)))
    assert outer.layers[1] is inner and len(outer.get_weights()) == 6
    outer.compile("sgd", "mse")
    before = inner.get_weights()
    outer.fit(A, np.ones(5), verbose=0)
    assert not np.allclose(before[0], inner.get_weights()[0])


class Split(layers.Layer):
    """Two halves of the features."""

    def call(self, x):
        half = x.shape[-1] // 2
        return [x[:, :half], x[:, half:]]


def test_a_layer_may_give_several_outputs():
    x = np.arange(8, dtype="f4").reshape(2, 4)
    i = layers.Input((4,))
    split = Split()
    left, right = split(i)
    model = Model(i, [left, layers.Dense(1, kernel_initializer="ones")(right)])
    got = model.predict(x)
    np.testing.assert_array_equal(got[0], x[:, :2])
    np.testing.assert_array_equal(got[1], x[:, 2:].sum(1, keepdims=True))
    assert isinstance(split.output, list) and split.output_shape == [(None, 2), (None, 2)]
    again = Model.from_config(model.get_config(), {"Split": Split})
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x)[0], got[0])
    assert [entry[0] for entry in model.get_config()["output_layers"]][0] == split.name
    with pytest.raises(ValueError, match="the layer must give one output"):
        Sequential([layers.Input((4,)), Split()])


class Phases(layers.Layer):
    """x times 2 in training, through dropout and BatchNormalization of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop, self.norm = layers.Dropout(0.5), layers.BatchNormalization()
        self.seen = []

    def call(self, inputs, training=None):
        self.seen.append(training)
        x = self.norm(self.drop(inputs, training=training), training=training)
        return x * 2.0 if training else x


def test_training_is_asked_for_both_ways_and_joined():
    i = layers.Input((3,))
    layer = Phases()
    model = Model(i, layer(i))
    assert layer.seen == [False, True]
    x = np.random.RandomState(0).normal(size=(256, 3)).astype("f4")
    np.testing.assert_allclose(model.predict(x), x / np.sqrt(1 + 1e-3), rtol=1e-5)
    model.compile("sgd", "mse")
    loss = model.fit(x, np.zeros((256, 3)), batch_size=256, verbose=0).history["loss"][0]
    assert abs(loss - 4) < 0.1  # The mean of (2 x)² for a normalized x.
    averages = layer.norm.get_weights()[2:]
    assert len(model.get_weights()) == 4 and not np.array_equal(averages[1], np.ones(3))  # Changed once, by training.
    np.testing.assert_allclose(averages[1], 0.99 + 0.01 * 2 * 1.0, atol=0.02)


def test_training_may_be_decided_by_the_call():
    i = layers.Input((3,))
    layer = Phases()
    model = Model(i, layer(i, training=False))
    assert layer.seen == [False]
    model.compile("sgd", "mse")
    x = np.ones((8, 3), "f4")
    loss = model.fit(x, np.zeros((8, 3)), batch_size=8, verbose=0).history["loss"][0]
    assert abs(loss - 1 / (1 + 1e-3)) < 1e-5
    np.testing.assert_array_equal(layer.norm.get_weights()[3], np.ones(3))
    kept = model.get_config()["layers"][1]["inbound_nodes"][0][0][3]
    assert kept == {"training": False}
    again = Model.from_config(model.get_config(), {"Phases": Phases})
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    with pytest.raises(ValueError, match="must have an argument `training`"):
        Split()(layers.Input((4,)), training=True)


def test_backends_phases_and_training_agree():
    class Keras2(layers.Layer):
        def call(self, x, training=None):
            return K.in_train_phase(x * 3.0, x, training=training)

    i = layers.Input((2,))
    model = Model(i, Keras2()(i))
    model.compile("sgd", "mse")
    x = np.ones((4, 2), "f4")
    assert model.evaluate(x, np.zeros((4, 2)), verbose=0) == 1
    assert model.fit(x, np.zeros((4, 2)), verbose=0).history["loss"] == [9]


def test_masks_of_several_inputs_reach_call():
    class Sum(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, inputs, mask=None):
            self.seen = mask
            return inputs[0] + inputs[1]

        def compute_mask(self, inputs, mask=None):
            return None

    a, b = layers.Input((3,)), layers.Input((3,))
    masked, whole = layers.Embedding(5, 2, mask_zero=True)(a), layers.Embedding(5, 2)(b)
    layer = Sum()
    layer([masked, whole])
    assert len(layer.seen) == 2 and layer.seen[0] is not None and layer.seen[1] is None
    layer([whole, whole])
    assert layer.seen is None


def test_losses_of_both_phases_are_told_apart():
    class Penalized(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = Dense(2, kernel_initializer="ones", activity_regularizer=regularizers.l1(1.0))

        def call(self, x, training=None):
            return self.dense(x * 100.0 if training else x)

    i = Input((4,))
    model = Model(i, Penalized()(i))
    model.compile("sgd", "mse")
    p = model.predict(A)
    wanted = (p**2).mean() + np.abs(p).sum()
    assert model.evaluate(A, np.zeros((5, 2)), batch_size=5, verbose=0) == pytest.approx(wanted, rel=1e-5)
    trained = model.train_on_batch(A, np.zeros((5, 2)))
    assert trained == pytest.approx((p**2).mean() * 1e4 + np.abs(p).sum() * 100, rel=1e-5)


def test_what_call_makes_it_would_make_twice():
    class Makes(layers.Layer):
        def call(self, x, training=None):
            return Dense(1)(x)

    class Weighs(layers.Layer):
        def call(self, x, training=None):
            return x * self.add_weight("w", (4,))

    for cls in (Makes, Weighs):
        layer = cls()
        for _ in range(2):
            with pytest.raises(ValueError, match="must be made in __init__ or build"):
                layer(Input((4,)))
        assert layer.weights == []


def test_phases_of_nested_layers_are_traced_once_in_each():
    class Around(layers.Layer):
        def __init__(self, inner, **kwargs):
            super().__init__(**kwargs)
            self.inner, self.seen = inner, []

        def call(self, x, training=None):
            self.seen.append(training)
            return self.inner(x) if self.inner else (x * 2.0 if training else x)

    layer = innermost = Around(None)
    for _ in range(20):
        layer = Around(layer)
    i = Input((4,))
    model = Model(i, layer(i))
    assert innermost.seen == [False, True]
    model.compile("sgd", "mse")
    assert model.fit(A, np.zeros((5, 4)), verbose=0).history["loss"][0] == pytest.approx(4 * (A**2).mean(), rel=1e-5)
    np.testing.assert_array_equal(model.predict(A), A)


def test_a_model_within_a_layer_gets_its_phase():
    class Holds(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.model = Sequential([Dropout(0.5, input_shape=(4,)), Dense(2)])

        def call(self, x, training=None):
            return self.model(x, training=training)

    i = Input((4,))
    layer = Holds()
    model = Model(i, layer(i))
    assert len(model.get_weights()) == 2 and model.predict(A).shape == (5, 2)
    with pytest.raises(ValueError, match="trains where the model around it does"):
        layer.model(i, training=True)
