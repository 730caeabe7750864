"""Layers of features in the map of a tf.data.Dataset."""

import numpy as np
import pytest

from lacuna.layers import CategoryEncoding, HashedCrossing, Hashing, Normalization, StringLookup, TextVectorization

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

TEXTS = np.array([f"word{k % 7} other{k % 3} ü" for k in range(1000)])
ROWS = tf.data.Dataset.from_tensor_slices(TEXTS)


def adapted(**settings):
    layer = TextVectorization(**settings)
    layer.adapt(TEXTS)
    return layer


def test_batches_and_single_rows():
    layer = adapted()
    batches = ROWS.batch(64).map(layer, num_parallel_calls=2)
    assert batches.element_spec.dtype == tf.int64 and batches.element_spec.shape.as_list() == [None, None]
    assert np.array_equal(np.concatenate([batch.numpy() for batch in batches]), layer(TEXTS))
    assert np.array_equal(np.stack([row.numpy() for row in ROWS.take(50).map(layer)]), layer(TEXTS[:50]))
    by_hand = ROWS.batch(64).map(lambda x: tf.numpy_function(layer, [x], tf.int64))
    assert np.array_equal(np.concatenate([batch.numpy() for batch in by_hand]), layer(TEXTS))


def test_rows_are_sparse_tensors():
    layer = adapted(output_mode="tf_idf")
    batches = ROWS.batch(64).map(layer)
    assert isinstance(batches.element_spec, tf.SparseTensorSpec)
    assert batches.element_spec.shape.as_list() == [None, layer.vocabulary_size()]
    got = np.concatenate([tf.sparse.to_dense(batch).numpy() for batch in batches])
    assert np.array_equal(got, layer(TEXTS).toarray())
    dense = adapted(output_mode="tf_idf", sparse=False)
    batches = ROWS.batch(64).map(dense)
    assert batches.element_spec.shape.as_list() == [None, layer.vocabulary_size()]
    assert np.array_equal(np.concatenate([batch.numpy() for batch in batches]), got)


def test_other_layers_and_several_inputs():
    ids = np.arange(100) % 9
    numbers = tf.data.Dataset.from_tensor_slices((TEXTS[:100], ids)).batch(9)
    bins = numbers.map(lambda text, id: HashedCrossing(50)([text, id]))
    assert np.array_equal(np.concatenate([b.numpy() for b in bins]), HashedCrossing(50)([TEXTS[:100], ids]))
    hashed = numbers.map(lambda text, id: (Hashing(7)(text), id))
    assert np.array_equal(np.concatenate([b.numpy() for b, _ in hashed]), Hashing(7)(TEXTS[:100]))
    encoded = numbers.map(lambda _, id: CategoryEncoding(9)(id[:, None]))
    rows = np.concatenate([tf.sparse.to_dense(b).numpy() for b in encoded])
    assert np.array_equal(rows, np.eye(9)[ids])
    scale = Normalization(axis=None, mean=4.0, variance=4.0)
    scaled = numbers.map(lambda _, id: scale(tf.cast(id, tf.float32)[:, None]))
    assert np.allclose(np.concatenate([b.numpy() for b in scaled])[:, 0], (ids - 4) / 2)
    back = StringLookup(vocabulary=["a", "b"], invert=True)
    words = tf.data.Dataset.from_tensors([1, 2]).map(back)
    assert next(iter(words)).numpy().tolist() == [b"a", b"b"]


def test_errors_are_those_of_the_layer():
    with pytest.raises(ValueError, match="there must be a vocabulary"):
        list(ROWS.map(TextVectorization()))
    with pytest.raises(ValueError, match="the rank of an input must be known; tf.ensure_shape says it"):
        ROWS.batch(9).map(lambda x: adapted()(tf.numpy_function(lambda y: y, [x], tf.string)))


def test_functions_of_tensorflow_standardize_and_split():
    layer = TextVectorization(
        standardize=lambda texts: tf.strings.regex_replace(tf.strings.upper(texts), "OTHER", "SAME"),
        split=tf.strings.split,
    )
    layer.adapt(TEXTS)
    assert layer.get_vocabulary()[2:6] == ["ü", "SAME0", "SAME2", "SAME1"]
