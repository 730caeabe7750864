"""Networks with layers of convolution: what they learn, files, settings, errors, and figures of a real Keras."""

import json

import numpy as np
import pytest
import scipy.sparse

from lacuna import backend as K
from lacuna import layers
from lacuna.layers import Dense, Embedding, Input
from lacuna.models import Sequential, load_model

RANDOM = np.random.RandomState(3)


def text_cnn():
    return Sequential(
        [
            Embedding(40, 8, input_length=10),
            layers.Conv1D(16, 3, activation="relu"),
            layers.GlobalMaxPooling1D(),
            Dense(1, activation="sigmoid"),
        ]
    )


def phrases(n=128):
    """Texts of ten words; in half of them 1 follows 0."""
    x = RANDOM.randint(2, 40, (n, 10))
    y = np.arange(n) % 2
    for i in np.flatnonzero(y):
        at = RANDOM.randint(9)
        x[i, at : at + 2] = 0, 1
    return x, y


def test_a_text_cnn_learns_and_is_saved(tmp_path):
    x, y = phrases()
    model = text_cnn()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=30, epochs=40, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.95
    path = tmp_path / "model.h5"
    model.save(path)
    np.testing.assert_array_equal(load_model(path).predict(x), model.predict(x))


def test_an_image_network_learns():
    x = RANDOM.uniform(size=(64, 8, 8, 1)).astype("float32") * 0.5
    y = np.arange(64) % 2
    x[y == 1, 2:4, 3:6] += 0.7
    model = Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", padding="same", input_shape=(8, 8, 1)),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.1),
            layers.SeparableConv2D(8, 3, activation="relu"),
            layers.Flatten(),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=16, epochs=40, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.95


def test_dropout_of_whole_features():
    i = Input((3, 4, 6))
    for layer, axes in (
        (layers.SpatialDropout2D(0.5), (1, 2)),
        (layers.SpatialDropout2D(0.5, "channels_first"), (2, 3)),
    ):
        f = K.function([i, K.learning_phase()], [layer(i)])
        y = f([np.ones((20, 3, 4, 6), "float32"), 1])[0]
        assert (y.min(axis=axes) == y.max(axis=axes)).all()
        assert set(np.unique(y)) == {0, 2}


def test_masks_and_csr_are_errors():
    words = Embedding(9, 4, mask_zero=True)(Input((6,)))
    for layer in (layers.Conv1D(2, 3), layers.MaxPooling1D(), layers.UpSampling1D(), layers.ZeroPadding1D()):
        with pytest.raises(ValueError, match="does not support masking"):
            layer(words)
    wide = Input((6,), sparse=True)
    for layer in (layers.Conv1D(2, 3), layers.MaxPooling1D(), layers.LocallyConnected1D(2, 3), layers.Cropping1D()):
        with pytest.raises(ValueError, match=r"to_dense\(x\)"):
            layer(wide)
    with pytest.raises(ValueError, match=r"to_dense\(x\)"):
        K.conv1d(scipy.sparse.csr_matrix(np.eye(4, dtype="float32")), np.ones((2, 1, 1), "float32"))


def test_wrong_settings_are_errors():
    for make, message in (
        (lambda: layers.Conv1D(0, 3), "filters must be positive"),
        (lambda: layers.Conv2D(3, (1, 2, 3)), "kernel_size must be a positive whole number, or 2 of them"),
        (lambda: layers.Conv2D(3, 2, padding="causal"), "'valid' or 'same'"),
        (lambda: layers.Conv1D(3, 2, padding="full"), "'valid', 'same' or 'causal'"),
        (lambda: layers.Conv2D(3, 2, data_format="last"), "data_format must be"),
        (lambda: layers.Conv1D(3, 9)(Input((5, 2))), "the window must not be larger"),
        (lambda: layers.Conv1D(3, 2)(Input((5,))), "rank 3"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "padding"),
        (lambda: layers.LocallyConnected1D(3, 2, padding="same"), "padding must be 'valid'"),
        (lambda: layers.UpSampling2D(interpolation="cubic"), "interpolation must be"),
    ):
        with pytest.raises(ValueError, match=message):
            make()


