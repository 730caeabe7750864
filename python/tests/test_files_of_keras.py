"""Files of real ones of Keras 2, Keras 3 and Keras-MXNet (data/README.md): what they predicted comes back."""

import io
import json
import lzma
import pathlib
import warnings
import zipfile

import h5py
import numpy as np
import pytest

from lacuna.layers import Dense
from lacuna.models import Sequential, load_model, model_from_config, model_from_json

DATA = pathlib.Path(__file__).parent / "data"
FILES = sorted(DATA.glob("*.h5.xz"))


@pytest.mark.parametrize("file", FILES, ids=[file.name.partition(".")[0] for file in FILES])
def test_predictions_come_back(file, tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(lzma.decompress(file.read_bytes()))
    with h5py.File(path) as held:
        numbers = {name: value for name, value in held.attrs.items() if name[1:].isdigit()}
        x, y = ([numbers[name] for name in sorted(numbers) if name[0] == one] for one in "xy")
        config = held.attrs["model_config"]
    model = load_model(path)

    def assert_same(model):
        predicted = model.predict(x)
        for given, want in zip(predicted if isinstance(predicted, list) else [predicted], y, strict=True):
            np.testing.assert_allclose(given, want, atol=1e-5)

    assert_same(model)
    assert type(model.optimizer).__name__ == "Adam" and float(model.optimizer.lr.numpy()) == pytest.approx(0.01)
    again = model_from_json(config)
    again.load_weights(path)
    assert_same(again)
    model.train_on_batch(x, [np.zeros_like(one) for one in y])
    model.save(tmp_path / "ours.h5")
    np.testing.assert_array_equal(
        np.concatenate([w.ravel() for w in load_model(tmp_path / "ours.h5").get_weights()]),
        np.concatenate([w.ravel() for w in model.get_weights()]),
    )


def test_there_are_files():
    assert len(FILES) == 11


def test_a_later_setting_that_changes_something_is_refused():
    layer = {"class_name": "LSTM", "config": {"units": 2, "batch_input_shape": [None, 3, 2], "time_major": True}}
    with pytest.raises(TypeError, match="time_major"):
        model_from_config({"class_name": "Sequential", "config": {"layers": [layer]}})


def test_a_name_of_an_archive_is_warned_of(tmp_path):
    model = Sequential([Dense(1, input_dim=2)])
    with pytest.warns(UserWarning, match=r"HDF5.*end in \.h5.*model\.keras"):
        model.save(tmp_path / "model.keras")
    assert np.array_equal(load_model(tmp_path / "model.keras", compile=False).get_weights()[0], model.get_weights()[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "model.h5")


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(lzma.decompress((DATA / "keras3_mixed.keras.xz").read_bytes()))
    return path


def test_an_archive_of_keras_3_is_read(archive):
    with zipfile.ZipFile(archive) as members:
        x, y = (np.load(io.BytesIO(members.read(name))) for name in ("x0.npy", "y0.npy"))
    with pytest.warns(UserWarning, match="the optimizer starts anew"):
        model = load_model(archive)
    np.testing.assert_allclose(model.predict(x), y, atol=1e-5)
    assert type(model.optimizer).__name__ == "Adam" and model.metrics_names == ["loss", "mean_absolute_error"]
    with archive.open("rb") as stream:
        np.testing.assert_allclose(load_model(stream, compile=False).predict(x), y, atol=1e-5)


def _rezipped(archive, compression=zipfile.ZIP_STORED, leave_out=None):
    with zipfile.ZipFile(archive) as members:
        held = {name: members.read(name) for name in members.namelist() if name != leave_out}
    with zipfile.ZipFile(archive, "w", compression) as members:
        for name, data in held.items():
            members.writestr(name, data)


def test_a_damaged_archive_is_refused(archive):
    whole = archive.read_bytes()
    for size in (4, 100, len(whole) // 2, len(whole) - 30):
        archive.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="a .keras file must be a ZIP archive"):
            load_model(archive)
    archive.write_bytes(whole.replace(b'"units"', b'"unity"'))
    with pytest.raises(ValueError, match="a member is damaged"):
        load_model(archive)
    archive.write_bytes(whole)
    _rezipped(archive, leave_out="config.json")
    with pytest.raises(ValueError, match="has no member 'config.json'"):
        load_model(archive)
    archive.write_bytes(whole)
    _rezipped(archive, zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="a member is compressed"):
        load_model(archive)


def _tensor(layer):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [layer, 0, 0]}}


