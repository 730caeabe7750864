"""model.progressive: the rows of a step."""

import numpy as np
import pytest

from lacuna.layers import Dense
from lacuna.models import Sequential


@pytest.mark.parametrize(("batch_size", "steps"), [({}, 6), ({"batch_size": None}, 6), ({"batch_size": 4}, 2)])
def test_a_step_is_a_row_unless_told_otherwise(batch_size, steps):
    model = Sequential([Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    assert len(model.progressive(np.ones((6, 2)), np.ones(6), **batch_size).losses) == steps
