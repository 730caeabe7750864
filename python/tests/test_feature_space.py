"""FeatureSpace. Expected values were made with Keras 3.15.1 on TensorFlow 2.21, where nothing else is said."""

import numpy as np
import pytest

import lacuna
from lacuna import Model
from lacuna.layers import Dense, StringLookup, TextVectorization
from lacuna.utils import FeatureSpace

SHOP = {
    "city": ["Rome", "Oslo", "Rome", "Bern"],
    "floor": [2, 3, 2, 0],
    "price": [1.0, 3.0, 5.0, 7.0],
    "size": [10.0, 20.0, 30.0, 40.0],
}
ASKED = {"city": ["Oslo", "Paris"], "floor": [2, 9], "price": [3.0, -1.0], "size": [25.0, 99.0]}


def rows(result):
    return (result.toarray() if hasattr(result, "toarray") else result).tolist()


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        ("float", "price", [[3.0], [-1.0]]),
        ("float_rescaled", "price", [[3.0], [-1.0]]),
        ("float_normalized", "price", [[-0.4472135901451111], [-2.2360680103302]]),
        ("float_discretized", "size", [[0, 1, 0], [0, 0, 1]]),
        ("integer_categorical", "floor", [[0, 1, 0, 0], [1, 0, 0, 0]]),
        ("string_categorical", "city", [[0, 0, 1, 0], [1, 0, 0, 0]]),
        ("integer_hashed", "floor", [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]),
        ("string_hashed", "city", [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0]]),
    ],
)
@pytest.mark.parametrize("output_mode", ["concat", "dict"])
def test_types_are_those_of_keras(kind, column, expected, output_mode, tmp_path):
    space = FeatureSpace({column: kind}, output_mode, hashing_dim=5, num_discretization_bins=3)
    space.adapt(SHOP)
    space.save(tmp_path / "space.h5")
    for one in (space, FeatureSpace.load(tmp_path / "space.h5")):
        result = one({column: ASKED[column]})
        result = result[column] if output_mode == "dict" else result
        np.testing.assert_allclose(rows(result), expected, rtol=2e-7)


def wide(**settings):
    return FeatureSpace(
        {
            "city": FeatureSpace.string_categorical(num_oov_indices=2, max_tokens=4),
            "price": FeatureSpace.float_rescaled(scale=0.5, offset=1),
            "size": FeatureSpace.float_discretized(num_bins=2),
            "floor": FeatureSpace.integer_hashed(num_bins=4),
        },
        crosses=[("city", "floor"), FeatureSpace.cross(("floor", "size"), crossing_dim=3)],
        crossing_dim=6,
        **settings,
    )


WIDE = [
    [0, 0, 0, 1, 0, 0, 0, 1, 2.5, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0],
    [1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0],
]


def test_one_csr_of_all_features_and_crosses_is_that_of_keras(tmp_path):
    space = wide()
    with pytest.raises(ValueError, match="adapt must be called first, since 'city' learns"):
        space.get_encoded_features()
    space.adapt(SHOP)
    assert space(ASKED).format == "csr"
    assert rows(space(ASKED)) == WIDE
    assert space.get_encoded_features().shape == (None, 20)
    assert list(space.get_inputs()) == ["city", "floor", "price", "size"]
    space.save(tmp_path / "space.h5")
    loaded = FeatureSpace.load(tmp_path / "space.h5")
    assert rows(loaded(ASKED)) == WIDE
    with pytest.raises(ValueError, match="cannot learn anew"):
        loaded.adapt(SHOP)


def test_ids_of_each_feature_are_those_of_keras(tmp_path):
    space = FeatureSpace(
        {
            "city": FeatureSpace.string_categorical(output_mode="int"),
            "floor": FeatureSpace.integer_categorical(output_mode="int"),
            "size": FeatureSpace.float_discretized(num_bins=2, output_mode="int"),
        },
        crosses=[FeatureSpace.cross(("city", "floor"), crossing_dim=7, output_mode="int")],
        output_mode="dict",
    )
    space.adapt(SHOP)
    expected = {"city": [[2], [0]], "floor": [[1], [0]], "size": [[1], [1]], "city_X_floor": [[5], [1]]}
    assert {name: rows(one) for name, one in space(ASKED).items()} == expected
    alone = space({name: column[0] for name, column in ASKED.items()})
    assert {name: rows(one) for name, one in alone.items()} == {name: one[0] for name, one in expected.items()}
    assert set(space.get_encoded_features()) == set(expected)
    space.save(tmp_path / "space.h5")
    loaded = FeatureSpace.load(tmp_path / "space.h5")
    assert {name: rows(one) for name, one in loaded(ASKED).items()} == expected


