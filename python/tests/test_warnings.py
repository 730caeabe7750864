"""Probable mistakes give one warning, when the model is built, compiled, fitted or saved."""

import warnings

import numpy as np
import pytest

import lacuna.backend as K
from lacuna import metrics
from lacuna.layers import Dense, Input, Lambda, Layer
from lacuna.models import Model, Sequential


def said(run):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    return [str(w.message) for w in caught]


def model_of(*layers, loss="mse", **options):
    model = Sequential([Dense(4, input_dim=3), *layers])
    model.compile("sgd", loss, **options)
    return model


def test_softmax_of_one_unit():
    (message,) = said(lambda: model_of(Dense(1, activation="softmax"), loss="binary_crossentropy"))
    assert message.startswith("softmax: along an axis of size 1") and "'sigmoid'" in message
    assert not said(lambda: model_of(Dense(2, activation="softmax"), loss="categorical_crossentropy"))


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
def test_crossentropy_of_no_probability(activation):
    for loss, units, wanted in (("binary_crossentropy", 1, "sigmoid"), ("categorical_crossentropy", 3, "softmax")):
        (message,) = said(lambda: model_of(Dense(units, activation=activation), loss=loss))
        assert message.startswith(f"compile: {loss} takes probabilities") and f"'{wanted}'" in message


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid"])
def test_crossentropy_of_probabilities(activation):
    assert not said(lambda: model_of(Dense(1, activation=activation), loss="binary_crossentropy"))


def test_labels_of_minus_one():
    model = model_of(Dense(1, activation="sigmoid"), loss="binary_crossentropy")
    x, y = np.ones((9, 3)), np.array([-1, 1, 1] * 3)
    (message,) = said(lambda: [model.fit(x, y, epochs=3, batch_size=2, verbose=0) for _ in range(2)])
    assert message.startswith("fit: y holds labels that binary_crossentropy does not take") and "-1" in message
    assert not said(
        lambda: model_of(Dense(1, activation="sigmoid"), loss="binary_crossentropy").fit(x, (y + 1) / 2, verbose=0)
    )


def test_save_of_functions_without_a_name(tmp_path):
    x = Input((2,))
    assert not said(lambda: Model(x, Lambda(lambda v: v * 2)(x)).save(tmp_path / "a.h5"))  # Its code is saved.
    by = object()
    model = Model(x, Dense(1)(Lambda(lambda v: v * 2 if by else v, name="twice")(x)))
    (message,) = said(lambda: model.save(tmp_path / "a.h5"))
    assert "layer 'twice'" in message and "custom_objects" in message
    model = model_of(Dense(1, activation=lambda v: v), loss=lambda t, p: K.mean(K.square(t - p), axis=-1))
    messages = said(lambda: model.save(tmp_path / "b.h5"))
    assert len(messages) == 2 and "layer 'dense" in messages[0] and "loss" in messages[1]

    def half(v):
        return v / 2

    assert not said(lambda: Model(x, Lambda(half)(x)).save(tmp_path / "c.h5"))


def test_auc_leaves_out_what_has_no_area():
    model = model_of(Dense(4, activation="sigmoid"), metrics=[metrics.AUC()])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 3)), (rng.random((60, 4)) < 0.5).astype("float32")
    y[:, 2] = 0
    data = dict(epochs=3, verbose=0, validation_data=(x, y))
    first, second = said(lambda: model.fit(x, y, **data))
    for message, where in ((first, "fit: "), (second, "fit: validation: ")):
        assert message.startswith(f"{where}auc leaves 1 of 4 columns out of the mean"), message
    (message,) = said(lambda: np.testing.assert_equal(np.isfinite(model.evaluate(x, y, verbose=0)), True))
    assert "column 2 has no sample with the label" in message


def test_save_of_layers_whose_settings_are_lost(tmp_path):
    class Scale(Layer):
        def __init__(self, by, power=1, **kwargs):
            super().__init__(**kwargs)
            self.by, self.power = by, power

        def call(self, inputs):
            return inputs * self.by

    class Kept(Scale):
        def get_config(self):
            return {**super().get_config(), "by": self.by}

    x = Input((2,))
    (message,) = said(lambda: Model(x, Scale(2, name="s")(x)).save(tmp_path / "a.h5"))
    assert "layer 's'" in message and "Scale.get_config without by." in message
    inner = Model(x, Scale(2, name="t")(x))
    assert "layer 't'" in said(lambda: Model(x, inner(x)).save(tmp_path / "b.h5"))[0]
    assert not said(lambda: Model(x, Kept(2)(x)).save(tmp_path / "c.h5"))
