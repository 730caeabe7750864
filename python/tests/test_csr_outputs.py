"""predict of a model whose output is csr gives csr, wherever the rows come from; its memory follows the non-zeros."""

import resource

import numpy as np
import pytest
import scipy.sparse as sp

from lacuna import data
from lacuna.layers import CategoryEncoding, Dense, Input, StringLookup
from lacuna.models import Model, Sequential

WORDS = np.array([f"w{k}" for k in range(5)])


def encoder(columns=2**33):
    inputs = Input((3,), dtype="int64")
    return Model(inputs, CategoryEncoding(columns, output_mode="count")(inputs))


def same(got, wanted):
    assert isinstance(got, sp.csr_matrix) and got.shape == wanted.shape and got.dtype == wanted.dtype
    assert got.indptr[0] == 0 and got.has_canonical_format
    assert (got != wanted).nnz == 0


@pytest.mark.parametrize("columns", [20, 2**33])
@pytest.mark.parametrize("rows", [0, 1, 32, 100])
def test_csr_from_everywhere(tmp_path, columns, rows):
    ids = np.random.default_rng(0).integers(20, size=(rows, 3))
    wanted = sp.csr_matrix(
        (np.ones(ids.size, "float32"), (np.repeat(np.arange(rows), 3), ids.ravel())), (rows, columns)
    )
    model = encoder(columns)
    for batch_size in (1, 7, 32, 1000):
        same(model.predict(ids, batch_size=batch_size), wanted)
    same(model.predict_on_batch(ids), wanted)
    if rows:
        same(model.predict(iter([ids[k : k + 9] for k in range(0, rows, 9)])), wanted)
        same(model.predict(data.batches([ids[k : k + 9] for k in range(0, rows, 9)])), wanted)


def test_dense_outputs_beside_csr_ones():
    inputs = Input((1,), dtype="string")
    rows = StringLookup(vocabulary=list(WORDS), output_mode="one_hot", name="rows")(inputs)
    model = Model(inputs, [rows, Dense(2, name="dense")(rows)])
    csr, dense = model.predict(WORDS)
    assert isinstance(csr, sp.csr_matrix) and isinstance(dense, np.ndarray)
    assert csr.toarray().argmax(axis=1).tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(dense, csr @ model.get_weights()[0] + model.get_weights()[1])
    model = Sequential([Input((1,), dtype="string"), StringLookup(vocabulary=list(WORDS), output_mode="multi_hot")])
    assert model.predict(WORDS[:2]).toarray().argmax(axis=1).tolist() == [1, 2]


def test_memory_follows_the_non_zeros():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ids = np.zeros((200_000, 3), "int64")  # 10 MB of csr, and 6 PB of an array.
    assert encoder().predict(ids, batch_size=1000).nnz == 200_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
