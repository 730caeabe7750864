"""Shapes whose sizes come near 2^63: they are exact, or an error that says so."""

import pytest

from lacuna import backend as K
from lacuna import layers
from lacuna.layers import Input
from lacuna.models import Model

HALF, BIG = 2**40, 2**62


# A layer, the shape of its input or inputs, and the shape that whole numbers of any size give.
CASES = [
    (lambda: layers.Flatten(), (None, HALF, HALF), (None, 2**80)),
    (lambda: layers.Flatten(), (None, HALF, 2**22), (None, 2**62)),
    (lambda: layers.Reshape((-1,)), (None, HALF, 4, HALF), (None, 2**82)),
    (lambda: layers.Reshape((HALF, 2**24, -1)), (None, 2**62), None),
    (lambda: layers.Reshape((HALF, -1)), (None, 2**62), (None, HALF, 2**22)),
    (lambda: layers.RepeatVector(BIG), (None, 8), None),  # Its ones would not fit in memory.
    (lambda: layers.Concatenate(), [(None, BIG), (None, BIG)], (None, 2**63)),
    (lambda: layers.Concatenate(), [(None, BIG), (None, BIG - 1)], (None, 2**63 - 1)),
    (lambda: layers.Concatenate(axis=1), [(None, BIG, 3)] * 4, (None, 2**64, 3)),
    (lambda: layers.ZeroPadding1D(BIG), (None, 5, 2), (None, 2**63 + 5, 2)),
    (lambda: layers.ZeroPadding2D(((0, BIG), (1, 1))), (None, BIG, 3, 2), (None, 2**63, 5, 2)),
    (lambda: layers.Cropping1D((1, 1)), (None, 2**63 - 2, 2), (None, 2**63 - 4, 2)),
    (lambda: layers.UpSampling1D(2), (None, BIG, 3), (None, 2**63, 3)),
    (lambda: layers.UpSampling1D(2), (None, BIG - 1, 3), (None, 2**63 - 2, 3)),
    (lambda: layers.UpSampling2D(4), (None, 3, BIG, 1), (None, 12, 2**64, 1)),
    (lambda: layers.Permute((2, 1)), (None, BIG, HALF), (None, HALF, BIG)),
    (lambda: layers.Dense(BIG), (None, BIG), (None, BIG)),
    (lambda: layers.TimeDistributed(layers.Dense(3)), (HALF, HALF, 2), None),  # The rows of all steps.
    (lambda: layers.TimeDistributed(layers.Flatten()), (None, 3, HALF, HALF), (None, 3, 2**80)),
    (lambda: layers.LSTM(BIG // 4), (None, 3, 2), (None, BIG // 4)),
    (lambda: layers.LSTM(BIG + 1), (None, 3, 2), None),  # Four gates.
    (lambda: layers.Bidirectional(layers.SimpleRNN(BIG)), (None, 3, 2), (None, 2**63)),
    (lambda: layers.SeparableConv1D(3, 1, depth_multiplier=BIG), (None, 5, 4), None),
    (lambda: layers.DepthwiseConv2D(1, depth_multiplier=BIG), (None, 5, 5, 4), (None, 5, 5, 2**64)),
    (lambda: layers.LocallyConnected2D(1, 1), (None, HALF, HALF, 2), None),
    (lambda: layers.GlobalAveragePooling1D(), (None, BIG, 3), (None, 3)),
    (lambda: layers.Embedding(BIG, BIG), (None, BIG), (None, BIG, BIG)),
]


def shape_of(make, shape):
    """What the layer says without weights, or None for an error about sizes or memory."""
    try:
        return make().compute_output_shape(shape)
    except MemoryError:
        return None
    except ValueError as error:
        assert "2^63" in str(error)
        return None


@pytest.mark.parametrize(("make", "shape", "exact"), CASES)
def test_a_size_beyond_2_to_63_is_an_error(make, shape, exact):
    too_large = exact is None or any(d is not None and d >= 2**63 for d in exact)
    assert shape_of(make, shape) == (None if too_large else exact)


def test_models_and_functions_notice_it_too():
    x = Input((HALF, HALF))
    with pytest.raises(ValueError, match=r"2\^63"):
        layers.Flatten()(x)
    model = Model(x, layers.ZeroPadding1D(1)(x))
    assert model.output_shape == (None, HALF + 2, HALF)
    with pytest.raises(ValueError, match=r"2\^63"):
        model.compute_output_shape((None, 2**63 - 2, 3))
    for function in (
        lambda: K.batch_flatten(x),
        lambda: K.concatenate([Input((BIG,)), Input((BIG,))]),
        lambda: K.repeat_elements(Input((BIG,)), 2, 1),
        lambda: K.tile(Input((BIG,)), (1, 4)),
        lambda: K.temporal_padding(Input((BIG, 2)), (BIG, 1)),
        lambda: K.resize_images(Input((BIG, 3, 1)), 2, 2, "channels_last"),
        lambda: K.reshape(x, (-1, HALF * HALF)),
        lambda: K.one_hot(Input((3,), dtype="int32"), 2**63),
    ):
        with pytest.raises((ValueError, TypeError)):
            function()
