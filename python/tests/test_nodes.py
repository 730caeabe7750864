"""Where symbols come from, what layers and models add to a step, and Keras' members that tell it."""

import numpy as np
import pytest

from lacuna import Input, Model, Sequential, layers, models
from lacuna import backend as K
from lacuna.layers import Dense, InputLayer, InputSpec, Layer

RANDOM = np.random.RandomState(3)


def test_symbols_tell_their_layer():
    a, b = Input((3,), name="a"), Input((3,))
    dense = Dense(2)
    y, z = dense(a), dense(b)
    assert z._keras_shape == (None, 2) and z._keras_history == (dense, 1, 0)
    assert a._keras_history[0].name == "a" and isinstance(a._keras_history[0], InputLayer)
    node = dense._inbound_nodes[0]
    assert node.input_tensors == [a] and node.output_tensors == [y] and node.inbound_layers[0].name == "a"
    assert node.get_config()["inbound_layers"] == ["a"]
    merged = layers.add([y, z])
    assert [n.outbound_layer for n in dense._outbound_nodes] == [merged._keras_history[0]] * 1
    assert not hasattr(y + 1, "_keras_history")
    model = Model(a, y)
    assert model.layers[0].output == a and model._inbound_nodes[0].output_tensors == [y]
    out = model(b)
    assert out._keras_history[0] is model and model.get_output_at(-1) == out and model.get_input_at(0) == a


def test_two_outputs_of_one_call():
    _, h, c = layers.LSTM(2, return_state=True)(Input((3, 2)))
    assert h._keras_history[2] == 0 and c._keras_history[2] == 2  # The first output is h as well.


def test_learning_phase():
    x = Input((3,))
    assert not Dense(2)(x)._uses_learning_phase
    assert Dense(2)(layers.Dropout(0.5)(x))._uses_learning_phase
    assert Model(x, layers.BatchNormalization()(x)).uses_learning_phase


def test_updates():
    x = Input((3,))
    normal = layers.BatchNormalization()
    y = normal(x)
    model = Model(x, y)
    assert len(normal.updates) == len(normal.get_updates_for(x)) == len(model.updates) == 2
    assert normal.get_updates_for(None) == [] and len(model.get_updates_for(x)) == 2
    outer = Model(x, model(x))
    assert len(outer.updates) == 2
    model.trainable = False
    assert normal.updates == [] and outer.updates == [] and model.state_updates == []


class Counts(Layer):
    def build(self, input_shape):
        self.seen = self.add_weight("seen", (), initializer="zeros", trainable=False)
        super().build(input_shape)

    def call(self, inputs):
        self.add_metric(K.sum(inputs, axis=1), name="width")
        return inputs * 1.0


def test_what_is_added_outside_of_a_call():
    x = Input((3,))
    dense, counts = Dense(1, kernel_initializer="ones"), Counts()
    y = dense(counts(x))
    model = Model(x, y)
    dense.add_loss(K.mean(K.square(y)), inputs=counts.output)
    dense.add_loss(2.0)
    counts.add_update(K.update_add(counts.seen, 1.0))
    assert dense.get_losses_for(None) == [2.0] and len(dense.get_losses_for(counts.output)) == 1
    assert len(dense.losses) == 2
    assert len(counts.updates) == len(counts.get_updates_for(None)) == 1
    model.compile("sgd")
    data = np.ones((4, 3))
    loss, width = model.train_on_batch(data, None)
    assert loss == pytest.approx(9 + 2) and width == pytest.approx(3) and model.metrics_names == ["loss", "width"]
    assert float(counts.seen) == 1
    other = Input((3,))
    alone = Model(other, dense(other))  # It cannot compute the loss of the first call.
    alone.compile("sgd", "mse")
    assert alone.evaluate(data, alone.predict(data), verbose=0) == pytest.approx(2)


def test_metrics_of_layers_within_models():
    inner = Sequential([Counts(input_shape=(3,)), Dense(1)])
    x = Input((3,))
    model = Model(x, inner(x))
    model.compile("sgd", "mse")
    assert model.evaluate(np.full((4, 3), 2.0), np.zeros(4), verbose=0)[1] == pytest.approx(6)


