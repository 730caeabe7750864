"""Forked children: without a seed each draws different numbers, with a seed all draw the same; none waits for threads
of its parent."""

import json
import subprocess
import sys

import pytest

# What a child draws: weights of a new model, shuffles, and dropout masks of a model of its parent.
SCRIPT = """
import json, multiprocessing, sys
import numpy as np
import lacuna, lacuna.backend as K
from lacuna.layers import Dense, Dropout, Input
from lacuna.models import Model

seed, train_first = json.loads(sys.argv[1])
if seed is not None:
    lacuna.utils.set_random_seed(seed)
rng = np.random.default_rng(0)
x, y = rng.random((64, 4), dtype=np.float32), rng.random((64, 1), dtype=np.float32)
i = Input((4,))
noisy = Model(i, Dense(1, kernel_initializer="ones")(Dropout(0.5)(i)))
noisy.compile("sgd", "mse")
plain = Model(i, Dense(1, kernel_initializer="zeros")(i))
plain.compile("sgd", "mse")
masked = K.function([i, K.learning_phase()], [Dropout(0.5)(i)])
if train_first:  # On threads that do not exist in the child.
    lacuna.config.set_num_threads(4)
    wide = Model(i, Dense(2000)(i))
    wide.compile("sgd", "mse")
    wide.fit(x, np.zeros((64, 2000), np.float32), verbose=0)

def draw(_=None):
    new = Model(i, Dense(3)(i)).get_weights()[0]
    plain.fit(x, y, batch_size=1, verbose=0)
    before = noisy.get_weights()
    noisy.fit(x, y, batch_size=64, shuffle=False, verbose=0)
    mask = masked([x, 1])[0]
    if train_first:
        wide.fit(x, np.zeros((64, 2000), np.float32), verbose=0)
        assert lacuna.config.num_threads() == (1 if multiprocessing.parent_process() else 4)
    return [new.tolist(), plain.get_weights()[0].tolist(), noisy.get_weights()[0].tolist(), mask.tolist()]

with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
    drawn = pool.map(draw, range(2), chunksize=1)
print(json.dumps([*drawn, draw()]))
"""


@pytest.mark.parametrize("train_first", [False, True])
@pytest.mark.parametrize("seed", [None, 3])
def test_children_draw(seed, train_first):
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([seed, train_first])], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    for a, b, parent in zip(*json.loads(ran.stdout)):
        if seed is None:
            assert a != b and a != parent and b != parent
        else:
            assert a == b == parent
