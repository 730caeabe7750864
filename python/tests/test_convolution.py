"""Layers and functions of convolution, pooling and padding against slow NumPy."""

import itertools

import numpy as np
import pytest

from lacuna import backend as K
from lacuna import layers
from lacuna.layers import Input
from lacuna.models import Model

RANDOM = np.random.RandomState(3)


def drawn(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def run(layer, x):
    """What the layer makes of x, whose batch may be of any size."""
    i = Input(x.shape[1:])
    model = Model(i, layer(i))
    assert model.predict(x[:0]).shape == (0, *model.output_shape[1:])
    whole = model.predict(x)
    assert whole.shape[1:] == model.output_shape[1:]
    np.testing.assert_array_equal(model.predict(x[:1]), whole[:1])
    return whole


def last(x):
    return np.moveaxis(x, 1, -1)


def ends(sizes, window, strides, dilation, padding):
    """Pads in front and behind, for each axis, by TensorFlow's rule."""
    result = []
    for n, k, s, d in zip(sizes, window, strides, dilation):
        span = (k - 1) * d + 1
        total = max((-(-n // s) - 1) * s + span - n, 0) if padding == "same" else 0
        result.append((span - 1, 0) if padding == "causal" else (total // 2, total - total // 2))
    return result


def windows(x, window, strides, dilation, padding, fill=0.0):
    """What is seen through the window at each place: (batch, places…, window…, channels)."""
    axes = len(window)
    x = np.pad(x, [(0, 0), *ends(x.shape[1:-1], window, strides, dilation, padding), (0, 0)], constant_values=fill)
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation)]
    out = [(n - span) // s + 1 for n, span, s in zip(x.shape[1:-1], spans, strides)]
    seen = np.empty((len(x), *out, *window, x.shape[-1]), x.dtype)
    for place in itertools.product(*map(range, out)):
        cut = tuple(slice(p * s, p * s + span, d) for p, s, span, d in zip(place, strides, spans, dilation))
        seen[(slice(None), *place)] = x[(slice(None), *cut)]
    assert seen.ndim == 2 + 2 * axes
    return seen


def slow_conv(x, kernel, strides, dilation, padding):
    axes = kernel.ndim - 2
    seen = windows(x, kernel.shape[:-2], strides, dilation, padding)
    return np.tensordot(seen, kernel, (range(axes + 1, 2 * axes + 2), range(axes + 1)))


def slow_depthwise(x, kernel, strides, dilation, padding):
    seen = windows(x, kernel.shape[:-2], strides, dilation, padding)
    axes = kernel.ndim - 2
    letters, places = "uvw"[:axes], "xyz"[:axes]
    y = np.einsum(f"b{places}{letters}c,{letters}cm->b{places}cm", seen, kernel)
    return y.reshape(*y.shape[:-2], -1)


CONVOLUTIONS = [
    (layers.Conv1D, (9, 3), dict(kernel_size=3)),
    (layers.Conv1D, (9, 3), dict(kernel_size=(4,), strides=2, padding="same")),
    (layers.Conv1D, (9, 3), dict(kernel_size=3, dilation_rate=2, padding="causal")),
    (layers.Conv1D, (9, 1), dict(kernel_size=1, use_bias=False)),
    (layers.Conv2D, (6, 7, 2), dict(kernel_size=(3, 2), strides=(2, 1))),
    (layers.Conv2D, (6, 7, 2), dict(kernel_size=3, strides=2, padding="same")),
    (layers.Conv2D, (6, 7, 2), dict(kernel_size=2, dilation_rate=(2, 3), padding="same")),
    (layers.Conv3D, (4, 3, 5, 2), dict(kernel_size=2, strides=(1, 1, 2), padding="same")),
]


@pytest.mark.parametrize("channels_first", [False, True])
@pytest.mark.parametrize("make, shape, settings", CONVOLUTIONS)
def test_convolution(make, shape, settings, channels_first):
    x = drawn(3, *shape)
    layer = make(
        4, bias_initializer="normal", data_format=["channels_last", "channels_first"][channels_first], **settings
    )
    y = last(run(layer, np.moveaxis(x, -1, 1))) if channels_first else run(layer, x)
    kernel, *bias = layer.get_weights()
    assert kernel.shape == (*layer.kernel_size, shape[-1], 4)
    wanted = slow_conv(x, kernel, layer.strides, layer.dilation_rate, layer.padding) + (bias[0] if bias else 0)
    np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("channels_first", [False, True])
def test_separable_and_depthwise(channels_first):
    x = drawn(2, 7, 6, 3)
    name = ["channels_last", "channels_first"][channels_first]
    given = np.moveaxis(x, -1, 1) if channels_first else x
    depthwise = layers.DepthwiseConv2D((3, 2), 2, "same", depth_multiplier=2, data_format=name)
    separable = layers.SeparableConv2D(4, 2, depth_multiplier=3, data_format=name, use_bias=False)
    a, b = run(depthwise, given), run(separable, given)
    if channels_first:
        a, b = last(a), last(b)
    wanted = slow_depthwise(x, depthwise.get_weights()[0], (2, 2), (1, 1), "same")
    np.testing.assert_allclose(a, wanted, rtol=1e-4, atol=1e-5)
    first, second = separable.get_weights()
    wanted = slow_depthwise(x, first, (1, 1), (1, 1), "valid") @ second[0, 0]
    np.testing.assert_allclose(b, wanted, rtol=1e-4, atol=1e-5)
    steps = layers.SeparableConv1D(4, 3, strides=2, padding="same")
    y = run(steps, x[:, 0])
    first, second, bias = steps.get_weights()
    np.testing.assert_allclose(
        y, slow_depthwise(x[:, 0], first, (2,), (1,), "same") @ second[0] + bias, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_convolution_is_the_adjoint(padding, stride):
    layer = layers.Conv2DTranspose(3, (3, 2), stride, padding, use_bias=False)
    y = drawn(2, 4, 5, 2)
    x = run(layer, y)
    sizes = [n * stride + (max(k - stride, 0) if padding == "valid" else 0) for n, k in zip((4, 5), (3, 2))]
    assert x.shape == (2, *sizes, 3)
    kernel = layer.get_weights()[0]
    assert kernel.shape == (3, 2, 3, 2)
    other = drawn(*x.shape)
    forward = slow_conv(other, kernel, (stride, stride), (1, 1), padding)
    assert forward.shape == y.shape
    assert np.vdot(forward, y) == pytest.approx(np.vdot(other, x), rel=1e-4)


def test_output_padding():
    x = drawn(1, 4, 4, 2)
    assert run(layers.Conv2DTranspose(1, 3, 2, output_padding=1), x).shape == (1, 10, 10, 1)
    assert run(layers.Conv2DTranspose(1, 3, 2, "same", output_padding=(1, 0)), x).shape == (1, 8, 7, 1)
    assert run(layers.Conv3DTranspose(1, 2, 2), drawn(1, 2, 3, 4, 2)).shape == (1, 4, 6, 8, 1)
    with pytest.raises(ValueError, match="less than its stride"):
        layers.Conv2DTranspose(1, 3, 2, output_padding=2)


@pytest.mark.parametrize("channels_first", [False, True])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pooling(axes, padding, channels_first):
    x = drawn(2, *(7, 5, 4)[:axes], 3)
    given = np.moveaxis(x, -1, 1) if channels_first else x
    window, strides = (3, 2, 2)[:axes], (2, 2, 1)[:axes]
    name = ["channels_last", "channels_first"][channels_first]
    for kind, reduce, fill in (("Max", np.nanmax, np.nan), ("Average", np.nanmean, np.nan)):
        layer = getattr(layers, f"{kind}Pooling{axes}D")(window, strides, padding, data_format=name)
        y = last(run(layer, given)) if channels_first else run(layer, given)
        seen = windows(x, window, strides, (1,) * axes, padding, fill)
        wanted = reduce(seen, axis=tuple(range(axes + 1, 2 * axes + 1)))
        np.testing.assert_allclose(y, wanted, rtol=1e-5, atol=1e-6)
        everywhere = getattr(layers, f"Global{kind}Pooling{axes}D")(name)
        whole = reduce(x, axis=tuple(range(1, axes + 1)))
        np.testing.assert_allclose(run(everywhere, given), whole, rtol=1e-5, atol=1e-6)
    assert run(getattr(layers, f"MaxPooling{axes}D")(), x).shape[1:-1] == tuple(n // 2 for n in x.shape[1:-1])


def test_padding_cropping_and_upsampling():
    x = drawn(2, 4, 5, 3)
    np.testing.assert_array_equal(run(layers.ZeroPadding1D((2, 0)), x[:, 0]), np.pad(x[:, 0], ((0, 0), (2, 0), (0, 0))))
    np.testing.assert_array_equal(
        run(layers.ZeroPadding2D(((1, 0), (2, 3))), x), np.pad(x, ((0, 0), (1, 0), (2, 3), (0, 0)))
    )
    np.testing.assert_array_equal(
        run(layers.ZeroPadding2D((1, 2), "channels_first"), x), np.pad(x, ((0, 0), (0, 0), (1, 1), (2, 2)))
    )
    np.testing.assert_array_equal(run(layers.Cropping1D(1), x[:, 0]), x[:, 0, 1:-1])
    np.testing.assert_array_equal(run(layers.Cropping2D(((1, 2), (0, 3))), x), x[:, 1:-2, :2])
    np.testing.assert_array_equal(run(layers.UpSampling1D(3), x[:, 0]), np.repeat(x[:, 0], 3, 1))
    np.testing.assert_array_equal(run(layers.UpSampling2D((2, 3)), x), np.repeat(np.repeat(x, 2, 1), 3, 2))
    np.testing.assert_array_equal(
        run(layers.UpSampling2D(2, data_format="channels_first"), x), np.repeat(np.repeat(x, 2, 2), 2, 3)
    )
    space = drawn(2, 3, 4, 5, 2)
    assert run(layers.ZeroPadding3D(), space).shape == (2, 5, 6, 7, 2)
    np.testing.assert_array_equal(run(layers.Cropping3D(), space), space[:, 1:-1, 1:-1, 1:-1])
    assert run(layers.UpSampling3D(), space).shape == (2, 6, 8, 10, 2)
    with pytest.raises(ValueError, match="as many values as are taken away"):
        layers.Cropping1D(3)(Input((5, 2)))


def test_bilinear_upsampling_is_that_of_keras_2():
    x = np.arange(6, dtype="float32").reshape(1, 2, 3, 1)
    rows = np.array([[0, 1, 2], [1.5, 2.5, 3.5], [3, 4, 5], [3, 4, 5]])
    wanted = np.stack([rows[:, 0], rows[:, :2].mean(1), rows[:, 1], rows[:, 1:].mean(1), rows[:, 2], rows[:, 2]], 1)
    y = run(layers.UpSampling2D(interpolation="bilinear"), x)
    np.testing.assert_allclose(y[0, :, :, 0], wanted, rtol=1e-6)


def test_flatten_and_bias_of_channels_that_are_first():
    x = drawn(2, 3, 4, 5)
    np.testing.assert_array_equal(run(layers.Flatten("channels_first"), x), np.moveaxis(x, 1, -1).reshape(2, -1))
    np.testing.assert_array_equal(run(layers.Flatten(), x), x.reshape(2, -1))
    bias, each = drawn(3), drawn(4, 5, 3)
    np.testing.assert_array_equal(K.eval(K.bias_add(x, bias, "channels_first")), x + bias[:, None, None])
    np.testing.assert_array_equal(K.eval(K.bias_add(x, each, "channels_first")), x + each.reshape(x.shape[1:]))
    np.testing.assert_array_equal(K.eval(K.bias_add(x, drawn(5) * 0)), x)


@pytest.mark.parametrize("channels_first", [False, True])
def test_locally_connected(channels_first):
    x = drawn(3, 5, 6, 2)
    layer = layers.LocallyConnected2D(
        4, (2, 3), (2, 1), data_format=["channels_last", "channels_first"][channels_first], bias_initializer="normal"
    )
    y = last(run(layer, np.moveaxis(x, -1, 1))) if channels_first else run(layer, x)
    kernel, bias = layer.get_weights()
    seen = windows(x, (2, 3), (2, 1), (1, 1), "valid")
    if channels_first:  # As in Keras the rows of the kernel are in the order of the input.
        seen = np.moveaxis(seen, -1, 3)
    seen = seen.reshape(3, 8, -1)
    assert kernel.shape == (8, 12, 4) and bias.shape == (2, 4, 4)
    wanted = np.einsum("bpv,pvf->bpf", seen, kernel).reshape(3, 2, 4, 4) + bias
    np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)
    steps = layers.LocallyConnected1D(4, 3, use_bias=False)
    y = run(steps, x[:, 0])
    seen = windows(x[:, 0], (3,), (1,), (1,), "valid").reshape(3, 4, -1)
    np.testing.assert_allclose(y, np.einsum("bpv,pvf->bpf", seen, steps.get_weights()[0]), rtol=1e-4, atol=1e-5)


def test_steps_may_be_open():
    i = Input((None, 3))
    model = Model(i, layers.GlobalMaxPooling1D()(layers.Conv1D(4, 3, padding="same", strides=2)(i)))
    for steps in (1, 4, 9):
        x = drawn(2, steps, 3)
        kernel, bias = model.get_weights()
        wanted = slow_conv(x, kernel, (2,), (1,), "same").max(1) + bias
        np.testing.assert_allclose(model.predict(x), wanted, rtol=1e-4, atol=1e-5)


def test_backend_functions():
    x, kernel = drawn(2, 6, 5, 3), drawn(3, 2, 3, 4)
    np.testing.assert_allclose(
        K.eval(K.conv2d(x, kernel, strides=2, padding="same")),
        slow_conv(x, kernel, (2, 2), (1, 1), "same"),
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        K.eval(K.conv1d(x[:, 0], kernel[0], padding="causal")),
        slow_conv(x[:, 0], kernel[0], (1,), (1,), "causal"),
        rtol=1e-4,
        atol=1e-5,
    )
    space, window = drawn(1, 3, 4, 3, 2), drawn(2, 2, 2, 2, 3)
    np.testing.assert_allclose(
        K.eval(K.conv3d(space, window)), slow_conv(space, window, (1,) * 3, (1,) * 3, "valid"), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        K.eval(K.depthwise_conv2d(x, kernel)), slow_depthwise(x, kernel, (1, 1), (1, 1), "valid"), rtol=1e-4, atol=1e-5
    )
    y = drawn(2, 3, 3, 4)
    back = K.eval(K.conv2d_transpose(y, kernel, (None, 6, 5, 3), strides=2, padding="same"))
    assert np.vdot(K.eval(K.conv2d(x, kernel, 2, "same")), y) == pytest.approx(np.vdot(x, back), rel=1e-4)
    assert K.eval(K.conv3d_transpose(drawn(1, 2, 3, 2, 3), window, (1, 3, 4, 3, 2))).shape == (1, 3, 4, 3, 2)
    np.testing.assert_array_equal(
        K.eval(K.pool2d(x, (2, 2), (2, 2))), windows(x, (2, 2), (2, 2), (1, 1), "valid").max((3, 4))
    )
    assert K.eval(K.pool3d(space, 2, pool_mode="avg")).shape == (1, 2, 3, 2, 2)
    np.testing.assert_array_equal(K.eval(K.temporal_padding(x[:, 0])), np.pad(x[:, 0], ((0, 0), (1, 1), (0, 0))))
    np.testing.assert_array_equal(
        K.eval(K.spatial_2d_padding(x, ((0, 1), (2, 0)), "channels_first")), np.pad(x, ((0, 0), (0, 0), (0, 1), (2, 0)))
    )
    assert K.eval(K.spatial_3d_padding(space)).shape == (1, 5, 6, 5, 2)
    np.testing.assert_array_equal(
        K.eval(K.resize_images(x, 2, 3, "channels_last")), np.repeat(np.repeat(x, 2, 1), 3, 2)
    )
    depthwise, pointwise = drawn(2, 2, 3, 2), drawn(1, 1, 6, 4)
    np.testing.assert_allclose(
        K.eval(K.separable_conv2d(x, depthwise, pointwise)),
        slow_depthwise(x, depthwise, (1, 1), (1, 1), "valid") @ pointwise[0, 0],
        rtol=1e-4,
        atol=1e-5,
    )
    assert K.eval(K.separable_conv1d(x[:, 0], depthwise[0], pointwise[0])).shape == (2, 4, 4)
    assert K.eval(K.local_conv1d(x[:, 0], drawn(4, 6, 2), (2,), (1,))).shape == (2, 4, 2)
    assert K.eval(K.local_conv2d(x, drawn(20, 12, 2), (2, 2), (1, 1), (5, 4))).shape == (2, 5, 4, 2)
    with pytest.raises(ValueError, match="output_shape must be"):
        K.local_conv2d(x, drawn(20, 12, 2), (2, 2), (1, 1), (4, 4))
    with pytest.raises(ValueError, match="pool_mode"):
        K.pool2d(x, 2, pool_mode="min")


def test_an_error_about_csr_does_not_call_it_dense():
    kinds = (layers.Conv1D, layers.LocallyConnected1D, layers.SeparableConv1D)
    for layer in [kind(2, 2) for kind in kinds] + [layers.LSTM(2)]:
        with pytest.raises(ValueError, match="to_dense") as error:
            layer(Input((4,), sparse=True))
        assert "dense" not in str(error.value).partition("Received")[2]
