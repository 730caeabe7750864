"""Frames of pandas, polars and pyarrow as x and y: their columns go to the inputs and outputs of their names."""

import numpy as np
import pytest

from lacuna import Input, Model, Sequential
from lacuna.layers import Concatenate, Dense, Embedding, Flatten, StringLookup

pandas = pytest.importorskip("pandas")

COLUMNS = {"city": ["a", "b", None, "a"], "age": [3.0, 4.0, 5.0, 6.0], "kind": [0, 2, 1, 2], "unused": [1, 1, 1, 1]}
LABELS = {"click": [0.0, 1.0, 1.0, 0.0], "price": [2.0, 3.0, 5.0, 7.0]}


def model_of_columns():
    city, age, kind = Input((1,), dtype="string", name="city"), Input((1,), name="age"), Input((1,), name="kind")
    words = StringLookup(vocabulary=["a", "b"], output_mode="one_hot", sparse=False)(city)
    joined = Concatenate()([words, age, Flatten()(Embedding(3, 2)(kind))])
    model = Model([city, age, kind], [Dense(1, name="click")(joined), Dense(1, name="price")(joined)])
    model.compile("sgd", "mse")
    return model


def frames():
    yield pandas.DataFrame(COLUMNS), pandas.DataFrame(LABELS)
    yield pandas.DataFrame(COLUMNS).astype({"city": "category", "kind": "Int64"}), pandas.DataFrame(LABELS)
    arrow = pytest.importorskip("pyarrow")
    yield arrow.table(COLUMNS), arrow.table(LABELS)
    try:
        import polars
    except ImportError:
        return
    yield polars.DataFrame(COLUMNS), polars.DataFrame(LABELS)


def test_columns_go_to_inputs_and_outputs_of_their_names():
    arrays = {"city": np.array(COLUMNS["city"], dtype=object), **{k: np.array(COLUMNS[k]) for k in ("age", "kind")}}
    model = model_of_columns()
    start, expected = model.get_weights(), None
    for x, y in frames():
        model.set_weights(start)
        for a, b in zip(model.predict(x), model.predict(arrays), strict=True):
            np.testing.assert_array_equal(a, b)
        model.fit(x, y, batch_size=2, verbose=0, shuffle=False)
        weights = model.get_weights()
        expected = weights if expected is None else expected
        for a, b in zip(weights, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        assert len(model.evaluate(x, y, verbose=0)) == 3
    model.set_weights(start)
    targets = {name: np.array(values) for name, values in LABELS.items()}
    model.fit(arrays, targets, batch_size=2, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_column_that_is_not_there_is_named():
    model = model_of_columns()
    frame = pandas.DataFrame(COLUMNS).drop(columns="age")
    with pytest.raises(ValueError, match="by its name. Received: a frame without 'age', columns"):
        model.predict(frame)


def test_categoricals_are_their_codes_where_numbers_are_wanted():
    frame = pandas.DataFrame(
        {"kind": pandas.Categorical(["x", "z", "y"]), "age": [1, 2, 3], "old": [True, False, True]}
    )
    model = Sequential([Dense(1, input_dim=3)])
    codes = np.array([[0, 1, 1], [2, 2, 0], [1, 3, 1]])
    np.testing.assert_array_equal(model.predict(frame), model.predict(codes))
    column = Sequential([Dense(1, input_dim=1)])
    np.testing.assert_array_equal(column.predict(frame["kind"]), column.predict(codes[:, 0]))
    missing = frame.assign(kind=pandas.Categorical(["x", None, "y"]))
    with pytest.raises(ValueError, match="column 'kind' must have a value in each place. Received: 1 without one"):
        model.predict(missing)
    with pytest.raises(ValueError, match="click: y must hold numbers|fit: y must hold numbers"):
        model.compile("sgd", "mse")
        model.fit(frame, frame["kind"].astype(str), verbose=0)
