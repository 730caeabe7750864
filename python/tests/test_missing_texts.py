"""Batches of texts that are all missing, or of no rows: missing is the empty text, whatever stands beside it."""

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense, Input, StringLookup
from lacuna.models import Sequential

NONE = np.array([[None], [None]], object)


def model():
    result = Sequential(
        [Input((1,), dtype="string"), StringLookup(vocabulary=["a"], output_mode="multi_hot"), Dense(1)]
    )
    result.compile("sgd", "mse")
    return result


def test_all_missing_is_the_empty_text():
    made = model()
    wanted = made.predict(np.array([["a"], [None]], object))[1:]
    assert np.array_equal(made.predict(NONE), np.repeat(wanted, 2, axis=0))
    assert np.array_equal(StringLookup(vocabulary=["a"])(NONE), [[0], [0]])
    assert made.predict(np.empty((0, 1), object)).shape == (0, 1)


def test_of_pandas():
    pd = pytest.importorskip("pandas")
    assert np.array_equal(StringLookup(vocabulary=["a"])(pd.Series([None, None], dtype="string")), [0, 0])


def test_in_batches():
    def batches():
        yield np.array([["a"]], object), np.ones((1, 1))
        yield NONE, np.ones((2, 1))
        yield np.empty((0, 1), object), np.ones((0, 1))

    assert data.batches(batches).load()[0].tolist() == [["a"], [""], [""]]
    model().fit(batches(), steps_per_epoch=2, epochs=1, verbose=0)
    layer = StringLookup()
    layer.adapt(NONE)
    assert layer.get_vocabulary() == ["[UNK]", ""]


def test_a_map_that_keeps_no_row_of_the_first_block(tmp_path):
    (tmp_path / "a.csv").write_text("1,x\n0,y\n")
    rows = data.csv(tmp_path / "a.csv", [data.label("y"), data.string("t")])
    x, y = rows.map(lambda part: {name: value[:0] for name, value in part.items()}).load()[:2]
    assert x.shape == (0, 1) and len(y) == 0


def test_numbers_that_are_all_missing_are_no_numbers():
    numbers = Sequential([Dense(1, input_dim=1)])
    numbers.compile("sgd", "mse")
    with pytest.raises(ValueError, match="must hold numbers"):
        numbers.predict(NONE)
    with pytest.raises(ValueError, match="must hold numbers|must have no missing"):
        model().fit(np.array([["a"], ["b"]], object), NONE, verbose=0)
    assert lacuna.backend.floatx() == "float32"
