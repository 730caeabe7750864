"""Every model that can be built can be saved and loaded: odd names, numbers that are not finite, very many layers."""

import math
import pickle
import warnings

import numpy as np
import pytest

import lacuna
from lacuna import constraints, initializers, layers, metrics, models, optimizers, regularizers

NAMES = [
    "a/b", "/a", "a/", "//", "/", ".", "..", "./a", "a/.", "a//b", "%", "%2F", "50%", "%a%2Fb", " ", "größe", "名前",
    "'", '"', "\\", "\n", "\x01", "\x7f", "a:0", "NaN", "layer_names", "weight_names", "last/kernel", "first",
    "x" * 1000, "x" * 70_000,
]  # fmt: skip


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


def named(*names):
    model = lacuna.Sequential([layers.Dense(4, input_dim=4, name=name) for name in names[:1]], name=f"m{names[0]}")
    for name in names[1:]:
        model.add(layers.Dense(4, name=name))
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 4)), verbose=0)
    return model


def comes_back(model, path):
    model.save(path)
    for again in (models.load_model(path), pickle.loads(pickle.dumps(model))):
        assert again.get_config() == model.get_config() and same(again, model)
        assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
        one, other = (pickle.loads(pickle.dumps(m)) for m in (model, again))
        for m in (one, other):
            m.fit(np.ones((4, 4)), np.ones((4, 4)), verbose=0, shuffle=False)
        assert same(one, other)
    assert models.model_from_json(model.to_json()).get_config() == model.get_config()
    for by_name in (False, True):
        again = models.model_from_json(model.to_json())
        model.save_weights(path)
        again.load_weights(path, by_name=by_name)
        assert same(again, model)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:20]))
def test_odd_names_come_back(name, tmp_path):
    comes_back(named(name, "last"), tmp_path / "m.h5")


def test_odd_names_stand_beside_each_other(tmp_path):
    comes_back(named(*NAMES), tmp_path / "m.h5")
    comes_back(named("a/a/kernel", "a", "a/b", "a/a", "a/a/kernel/x", "%a%2Fa"), tmp_path / "m.h5")


class Weights(layers.Layer):
    """A layer whose weights have odd names, some of them twice."""

    def build(self, input_shape):
        self.all = [self.add_weight(name, (4,), initializer="ones") for name in (*NAMES, "a", "a", "a/b", "")]

    def call(self, x):
        return x + sum(self.all)


def test_odd_names_of_weights_come_back(tmp_path):
    model = lacuna.Sequential([Weights(input_shape=(4,), name="w")], name="m")
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 4)), verbose=0)
    model.save(tmp_path / "m.h5")
    assert same(models.load_model(tmp_path / "m.h5", {"Weights": Weights}), model)
    assert same(pickle.loads(pickle.dumps(model)), model)


@pytest.mark.parametrize("name", ["\0", "a\0b", "a\0"])
def test_names_that_no_file_can_hold(name):
    for make in (
        lambda: layers.Dense(1, name=name),
        lambda: lacuna.Input((3,), name=name),
        lambda: lacuna.Sequential(name=name),
    ):
        with pytest.raises(ValueError, match="names must be UTF-8 without NUL"):
            make()


def model_with(make, value):
    """A compiled model with this value in a setting; ValueError if it is refused."""
    where, build = make
    given = build(value)
    dense = {where: given} if where in ("kernel_constraint", "kernel_regularizer", "bias_initializer") else {}
    x = y = lacuna.Input((3, 4) if where == "before" else (4,), name="in")
    if where == "before":
        y = layers.Flatten(name="flat")(layers.Masking(value, name="mask")(x)) if given is None else given(y)
    y = given(y) if where == "layer" else y
    model = lacuna.Model(x, layers.Dense(1, name="out", **dense)(y), name="m")
    model.compile(
        given if where == "optimizer" else "sgd",
        given if where == "loss" else "mse",
        metrics=[given] if where == "metric" else None,
        loss_weights=given if where == "loss_weights" else None,
    )
    return model


