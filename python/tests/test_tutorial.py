"""The tutorial "Use sparse data with Keras-MXNet", line by line, with `keras` read as `lacuna`.

The tutorial leaves some names open (y_train, x_test, epochs, the model of the last section); they are supplied here,
and y is cut as x is. Each snippet stands as it is there.
"""

import numpy as np
import pytest
from scipy import sparse


def test_sparse_tensors():
    from lacuna.layers import Input

    sparse_tensor = Input(shape=(3,), sparse=True)

    from lacuna import backend as K

    assert K.is_sparse(sparse_tensor)
    assert sparse_tensor.shape == (None, 3)

    sparse_tensor = K.placeholder((2, 2), sparse=True)

    assert K.is_sparse(sparse_tensor)
    assert sparse_tensor.shape == (2, 2)


def test_sparse_weight():
    from lacuna.layers import Dense, Input

    input = Input(shape=(3,), sparse=True)
    output = Dense(units=1, activation="linear", sparse_weight=True)(input)

    from lacuna.models import Model

    model = Model(input, output)
    ids, rows = model.layers[1].weights[0].rows()  # A row_sparse weight: none of its rows is touched yet.
    assert ids.shape == (0,) and rows.shape == (0, 1)
    x = sparse.csr_matrix(np.array([[1, 0, 2], [0, 0, 3]], np.float32))
    model.compile("sgd", "mse")
    model.fit(x, np.array([1.0, 2.0]), verbose=0)
    ids, rows = model.layers[1].weights[0].rows()
    assert ids.tolist() == [0, 2]


def test_sparse_operators():
    """sum, mean, dot, concat and Embedding."""
    from lacuna import backend as K
    from lacuna.layers import Dense, Embedding, Flatten
    from lacuna.models import Sequential

    a, b = K.placeholder((2, 2), sparse=True), K.placeholder((2, 2), sparse=True)
    w = K.placeholder((2, 5))
    assert K.sum(a, axis=1).shape == (2,)
    assert K.mean(a, axis=0).shape == (2,)
    assert K.dot(a, w).shape == (2, 5) and not K.is_sparse(K.dot(a, w))
    assert K.is_sparse(K.concatenate([a, b], axis=0))

    max_features = 100
    embedding = Embedding(max_features, 128, input_length=10, sparse_grad=True)

    model = Sequential([embedding, Flatten(), Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    rng = np.random.default_rng(0)
    ids = rng.integers(0, max_features, (64, 10))
    history = model.fit(ids, ids[:, 0] % 2, epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


@pytest.fixture
def regression():
    """What the tutorial's last section assumes: a model, data, a number of epochs."""
    import lacuna
    from lacuna.layers import Dense, Input
    from lacuna.models import Model

    lacuna.utils.set_random_seed(1)
    inputs = Input(shape=(1000,), sparse=True)
    model = Model(inputs, Dense(1, sparse_weight=True)(inputs))
    model.compile(optimizer="sgd", loss="mse")
    data = sparse.random(1100, 1000, density=0.01, format="coo", dtype=np.float32, random_state=1)
    y = data @ np.linspace(-1, 1, 1000, dtype=np.float32)
    return model, data, y


def test_slice_sparse_data(regression, capsys):
    model, data, y = regression
    epochs = 2
    y_train, x_test, y_test = y[:1000], data.tocsr()[1000:], y[1000:]

    # from scipy import sparse
    x_train = sparse.coo_matrix((1000, 1000))
    assert x_train.nnz == 0  # The tutorial's matrix is empty; it trains all the same.
    model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=1, validation_data=(x_test, y_test))
    assert "Train on 1000 samples, validate on 100 samples" in capsys.readouterr().out

    x_train = data.tocsr()[:1000].tocoo()
    history = model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=1, validation_data=(x_test, y_test))
    assert history.history["val_loss"][1] < history.history["val_loss"][0]

    from lacuna.utils import data_utils

    batch_size = 32
    x_train = data_utils.prepare_sliced_sparse_data(x_train, batch_size)
    assert x_train.shape == (992, 1000)
    assert (x_train != data.tocsr()[:992]).nnz == 0

    model.fit(x_train, y_train[:992], batch_size=32, epochs=epochs, verbose=1, validation_data=(x_test, y_test))
    assert "Train on 992 samples" in capsys.readouterr().out


def test_keras_data_utils_stands_where_the_tutorial_names_it(regression):
    import lacuna

    _, data, _ = regression
    assert lacuna.data_utils.prepare_sliced_sparse_data(data.tocsr(), 32).shape == (1088, 1000)
    with pytest.warns(UserWarning, match="Cannot slice data"):
        assert lacuna.data_utils.prepare_sliced_sparse_data(data, 5000) is data


def test_the_benchmark_that_the_tutorial_refers_to():
    from lacuna.layers import Dense, Input
    from lacuna.models import Model
    from lacuna.optimizers import SGD

    x = sparse.random(2000, 500, density=0.01, format="csr", dtype=np.float32, random_state=0)
    y = x @ np.arange(1, 501, dtype=np.float32)
    inputs = Input(batch_shape=(None, 500), dtype="float32", sparse=True)
    outputs = Dense(1, activation="linear", kernel_initializer="normal", sparse_weight=True)(inputs)
    model = Model(inputs, outputs)
    model.compile(loss="mse", optimizer=SGD(lr=0.001, momentum=0.9), metrics=["accuracy"])
    history = model.fit(x, y, batch_size=512, epochs=10, verbose=0)
    assert list(history.history) == ["loss", "acc"]
    loss, acc = model.evaluate(x, y, batch_size=512, verbose=0)
    assert loss < history.history["loss"][0] and 0 <= acc <= 1
    assert model.predict(x, batch_size=512).shape == (2000, 1)
