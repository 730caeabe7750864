"""Names as in Keras: of layers and models, and the names that settings accept."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna import initializers, layers, metrics, models, optimizers, regularizers


class MyMLPLayer(layers.Layer):
    pass


class _Hidden(layers.Layer):
    pass


class TwoTowers(models.Model):
    def __init__(self, units):
        x = lacuna.Input((3,))
        super().__init__(x, layers.Dense(units)(x))


def test_names_are_keras():
    K.clear_session()
    made = [layers.PReLU(), layers.LeakyReLU(), layers.ELU(), layers.GlobalMaxPooling1D(), layers.SpatialDropout1D(0.1)]
    made += [MyMLPLayer(), _Hidden(), layers.CrossNetV2(1), models.Sequential(), TwoTowers(2)]
    assert [one.name for one in made] == [
        "p_re_lu_1",
        "leaky_re_lu_1",
        "elu_1",
        "global_max_pooling1d_1",
        "spatial_dropout1d_1",
        "my_mlp_layer_1",
        "private__hidden_1",
        "cross_net_v2_1",
        "sequential_1",
        "two_towers_1",
    ]


def test_weights_by_name_warn_where_no_name_fits(tmp_path):
    def model(name):
        return models.Sequential([layers.Dense(2, input_dim=3, name=name)])

    model("a").save_weights(tmp_path / "w.h5")
    other = model("b")
    before = other.get_weights()
    with pytest.warns(RuntimeWarning, match="no layer of the file.*'a'"):
        other.load_weights(tmp_path / "w.h5", by_name=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, other.get_weights()))


def test_weights_by_name_of_files_with_the_names_of_older_versions(tmp_path):
    old = models.Sequential([layers.PReLU(input_shape=(3,), alpha_initializer="ones", name="pre_lu_7")])
    old.save_weights(tmp_path / "w.h5")
    new = models.Sequential([layers.PReLU(input_shape=(3,), name="p_re_lu_7")])
    new.load_weights(tmp_path / "w.h5", by_name=True)
    assert np.array_equal(new.get_weights()[0], np.ones(3))


@pytest.mark.parametrize(
    "given", ["he_normal", "HeNormal", initializers.HeNormal, initializers.he_normal, initializers.HeNormal()]
)
def test_initializers_by_name_class_and_function(given):
    layer = layers.Dense(2, kernel_initializer=given)
    config = layer.get_config()["kernel_initializer"]
    assert config["class_name"] == "VarianceScaling" and config["config"]["scale"] == 2.0


def test_settings_by_class():
    layer = layers.Dense(
        2, input_dim=3, kernel_regularizer=regularizers.L2, kernel_constraint=lacuna.constraints.NonNeg
    )
    assert layer.get_config()["kernel_regularizer"]["config"]["l2"] == 0.01
    assert layers.Dense(2, kernel_regularizer="L2").get_config() | {"name": 0} == layers.Dense(
        2, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.01}}
    ).get_config() | {"name": 0}
    model = models.Sequential([layer])
    model.compile(optimizers.Adam, "mse", metrics=[metrics.AUC])
    assert isinstance(model.optimizer, optimizers.Adam) and model.metrics_names == ["loss", "auc"]
    assert initializers.deserialize({"class_name": "HeNormal", "config": {"seed": 3}}).get_config() == {"seed": 3}


def test_models_of_ones_own(tmp_path):
    model = TwoTowers(2)
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.h5")
    again = models.load_model(tmp_path / "m.h5")
    assert np.array_equal(again.get_weights()[0], model.get_weights()[0])
    assert isinstance(models.clone_model(model), TwoTowers)
    with pytest.raises(TypeError, match=r"super\(\).__init__\(inputs, outputs\)"):

        class WithCall(models.Model):
            def call(self, x):
                return x

    with pytest.raises(TypeError, match="inputs and outputs"):
        models.Model()
    with pytest.raises(TypeError, match="function of"):

        class Mine(metrics.Metric):
            def update_state(self, y_true, y_pred):
                pass


def test_a_file_names_what_custom_objects_must_hold(tmp_path):
    def my_loss(y_true, y_pred):
        return K.mean(K.square(y_true - y_pred))

    def my_metric(y_true, y_pred):
        return K.mean(y_pred)

    model = models.Sequential([layers.Dense(1, input_dim=2)])
    for loss, some in ((my_loss, []), ("mse", [my_metric])):
        model.compile("sgd", loss, metrics=some)
        model.save(tmp_path / "m.h5")
        name = "my_metric" if some else "my_loss"
        with pytest.raises(ValueError, match=f"custom_objects={{'{name}': {name}}}"):
            models.load_model(tmp_path / "m.h5")
        models.load_model(tmp_path / "m.h5", {name: my_metric if some else my_loss})
        models.load_model(tmp_path / "m.h5", compile=False)