def test_adapt_takes_parts_and_frames():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for data in (
        pandas.DataFrame(SHOP),
        [{name: np.array(column[i : i + 2]) for name, column in SHOP.items()} for i in (0, 2)],
    ):
        space = wide()
        space.adapt(data)
        assert rows(space(ASKED)) == WIDE
        assert rows(space(pandas.DataFrame(ASKED))) == WIDE


def test_adapt_takes_a_dataset(tmp_path):
    for name in ("price", "size"):
        np.save(tmp_path / f"{name}.npy", np.array(SHOP[name], "float32").reshape(-1, 1))
    space, same = (FeatureSpace({"price": "float_normalized", "size": "float_discretized"}) for _ in range(2))
    space.adapt(lacuna.data.npz({name: tmp_path / f"{name}.npy" for name in ("price", "size")}))
    same.adapt(SHOP)
    asked = {name: ASKED[name] for name in ("price", "size")}
    np.testing.assert_array_equal(rows(space(asked)), rows(same(asked)))


def test_a_model_of_a_space_learns_and_is_saved(tmp_path):
    space = wide()
    space.adapt(SHOP)
    model = Model(space.get_inputs(), Dense(1)(space.get_encoded_features()))
    model.compile("sgd", "mse")
    x = {name: np.array(column) for name, column in SHOP.items()}
    model.fit(x, np.ones(4), verbose=0)
    model.save(tmp_path / "model.h5")
    loaded = lacuna.models.load_model(tmp_path / "model.h5")
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    model.save(tmp_path / "other.h5")
    with pytest.raises(ValueError, match=r"must be one that FeatureSpace.save wrote"):
        FeatureSpace.load(tmp_path / "other.h5")


def test_layers_of_ones_own():
    space = FeatureSpace(
        {
            "text": FeatureSpace.feature("string", TextVectorization(output_mode="count"), "float"),
            "city": FeatureSpace.feature("string", StringLookup(vocabulary=["Oslo", "Rome"]), "one_hot"),
        }
    )
    space.adapt({"text": ["a b", "b"]})  # The city has its vocabulary.
    assert rows(space({"text": ["b b", "c"], "city": ["Rome", "Bern"]})) == [[0, 0, 1, 0, 2, 0], [1, 0, 0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FeatureSpace({}), "features must be a dict of columns"),
        (lambda: FeatureSpace({"a": "words"}), "must be one of 'float'.*Received: 'a' of type 'words'"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), "output_mode must be 'concat' or 'dict'"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), "Received: 'b' in 'a_X_b'"),
        (lambda: FeatureSpace.string_hashed(3, output_mode="hot"), "output_mode must be 'int' or 'one_hot'"),
        (
            lambda: FeatureSpace({"a": FeatureSpace.string_hashed(3, "int"), "b": "float"})({"a": ["x"], "b": [1]}),
            "ids are no columns of a matrix; write output_mode='dict'",
        ),
        (lambda: FeatureSpace({"a": "float"})({"b": [1]}), "none for 'a'"),
        (lambda: FeatureSpace({"a": "float"})({"a": ["x"]}), "column 'a' must be"),
        (lambda: FeatureSpace({"a": "float", "b": "float"})({"a": [1, 2], "b": [1]}), "must have as many rows"),
        (lambda: FeatureSpace({"a": "string_categorical"}).adapt({"b": ["x"]}), "none for 'a'"),
        (
            lambda: FeatureSpace({"a": FeatureSpace.feature("string", TextVectorization(num_bins=3), "one_hot")})(
                {"a": ["x"]}
            ),
            "needs a preprocessor that gives ids.*TextVectorization",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_dict_of_inputs_has_their_names():
    space = FeatureSpace({"price": "float", "size": "float"})
    price, size = space.get_inputs().values()
    both = space.get_encoded_features()
    assert Model({"size": size, "price": price}, both).input_names == ["size", "price"]
    for wrong in ({"cost": price, "size": size}, {"price": size, "size": price}):
        with pytest.raises(ValueError, match="keys of a dict of inputs must be the names of the inputs.*names="):
            Model(wrong, both)
    for nothing in ({}, {"price": 1}):
        with pytest.raises(ValueError, match="inputs"):
            Model(nothing, both)
