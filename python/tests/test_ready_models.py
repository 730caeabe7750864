"""lacuna.models.ready_model: the models of C++, as models of Python."""

import numpy as np
import pytest
import scipy.sparse

import lacuna
from lacuna.layers import Dense
from lacuna.models import load_model, ready_model


def rows(n=60, columns=50, seed=0):
    x = scipy.sparse.random(n, columns, 0.1, "csr", dtype="float32", random_state=seed)
    return x, np.asarray(x @ np.linspace(-3, 3, columns) > 0, "float32")


@pytest.mark.parametrize("text", ["linear", "fm:4", "mlp:8,4", "wide-deep:8:4"])
def test_they_are_models_of_python(text, tmp_path):
    x, y = rows()
    model = ready_model(text, 50, activation="sigmoid", l2=1e-6, name="ready")
    assert isinstance(model, lacuna.models.Model) and model.name == "ready" and model.output_shape == (None, 1)
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    losses = model.fit(x, y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(str(tmp_path / "model.h5"))
    assert (load_model(str(tmp_path / "model.h5")).predict(x) == model.predict(x)).all()


@pytest.mark.parametrize("text", ["linear", "fm:4", "mlp:8,4", "wide-deep:8:4"])
def test_a_dtype_is_that_of_all_weights(text):
    x, _ = rows()
    model = ready_model(text, 50, outputs=2, dtype=np.float64)
    assert {weight.dtype for weight in model.weights} == {"float64"} and model.predict(x).dtype == np.float64
    with pytest.raises(ValueError, match="dtype"):
        ready_model(text, 50, dtype="float5")


def test_a_linear_model_is_a_dense_layer_of_zeros():
    x, y = rows()
    lacuna.backend.clear_session()
    model = ready_model("linear", 50, activation="sigmoid")
    inputs = lacuna.Input((50,), sparse=True)
    same = lacuna.Model(inputs, Dense(1, activation="sigmoid", kernel_initializer="zeros", sparse_weight=True)(inputs))
    for one in (model, same):
        one.compile("sgd", "binary_crossentropy")
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    assert (model.predict(x) == same.predict(x)).all()
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Dense"]
    assert model.get_layer("linear").kernel.shape == (50, 1)


def test_a_table_of_any_size_costs_nothing():
    assert ready_model("wide-deep", 2**40).count_params() > 2**40
    assert ready_model("mlp:3", 20, sparse_weight=False).count_params() == 20 * 3 + 3 + 3 + 1


def test_inputs_of_a_dataset(tmp_path):
    (tmp_path / "rows.csv").write_text("click,a,b,age\n" + "1,x,3,0.5\n0,y,4,1.5\n" * 20)
    columns = [
        lacuna.data.label("click"),
        lacuna.data.category("a", 10, input="words"),
        lacuna.data.ids("b", 10, input="ids"),
        lacuna.data.number("age", input="numbers"),
    ]
    dataset = lacuna.data.csv(tmp_path / "rows.csv", columns)
    for text in ("linear", "fm:2", "mlp:4", "wide-deep:4:2"):
        model = ready_model(text, dataset, activation="sigmoid")
        assert sorted(model.input_names) == ["ids", "numbers", "words"]
        model.compile("adam", "binary_crossentropy")
        losses = model.fit(dataset, epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


def test_several_outputs_are_classes_unless_told_otherwise():
    x, _ = rows()
    for text in ("linear", "fm:2", "mlp:4", "wide-deep:4:2"):
        np.testing.assert_allclose(ready_model(text, 50, 3).predict(x).sum(1), 1, rtol=1e-5)
        assert ready_model(text, 50, 3, activation="linear").predict(x).shape == (60, 3)


def sigmoid(x):
    return x * 100


@pytest.mark.parametrize("argument", ["activation", "hidden_activation"])
@pytest.mark.parametrize("own", [sigmoid, lambda x: x, lacuna.layers.ReLU(), 5])
def test_a_function_of_ones_own_is_refused(argument, own):
    with pytest.raises(TypeError, match=f"ready_model: {argument} must be .* by layers. Received: {argument}="):
        ready_model("mlp:3", 50, **{argument: own})


def test_an_activation_may_be_one_of_lacuna():
    for name in ("sigmoid", "tanh", "linear"):
        given = getattr(lacuna.activations, name)
        model = ready_model("mlp:3", 50, activation=given, hidden_activation=given)
        assert [layer.get_config()["activation"] for layer in model.layers if isinstance(layer, Dense)] == [name] * 2
    with lacuna.utils.custom_object_scope({"sigmoid": sigmoid}), pytest.raises(TypeError, match="activation must be"):
        ready_model("linear", 50, activation="sigmoid")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("lineer", 5), "did you mean 'linear'"),
        (("fm:x", 5), "must be given as 'linear', 'fm:16'"),
        (("linear", -5), "input_dim must be positive"),
        (("linear", 5, 0), "outputs must be positive"),
        (("linear", 5, 1, "sigmoyd"), "sigmoid"),
        (("linear", "5"), "input_dim"),
        ((5, 5), "text"),
    ],
)
def test_wrong_arguments(arguments, told):
    with pytest.raises((ValueError, TypeError), match=told):
        ready_model(*arguments)
