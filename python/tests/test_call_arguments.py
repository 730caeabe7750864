"""Further arguments of the call of one's own layer: settings and symbols."""

import numpy as np
import pytest

from lacuna import Input, Model, Sequential
from lacuna import backend as K
from lacuna.layers import Add, Dense, Embedding, GlobalAveragePooling1D, Layer, Masking
from lacuna.models import clone_model, load_model, model_from_json
from lacuna.utils.vis_utils import model_to_dot

X, Z = np.random.RandomState(0).rand(2, 6, 3).astype("float32")


class Mixed(Layer):
    """scale x + shift, with a weight of the width of x; steps without a mask."""

    def build(self, input_shape):
        assert len(input_shape) == 2 and input_shape[-1] == 3
        self.factor = self.add_weight("factor", (input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs, shift=None, scale=1.0, training=None, names=()):
        assert names == () or names == ["a", None]
        y = inputs * self.factor * scale
        return y if shift is None else y + shift


def models():
    x, z = Input((3,)), Input((3,))
    hidden = Dense(3, name="hidden")(z)
    layer = Mixed(name="mixed")
    first = layer(x, shift=hidden, scale=2.0, names=["a", None])
    return layer, Model([x, z], Add()([first, layer(first, scale=np.float32(0.5))]))


def expected(model, x, z):
    kernel, bias = next(la for la in model.layers if la.name == "hidden").get_weights()
    first = 2 * x + z @ kernel + bias
    return 1.5 * first


def test_settings_and_symbols_reach_call(tmp_path):
    layer, model = models()
    np.testing.assert_allclose(model.predict([X, Z]), expected(model, X, Z), rtol=1e-5)
    assert [la.name for la in model.layers if la.name == "hidden"] and len(model.trainable_weights) == 3
    assert layer.get_input_at(0).shape == (None, 3)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.train_on_batch([X, Z], X)
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))
    assert '"hidden" -> "mixed"' in model_to_dot(model).to_string()
    lines = []
    model.summary(print_fn=lines.append)
    assert sum("hidden[0][0]" in line for line in lines) == 1
    model.save(tmp_path / "m.h5")
    own = {"Mixed": Mixed}
    for again in (
        load_model(tmp_path / "m.h5", own),
        model_from_json(model.to_json(), own),
        Model.from_config(model.get_config(), own),
        clone_model(model),
    ):
        again.set_weights(before)
        np.testing.assert_allclose(again.predict([X, Z]), expected(again, X, Z), rtol=1e-5)


def test_a_model_is_called_on_other_symbols():
    _, model = models()
    x = Input((3,))
    on_others = Model(x, model([x, Dense(3, kernel_initializer="ones", use_bias=False)(x)]))
    np.testing.assert_allclose(on_others.predict(X), expected(model, X, X.sum(1, keepdims=True) + 0 * X), rtol=1e-5)


class Shifted(Layer):
    supports_masking = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None, shift=None, half=False):
        y = inputs + K.expand_dims(shift, 1)
        y = y * 0.5 if half else y
        return y if mask is None else y * K.expand_dims(K.cast(mask, K.floatx()))


def test_a_call_is_made_again_with_its_arguments_where_there_is_a_mask():
    x, z = Input((4, 3)), Input((3,))
    model = Model([x, z], Shifted()(x, shift=z, half=True))
    given = Input((4, 3))
    steps = np.random.RandomState(1).rand(6, 4, 3).astype("float32")
    steps[:, 2:] = 0
    masked = Model([given, z], model([Masking()(given), z]))
    want = (steps + Z[:, None]) / 2 * (steps != 0).any(-1, keepdims=True)
    np.testing.assert_allclose(masked.predict([steps, Z]), want, rtol=1e-6)


def test_an_embedding_may_feed_an_argument():
    ids, x = Input((2,), dtype="int32"), Input((3,))
    bag = GlobalAveragePooling1D()(Embedding(5, 3)(ids))
    model = Model([ids, x], Mixed()(x, shift=bag))
    model.compile("sgd", "mse")
    model.fit([np.ones((6, 2), "int32"), X], X, verbose=0)
    table = next(w for w in model.get_weights() if w.shape == (5, 3))
    want = X * model.get_weights()[-1] + table[1]
    np.testing.assert_allclose(model.predict([np.ones((6, 2), "int32"), X]), want, rtol=1e-5)


def test_errors_say_what_may_be_given():
    x = Input((3,))
    with pytest.raises(TypeError, match="call has no argument 'scale'"):
        Dense(2)(x, scale=2.0)
    with pytest.raises(TypeError, match="scales"):
        Mixed()(x, scales=2.0)
    with pytest.raises(TypeError, match=r"K\.constant\(array\)"):
        Mixed()(x, shift=np.ones(3))
    with pytest.raises(TypeError, match="several symbols"):
        Mixed()(x, shift=[x, x])
    with pytest.raises(ValueError, match="depend on the inputs given alone"):
        Model(x, Mixed()(x, shift=Input((3,))))
    shifted = Model(x, Mixed()(x, shift=K.constant(np.ones(3))))
    np.testing.assert_allclose(shifted.predict(X), X + 1, rtol=1e-6)
    with pytest.raises(ValueError, match="must be layers"):
        shifted.get_config()
    config = Model(x, Dense(2, name="d")(x)).get_config()
    config["layers"][1]["inbound_nodes"][0][0][3] = {"scale": 2.0}
    with pytest.raises(TypeError, match="call has no argument 'scale'"):
        Model.from_config(config)


def test_a_sequential_passes_none():
    model = Sequential([Mixed(input_shape=(3,))])
    np.testing.assert_array_equal(model.predict(X), X)