def test_numbers_are_losses_too():
    model = Sequential([Dense(1, input_shape=(2,))])
    model.add_loss(1)
    model.add_loss([2, 3.0])
    model.compile("sgd")
    assert len(model.losses) == 3 and model.evaluate(np.ones((2, 2)), verbose=0) == pytest.approx(6)


def test_models_are_called_and_masked():
    x, z = Input((4,)), Input((4,), dtype="int64")
    embedded = layers.Embedding(5, 2, mask_zero=True)(x)
    model = Model(x, embedded)
    ids = np.array([[1, 0, 2, 0]])
    outputs, masks, shapes = model.run_internal_graph([z])
    assert shapes == [(None, 4, 2)] and len(outputs) == 1
    np.testing.assert_array_equal(K.function([z], masks)([ids])[0], ids != 0)
    steps, mask = Input((4, 2)), Input((4,))
    passes = Model(steps, layers.Activation("relu")(steps))
    assert passes.compute_mask(steps, None) is None
    np.testing.assert_array_equal(K.function([mask], [passes.compute_mask(steps, mask)])([ids])[0], ids)
    assert model.call(z)._keras_shape == (None, 4, 2) and model.input_spec is None
    assert Sequential().model is not None


def test_a_mask_may_be_given_to_a_call():
    x, mask = Input((3, 2)), Input((3,))
    y = layers.GlobalAveragePooling1D()(x, mask=mask)
    values, counts = RANDOM.rand(2, 3, 2), np.array([[1, 0, 1], [0, 1, 0.0]])
    expected = (values * counts[..., None]).sum(1) / counts.sum(1, keepdims=True)
    np.testing.assert_allclose(Model([x, mask], y).predict([values, counts]), expected, rtol=1e-5)


def test_masks_of_merged_inputs():
    add = layers.Add()
    a, b = Input((3, 2)), Input((3, 2))
    assert add.compute_mask([a, b], [None, None]) is None
    one, two = (K.constant([[1.0, 1, 0]]), K.constant([[1.0, 0, 1]]))
    np.testing.assert_array_equal(K.eval(add.compute_mask([a, b], [one, two])), [[1, 0, 0]])
    for inputs, masks in [(a, [None, None]), ([a, b], one), ([a, b], [None])]:
        with pytest.raises(ValueError, match="compute_mask must get a list"):
            add.compute_mask(inputs, masks)


def test_merged_inputs_of_fewer_axes():
    steps, features = Input((4, 5)), Input((5,))
    model = Model([steps, features], layers.subtract([steps, features]))
    x, y = RANDOM.rand(4, 4, 5), RANDOM.rand(4, 5)  # As many rows as steps: NumPy would take one for the other.
    np.testing.assert_allclose(model.predict([x, y]), x - y[:, None], rtol=1e-5, atol=1e-6)


def test_weights_may_be_given():
    kernel = RANDOM.rand(3, 2).astype("float32")
    dense = Dense(2, use_bias=False, weights=[kernel])
    assert dense.compute_output_shape((None, 3)) == (None, 2)
    Sequential([dense, Dense(1)]).build((None, 3))
    np.testing.assert_array_equal(dense.get_weights()[0], kernel)
    table = layers.Embedding(3, 2, weights=[kernel], sparse_grad=True)
    table(Input((4,)))
    np.testing.assert_array_equal(table.get_weights()[0], kernel)
    wrong = Dense(5, weights=[kernel])
    with pytest.raises(ValueError, match="a value must be given for each weight"):
        wrong(Input((3,)))


class OldStyle(Layer):
    """Names its weights as layers of Keras 1 and 2 do."""

    def build(self, input_shape):
        self.w = K.variable(np.ones((input_shape[-1], 2)), name="w")
        self.fixed = K.variable(np.zeros(2), name="fixed")
        self.trainable_weights = [self.w]
        self.non_trainable_weights = [self.fixed]
        self.input_spec = InputSpec(ndim=2, axes={-1: input_shape[-1]})
        self.built = True

    def call(self, inputs):
        return K.dot(inputs, self.w) + self.fixed


