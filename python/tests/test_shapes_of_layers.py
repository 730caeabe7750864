"""compute_output_shape: of layers without weights, of models, of one's own layers, and what it leaves as it was."""

import numpy as np
import pytest

from lacuna import Input, Model, Sequential, layers, models
from lacuna import backend as K
from lacuna.layers import Dense, Layer, TimeDistributed

# A layer, the shape of its input, and that of its output: the answers of Keras 2.2.4.
SHAPES = [
    (layers.Conv1D(4, 3, padding="causal", dilation_rate=2), (None, None, 2), (None, None, 4)),
    (layers.Conv2D(4, 3, strides=2), (None, None, 8, 1), (None, None, 3, 4)),
    (layers.Conv2DTranspose(3, 3, strides=2), (None, 5, 5, 2), (None, 11, 11, 3)),
    (layers.Conv2DTranspose(3, 3, strides=2, padding="same"), (None, None, 5, 2), (None, None, 10, 3)),
    (layers.SeparableConv2D(3, 2, depth_multiplier=2), (None, 6, 6, 2), (None, 5, 5, 3)),
    (layers.DepthwiseConv2D(2, depth_multiplier=3), (None, 6, 6, 2), (None, 5, 5, 6)),
    (layers.AveragePooling2D(2, strides=1), (None, 9, None, 3), (None, 8, None, 3)),
    (layers.GlobalAveragePooling2D(data_format="channels_first"), (None, 5, 6, 3), (None, 5)),
    (layers.UpSampling2D((2, 3)), (None, 4, 5, 3), (None, 8, 15, 3)),
    (layers.ZeroPadding2D(((1, 2), (3, 4))), (None, 4, None, 5), (None, 7, None, 5)),
    (layers.Cropping1D((1, 2)), (None, 9, 5), (None, 6, 5)),
    (layers.LocallyConnected1D(3, 2), (None, 6, 2), (None, 5, 3)),
    (layers.Reshape((-1, 2)), (None, None, 4), (None, None, 2)),
    (layers.Permute((2, 1)), (None, 3, None), (None, None, 3)),
    (TimeDistributed(layers.Conv2D(4, 3)), (None, 6, 8, 8, 2), (None, 6, 6, 6, 4)),
    (Dense(3), (None, 5), (None, 3)),
    (Dense(3), (None, None, 5), (None, None, 3)),
    (layers.Embedding(9, 4), (None, 7), (None, 7, 4)),
    (layers.Embedding(9, 4, combiner="mean"), (None, 7), (None, 4)),
    (layers.Conv1D(4, 3, strides=2), (None, 10, 2), (None, 4, 4)),
    (layers.Conv2D(4, 3, padding="same"), (2, 8, 8, 1), (2, 8, 8, 4)),
    (layers.MaxPooling1D(2), (None, 9, 3), (None, 4, 3)),
    (layers.GlobalAveragePooling1D(), (None, None, 3), (None, 3)),
    (layers.LSTM(6, return_sequences=True), (None, 5, 2), (None, 5, 6)),
    (layers.LSTM(6, stateful=True), (3, 5, 2), (3, 6)),
    (layers.Bidirectional(layers.GRU(6)), (None, 5, 2), (None, 12)),
    (TimeDistributed(Dense(2)), (None, 5, 3), (None, 5, 2)),
    (TimeDistributed(Sequential([Dense(4), Dense(2)])), (None, 5, 3), (None, 5, 2)),
    (layers.Dropout(0.5), (None, 4), (None, 4)),
    (layers.BatchNormalization(), (None, 4), (None, 4)),
    (layers.PReLU(), (None, 4), (None, 4)),
    (layers.Reshape((2, -1)), (None, 4), (None, 2, 2)),
    (layers.Lambda(lambda x: K.sum(x, axis=1)), (None, 4, 5), (None, 5)),
]


@pytest.mark.parametrize(("layer", "given", "shape"), SHAPES)
def test_the_answer_is_the_shape_of_a_call(layer, given, shape):
    assert layer.compute_output_shape(given) == shape
    assert not layer.built and layer.weights == []
    x = Input(batch_shape=given)
    assert K.int_shape(layer(x)) == shape
    assert layer.compute_output_shape(given) == shape  # Also of a layer that has weights.


def test_several_inputs_and_outputs():
    assert layers.Concatenate().compute_output_shape([(None, 2), (None, 3)]) == (None, 5)
    assert layers.Add().compute_output_shape([(None, None, 5), (None, 4, 5)]) == (None, 4, 5)
    assert layers.Add().compute_output_shape([(None, 4, 3), (None, 3)]) == (None, 4, 3)
    assert layers.Concatenate(axis=1).compute_output_shape([(None, 4, 3), (None, None, 3)]) == (None, None, 3)
    assert layers.Dot((2, 1)).compute_output_shape([(None, 4, 3), (None, 3, 5)]) == (None, 4, 5)
    assert layers.LSTM(4, return_state=True).compute_output_shape((None, 3, 2)) == [(None, 4)] * 3


