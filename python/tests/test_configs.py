"""get_config and from_config of layers, models and optimizers; models as JSON."""

import json
import pickle
import sys

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna import constraints, initializers, layers, models, optimizers, regularizers
from lacuna.models.files import restored_config
from lacuna.utils import CustomObjectScope


def made_again(layer):
    return layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))


LAYERS = [
    lambda: layers.Dense(3, "relu", sparse_weight=True, kernel_regularizer="l2", input_dim=7, name="first"),
    lambda: layers.Dense(3, use_bias=False, kernel_initializer=initializers.RandomNormal(seed=4), dtype="float64"),
    lambda: layers.Dense(3, kernel_constraint=constraints.MaxNorm(3, axis=1), trainable=False),
    lambda: layers.Embedding(2**40, 4, sparse_grad=True, input_length=5),
    lambda: layers.Embedding(9, 4, embeddings_regularizer=regularizers.l1_l2(0.1, 0.2)),
    lambda: layers.FactorizationMachine(3, activation="sigmoid", sparse_weight=True),
    lambda: layers.Dropout(0.5, seed=3, input_shape=(4,)),
    lambda: layers.Activation("softmax"),
    lambda: layers.Flatten(),
    lambda: layers.Reshape((2, -1)),
    lambda: layers.Concatenate(axis=1),
    lambda: layers.Dot(axes=(1, 2), normalize=True),
    lambda: layers.Dot(axes=1),
    lambda: layers.Add(),
    lambda: layers.Subtract(),
    lambda: layers.Multiply(),
    lambda: layers.Average(),
    lambda: layers.Maximum(),
    lambda: layers.Minimum(),
    lambda: layers.Embedding(9, 4, mask_zero=True, combiner="mean", weighted=False),
    lambda: layers.FactorizationMachine(3, input_dim=9, ids=True, mask_zero=True),
    lambda: layers.CrossNet(3, use_bias=False, sparse_weight=True, kernel_regularizer="l1"),
    lambda: layers.BatchNormalization(axis=1, momentum=0.9, scale=False, beta_regularizer="l2"),
    lambda: layers.BatchNormalization(center=False, subtract_mean=False, epsilon=0.1),
    lambda: layers.Dropout(0.5, noise_shape=(None, 1, 3)),
    lambda: layers.SpatialDropout1D(0.25),
    lambda: layers.GaussianNoise(0.25),
    lambda: layers.GaussianDropout(0.25),
    lambda: layers.AlphaDropout(0.25, noise_shape=(None, 1), seed=7),
    lambda: layers.Masking(3.0),
    lambda: layers.GlobalAveragePooling1D("channels_first"),
    lambda: layers.GlobalMaxPooling1D(),
    lambda: layers.RepeatVector(3),
    lambda: layers.Conv1D(3, 2, 1, "causal", dilation_rate=2, activation="relu", kernel_regularizer="l2"),
    lambda: layers.Conv2D(3, (2, 1), 2, "same", "channels_first", kernel_constraint="max_norm", use_bias=False),
    lambda: layers.Conv3D(3, 2, bias_initializer="ones", activity_regularizer="l1"),
    lambda: layers.Conv2DTranspose(3, 2, 2, output_padding=1, dilation_rate=2),
    lambda: layers.Conv3DTranspose(3, 2, (2, 1, 1), "same"),
    lambda: layers.SeparableConv1D(3, 2, depth_multiplier=2, pointwise_regularizer="l2"),
    lambda: layers.SeparableConv2D(3, 2, dilation_rate=2, depthwise_constraint="non_neg"),
    lambda: layers.DepthwiseConv2D(3, 2, "same", 4, depthwise_initializer="ones"),
    lambda: layers.LocallyConnected1D(3, 2, 2),
    lambda: layers.LocallyConnected2D(3, (2, 1), data_format="channels_first", activation="tanh"),
    lambda: layers.MaxPooling1D(3),
    lambda: layers.MaxPooling2D((3, 2), 1, "same"),
    lambda: layers.MaxPooling3D(2, data_format="channels_first"),
    lambda: layers.AveragePooling1D(strides=1),
    lambda: layers.AveragePooling2D(),
    lambda: layers.AveragePooling3D(),
    lambda: layers.GlobalAveragePooling2D("channels_first"),
    lambda: layers.GlobalMaxPooling3D(),
    lambda: layers.ZeroPadding1D((1, 2)),
    lambda: layers.ZeroPadding2D(((1, 2), (3, 4)), "channels_first"),
    lambda: layers.ZeroPadding3D(2),
    lambda: layers.Cropping1D(3),
    lambda: layers.Cropping2D((1, 2)),
    lambda: layers.Cropping3D(),
    lambda: layers.UpSampling1D(3),
    lambda: layers.UpSampling2D((1, 2), interpolation="bilinear"),
    lambda: layers.UpSampling3D(),
    lambda: layers.SpatialDropout2D(0.25, "channels_first"),
    lambda: layers.SpatialDropout3D(0.25),
    lambda: layers.Permute((2, 1)),
    lambda: layers.CrossNetV2(2, projection_dim=3, use_bias=False),
    lambda: layers.CrossNetV2(2),
    lambda: layers.ActivityRegularization(0.5, 0.25),
    lambda: layers.LeakyReLU(0.2),
    lambda: layers.SimpleRNN(3, recurrent_initializer="identity", return_sequences=True),
    lambda: layers.GRU(3, reset_after=True, dropout=0.25, go_backwards=True),
    lambda: layers.LSTM(3, recurrent_activation="sigmoid", unit_forget_bias=False, return_state=True),
    lambda: layers.ELU(0.2),
    lambda: layers.ThresholdedReLU(0.2),
    lambda: layers.ReLU(6, 0.1, 0.2),
    lambda: layers.ReLU(),
    lambda: layers.Softmax(),
    lambda: layers.PReLU("ones", shared_axes=[1, 2]),
]