def test_weights_that_a_layer_names():
    model = Sequential([OldStyle(input_shape=(3,))])
    layer = model.layers[0]
    assert layer.trainable_weights == [layer.w] and layer.non_trainable_weights == [layer.fixed]
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((2, 3)), np.zeros((2, 2)))
    assert layer.get_weights()[0].max() < 1 and layer.get_weights()[1].max() == 0
    with pytest.raises(ValueError, match=r"must have size 3 along axis -1. Received: input=<Symbol '\w+' \(None, 4\)"):
        layer(Input((4,)))


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (InputSpec(ndim=3), "ndim=3"),
        (InputSpec(min_ndim=3), "min_ndim=3"),
        (InputSpec(max_ndim=1), "max_ndim=1"),
        (InputSpec(shape=(None, 5)), "size 5 along axis 1"),
        (InputSpec(axes={7: 2}), "size 2 along axis 7"),
        (InputSpec(dtype="int64"), "dtype=int64"),
    ],
)
def test_input_specs(spec, fault):
    layer = Layer()
    layer.input_spec = spec
    with pytest.raises(ValueError, match=fault):
        layer(Input((4,)))


def test_weights_are_added_in_both_orders():
    class Own(Layer):
        def build(self, input_shape):
            self.a = self.add_weight((2, 3), "ones")
            self.b = self.add_weight(shape=(4,), initializer="zeros")
            self.c = self.add_weight("c", ())

        def call(self, inputs):
            return inputs

    layer = Own()
    layer(Input((2,)))
    assert [w.shape for w in layer.weights] == [(2, 3), (4,), ()] and layer.get_weights()[0].min() == 1


def test_clones_on_other_inputs():
    x = Input((3,))
    model = Model(x, Dense(2)(Dense(4)(x)))
    for source in (model, Sequential([Dense(2, input_shape=(3,))])):
        mine = Input((3,), name="mine")
        again = models.clone_model(source, input_tensors=mine)
        assert again.inputs == [mine] and again.input_names == ["mine"]
        again.set_weights(source.get_weights())
        values = RANDOM.rand(4, 3)
        np.testing.assert_array_equal(again.predict(values), source.predict(values))


def test_sequential_before_its_shape_is_known():
    model = Sequential([Dense(3), Dense(2)])
    model.compile("sgd", "mse")
    assert model.weights == model.trainable_weights == []
    with pytest.raises(ValueError, match="build: input_shape must be given"):
        model.build()
    model.train_on_batch(np.ones((2, 4)), np.ones((2, 2)))
    model.build()
    assert len(model.weights) == 4


def test_what_is_not_there_says_so():
    model = Sequential([Dense(1, input_shape=(2,))])
    for obj, name in [
        (model, "train_step"),
        (model, "run_eagerly"),
        (model, "get_build_config"),
        (Dense(1), "get_build_config"),
        (Dense(1), "compute_dtype"),
    ]:
        with pytest.raises(AttributeError, match=f"{type(obj).__name__}.{name} is of Keras, not in Lacuna: "):
            getattr(obj, name)
        assert name not in dir(obj)
    with pytest.raises(AttributeError, match="'Dense' object has no attribute 'nonsense'"):
        _ = Dense(1).nonsense
    with pytest.raises(AttributeError, match="must have been called once"):
        _ = Dense(1).output


def test_names_may_be_set():
    x = Input((3,))
    dense = Dense(2, name="old")
    model = Model(x, dense(x))
    dense.name, model.name = "new", "mine"
    assert model.get_layer("new") is dense and model.name == "mine" and dense.weights[0].name == "old/kernel"
    assert Model.from_config(model.get_config()).layers[1].name == "new"
    with pytest.raises(TypeError, match="name must be a text"):
        dense.name = 3


def test_settings_are_fixed():
    dense = Dense(2)
    with pytest.raises(
        AttributeError, match=r"activation is fixed when the layer is made: make another by from_config"
    ):
        dense.activation = "relu"
    dense.mine, dense.trainable = 3, False