def test_tables_of_any_size_answer_at_once():
    for layer in (Dense(2), Dense(2, sparse_weight=True)):
        assert layer.compute_output_shape((None, 2**40)) == (None, 2)
    assert layers.Embedding(2**40, 8).compute_output_shape((None, 3)) == (None, 3, 8)


def test_models():
    model = Sequential([Dense(3), Dense(2)])
    assert model.compute_output_shape((None, 9)) == (None, 2)
    assert not model.built
    model.build((None, 9))
    assert model.compute_output_shape((4, 9)) == (4, 2)
    x, z = Input((3,)), Input((3,))
    both = Model([x, z], [layers.add([x, z]), Dense(2)(x)])
    assert both.compute_output_shape([(None, 3), (7, 3)]) == [(None, 3), (None, 2)]
    with pytest.raises(ValueError, match="there must be a shape for each input"):
        both.compute_output_shape((None, 3))


class Pair(Layer):
    """Makes its inner layers in build."""

    def build(self, input_shape):
        self.first, self.second = Dense(4), Dense(2)
        self.scale = self.add_weight("scale", (input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return self.second(self.first(inputs * self.scale))


def test_a_layer_of_ones_own_is_as_it_was():
    K.clear_session()
    layer = Pair()
    before = dict(vars(layer))
    assert layer.compute_output_shape((None, 5)) == (None, 2)
    assert vars(layer) == before and not layer.built
    layer(Input((5,)))
    assert [w.name.split("/")[0] for w in layer.weights] == [layer.name, "dense_1", "dense_1", "dense_2", "dense_2"]
    assert layer.count_params() == 5 + 24 + 10


def test_weights_and_random_numbers_are_those_that_would_have_been():
    from lacuna.utils import set_random_seed

    def made(asks):
        set_random_seed(5)
        layer = Pair()
        if asks:
            layer.compute_output_shape((None, 3))
        layer(Input((3,)))
        return layer.get_weights()

    for with_it, without in zip(made(True), made(False), strict=True):
        np.testing.assert_array_equal(with_it, without)


def test_an_override_is_asked():
    class Says(Layer):
        def compute_output_shape(self, input_shape):
            return (input_shape[0], 99)

    assert Says().compute_output_shape((None, 3)) == (None, 99)
    said = layers.Lambda(lambda x: x, output_shape=(7,))
    assert said.compute_output_shape((None, 3)) == (None, 7)
    assert layers.Lambda(lambda x: x, output_shape=lambda s: (s[0], 8)).compute_output_shape((5, 3)) == (5, 8)


def test_what_is_declared_fills_in_what_ops_leave_open():
    class Known(Layer):
        def call(self, inputs):
            return [inputs * 2.0, inputs]

        def compute_output_shape(self, input_shape):
            return [(input_shape[0], 4, 5), input_shape]

    x, values = Input((None, 5)), np.random.RandomState(0).rand(2, 4, 5)
    first, second = Known()(x)
    assert K.int_shape(first) == (None, 4, 5) and K.int_shape(second) == (None, None, 5)
    np.testing.assert_allclose(Model(x, first).predict(values), values * 2, rtol=1e-6)
    with pytest.raises(ValueError, match="reshape"):
        Model(x, first).predict(values[:, :3])
    assert K.int_shape(layers.Lambda(lambda x: x * 2.0, output_shape=(4, 5))(x)) == (None, 4, 5)


def test_weights_have_no_values_for_it():
    class Reads(Layer):
        def build(self, input_shape):
            self.w = self.add_weight("w", (input_shape[-1], 2))
            self.set_weights([np.ones((3, 2))])

        def call(self, inputs):
            return K.dot(inputs, self.w) * float(K.get_value(self.w).sum())

    layer = Reads()
    with pytest.raises(ValueError, match="a weight has no values while the shape"):
        layer.compute_output_shape((None, 3))
    x = Input((3,))
    np.testing.assert_allclose(Model(x, layer(x)).predict(np.ones((1, 3))), [[18, 18]])


def test_errors_name_the_layer():
    with pytest.raises(ValueError, match="dense.*known last dimension"):
        Dense(3).compute_output_shape((None, None))
    with pytest.raises(TypeError, match="input_shape must be a shape or a list of shapes"):
        Dense(3).compute_output_shape(5)


def test_build_makes_the_weights_of_any_layer():
    layer = Dense(3)
    layer.build((None, 4))
    assert layer.built and [w.shape for w in layer.weights] == [(4, 3), (3,)]
    own = Pair()
    own.build((None, 4))
    assert own.built
    own(Input((4,)))
    assert len(own.weights) == 5


def test_lambdas_are_found_again_in_this_process():
    scale = 3.0
    model = Sequential([layers.Lambda(lambda x: x * 2, input_shape=(2,)), layers.Lambda(lambda x: x * scale)])
    again = models.clone_model(model)
    np.testing.assert_array_equal(again.predict(np.ones((1, 2))), [[6, 6]])
    config = model.get_config()
    for layer in config["layers"]:
        layer["config"].pop("functions_here", None)  # As another process reads it.
    with pytest.raises(ValueError, match="the function has no name"):
        Sequential.from_config(config)