@pytest.mark.parametrize("make", LAYERS)
def test_layers_keep_their_settings(make):
    layer = make()
    again = made_again(layer)
    assert type(again) is type(layer) and again.name == layer.name
    assert again.get_config() == layer.get_config()


def test_arguments_are_attributes():
    dense = layers.Dense(np.int64(3), "relu", use_bias=np.bool_(False), kernel_regularizer="l2", name="d")
    assert (dense.units, type(dense.units), dense.use_bias) == (3, int, False)
    assert dense.activation is lacuna.activations.relu
    assert isinstance(dense.kernel_initializer, initializers.VarianceScaling)
    assert dense.kernel_regularizer.get_config()["l2"] == 0.01
    assert dense.kernel_constraint is None
    mine = initializers.RandomNormal(seed=3)
    assert layers.Embedding(4, 2, embeddings_initializer=mine).embeddings_initializer is mine


def test_scalars_of_numpy_are_scalars():
    odd = layers.BatchNormalization(
        axis=np.int32(-1), momentum=np.float32(0.5), epsilon=np.array(0.25), center=np.array(True), scale=0
    )
    plain = layers.BatchNormalization(momentum=0.5, epsilon=0.25, scale=False, name=odd.name)
    assert odd.get_config() == plain.get_config()
    assert optimizers.SGD(lr=np.array(1), nesterov=np.int8(1)).get_config()["nesterov"] is True
    for wrong in (2, "yes", 1.0, None, [True], np.array([1, 0])):
        with pytest.raises((TypeError, ValueError), match="Dense: use_bias must be True or False. Received: use_bias="):
            layers.Dense(3, use_bias=wrong)


def test_numbers_that_do_not_fit_are_errors():
    for make in (
        lambda: layers.Dot(2**40),
        lambda: layers.Dense(2**70),
        lambda: layers.Dense(3, input_shape=None, input_dim=-3),
        lambda: initializers.RandomNormal(seed=2**64),
    ):
        with pytest.raises(ValueError, match="must be .* Received: "):
            make()
    with pytest.raises(TypeError, match="seed must be a whole number. Received: seed='12'"):
        initializers.RandomNormal(seed="12")


