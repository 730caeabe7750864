"""Models in files of h5py that are open, in their groups, and in streams of bytes; values of another shape."""

import io

import h5py
import numpy as np
import pytest

from lacuna import Input, Model
from lacuna.layers import Dense, Flatten, Reshape
from lacuna.models import load_model, save_model

X = np.random.default_rng(0).normal(size=(5, 3))


def network(units=2):
    x = Input((3,))
    model = Model(x, Dense(4, name="last")(Dense(units, name="first")(x)))
    model.compile("adam", "mse", ["mae"])
    model.train_on_batch(X, np.zeros((5, 4)))
    return model


def assert_again(model, again):
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.optimizer.get_config() == model.optimizer.get_config()


def test_a_file_and_a_group_of_h5py(tmp_path):
    model = network()
    with h5py.File(tmp_path / "a.h5", "w") as file:
        save_model(model, file)
        assert_again(model, load_model(file))
        group = file.create_group("inner")
        group["more"] = [1, 2]
        model.save(group)
        model.save(group)  # Replaces what it wrote, and nothing else.
        assert_again(model, load_model(group))
        assert list(group["more"]) == [1, 2]
        with pytest.raises(FileExistsError, match="unless overwrite is True"):
            model.save(group, overwrite=False)
    assert_again(model, load_model(tmp_path / "a.h5"))
    with h5py.File(tmp_path / "a.h5", "r") as file:
        assert_again(model, load_model(file))
        assert_again(model, load_model(file["inner"]))


def test_a_file_of_h5py_in_memory_and_its_image(tmp_path):
    model = network()
    with h5py.File("no file", "w", driver="core", backing_store=False) as file:
        model.save(file)
        file.flush()
        image = file.id.get_file_image()
    assert_again(model, load_model(io.BytesIO(image)))
    (tmp_path / "b.h5").write_bytes(image)
    assert_again(model, load_model(tmp_path / "b.h5"))


def test_a_file_that_was_saved_and_then_opened_by_h5py(tmp_path):
    model = network()
    model.save(tmp_path / "c.h5")
    with h5py.File(tmp_path / "c.h5", "r") as file:
        assert_again(model, load_model(file))
        assert file.attrs["backend"] in ("lacuna", b"lacuna")  # Unchanged.


def test_streams(tmp_path):
    model, stream = network(), io.BytesIO()
    model.save(stream)
    stream.seek(0)
    assert_again(model, load_model(stream))
    with open(tmp_path / "d.h5", "wb") as file:
        model.save(file, include_optimizer=False)
    assert load_model(tmp_path / "d.h5").optimizer is None
    with pytest.raises(ValueError, match="bytes without a seal or HDF5's signature"):
        load_model(io.BytesIO(b"words"))
    with pytest.raises(ValueError, match="load_model"):
        load_model(io.BytesIO(stream.getvalue()[:-100]))
    with pytest.raises(TypeError, match="a stream must be open for reading bytes"):
        load_model(io.StringIO("words"))


def test_weights_alone(tmp_path):
    model, other, stream = network(), network(), io.BytesIO()
    model.save_weights(stream)
    stream.seek(0)
    other.load_weights(stream)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        model.save_weights(file)
        third = network()
        third.load_weights(file, by_name=True)
    np.testing.assert_array_equal(third.predict(X), model.predict(X))


def test_values_of_another_shape(tmp_path):
    x = Input((2, 3))
    flat = Model(x, Dense(4, name="d")(Flatten()(x)))
    flat.save_weights(tmp_path / "w.h5")
    y = Input((2, 3))
    other = Model(y, Dense(8, use_bias=False, name="d")(y))  # 3 · 8 values, as 6 · 4.
    with pytest.raises(ValueError, match="as many weights"):
        other.load_weights(tmp_path / "w.h5", reshape=True)
    z = Input((6,))
    same = Model(z, Reshape((2, 2))(Dense(4, name="d")(z)))
    same.load_weights(tmp_path / "w.h5", reshape=True)
    kernel, bias = flat.get_weights()
    wide = Model(y, Dense(8, use_bias=False, name="k")(y))
    narrow = Model(z, Dense(4, use_bias=False, name="k")(z))
    narrow.set_weights([kernel])
    narrow.save_weights(tmp_path / "k.h5")
    for by_name in (False, True):
        with pytest.raises(ValueError, match="must have shape"):
            wide.load_weights(tmp_path / "k.h5", by_name=by_name)
        wide.load_weights(tmp_path / "k.h5", by_name=by_name, reshape=True)
        np.testing.assert_array_equal(wide.get_weights()[0], kernel.reshape(3, 8))


def test_what_does_not_fit_is_told_as_a_user_warning(tmp_path):
    network(2).save_weights(tmp_path / "w.h5")
    with pytest.warns(UserWarning, match="layer 'first' keeps its weights"):
        network(7).load_weights(tmp_path / "w.h5", by_name=True, skip_mismatch=True)
