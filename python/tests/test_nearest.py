"""weight.nearest: the rows of an embedding that are most like one of them, beside NumPy on all rows."""

import numpy as np
import pytest

import lacuna
from lacuna import backend as K
from lacuna.layers import Dense, Embedding, Flatten
from lacuna.models import Sequential
from lacuna.optimizers import SGD, Adam

VALUES = {
    "cosine": lambda rows, row: rows @ row / np.linalg.norm(rows, axis=1) / np.linalg.norm(row),
    "dot": lambda rows, row: rows @ row,
    "euclidean": lambda rows, row: np.linalg.norm(rows - row, axis=1),
}


def expected(ids, rows, asked, k, likeness):
    rows = rows.astype("float64").reshape(len(rows), -1)
    values = VALUES[likeness](rows, rows[list(ids).index(asked)])
    order = [i for i in np.argsort(values if likeness == "euclidean" else -values, kind="stable") if ids[i] != asked]
    return ids[order[:k]], values[order[:k]]


def trained(optimizer, **flags):
    """An embedding after some steps, most of whose rows an exact optimizer has left behind."""
    lacuna.utils.set_random_seed(1)
    model = Sequential([Embedding(20_000, 8, input_length=3, **flags), Flatten(), Dense(1)])
    model.compile(optimizer, "mse")
    x = np.random.default_rng(0).integers(0, 900, (640, 3))
    model.fit(x, x.sum(axis=1) / 1000, batch_size=32, verbose=0)
    return model.weights[0], int(x[0, 0])


@pytest.mark.parametrize("likeness", VALUES)
@pytest.mark.parametrize("flags", [{}, {"sparse_grad": True}])
@pytest.mark.parametrize(
    "optimizer", [SGD(lr=0.1), SGD(lr=0.1, momentum=0.9), Adam(lr=0.01)], ids=lambda o: type(o).__name__
)
def test_are_those_of_numpy(optimizer, flags, likeness):
    weight, asked = trained(optimizer, **flags)
    ids, rows = weight.rows() if flags else (np.arange(20_000), weight.numpy())
    for k in (1, 25):
        found, values = weight.nearest(asked, k, likeness)
        assert found.dtype == np.int64 and values.dtype == np.float64
        theirs, of_theirs = expected(ids, rows, asked, k, likeness)
        assert np.allclose(values, of_theirs) and list(found) == list(theirs)


def test_reading_changes_nothing():
    weight, asked = trained(SGD(lr=0.1, momentum=0.9))
    before = weight.nearest(asked)
    assert all(np.array_equal(a, b) for a, b in zip(before, weight.nearest(asked)))
    touched, row = trained(Adam(), sparse_grad=True)
    count = len(touched.rows()[0])
    touched.nearest(row)
    assert len(touched.rows()[0]) == count


def test_of_a_table_of_2_to_the_40_rows():
    table = Sequential([Dense(3, input_dim=2**40, sparse_weight=True)])
    table.compile("sgd", "mse")
    import scipy.sparse as sp

    x = sp.csr_matrix((np.ones(4, "f"), np.array([5, 2**39, 7, 2**40 - 1]), [0, 2, 4]), (2, 2**40))
    table.fit(x, np.ones((2, 3)), verbose=0)
    ids, values = table.weights[0].nearest(2**39, k=10)
    assert sorted(ids) == [5, 7, 2**40 - 1] and values[0] >= values[1] >= values[2]
    with pytest.raises(ValueError, match="the row must have been touched.* Received: id=6, .* 4 rows were touched"):
        table.weights[0].nearest(6)


def test_bad_arguments():
    weight = K.variable(np.array([[1.0, 0], [0, 0], [1, 1], [np.nan, 1]]))
    assert list(weight.nearest(0)[0]) == [2, 1] and list(weight.nearest(0)[1]) == [pytest.approx(0.5**0.5), 0]
    assert weight.nearest(1, likeness="euclidean")[0][0] == 0
    for arguments, error, told in [
        ((4,), IndexError, "Received: id=4"),
        ((-1,), IndexError, "Received: id=-1"),
        (("a",), TypeError, "id must be a whole number"),
        ((None,), TypeError, "id must be a whole number"),
        ((0, 0), ValueError, "k must be positive. Received: k=0"),
        ((0, 2**70), (ValueError, OverflowError), "k must be"),
        ((0, 3, "near"), ValueError, "'cosine', 'dot' or 'euclidean'"),
        ((1,), ValueError, "a row must not be zero|the row must not be zero"),
        ((3,), ValueError, "the row must be finite"),
    ]:
        with pytest.raises(error, match=told):
            weight.nearest(*arguments)
    for other in (K.variable(np.ones(3)), K.variable(1.0), K.variable(np.ones((2, 2)), dtype="int32")):
        with pytest.raises(ValueError, match="the weight must have rows of floats"):
            other.nearest(0)