def test_lists_without_end_are_errors():
    endless = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        layers.Dense(endless)
    with pytest.raises(TypeError, match="Dense: kernel_initializer must be .* Received: kernel_initializer=None"):
        layers.Dense(3, kernel_initializer=None)


def test_keys_and_nesting_are_those_of_keras():
    config = layers.Dense(3, kernel_regularizer="l2", input_dim=7, name="d").get_config()
    assert config == {
        "name": "d",
        "trainable": True,
        "batch_input_shape": (None, 7),
        "dtype": "float32",
        "units": 3,
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": {
            "class_name": "VarianceScaling",
            "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
        },
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.01}},
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
        "sparse_weight": False,
    }
    # As Keras 2.2.4 writes it: no flags of ours, its own order of dimensions.
    assert layers.Dense.from_config({"units": 3, "activation": "relu", "use_bias": True}).units == 3
    assert layers.Flatten.from_config({"name": "f", "trainable": True, "data_format": "channels_last"})


def test_optimizers_keep_their_settings():
    for optimizer in (
        optimizers.SGD(0.2, momentum=0.9, nesterov=True, clipnorm=2.0),
        optimizers.Adam(epsilon=1e-3, amsgrad=True, lazy_update=False),
        optimizers.Adagrad(decay=1e-3, clipvalue=0.5),
    ):
        K.set_value(optimizer.lr, 0.25)
        again = optimizers.deserialize(optimizers.serialize(optimizer))
        assert again.get_config() == optimizer.get_config()
        assert again.get_config()["lr"] == 0.25
    assert optimizers.SGD(clipnorm=2.0).get_config()["clipnorm"] == 2
    assert "clipnorm" not in optimizers.SGD().get_config()


def branches():
    a = lacuna.Input((20,), name="a", sparse=True)
    b = lacuna.Input((20,), name="b")
    shared = layers.Dense(6, activation="tanh", name="shared")
    inside = lacuna.Input((6,), name="inside")
    inner = lacuna.Model(
        inside, layers.Dense(6, name="inner_dense")(layers.Dropout(0.5, name="drop")(inside)), name="inner"
    )
    x, y = shared(a), shared(b)
    total = layers.add([inner(x), inner(y), x])
    return lacuna.Model([a, b], [total, layers.Dense(1)(layers.concatenate([total, y]))])


def test_models_are_made_again():
    model = branches()
    again = models.model_from_json(model.to_json(indent=1))
    assert again.get_config() == model.get_config()
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    assert K.is_sparse(again.inputs[0])
    again.set_weights(model.get_weights())
    x = [np.random.rand(5, 20).astype("float32") for _ in range(2)]
    for first, second in zip(model.predict(x), again.predict(x), strict=True):
        np.testing.assert_array_equal(first, second)
    clone = models.clone_model(model)
    assert clone.get_config() == model.get_config()
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.compile("sgd", "mse")
    clone.fit(x, [np.zeros((5, 6)), np.zeros(5)], verbose=0)


def test_sequential_models_are_made_again():
    model = lacuna.Sequential([layers.Dense(4, input_dim=20), layers.Dropout(0.1), layers.Dense(1)])
    again = models.model_from_json(model.to_json())
    assert type(again) is lacuna.Sequential and again.get_config() == model.get_config()
    assert again.predict(np.zeros((2, 20))).shape == (2, 1)
    unbuilt = lacuna.Sequential([layers.Dense(4)])
    assert not lacuna.Sequential.from_config(unbuilt.get_config()).built
    unbuilt.build((None, 3))
    assert lacuna.Sequential.from_config(unbuilt.get_config()).built