MAKES = {
    "max_norm": ("kernel_constraint", constraints.MaxNorm),
    "min_max_norm": ("kernel_constraint", lambda v: constraints.MinMaxNorm(0.0, v)),
    "min_max_norm_rate": ("kernel_constraint", lambda v: constraints.MinMaxNorm(0.0, 1.0, rate=v)),
    "l1": ("kernel_regularizer", regularizers.l1),
    "l1_l2": ("kernel_regularizer", lambda v: regularizers.l1_l2(0.1, v)),
    "constant": ("bias_initializer", initializers.Constant),
    "normal": ("bias_initializer", lambda v: initializers.RandomNormal(0.0, v)),
    "uniform": ("bias_initializer", lambda v: initializers.RandomUniform(0.0, v)),
    "leaky": ("layer", layers.LeakyReLU),
    "thresholded": ("layer", layers.ThresholdedReLU),
    "dropout": ("layer", layers.Dropout),
    "noise": ("layer", layers.GaussianNoise),
    "batch_norm": ("layer", lambda v: layers.BatchNormalization(momentum=v)),
    "batch_norm_epsilon": ("layer", lambda v: layers.BatchNormalization(epsilon=v)),
    "activity": ("layer", lambda v: layers.ActivityRegularization(l2=v)),
    "sgd": ("optimizer", optimizers.SGD),
    "sgd_momentum": ("optimizer", lambda v: optimizers.SGD(momentum=v)),
    "adam_epsilon": ("optimizer", lambda v: optimizers.Adam(epsilon=v)),
    "decay": ("optimizer", lambda v: optimizers.Adagrad(decay=v)),
    "clipnorm": ("optimizer", lambda v: optimizers.SGD(clipnorm=v)),
    "loss_weights": ("loss_weights", lambda v: [v]),
    "metric": ("metric", lambda v: metrics.F1(thresholds=v)),
}


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("name", MAKES)
def test_numbers_that_are_not_finite_are_refused_or_come_back(name, value, tmp_path):
    try:
        model = model_with(MAKES[name], value)
    except ValueError:
        return
    model.save(tmp_path / "m.h5")
    for again in (models.load_model(tmp_path / "m.h5"), pickle.loads(pickle.dumps(model))):
        assert repr(again.get_config()) == repr(model.get_config())
        assert repr(again.optimizer.get_config()) == repr(model.optimizer.get_config())
        assert all(np.array_equal(a, b, True) for a, b in zip(again.get_weights(), model.get_weights(), strict=True))


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_masks_that_are_not_finite_come_back_and_no_rate_does(value, tmp_path):
    x = lacuna.Input((3, 4), name="in")
    model = lacuna.Model(x, layers.GlobalAveragePooling1D(name="pool")(layers.Masking(value, name="mask")(x)), name="m")
    model.save(tmp_path / "m.h5")
    with pytest.warns(RuntimeWarning, match="no training_config"):
        again = models.load_model(tmp_path / "m.h5")
    assert repr(again.get_config()) == repr(model.get_config())
    model.compile(optimizers.SGD(0.1), "mse")
    lacuna.backend.set_value(model.optimizer.lr, value)
    before = (tmp_path / "m.h5").read_bytes()
    with pytest.raises(ValueError, match="lr must be finite"):  # Training must not use it either.
        model.save(tmp_path / "m.h5")
    assert (tmp_path / "m.h5").read_bytes() == before


def test_models_within_models_come_back(tmp_path):
    model = layers.Dense(4, input_dim=4, name="dense")
    for i in range(40):
        model = lacuna.Sequential([model], name=f"m{i}")
    comes_back_of(model, tmp_path / "m.h5")


def comes_back_of(model, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
        again = models.load_model(path)
    assert again.get_config() == model.get_config() and same(again, model)


def test_very_many_layers(tmp_path):
    path, count = tmp_path / "m.h5", 2_000
    model = lacuna.Sequential([layers.Dense(1, input_dim=1, name="layer_of_a_longer_name_0")], name="m")
    for i in range(1, count):
        model.add(layers.Dense(1, name=f"layer_of_a_longer_name_{i}"))
    comes_back_of(model, path)
    model.save_weights(path)
    for by_name in (False, True):
        again = models.model_from_json(model.to_json())
        again.load_weights(path, by_name=by_name)
        assert same(again, model)
    lines = []
    model.summary(print_fn=lines.append)
    assert len(lines) > count
