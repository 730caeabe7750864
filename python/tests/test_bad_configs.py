"""Damaged configs: any part that is missing or has another type is a ValueError of Lacuna."""

import copy
import json

import pytest
from test_arguments import complaint

from lacuna import constraints, initializers, layers, metrics, models, optimizers, regularizers

WRONG = [None, True, -1, 2**70, 1.5, float("nan"), "x", "z" * 3000, [], [1, "a"], [[]], {}, {"class_name": 3}, {1: 2}]


def places(config, at=()):
    """The paths of all parts of a nested config."""
    if isinstance(config, (dict, list, tuple)):
        for key in config if isinstance(config, dict) else range(len(config)):
            yield (*at, key)
            yield from places(config[key], (*at, key))


def changed(config):
    """Copies of a config, each with one part changed or missing."""
    config = json.loads(json.dumps(config))
    for path in places(config):
        for value in [*WRONG, "gone"]:
            other = copy.deepcopy(config)
            holder = other
            for key in path[:-1]:
                holder = holder[key]
            if value == "gone":
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            yield path, value, other


def model():
    x = layers.Input((4,), name="rows", sparse=True)
    y = layers.Dense(3, activation="relu", kernel_regularizer="l2", kernel_constraint="max_norm")(x)
    inner = models.Sequential([layers.Input((3,)), layers.Dropout(0.5), layers.Dense(2)])
    return models.Model(x, inner(layers.Reshape((3,))(y)))


CASES = [
    (models.model_from_config, lambda: json.loads(model().to_json())),
    (layers.deserialize, lambda: layers.serialize(layers.BatchNormalization())),
    (layers.deserialize, lambda: layers.serialize(layers.Embedding(3, 2, embeddings_initializer="he_normal"))),
    (optimizers.deserialize, lambda: optimizers.serialize(optimizers.Adam())),
    (initializers.deserialize, lambda: initializers.serialize(initializers.TruncatedNormal(seed=3))),
    (regularizers.deserialize, lambda: regularizers.serialize(regularizers.l1_l2())),
    (constraints.deserialize, lambda: constraints.serialize(constraints.MinMaxNorm())),
    (metrics.deserialize, lambda: metrics.serialize(metrics.Precision())),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("read, config", CASES)
def test_bad_configs_are_errors_of_ours(read, config):
    faults, tried = [], 0
    for path, value, other in changed(config()):
        tried += 1
        try:
            read(other)
        except Exception as error:
            why = complaint(error)
            if why:
                faults.append(f"{path}={value!r:.30}: {why}: {type(error).__name__}: {str(error)[:150]}")
    assert not faults, f"{len(faults)} of {tried}:\n" + "\n".join(faults[:100])
    assert tried > 30


@pytest.mark.parametrize("levels", [1500, 5000, 200_000])
def test_nested_without_end(levels):
    text = '{"class_name": "Sequential", "config": {"name": "s", "layers": [' * levels + "]}}" * levels
    with pytest.raises(ValueError):
        models.model_from_json(text)