class Scaled(layers.Layer):
    def __init__(self, factor, regularizer=None, **kwargs):
        self.factor, self.regularizer = factor, regularizers.get(regularizer)
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1],), initializer="ones", regularizer=self.regularizer)

    def call(self, x):
        return x * self.w * self.factor

    def get_config(self):
        return {
            **super().get_config(),
            "factor": np.float64(self.factor),
            "regularizer": regularizers.serialize(self.regularizer),
        }


class Fourth(regularizers.Regularizer):
    def __init__(self, rate=1.0):
        self.rate = rate

    def __call__(self, x):
        return K.sum(K.square(K.square(x))) * self.rate

    def get_config(self):
        return {"rate": self.rate}


def twice(x):
    return x + x


def squares(w):
    return K.sum(K.square(w))


OWN = {"Scaled": Scaled, "Fourth": Fourth, "twice": twice, "squares": squares}


def own_model():
    return lacuna.Sequential(
        [
            Scaled(3.0, Fourth(0.5), input_shape=(4,)),
            layers.Dense(2, activation=twice, kernel_regularizer=squares, activity_regularizer=Fourth()),
        ]
    )


def test_classes_and_functions_of_ones_own():
    model = own_model()
    config = model.get_config()
    dense = config["layers"][1]["config"]
    assert config["layers"][0]["class_name"] == "Scaled"
    assert dense["activation"] == "twice" and dense["kernel_regularizer"] == "squares"
    assert dense["activity_regularizer"] == {"class_name": "Fourth", "config": {"rate": 1.0}}
    text = model.to_json()
    again = models.model_from_json(text, custom_objects=OWN)
    again.set_weights(model.get_weights())
    x = np.random.rand(3, 4)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert again.layers[0].factor == 3 and again.layers[0].regularizer.rate == 0.5
    with CustomObjectScope(OWN):
        assert models.model_from_json(text).get_config() == config
    with pytest.raises(ValueError, match="Scaled"):
        models.model_from_json(text)  # The name is only known within the scope.
    assert models.clone_model(model).get_config() == config

    inputs = lacuna.Input((4,))
    functional = lacuna.Model(inputs, Scaled(2.0, name="s")(inputs))
    found = models.model_from_json(functional.to_json(), OWN)
    np.testing.assert_array_equal(found.predict(x), functional.predict(x))


def test_what_cannot_be_written_is_an_error():
    inputs = lacuna.Input((4,))
    with pytest.raises(ValueError, match="get_config: all that stands between .* op 'exp'"):
        lacuna.Model(inputs, layers.Dense(1)(K.exp(inputs))).get_config()

    class Odd(layers.Layer):
        def get_config(self):
            return {**super().get_config(), "odd": object.__new__(object)}

    with pytest.raises(ValueError, match="config: settings must be"):
        lacuna.Model(inputs, Odd()(inputs)).get_config()
    with pytest.raises(ValueError, match="unknown|known class_name"):
        layers.deserialize({"class_name": "Dens", "config": {}})
    with pytest.raises(TypeError, match="model_from_config: config must be a dict"):
        models.model_from_config([])
    with pytest.raises(ValueError, match="one without"):
        lacuna.Model.from_config({"name": "m"})


def test_models_in_a_sequential():
    i = layers.Input((4,))
    functional = models.Model(i, layers.Dense(3, name="inside")(i), name="functional")
    deep = models.Sequential([layers.Dense(2)], name="deep")  # Without a shape of its own.
    model = models.Sequential([functional, layers.Dense(5), deep])
    model.compile("sgd", "mse")
    assert [layer.name for layer in model.layers] == ["functional", model.layers[1].name, "deep"]
    assert model.count_params() == 15 + 20 + 12
    x = np.random.default_rng(0).normal(size=(8, 4))
    kernel, bias = model.layers[1].get_weights()
    np.testing.assert_allclose(model.predict(x), deep.predict(functional.predict(x) @ kernel + bias), rtol=1e-5)
    before = functional.get_weights()[0]
    model.fit(x, np.ones((8, 2)), verbose=0)
    assert np.any(functional.get_weights()[0] != before)
    again = models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict(x), model.predict(x))
    model.pop()
    assert model.output_shape == (None, 5)
    two = models.Model(i, [layers.Dense(1)(i), layers.Dense(1)(i)])
    with pytest.raises(ValueError, match="Sequential: a model in it must have one input and one output"):
        model.add(two)
    with pytest.raises(ValueError, match="Sequential: a model in it must have layers"):
        models.Sequential([models.Sequential()]).build((None, 3))
    with pytest.raises(TypeError, match="Sequential: what is added must be a layer or a model. Received: 3"):
        model.add(3)


