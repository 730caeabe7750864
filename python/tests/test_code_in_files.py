"""A Lambda's function in configs, files and pickles: by name, or as code that runs only where the caller allows it."""

import json
import pickle

import numpy as np
import pytest

from lacuna import Input, Model
from lacuna import backend as K
from lacuna.layers import Lambda
from lacuna.models import clone_model, load_model, model_from_json

X = np.array([[1.0, 2.0]])
FACTOR = 3


def model_of(function, **arguments):
    x = Input((2,))
    return Model(x, Lambda(function, arguments=arguments)(x))


def twice(x):
    return x * 2


def test_code_is_refused_unless_the_caller_allows_it(tmp_path):
    by = 5
    model = model_of(lambda x, more=1: K.square(x) * FACTOR + by + more)
    model.save(tmp_path / "m.h5")
    want = X**2 * 3 + 6
    for load in (
        lambda **kwargs: load_model(tmp_path / "m.h5", **kwargs),
        lambda **kwargs: model_from_json(model.to_json(), **kwargs),
    ):
        with pytest.raises(ValueError, match="safe_mode=False"):
            load()
        np.testing.assert_array_equal(load(safe_mode=False).predict(X), want)
        np.testing.assert_array_equal(load(custom_objects={"<lambda>": twice}).predict(X), X * 2)
    with pytest.raises(ValueError, match="safe_mode=False"):
        load_model(tmp_path / "m.h5")  # The permission has ended.


def test_a_name_needs_no_permission(tmp_path):
    model_of(twice).save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", custom_objects={"twice": twice})
    np.testing.assert_array_equal(again.predict(X), X * 2)
    with pytest.raises((TypeError, ValueError), match="custom_object"):
        load_model(tmp_path / "m.h5", safe_mode=False)


def test_arrays_are_arguments(tmp_path):
    model = model_of(lambda x, mean, by: (x - mean) / by, mean=np.array([1.0, 4]), by=np.float32([[2, 4]]))
    want = (X - [1, 4]) / [2, 4]
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5", safe_mode=False)
    np.testing.assert_array_equal(again.predict(X), want)
    arguments = again.layers[1].arguments
    assert arguments["mean"].dtype == np.float64 and arguments["by"].dtype == np.float32
    json.loads(model.to_json())


def test_copies_and_pickles_need_no_permission():
    first, second = model_of(lambda x: x + 1), model_of(lambda x: x - 1)
    x = Input((2,))
    model = Model(x, second(first(x)))
    for again in (clone_model(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.predict(X), X)


def test_what_closes_over_an_object_has_a_name_alone():
    by = object()
    config = Lambda(lambda x: x if by else -x).get_config()
    assert config["function"] == "<lambda>" and config["function_type"] == "function"


def test_a_program_may_trust_all_of_its_files(tmp_path, monkeypatch):
    from lacuna import _code, config

    monkeypatch.setattr(_code, "_everywhere", False)
    model_of(lambda x: x * 2).save(tmp_path / "m.h5")
    config.enable_unsafe_deserialization()
    np.testing.assert_array_equal(load_model(tmp_path / "m.h5").predict(X), X * 2)
