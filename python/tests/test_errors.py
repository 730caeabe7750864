"""Bad input: one clear error that names the argument, what must hold and what was received."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import Input, Model, Sequential, callbacks, config, models, optimizers, regularizers, utils
from lacuna import backend as K
from lacuna.layers import (
    Activation,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Lambda,
    Reshape,
    Softmax,
)


@pytest.fixture
def model():
    i = Input((20,), sparse=True, name="rows")
    result = Model(i, Dense(1, name="out")(i))
    result.compile("sgd", "mse")
    return result


@pytest.fixture
def embedding():
    i = Input((3,))
    return Model(i, Embedding(10, 2)(i))


def broken(x, **parts):
    """A copy of x with one place of a part changed: indptr=(3, 10**6)."""
    result = x.copy()
    for name, (place, value) in parts.items():
        part = getattr(result, name).copy()
        part[place] = value
        setattr(result, name, part)
    return result


def test_rank():
    with pytest.raises(ValueError, match=r"Input: a csr input has rank 2.*shape=\(None, 2, 2\)"):
        Input((2, 2), sparse=True)


def test_rank_of_x(model):
    with pytest.raises(ValueError, match=r"predict: x must have the shape of input 'rows'.*\(5, 20, 2\)"):
        model.predict(np.ones((5, 20, 2)))
    with pytest.raises(ValueError, match="predict: x must have rank 2 where it is sparse"):
        model.predict(sp.coo_array(np.ones(20)))
    with pytest.raises(ValueError, match="predict: x must be an array of rank 1 or more"):
        model.predict(3.0)


def test_width(model, x, y):
    with pytest.raises(ValueError, match=r"fit: x must have the shape of input 'rows'.*\(150, 19\) csr.*\(None, 20\)"):
        model.fit(x[:, :19], y, verbose=0)
    with pytest.raises(ValueError, match=r"fit: y must have the shape of output 'out'.*\(150, 3\)"):
        model.fit(x, np.ones((150, 3)), verbose=0)


@pytest.mark.parametrize("units", [0, -3])
def test_units(units):
    with pytest.raises(ValueError, match=f"Dense: units must be positive. Received: units={units}"):
        Dense(units)
    with pytest.raises(TypeError, match="Dense: units must be a whole number. Received: units=2.5"):
        Dense(2.5)


CORRUPT = [
    (dict(indptr=(3, 10**6)), ValueError, r"fit: x: indptr must not decrease.*indptr\[3\]=1000000"),
    (dict(indptr=(-1, 10**6)), ValueError, "fit: x: "),
    (dict(indptr=(0, -1)), ValueError, "fit: x: "),
    (
        dict(indices=(5, 20)),
        IndexError,
        r"fit: x: a column must be within the shape.*indices\[5\]=20.*\(150, 20\)",
    ),
    (dict(indices=(5, -1)), IndexError, r"indices\[5\]=-1"),
]


@pytest.mark.parametrize("parts, error, match", CORRUPT)
def test_corrupt_matrices_change_no_weight(model, x, y, parts, error, match):
    before = model.get_weights()
    with pytest.raises(error, match=match):
        model.fit(broken(x, **parts), y, verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    short = x.copy()
    short.indptr = short.indptr[:-2]
    with pytest.raises(ValueError, match=r"fit: x: indptr must have one place more.*rows=150"):
        model.fit(short, y, verbose=0)
    floats = x.copy()
    floats.indices = floats.indices.astype(float)
    with pytest.raises(ValueError, match="fit: x must have whole numbers for indices.*float64"):
        model.fit(floats, y, verbose=0)


def test_lengths(model, x, y):
    with pytest.raises(ValueError, match=r"fit: y must have as many rows.*y=\(40, 1\).*rows=150"):
        model.fit(x, y[:40], verbose=0)
    with pytest.raises(ValueError, match=r"fit: sample_weight must .*\(3,\).*rows=150"):
        model.fit(x, y, sample_weight=np.ones(3), verbose=0)
    with pytest.raises(ValueError, match=r"fit: validation_data: y must have as many rows"):
        model.fit(x, y, validation_data=(x, y[:3]), verbose=0)


def test_ids_of_an_embedding(embedding):
    np.testing.assert_array_equal(embedding.predict(np.array([[1.0, 2, 9]])), embedding.predict(np.array([[1, 2, 9]])))
    with pytest.raises(
        ValueError, match="predict: x: values must be whole numbers that int64 can hold. Received: value=0.5"
    ):
        embedding.predict(np.full((2, 3), 0.5))
    np.testing.assert_array_equal(embedding.predict(np.full((2, 3), 4.0)), embedding.predict(np.full((2, 3), 4)))
    with pytest.raises(IndexError, match=r"x must hold ids in \[0, 10\). Received: -1 in row 0"):
        embedding.predict(np.full((2, 3), -1))
    with pytest.raises(IndexError, match=r"x must hold ids in \[0, 10\). Received: 10"):
        embedding.predict(np.full((2, 3), 10))


@pytest.mark.parametrize(
    "wrong, near",
    [
        (lambda m: m.compile("sgd", "mean_square_error"), "mean_squared_error"),
        (lambda m: m.compile("sgd", "mse", metrics=["acuracy"]), "accuracy"),
        (lambda m: m.compile("adm", "mse"), "adam"),
        (lambda m: m.compile("sgd", {"ouput": "mse"}), "out"),
        (lambda m: Dense(1, activation="rleu"), "relu"),
        (lambda m: Dense(1, kernel_initializer="glorot"), "glorot_normal"),
        (lambda m: Dense(1, kernel_regularizer="l3"), "l1"),
        (lambda m: Dense(1, kernel_constraint="non_negg"), "non_neg"),
        (lambda m: K.set_floatx("float16"), "float32"),
    ],
)
def test_unknown_names(model, wrong, near):
    with pytest.raises(ValueError, match=f"did you mean '{near}'"):
        wrong(model)


def test_a_model_that_is_not_compiled(x, y):
    i = Input((20,), sparse=True)
    model = Model(i, Dense(1)(i), name="bare")
    for what, call in [
        ("fit", lambda: model.fit(x, y)),
        ("evaluate", lambda: model.evaluate(x, y)),
        ("train_on_batch", lambda: model.train_on_batch(x, y)),
        ("test_on_batch", lambda: model.test_on_batch(x, y)),
    ]:
        with pytest.raises(ValueError, match=f"{what}: the model must be compiled first. Received: model 'bare'"):
            call()
    assert model.predict(x).shape == (150, 1)


def test_no_rows(model, x, y):
    with pytest.raises(ValueError, match="fit: x must have rows. Received: rows=0"):
        model.fit(x[:0], y[:0], verbose=0)
    with pytest.raises(ValueError, match="evaluate: x must have rows"):
        model.evaluate(x[:0], y[:0], verbose=0)
    assert model.predict(x[:0]).shape == (0, 1)


@pytest.mark.parametrize("size", [0, -1])
def test_batch_size(model, x, y, size):
    for what, call in [
        ("fit", lambda: model.fit(x, y, batch_size=size, verbose=0)),
        ("evaluate", lambda: model.evaluate(x, y, batch_size=size, verbose=0)),
        ("predict", lambda: model.predict(x, batch_size=size)),
    ]:
        with pytest.raises(ValueError, match=f"{what}: batch_size must be positive. Received: batch_size={size}"):
            call()
    with pytest.raises(TypeError, match="fit: batch_size must be a whole number. Received: batch_size=1.5"):
        model.fit(x, y, batch_size=1.5)


def test_what_is_not_supported_is_said(model, x, y):
    for match, call in [
        ("summary: positions", lambda: model.summary(positions=[1])),
    ]:
        with pytest.raises(ValueError, match=f"{match} is not supported yet. Received: "):
            call()
    with pytest.raises(TypeError, match="initializer: must be a name, or a class or an object"):
        Dense(1, kernel_initializer=3)


def test_flatten_knows_two_orders():
    with pytest.raises(ValueError, match="Flatten: data_format must be 'channels_last' or "):
        Flatten("channels")


def test_unknown_keywords_are_type_errors(model, x, y):
    for call in [
        lambda: Dense(1, unitss=3),
        lambda: Dropout(0.5, ratee=3),
        lambda: optimizers.SGD(rho=1),
        lambda: model.compile("sgd", "mse", metric=["acc"]),
        lambda: model.fit(x, y, nb_epoch=3),
    ]:
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            call()


def test_ops_without_a_rule_for_csr(x):
    for activation in ("sigmoid", "softmax"):
        with pytest.raises(ValueError, match=rf"{activation}: no kernel for storages \(csr\). Known: \(dense\)"):
            Activation(activation)(Input((3,), sparse=True))
    i = Input((20,))  # Without sparse=True the plan is made for the storage that is fed.
    model = Model(i, Reshape((20, 1))(i))
    assert model.predict(x.toarray()).shape == (150, 20, 1)
    with pytest.raises(ValueError, match="reshape: a csr matrix has rank 2 and keeps its batch here"):
        model.predict(x)
    i = Input((20,), sparse=True)
    assert Model(i, Reshape((20, 1))(K.to_dense(i))).predict(x).shape == (150, 20, 1)


def test_a_constraint_that_cannot_hold_for_a_sparse_weight():
    with pytest.raises(ValueError, match="constraint of 'kernel' along axis 0"):
        Dense(2, sparse_weight=True, kernel_constraint="max_norm")(Input((20,), sparse=True))


def test_arrays_that_hold_no_numbers(model, y):
    for bad in (np.array([["a"]]), np.ones((2, 20), complex), np.array([None])):
        with pytest.raises(ValueError, match="predict: x must hold numbers. Received: "):
            model.predict(bad)
    with pytest.raises(ValueError, match="predict: x must be an array of numbers"):
        model.predict([[1, 2], [3]])
    with pytest.raises(ValueError, match="fit: x must be given"):
        model.fit(None, y)


def test_other_arguments(model, x, y):
    for error, match, call in [
        (ValueError, "fit: y must be given", lambda: model.fit(x)),
        (ValueError, "fit: validation_data must be", lambda: model.fit(x, y, validation_data=5)),
        (ValueError, r"validation_split=1.5", lambda: model.fit(x, y, validation_split=1.5)),
        (ValueError, "fit: shuffle must be", lambda: model.fit(x, y, shuffle="all")),
        (ValueError, "class_weight must be a dict.*dict.enumerate", lambda: model.fit(x, y, class_weight=[1, 2])),
        (ValueError, "class_weight must be a dict", lambda: model.fit(x, y, class_weight="balanced")),
        (TypeError, "whole numbers for classes. Received: 0.5", lambda: model.fit(x, y, class_weight={0.5: 1})),
        (TypeError, "whole numbers for classes. Received: nan", lambda: model.fit(x, y, class_weight={np.nan: 1})),
        (TypeError, "class_weight must hold numbers. Received: 'a'", lambda: model.fit(x, y, class_weight={0: "a"})),
        (ValueError, "name='ou'; did you mean 'out'", lambda: model.fit(x, y, class_weight={"ou": {0: 1}}, verbose=0)),
        (ValueError, r"class_weight\['out'\] must be a dict", lambda: model.fit(x, y, class_weight={"out": 1})),
        (ValueError, "none for class", lambda: model.fit(x, y * 0 + 1, class_weight={0: 1.0}, verbose=0)),
        (ValueError, "fit: x must be one array. Received: a list of 2", lambda: model.fit([x, x], y, verbose=0)),
        (ValueError, "compile: a loss must be given", lambda: model.compile("sgd")),
        (TypeError, "compile: metrics must be a list", lambda: model.compile("sgd", "mse", metrics="acc")),
        (ValueError, "set_weights: a value must be given for each", lambda: model.set_weights([np.ones(3)])),
        (ValueError, r"shape=\(3, 3\)", lambda: model.set_weights([np.ones((3, 3)), np.ones(1)])),
        (ValueError, r"Dropout: rate must be in \[0, 1\)", lambda: Dropout(1.5)),
        (ValueError, "also on input", lambda: Model(Input((3,)), Dense(1)(Input((3,))))),
        (TypeError, "inputs must be symbols.*array", lambda: Dense(1)(np.ones((3, 3)))),
        (TypeError, "asked for its truth", lambda: bool(Input((3,)))),
        (TypeError, "must be a layer or a model. Received: 3", lambda: Sequential([3])),
        (ValueError, "must have layers", lambda: Sequential().fit(x, y)),
        (ValueError, "the shape of the input is not known", lambda: Sequential([Dense(1)]).summary()),
        (ValueError, "threads must be positive", lambda: config.set_num_threads(0)),
        (ValueError, "seed must be in", lambda: utils.set_random_seed(-1)),
        (ValueError, "mode must be", lambda: callbacks.EarlyStopping(mode="mx")),
        (ValueError, "lr=-1", lambda: optimizers.SGD(lr=-1)),
    ]:
        with pytest.raises(error, match=match):
            call()


def test_labels_of_the_other_form_say_which_loss_takes_them():
    i = Input((2,))
    model = Model(i, Dense(3, activation="softmax")(i))
    x, ids = np.ones((4, 2)), np.array([0, 1, 2, 0])
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError, match="sparse_categorical_crossentropy.*to_categorical"):
        model.fit(x, ids, verbose=0)
    with pytest.raises(ValueError, match="fit: y must hold numbers.*LabelEncoder"):
        model.fit(x, np.array(["a", "b", "c", "a"]), verbose=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"loss='categorical_crossentropy'.*argmax"):
        model.fit(x, np.eye(3)[ids], verbose=0)


def test_an_array_that_no_input_takes_is_a_warning(model, x):
    with pytest.warns(RuntimeWarning, match="name='more'.*It is not used"):
        model.predict({"rows": x, "more": x})


def test_a_layer_that_does_not_fit_leaves_a_sequential_as_it_was(x):
    model = Sequential([Dense(4, input_dim=20)])
    with pytest.raises(ValueError):
        model.add(Reshape((3, 3)))
    assert len(model.layers) == 1 and model.predict(x).shape == (150, 4)
    model.add(Dense(2))
    assert model.predict(x).shape == (150, 2)


FUNCTIONS = {
    "abs": K.abs,
    "argmax": K.argmax,
    "binary_crossentropy": lambda v: K.binary_crossentropy(v, K.placeholder((None, 3))),
    "concatenate": lambda v: K.concatenate([K.placeholder((None, 3)), v]),
    "dot": lambda v: K.dot(K.placeholder((None, 3)), v),
    "eval": K.eval,
    "function": lambda v: K.function([v], [v]),
    "gradients": lambda v: K.gradients(v, [K.placeholder((3,))]),
    "maximum": lambda v: K.maximum(K.placeholder((None, 3)), v),
    "softmax": K.softmax,
    "sum": K.sum,
    "tile": lambda v: K.tile(v, 2),
    "to_dense": K.to_dense,
    "zeros_like": K.zeros_like,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_no_symbol(name, capfd):
    f, whole = FUNCTIONS[name], sp.csr_matrix(np.eye(3, dtype=np.float32))
    with pytest.raises(IndexError, match=r": a column must be within the shape. Received: indices\[1\]=7"):
        f(broken(whole, indices=(1, 7)))
    with pytest.raises(ValueError, match=r": indptr must not decrease. Received: indptr\[1\]=3, indptr\[2\]=2"):
        f(broken(whole, indptr=(1, 3)))
    for value in ("text", None) if name in ("dot", "maximum") else ([[1.0, 2, 3]], "text", None):
        with pytest.raises(TypeError, match=f"^{name}: a symbol, a variable, an array or a matrix must be given"):
            f(value)
    assert capfd.readouterr().err == ""


def test_norm():
    x = K.placeholder((2, 3))
    assert K.norm(x, "fro") == K.norm(x, 2)
    for order in (3, "nuc", None):
        with pytest.raises(ValueError, match="norm: ord must be 1, 2 or 'fro'. Received: ord="):
            K.norm(x, order)


def test_numbers_that_are_none(model):
    with pytest.raises(ValueError, match="L1L2: l1 and l2 must be finite. Received: l1=0, l2=nan"):
        regularizers.l2(float("nan"))
    with pytest.raises(ValueError, match="compile: loss_weights must be finite. Received: loss_weights=nan for output"):
        model.compile("sgd", "mse", loss_weights=[float("nan")])


def test_deep_graphs():
    symbol = i = Input((1,))
    for _ in range(100_000):
        symbol = symbol + 1.0
    model = Model(i, symbol)
    assert model.predict(np.zeros((1, 1)))[0, 0] == 100_000
    del symbol, model


def test_long_values_are_cut_between_characters():
    for sign in ("€", "é", "𝄞"):
        for before in range(4):
            with pytest.raises(TypeError, match=rf"^abs: a symbol.*Received: '-*{sign}+\.\.\. \(str\)\.$"):
                K.abs("-" * before + sign * 100)


def test_symbols_are_not_none():
    for x in (K.placeholder((2, 3)), K.variable(1.0)):
        assert (x == None) is False and (x != None) is True  # noqa: E711
        assert None not in [x] and x in [None, x]


def test_symbols_are_not_compared_with_values():
    with pytest.raises(TypeError, match="write K.equal"):
        K.placeholder((2, 3)) == 3  # noqa: B015


def test_the_argument_that_is_wrong_is_named():
    v = K.placeholder((2, 3))
    for f, where in ((lambda: K.pow(None, 2), "pow"), (lambda: K.pow(2, None), "pow")):
        with pytest.raises(TypeError, match=f"^{where}: a symbol.*Received: None.$"):
            f()
    for f in (lambda: K.where(v, None, 2), lambda: K.where(v, 2, None), lambda: K.where(v, v, None)):
        with pytest.raises(TypeError, match="^where: a symbol.*Received: None.$"):
            f()
    for f, where in ((K.pow, "pow"), (K.add, "add"), (K.dot, "dot")):
        with pytest.raises(TypeError, match=f"^{where}: one operand must be.*Received: 2 and 3.5.$"):
            f(2, 3.5)


OPERATORS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: y - x,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "matmul": lambda x, y: x @ y,
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_name_themselves(name):
    for x in (K.placeholder((2, 3)), K.variable([1.0])):
        for wrong in (None, {}, object(), "a", 1j):
            with pytest.raises(TypeError, match=f"^{name}: a symbol, a variable, an array.*Received: "):
                OPERATORS[name](x, wrong)
        for wrong in ([[1, 2], [3]], ["a"], b"a", 10**400):
            with pytest.raises(ValueError, match=f"^{name}: a.*Received: "):
                OPERATORS[name](x, wrong)


def test_functions_that_return_no_symbol(x, y):
    def number(*symbols):
        return 0.5

    for settings in ({"loss": number}, {"loss": "mse", "metrics": [number]}):
        what = "metric" if "metrics" in settings else "loss"
        model = Sequential([Dense(1, input_dim=20)])
        with pytest.raises(TypeError, match=f"^{what} 'number': a symbol must be returned. Received: 0.5.$"):
            model.compile("sgd", **settings)
            model.fit(x, y, verbose=0)
    regularized = Sequential([Dense(1, input_dim=20, kernel_regularizer=number)])
    with pytest.raises(TypeError, match="^regularizer 'number': a symbol must be returned. Received: 0.5.$"):
        regularized.compile("sgd", "mse")
        regularized.fit(x, y, verbose=0)
    i = Input((3,))
    with pytest.raises(TypeError, match="^half: call: a symbol must be returned. Received: 0.5.$"):
        Lambda(number, name="half")(i)
    with pytest.raises(TypeError, match="^activation 'number': a symbol must be returned. Received: 0.5.$"):
        Dense(1, activation=number)(i)


def test_models_within_themselves():
    open_, built = Sequential(name="open"), Sequential([Dense(3, input_dim=3)], name="built")
    for model in (open_, built):
        around = Sequential([model], name="around")
        for other in (model, around):
            with pytest.raises(ValueError, match="must not be or hold this one. Received: model '"):
                model.add(other)
        assert len(model.layers) == (model is built)


WRONG = {
    "set_value: x must be a variable": lambda x: K.set_value(None, 1),
    "int_shape: a symbol": lambda x: K.int_shape(None),
    "ndim: a symbol": lambda x: K.ndim(None),
    "dtype: a symbol": lambda x: K.dtype(None),
    "count_params: a symbol": lambda x: K.count_params(None),
    "concatenate: a list of symbols": lambda x: K.concatenate(x),
    "concatenate: axis must be a whole": lambda x: K.concatenate([x, x], "a"),
    "stack: a list of symbols": lambda x: K.stack(None),
    "add_n: a list of symbols": lambda x: K.add_n(x),
    "function: a list of symbols": lambda x: K.function(None, x),
    "batch_dot: axes must be a whole": lambda x: K.batch_dot(x, x, axes="a"),
    "cumsum: axis must be a whole": lambda x: K.cumsum(x, axis=1.5),
    "cumprod: axis must be a whole": lambda x: K.cumprod(x, axis="a"),
    "sum: axis must be a whole": lambda x: K.sum(x, axis=[0, 1.5]),
    "argmax: axis must be a whole": lambda x: K.argmax(x, axis="a"),
    "repeat_elements: rep must be a whole": lambda x: K.repeat_elements(x, 1.5, 1),
    "repeat_elements: axis must be a whole": lambda x: K.repeat_elements(x, 1, "a"),
    "reverse: axes must be a whole": lambda x: K.reverse(x, None),
    "Softmax: axis must be a whole": lambda x: Softmax(axis="a"),
    "softmax: axis must be a whole": lambda x: K.softmax(x, axis="a"),
    "Concatenate: axis must be a whole": lambda x: Concatenate(axis="a"),
    "model_from_yaml: yaml_string must be a text": lambda x: models.model_from_yaml(None),
    "model_from_json: json_string must be a text": lambda x: models.model_from_json(None),
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_types(message):
    with pytest.raises(TypeError, match=f"^{message}.*Received: "):
        WRONG[message](K.placeholder((2, 3)))


def test_wrong_values():
    x = K.placeholder((2, 3))
    with pytest.raises(ValueError, match=r"batch_dot: axes must be a whole.*Received: axes=\(1, 2, 3\)"):
        K.batch_dot(x, x, axes=(1, 2, 3))
    with pytest.raises(ValueError, match="dot: forward_stype must be default, csr or row_sparse.*=3."):
        K.dot(x, x, forward_stype=3)
    with pytest.raises(ValueError, match="cast_storage: stype must be default, csr or row_sparse.*=3."):
        K.cast_storage(x, 3)
    with pytest.raises(ValueError, match="norm: ord must be 1, 2 or 'fro'. Received: ord=True"):
        K.norm(x, True)
    with pytest.raises(ValueError, match="count_params: no dimension may be open"):
        K.count_params(K.placeholder((None, 3)))