def _of_keras_3(*layers, output):
    """A model as Keras 3 writes it. layers: class, name, settings, arguments and named arguments of its only call."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "ids"}, "name": "ids"}
    all_layers = [{**first, "inbound_nodes": []}]
    for kind, name, config, args, kwargs in layers:
        call = {"args": args, "kwargs": kwargs}
        config = {"name": name, **config}
        all_layers.append({"class_name": kind, "config": config, "name": name, "inbound_nodes": [call]})
    config = {"layers": all_layers, "input_layers": ["ids", 0, 0], "output_layers": [output, 0, 0]}
    return json.dumps({"class_name": "Functional", "config": config})


EMBEDDING = ("Embedding", "embedding", {"input_dim": 5, "output_dim": 2, "mask_zero": True}, [_tensor("ids")], {})
MASK = ("NotEqual", "not_equal", {}, [_tensor("ids"), 0], {})


def test_masks_that_keras_3_writes_are_made_by_the_layers():
    drop = ("Dropout", "drop", {"rate": 0.5}, [_tensor("embedding")], {"training": False})
    mask = {"mask": _tensor("not_equal")}
    lstm = (
        "LSTM",
        "lstm",
        {"units": 2, "return_sequences": True, "zero_output_for_mask": True},
        [_tensor("drop")],
        mask,
    )
    model = model_from_json(_of_keras_3(EMBEDDING, MASK, drop, lstm, output="lstm"))
    assert [layer.name for layer in model.layers] == ["ids", "embedding", "drop", "lstm"]
    ids = np.array([[1, 2, 0], [0, 3, 4]])
    np.testing.assert_array_equal(model.predict(ids).all(axis=-1), ids != 0)
    assert model.get_layer("lstm").get_config()["zero_output_for_mask"] is True
    model.compile("sgd", "mse")
    sums = [model.train_on_batch(np.array([[1, 2, 3]]), np.zeros((1, 3, 2))) for _ in range(4)]
    assert len(set(sums)) > 1  # Dropout acts: training=False is only what held while the model was made.


def test_a_mask_that_nothing_makes_is_refused():
    plain = (*EMBEDDING[:2], {"input_dim": 5, "output_dim": 2}, *EMBEDDING[3:])
    lstm = ("LSTM", "lstm", {"units": 2}, [_tensor("embedding")], {"mask": _tensor("not_equal")})
    with pytest.raises(ValueError, match="'lstm', argument 'mask'"):
        model_from_json(_of_keras_3(plain, MASK, lstm, output="lstm"))


@pytest.mark.parametrize("version", ["1.2.2", None])
def test_a_file_of_keras_1_is_refused(version, tmp_path):
    layer = {"name": "dense_1", "output_dim": 2, "input_dim": 3, "init": "glorot_uniform", "W_regularizer": None}
    config = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": layer}]}
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"dense_1"]
        weights.create_group("dense_1").attrs["weight_names"] = np.zeros(0)
        for group in [file, weights] if version else []:
            group.attrs["keras_version"] = version
    with pytest.raises(ValueError, match="Keras 1 are not read; load the model in Keras 2"):
        load_model(tmp_path / "model.h5")
    if version:
        model = model_from_config({"class_name": "Sequential", "config": {"layers": []}})
        model.add(Dense(2, input_shape=(3,)))
        with pytest.raises(ValueError, match=r"load_weights: the layers and weights of Keras 1"):
            model.load_weights(tmp_path / "model.h5")
        with pytest.raises(ValueError, match="keras_version='1.2.2'"):
            model_from_json(json.dumps({**config, "keras_version": version}))
