"""Models learn from text what they learn from arrays."""

import numpy as np
import pytest

import lacuna
from lacuna import data
from lacuna.layers import Dense, Embedding, Flatten, Input
from lacuna.models import Model, Sequential

# Keras 3.15's Hashing(num_bins) of these words.
COLUMNS = [data.label("y"), data.number("n"), data.category("c", bins=100)]


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def clicks(tmp_path, rows=5000):
    rng = np.random.default_rng(1)
    words = rng.integers(50, size=(rows, 3))
    lines = [f"{int(rng.random() < 0.1 + 0.8 * (a < 25))},{rng.random():.3f},{a},{b},{c}" for a, b, c in words]
    return written(tmp_path / "clicks.csv", "y,weight,a,b,c\n" + "\n".join(lines))


def compiled(make):
    model = make()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    lacuna.utils.set_random_seed(4)
    return model


def twins(make):
    """Two models of the same weights. The next fit shuffles by the seed 4."""
    one, other = compiled(make), compiled(make)
    other.set_weights(one.get_weights())
    return one, other


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_model_learns_what_it_learns_from_arrays(tmp_path, shuffle):
    words = [data.category(name, bins=64) for name in "abc"]
    dataset = data.csv(clicks(tmp_path), [data.label("y"), data.sample_weight("weight"), *words])
    x, y, weight = dataset.load()
    streamed, arrays = twins(lambda: Sequential([Dense(1, activation="sigmoid", input_dim=192, sparse_weight=True)]))
    fitted = streamed.fit(
        dataset, batch_size=64, epochs=3, shuffle=shuffle, validation_data=dataset.take(999), verbose=0
    )
    lacuna.utils.set_random_seed(4)
    wanted = arrays.fit(
        x, y, sample_weight=weight, batch_size=64, epochs=3, shuffle=shuffle, verbose=0,
        validation_data=(x[:999], y[:999], weight[:999]),
    )  # fmt: skip
    assert fitted.history == wanted.history
    assert all(np.array_equal(a, b) for a, b in zip(streamed.get_weights(), arrays.get_weights()))
    assert streamed.evaluate(dataset, verbose=0) == arrays.evaluate(x, y, sample_weight=weight, verbose=0)
    assert np.array_equal(streamed.predict(dataset), arrays.predict(x))


def test_rows_that_do_not_fit_the_buffer_are_shuffled_in_parts(tmp_path):
    path = clicks(tmp_path, 150_000)  # Two blocks of text.
    zeros = {"kernel_initializer": "zeros", "activation": "sigmoid"}
    results = []
    for readers, size in ((1, 20_000), (3, 20_000), (1, 2**27)):
        model = compiled(lambda: Sequential([Dense(1, input_dim=64, **zeros)]))
        dataset = data.csv(path, [data.label("y"), data.category("a", bins=64)], readers=readers)
        history = model.fit(dataset, batch_size=370, epochs=2, shuffle_bytes=size, verbose=0).history
        results.append((history, model.get_weights()))
    assert results[0][0] == results[1][0] and np.array_equal(results[0][1][0], results[1][1][0])
    assert results[0][0] != results[2][0]  # Another order,
    assert abs(results[0][0]["loss"][1] - results[2][0]["loss"][1]) < 0.002  # and as good.


def test_labels_that_are_sorted_warn(tmp_path):
    path = written(tmp_path / "sorted.csv", "1,a\n" * 300_000 + "0,b\n" * 300_000)
    model = compiled(lambda: Sequential([Dense(1, activation="sigmoid")]))
    with pytest.warns(UserWarning, match="should not be sorted by their labels.*raise shuffle_bytes"):
        model.fit(
            data.csv(path, [data.label("y"), data.category("c", bins=9)]),
            shuffle_bytes=1000,
            batch_size=9999,
            verbose=0,
        )


def test_ids_by_field_train_an_embedding(tmp_path):
    columns = [data.label("y"), data.number("weight", boundaries=[0.25, 0.5]), *data.categories("a", bins=64)]
    columns += [data.category("b", bins=64), data.ignored("c")]
    dataset = data.csv(clicks(tmp_path), columns, fields=True)
    x, y, _ = dataset.load()
    assert x.shape == (5000, 3) and x.dtype == np.int32
    assert (
        x[:, 0].min() >= 1 and x[:, 0].max() <= 3 and x[:, 1].min() >= 4 and 68 <= x[:, 2].min() <= x[:, 2].max() < 132
    )

    def make():
        ids = Input((3,), dtype="int32")
        return Model(ids, Dense(1, activation="sigmoid")(Flatten()(Embedding(132, 4, sparse_grad=True)(ids))))

    streamed, arrays = twins(make)
    history = streamed.fit(dataset, batch_size=100, epochs=8, verbose=0).history
    lacuna.utils.set_random_seed(4)
    assert history == arrays.fit(x, y, batch_size=100, epochs=8, verbose=0).history
    assert history["accuracy"][-1] > 0.8


def test_several_inputs_are_fed_by_name(tmp_path):
    columns = [data.label("y"), data.category("a", bins=32, input="wide"), data.category("b", bins=16, input="deep")]
    dataset = data.csv(clicks(tmp_path), [*columns, data.number("weight", input="deep")])
    x, y, _ = dataset.load()
    assert {name: part.shape for name, part in x.items()} == {"wide": (5000, 32), "deep": (5000, 17)}

    def make():
        wide, deep = Input((32,), sparse=True, name="wide"), Input((17,), sparse=True, name="deep")
        return Model([wide, deep], Dense(1, activation="sigmoid")(lacuna.layers.add([Dense(4)(wide), Dense(4)(deep)])))

    streamed, arrays = twins(make)
    history = streamed.fit(dataset, verbose=0).history
    lacuna.utils.set_random_seed(4)
    assert history == arrays.fit(x, y, verbose=0).history
    columns[1] = data.category("a", bins=32, input="wid")
    with pytest.raises(ValueError, match="must be named after the model's.*'wid'; did you mean 'wide'"):
        streamed.fit(data.csv(clicks(tmp_path), columns), verbose=0)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m, d: m.fit(d, np.zeros(5000)), "y must be None where x is a Dataset"),
        (lambda m, d: m.fit(d, validation_split=0.1), "validation_split"),
        (lambda m, d: m.fit(d, sample_weight=np.ones(5000)), "a sample_weight"),
        (lambda m, d: m.fit(d, steps_per_epoch=3), "steps_per_epoch"),
        (lambda m, d: m.fit(d, shuffle="batch"), "shuffle='batch'"),
        (lambda m, d: m.fit(d, batch_size=0), "batch_size must be positive"),
        (lambda m, d: m.evaluate(d, sample_weight=np.ones(5000)), "a column of the dataset may be the weight"),
        (lambda m, d: m.fit(d.take(0), verbose=0), "must have rows"),
        (lambda m, d: m.fit(data.csv(d.path, [data.category("a", bins=64)])), "y must be given"),
    ],
)
def test_calls_that_do_not_fit_a_dataset(tmp_path, call, message):
    dataset = data.csv(clicks(tmp_path), [data.label("y"), data.category("a", bins=64)])
    dataset.path = clicks(tmp_path)
    with pytest.raises(ValueError, match=message):
        call(compiled(lambda: Sequential([Dense(1, activation="sigmoid")])), dataset)


def test_an_empty_dataset_predicts_nothing(tmp_path):
    dataset = data.csv(written(tmp_path / "e.csv", ""), COLUMNS)
    model = compiled(lambda: Sequential([Dense(2, activation="sigmoid")]))
    assert model.predict(dataset).shape == (0, 2)