def test_unbuilt_sequential_keeps_what_compile_was_given():
    model = models.Sequential([layers.Dense(1)])
    model.compile(optimizers.Adam(lr=0.25), "mse", ["mae"])
    copy = pickle.loads(pickle.dumps(model))
    x = np.ones((4, 3))
    assert not copy.built
    copy.fit(x, x[:, :1], verbose=0)
    assert copy.metrics_names == ["loss", "mean_absolute_error"]
    assert K.get_value(copy.optimizer.lr) == 0.25


def test_yaml(monkeypatch):
    model = models.Sequential([layers.Dense(3, input_shape=(4,)), layers.Reshape((1, 3))], name="named")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match="to_yaml: PyYAML must be installed"):
        model.to_yaml()
    with pytest.raises(ImportError, match="model_from_yaml: PyYAML must be installed"):
        models.model_from_yaml("")
    monkeypatch.undo()
    again = models.model_from_yaml(model.to_yaml())
    assert again.get_config() == model.get_config()
    tuples = model.to_yaml().replace("target_shape:", "target_shape: !!python/tuple")
    assert models.model_from_yaml(tuples).get_config() == model.get_config()


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_softmax_of_any_axis(axis):
    i = layers.Input((3, 4))
    layer = layers.Softmax(axis=axis)
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    e = np.exp(x)
    np.testing.assert_allclose(models.Model(i, layer(i)).predict(x), e / e.sum(axis, keepdims=True), rtol=1e-5)
    assert made_again(layer).get_config() == layer.get_config()
    with pytest.raises(ValueError, match="softmax: axis must be one of x. Received: axis=3"):
        layers.Softmax(axis=3)(i)


def test_unbuilt_models_are_frozen_and_held():
    inner = models.Sequential([layers.Dense(2)])
    model = models.Sequential([inner, layers.Dense(1)])
    assert model.trainable is True and not model.built
    model.trainable = False
    assert model.trainable is False and inner.trainable is False and not model.layers[1].trainable
    for one in (model, pickle.loads(pickle.dumps(model)), models.clone_model(model)):
        assert one.trainable is False and not one.built
        one.build((None, 3))
        assert one.trainable is False and one.trainable_weights == [] and len(one.weights) == 4
        assert [layer.built for layer in one.layers] == [True, True]
    assert inner.built and inner.weights == model.weights[:2]
    model.add(layers.Dense(4))
    assert model.trainable is False and model.trainable_weights == []
    model.pop()
    model.trainable = True
    assert len(model.trainable_weights) == 4
    model.add(models.Sequential([layers.Dense(5)]))
    assert model.output_shape == (None, 5)


def test_unbuilt_models_are_built_by_what_they_are_fed():
    ids = models.Sequential([layers.Embedding(10, 2, combiner="mean")])
    model = models.Sequential([ids, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.array([[1, 2], [3, 4]]), np.zeros(2), verbose=0)
    assert ids.output_shape == (None, 2) and ids.inputs[0].dtype == "int64"
    assert models.model_from_json(model.to_json()).to_json() == model.to_json()


def test_pickles_of_before_have_no_training():
    config = models.Sequential([layers.Dense(2)]).get_config()
    assert not restored_config(models.Sequential, config, {}).built
