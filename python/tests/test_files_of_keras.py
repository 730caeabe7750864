"""Files of real ones of Keras 2, Keras 3 and Keras-MXNet (data/README.md): what they predicted comes back."""

import lzma
import pathlib

import h5py
import numpy as np
import pytest

from lacuna.models import load_model, model_from_config, model_from_json

FILES = sorted((pathlib.Path(__file__).parent / "data").glob("*.h5.xz"))


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
    assert len(FILES) == 10


def test_a_later_setting_that_changes_something_is_refused():
    layer = {"class_name": "LSTM", "config": {"units": 2, "batch_input_shape": [None, 3, 2], "time_major": True}}
    with pytest.raises(TypeError, match="time_major"):
        model_from_config({"class_name": "Sequential", "config": {"layers": [layer]}})
