"""Normalization, Discretization and Rescaling. Expected values were made with Keras 3.15.1 on TensorFlow 2.21."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_csr

from lacuna import Input, Model
from lacuna.layers import (
    Discretization,
    Normalization,
    Rescaling,
)
from lacuna.models import load_model

X = np.array([[1, 2, 4], [3, 8, 4], [5, 2, 4], [7, 4, 4]], dtype="float32")
BY_FEATURE = [
    [-1.3416407, -0.81649655, 0],
    [-0.44721359, 1.6329931, 0],
    [0.44721359, -0.81649655, 0],
    [1.3416407, 0, 0],
]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, BY_FEATURE),
        ({"axis": 1}, BY_FEATURE),
        (
            {"axis": None},
            [[-1.5666988, -1.0444659, 0], [-0.52223295, 2.0889318, 0], [0.52223295, -1.0444659, 0], [1.5666988, 0, 0]],
        ),
        ({"mean": 3.0, "variance": 4.0}, [[-1, -0.5, 0.5], [0, 2.5, 0.5], [1, -0.5, 0.5], [2, 0.5, 0.5]]),
        ({"mean": [1.0, 2, 3], "variance": [4.0, 1, 0]}, [[0, 0, 1e7], [1, 6, 1e7], [2, 0, 1e7], [3, 2, 1e7]]),
        (
            {"invert": True},
            [[6.2360678, 8.898979, 4], [10.708204, 23.595919, 4], [15.180339, 8.898979, 4], [19.652477, 13.797959, 4]],
        ),
    ],
)
def test_normalization(settings, expected, tmp_path):
    layer = Normalization(**settings)
    if "mean" not in settings:
        layer.adapt(X)
    np.testing.assert_allclose(layer(X), expected, rtol=2e-6, atol=1e-6)
    i = Input((3,))
    model = Model(i, layer(i))
    model.save(tmp_path / "model.h5")
    np.testing.assert_array_equal(load_model(tmp_path / "model.h5").predict(X), model.predict(X))
    again = Normalization.from_config(layer.get_config())
    if "mean" not in settings:
        again.adapt(X)
    np.testing.assert_allclose(again(X), expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("axis", [-1, 1, 2, (1, 2)])
def test_normalization_of_more_axes(axis):
    z = np.random.default_rng(0).normal(5, 3, (50, 3, 4))
    layer = Normalization(axis=axis)
    layer.adapt(z)
    kept = tuple(a % 3 for a in (axis if isinstance(axis, tuple) else (axis,)))
    others = tuple(a for a in range(3) if a not in kept)
    expected = (z - z.mean(others, keepdims=True)) / z.std(others, keepdims=True)
    np.testing.assert_allclose(layer(z), expected, rtol=1e-4, atol=1e-5)


def test_normalization_keeps_csr():
    x = random_csr(200, 30, density=0.1, random_state=1, format="csr") * 7
    layer = Normalization(center=False)
    layer.adapt(x)
    result = layer(x)
    assert result.format == "csr"
    np.testing.assert_allclose(result.toarray(), x.toarray() / np.maximum(x.toarray().std(0), 1e-7), rtol=1e-5)
    np.testing.assert_allclose(layer.get_weights()[0], x.toarray().mean(0), rtol=1e-6)
    with pytest.raises(ValueError, match=r"write Normalization\(center=False\)"):
        Normalization()(Input((30,), sparse=True))
    moved = Normalization(center=False)  # What was adapted before and is adapted anew changes the calls that are there.
    i = Input((30,), sparse=True)
    model = Model(i, moved(i))
    moved.adapt(x)
    np.testing.assert_allclose(model.predict(x).toarray(), result.toarray(), rtol=1e-6)


def test_normalization_of_large_values_and_of_parts():
    x = np.random.default_rng(2).normal(1e8, 1, (1000, 2))
    layer, parts = Normalization(dtype="float64"), Normalization(dtype="float64")
    layer.adapt(x)
    np.testing.assert_allclose(layer.get_weights()[1], x.var(0), rtol=1e-5)
    parts.adapt(x[i : i + 300] for i in range(0, 1000, 300))
    np.testing.assert_allclose(parts.get_weights()[1], layer.get_weights()[1], rtol=1e-6)


def test_rescaling():
    np.testing.assert_allclose(Rescaling(2.0, offset=1)(X)[0], [3, 5, 9])
    np.testing.assert_allclose(Rescaling([1.0, 2, 3], [0, 0, 1])(X)[0], [1, 4, 13])
    sparse = csr_matrix([[0, 2.0], [0, 0]])
    assert Rescaling(0.5)(sparse).toarray().tolist() == [[0, 1], [0, 0]]
    with pytest.raises(ValueError, match="csr"):
        Rescaling(0.5, 1)(sparse)


def test_discretization(tmp_path):
    values = np.array([[-1.5, 1.0, 3.4, 0.5, np.nan], [0, 1, 2, -0.0, 9]])
    layer = Discretization([0.0, 1.0, 2.0])
    assert layer(values).tolist() == [[0, 2, 3, 1, 3], [1, 2, 3, 1, 3]]
    one_hot = Discretization([0.0, 1.0, 2.0], output_mode="one_hot")
    assert one_hot(np.array([[-1.5], [1.0], [3.4]])).toarray().tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    multi_hot = Discretization([0.0, 1.0, 2.0], output_mode="multi_hot")
    assert multi_hot(np.array([[-1.5, 1.0, 3.4]])).toarray().tolist() == [[1, 0, 1, 1]]
    for bins, expected in (
        (2, [49]),
        (3, [32.333333, 65.666667]),
        (4, [24, 49, 74]),
        (10, [9, 19, 29, 39, 49, 59, 69, 79, 89]),
    ):
        layer = Discretization(num_bins=bins)
        layer.adapt(np.random.default_rng(0).permutation(np.arange(100.0)))
        np.testing.assert_allclose(layer.bin_boundaries, expected, rtol=1e-4)
    layer = Discretization(num_bins=4)
    layer.adapt(np.array([[-1.5], [1.0], [3.4], [0.5], [0.0], [3.0], [1.3], [0.0]]))
    np.testing.assert_allclose(layer.bin_boundaries, [0, 0.5, 1.3])
    i = Input((1,))
    model = Model(i, layer(i))
    model.save(tmp_path / "model.h5")
    loaded = load_model(tmp_path / "model.h5")
    given = np.array([[-1.0], [0.2], [0.7], [9]])
    assert loaded.predict(given).tolist() == model.predict(given).tolist() == [[0], [1], [2], [3]]
    assert loaded.layers[1].bin_boundaries == layer.bin_boundaries


def test_quantiles_of_many_values_stay_near():
    values = np.random.default_rng(4).lognormal(size=3_000_000)
    layer = Discretization(num_bins=20)
    layer.adapt(values[i : i + 700_000] for i in range(0, len(values), 700_000))
    shares = np.searchsorted(np.sort(values), layer.bin_boundaries) / len(values)
    np.testing.assert_allclose(shares, np.arange(1, 20) / 20, atol=4e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Normalization().adapt(np.array([[1.0], [np.nan]])), "must be finite"),
        (lambda: Normalization().adapt(np.empty((0, 2))), "there must be rows"),
        (lambda: Normalization(axis=0)(X), "other than the batch"),
        (lambda: Normalization(mean=1.0), "given together"),
        (lambda: Normalization(mean=1.0, variance=-1.0), "must not be negative"),
        (lambda: Normalization().adapt(["a"]), "must hold numbers"),
        (lambda: Discretization(), "bin_boundaries or num_bins must be given"),
        (lambda: Discretization([2.0, 1.0]), "must ascend"),
        (lambda: Discretization([1.0]).adapt([1.0]), "adapt needs num_bins"),
        (lambda: Discretization(num_bins=2).adapt([np.inf]), "must be finite"),
        (lambda: Discretization(num_bins=2).adapt([]), "there must be values"),
        (lambda: Discretization(num_bins=2)([1.0]), "there must be boundaries: call adapt"),
        (lambda: Discretization([1.0])(csr_matrix([[1.0]])), "must be dense"),
        (lambda: Rescaling([]), "must be numbers"),
    ],
)
def test_errors_of_numbers(call, message):
    with pytest.raises(ValueError, match=message):
        call()