def test_names_of_keras_1():
    for name, of in (
        ("Convolution1D", "Conv1D"),
        ("Deconvolution2D", "Conv2DTranspose"),
        ("Deconv3D", "Conv3DTranspose"),
        ("SeparableConvolution2D", "SeparableConv2D"),
        ("MaxPool2D", "MaxPooling2D"),
        ("AvgPool1D", "AveragePooling1D"),
        ("GlobalAvgPool3D", "GlobalAveragePooling3D"),
    ):
        assert getattr(layers, name) is getattr(layers, of)
    with pytest.warns(UserWarning, match="dilation_rate"):
        layer = layers.AtrousConvolution1D(3, 2, atrous_rate=2)
    assert isinstance(layer, layers.Conv1D) and list(layer.dilation_rate) == [2]


def test_configs_are_those_of_keras():
    def config(layer):
        return json.loads(json.dumps(layer.get_config()))

    conv = config(layers.Conv2D(3, 2, name="c"))
    assert [conv[name] for name in ("kernel_size", "strides", "dilation_rate")] == [[2, 2], [1, 1], [1, 1]]
    assert config(layers.ZeroPadding2D(1))["padding"] == [[1, 1], [1, 1]]
    assert config(layers.Cropping1D(2))["cropping"] == [2, 2]
    assert config(layers.UpSampling1D(2))["size"] == 2
    assert config(layers.DepthwiseConv2D(3, dilation_rate=2))["dilation_rate"] == [2, 2]


def wave(shape, by):
    return np.sin(by * (1.0 + np.arange(np.prod(shape)))).reshape(shape).astype("float32")


KEPT = [  # What Keras 2.2.4 (Keras-MXNet) predicts with these weights and inputs.
    (
        lambda: [
            Embedding(50, 8, input_length=12),
            layers.Conv1D(6, 3, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(5, 3, padding="same"),
            layers.GlobalMaxPooling1D(),
            Dense(2),
        ],
        [[0.3533292, 0.2331754], [0.3491195, 0.1267101]],
    ),
    (
        lambda: [
            Embedding(50, 8, input_length=12),
            layers.Conv1D(6, 3, padding="causal", dilation_rate=2),
            layers.ZeroPadding1D(2),
            layers.Cropping1D((1, 0)),
            layers.UpSampling1D(2),
            layers.GlobalAveragePooling1D(),
        ],
        [
            [0.3305221, 0.3915776, 0.1566012, -0.1990433, -0.4073654, -0.3098575],
            [0.2948082, 0.3678927, 0.1593121, -0.1715809, -0.3718098, -0.2877764],
        ],
    ),
    (
        lambda: [
            layers.Conv2D(4, 3, activation="relu", padding="same", input_shape=(9, 8, 2)),
            layers.AveragePooling2D(),
            layers.DepthwiseConv2D(2),
            layers.SeparableConv2D(3, 2),
            layers.Flatten(),
            Dense(2),
        ],
        [[0.4975678, -0.08468852], [0.4885436, -0.103251]],
    ),
    (
        lambda: [
            layers.Conv2D(4, 3, input_shape=(6, 7, 2)),
            layers.Conv2DTranspose(3, 3, strides=2),
            layers.UpSampling2D((2, 3)),
            layers.ZeroPadding2D(((1, 2), (0, 1))),
            layers.Cropping2D(((0, 1), (1, 0))),
            layers.GlobalAveragePooling2D(),
        ],
        [[0.4749608, 0.263037, 0.1936841], [0.4755991, 0.2631541, 0.192836]],
    ),
    (
        lambda: [
            layers.Conv3D(4, 2, input_shape=(4, 5, 6, 2)),
            layers.MaxPooling3D((1, 2, 2)),
            layers.GlobalAveragePooling3D(),
        ],
        [[0.7373424, 0.8286295, 0.6496324, 0.306322], [0.7396915, 0.9005855, 0.7482486, 0.3778337]],
    ),
]


@pytest.mark.parametrize("make, kept", KEPT)
def test_networks_predict_what_keras_does(make, kept):
    model = Sequential(make())
    model.set_weights([wave(w.shape, 0.7 + 0.1 * i) * 0.5 for i, w in enumerate(model.get_weights())])
    shape = (2, *model.input_shape[1:])
    x = np.arange(24).reshape(2, 12) if len(shape) == 2 else wave(shape, 0.3)
    np.testing.assert_allclose(model.predict(x), kept, rtol=1e-5, atol=1e-6)
