"""layer_test: what it finds in a layer of one's own."""

import numpy as np
import pytest

from lacuna import backend as K
from lacuna.layers import Dense, Dropout, Embedding, Layer
from lacuna.utils.test_utils import layer_test


class Scale(Layer):
    def __init__(self, by=2.0, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs):
        return inputs * self.by

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "by": self.by}


def test_a_right_layer():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(layer_test(Scale, {"by": 3.0}, input_data=x, expected_output=3 * x), 3 * x)
    assert layer_test(Scale, input_shape=(4, None, 3)).shape[::2] == (4, 3)
    assert layer_test(Scale, input_shape=(4, 3), fixed_batch_size=True).shape == (4, 3)


def test_what_is_wrong():
    class Forgets(Scale):
        def get_config(self):
            return Layer.get_config(self)

    class Longer(Scale):
        def compute_output_shape(self, input_shape):
            return (*input_shape, 1)

    class Whole(Scale):
        def call(self, inputs):
            return K.cast(inputs, "int32")

    with pytest.raises(AssertionError, match="made again"):
        layer_test(Forgets, {"by": 3.0}, input_shape=(2, 3))
    with pytest.raises(AssertionError, match="compute_output_shape must say the shape of the output"):
        layer_test(Longer, input_shape=(2, 3))
    with pytest.raises(AssertionError, match="the dtype of the output must be float32. Received: int32"):
        layer_test(Whole, input_shape=(2, 3))
    with pytest.raises(AssertionError, match="the output"):
        layer_test(Scale, input_data=np.ones((2, 3)), expected_output=np.ones((2, 3)))
    with pytest.raises(ValueError, match="input_shape or input_data must be given"):
        layer_test(Scale)
    with pytest.raises(TypeError, match="must be a class"):
        layer_test(Scale())


@pytest.mark.skipif(not hasattr(Layer, "compute_output_shape"), reason="layers do not tell their output shape yet")
def test_layers_of_the_library():
    layer_test(Dense, {"units": 2}, input_shape=(4, 3))
    layer_test(Dropout, {"rate": 0.5}, input_shape=(4, 3))
    ids = np.array([[1, 2], [0, 3]], "int32")
    layer_test(Embedding, {"input_dim": 4, "output_dim": 3}, input_data=ids, expected_output_dtype="float32")
