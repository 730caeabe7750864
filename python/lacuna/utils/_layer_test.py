"""What a layer must do to work in models: its shape, config, weights and training."""

import numpy as np

from lacuna import _core
from lacuna._arguments import shown
from lacuna._custom import custom_object_scope


def checked(layer_cls, kwargs, shape, dtype, data, want, want_dtype, fixed_batch_size):
    """Implements layer_test; returns the output."""
    from lacuna import Input, Model

    data = drawn(shape, dtype) if data is None else np.asarray(data)
    shape, dtype = tuple(data.shape if shape is None else shape), str(dtype or data.dtype)
    made = layer_cls(**kwargs)
    with custom_object_scope({layer_cls.__name__: layer_cls}):
        _require_config(made, layer_cls)
        given = {"batch_shape": shape} if fixed_batch_size else {"shape": shape[1:]}
        x = Input(dtype=dtype, **given)
        y = made(x)
        floats = made.dtype if dtype.startswith("float") else dtype  # A layer computes in its own dtype.
        _equal("the dtype of the output", str(y.dtype), want_dtype or floats)
        model = Model(x, y)
        output = model.predict(data)
        if hasattr(made, "compute_output_shape"):
            _fits("compute_output_shape", made.compute_output_shape((None, *shape[1:])), output.shape)
        if want is not None:
            np.testing.assert_allclose(output, want, rtol=1e-3, atol=1e-6, err_msg="layer_test: the output")
        again = type(model).from_config(model.get_config())
        again.set_weights(model.get_weights())
        np.testing.assert_allclose(
            again.predict(data), output, rtol=1e-3, atol=1e-6, err_msg="layer_test: the output of the layer made again"
        )
        if str(y.dtype).startswith("float") and model.trainable_weights:
            model.compile("rmsprop", "mse")
            model.train_on_batch(data, output)
    return output


def drawn(shape, dtype):
    """Random numbers from 0 to 10; an open dimension has a size from 1 to 3."""
    if shape is None:
        raise ValueError("layer_test: input_shape or input_data must be given. Received: neither.")
    sizes = [np.random.randint(1, 4) if size is None else size for size in shape]
    return (10 * np.random.random(sizes)).astype(dtype or _core.floatx())


def _require_config(layer, cls):
    config = layer.get_config()
    again = cls.from_config(config).get_config()
    for name, value in config.items():
        _equal(f"the setting {name} of get_config, after from_config", shown(again.get(name)), shown(value))


def _fits(what, promised, shape):
    fits = len(promised) == len(shape) and all(a is None or a == b for a, b in zip(promised, shape, strict=True))
    if not fits:
        raise AssertionError(f"layer_test: {what} must say the shape of the output, {shape}. Received: {promised}.")


def _equal(what, given, want):
    if given != want:
        raise AssertionError(f"layer_test: {what} must be {want}. Received: {given}.")
