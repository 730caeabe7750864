"""Fixtures of all tests: a fixed seed, and sparse data that can be learned."""

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import backend as K
from lacuna import config
from lacuna.utils import set_random_seed


@pytest.fixture(autouse=True)
def process_settings():
    """Each test starts with the same seed and restores the settings of the process."""
    set_random_seed(7)
    threads = config.num_threads()
    yield
    K.set_floatx("float32")
    config.set_num_threads(threads)


@pytest.fixture
def x():
    """150 rows, not a multiple of 32: csr float32 of 20 columns; row 3 is empty."""
    matrix = sp.random(150, 20, density=0.2, format="lil", dtype=np.float32, random_state=1)
    matrix[3] = 0
    return matrix.tocsr()


@pytest.fixture
def y(x):
    """A linear function of x, one number per row."""
    return (x @ np.linspace(-1, 1, 20)).astype(np.float32).reshape(-1, 1)


@pytest.fixture
def labels(y):
    """0 or 1 for each row."""
    return (y[:, 0] > 0).astype(np.float32)
