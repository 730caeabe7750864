"""lacuna.utils: small functions, HDF5Matrix, Progbar, pictures of models, and what stands in for more than one GPU."""

import io
import os
import re
import warnings

import h5py
import numpy as np
import pytest
import scipy.sparse as sp

import lacuna
from lacuna import backend as K
from lacuna import utils
from lacuna._files import FileError
from lacuna.layers import Add, Dense, Dropout, Input
from lacuna.models import Model, Sequential
from lacuna.utils import conv_utils, generic_utils, io_utils, layer_utils, multi_gpu_utils, test_utils, vis_utils


def sparse_model():
    a, b = Input((100,), sparse=True, name="words"), Input((5,), name="numbers")
    both = Add(name="sum")([Dense(5, name="d")(a), b])
    shared = Dense(5, name="shared")
    return Model([a, b], Sequential([Dense(2, input_shape=(5,))], name="inner")(shared(shared(both))))


def test_arguments_and_lists():
    def function(a, *rest, b=1, **more):
        pass

    assert generic_utils.has_arg(function, "a") and generic_utils.has_arg(function, "b")
    assert not generic_utils.has_arg(function, "c") and generic_utils.has_arg(function, "c", accept_all=True)
    assert not generic_utils.has_arg(function, "rest")
    assert generic_utils.to_list((1, 2)) == [(1, 2)] and generic_utils.to_list((1, 2), allow_tuple=True) == [1, 2]
    assert generic_utils.unpack_singleton([3]) == 3 and generic_utils.unpack_singleton([3, 4]) == [3, 4]
    assert generic_utils.is_all_none([None, None]) and not generic_utils.is_all_none([None, 0])
    assert generic_utils.object_list_uid([function]) == str(id(function))
    assert generic_utils.transpose_shape((None, 4, 5, 3), "channels_first", (1, 2)) == (None, 3, 4, 5)
    assert generic_utils.transpose_shape([None, 4, 5, 3], "channels_last", (1, 2)) == [None, 4, 5, 3]


def test_slices_keep_csr():
    x, csr = np.arange(6).reshape(3, 2), sp.eye(3, format="coo")
    first, second, third = generic_utils.slice_arrays([x, csr, None], 1, 3)
    assert first.tolist() == [[2, 3], [4, 5]] and second.format == "csr" and second.shape == (2, 3) and third is None
    assert generic_utils.slice_arrays(x, [2, 0]).tolist() == [[4, 5], [0, 1]]
    assert generic_utils.slice_arrays(csr, [2]).toarray().tolist() == [[0, 0, 1]]
    assert generic_utils.slice_arrays(None) == [None]
    with pytest.raises(ValueError, match="rows of arrays must be taken"):
        generic_utils.slice_arrays([1, 2, 3], 1)
    with pytest.raises(ValueError, match="stop must be None where start is a list"):
        generic_utils.slice_arrays(x, [1], 2)


class Scaled:
    def __init__(self, by):
        self.by = by

    def get_config(self):
        return {"by": self.by}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def test_objects_and_functions_by_name_and_by_code():
    assert generic_utils.serialize_keras_object(None) is None
    assert generic_utils.serialize_keras_object(len) == "len"
    config = generic_utils.serialize_keras_object(Scaled(3))
    assert config == {"class_name": "Scaled", "config": {"by": 3}}
    again = generic_utils.deserialize_keras_object
    assert again(config, custom_objects={"Scaled": Scaled}).by == 3 and again("len", {"len": len}) is len
    with utils.CustomObjectScope({"Scaled": Scaled}):
        assert again(config).by == 3
    with pytest.raises(ValueError, match="unknown scale; make it known by custom_objects.*Received: 'Scaled'"):
        again(config, printable_module_name="scale")
    with pytest.raises(ValueError, match="must have get_config, or a name"):
        generic_utils.serialize_keras_object(3)

    offset = 5

    def function(x, by=2):
        return x * by + offset

    code = generic_utils.func_dump(function)
    assert generic_utils.func_load(code)(3) == 11 and generic_utils.func_load(*code)(3, by=0) == 5
    assert generic_utils.func_load(list(code))(3) == 11
    with pytest.raises(ValueError, match="func_dump of this version"):
        generic_utils.func_load("no code")


def test_lengths_of_convolutions():
    assert conv_utils.normalize_tuple(2, 3, "strides") == (2, 2, 2)
    assert conv_utils.normalize_tuple([1, 2], 2, "strides") == (1, 2)
    assert conv_utils.normalize_padding("SAME") == "same"
    lengths = [conv_utils.conv_output_length(10, 3, p, 2, 2) for p in ("valid", "same", "causal", "full")]
    assert lengths == [3, 5, 5, 7] and conv_utils.conv_output_length(None, 3, "same", 1) is None
    assert [conv_utils.conv_input_length(5, 3, p, 2) for p in ("valid", "same", "full")] == [11, 9, 7]
    assert [conv_utils.deconv_length(4, 2, 3, p, None) for p in ("valid", "same", "full")] == [9, 8, 5]
    assert [conv_utils.deconv_length(4, 2, 3, p, 1, 2) for p in ("valid", "same", "full")] == [12, 8, 4]
    kernel = np.arange(12).reshape(2, 3, 1, 2)
    assert np.array_equal(conv_utils.convert_kernel(kernel), kernel[::-1, ::-1])
    with pytest.raises(ValueError, match="strides must be 2 whole numbers. Received: \\[1\\]"):
        conv_utils.normalize_tuple([1], 2, "strides")


def test_functions_on_layers(capsys):
    model = sparse_model()
    lines = []
    layer_utils.print_summary(model, print_fn=lines.append)
    model.summary()
    assert "\n".join(lines) + "\n" == capsys.readouterr().out
    assert layer_utils.count_params(model.weights) == layer_utils.count_params(model.weights * 2) == 547
    a, b = Input((3,)), Input((3,))
    c = Add()([Dense(3)(a), b, a])
    assert layer_utils.get_source_inputs(c) == [a, b] and layer_utils.get_source_inputs(a) == [a]
    assert layer_utils.get_source_inputs(model.output) == model.inputs
    assert layer_utils.get_source_inputs(K.square(Dropout(0.5)(c))) == [a, b]
    assert layer_utils.get_source_inputs([b, c]) == [b, a]
    layer_utils.convert_all_kernels_in_model(model)
    dense = Dense(2, use_bias=False)
    Sequential([dense]).build((None, 12))
    kernel = np.arange(24.0).reshape(12, 2)
    dense.set_weights([kernel])
    layer_utils.convert_dense_weights_data_format(dense, (3, 2, 2), "channels_first")
    pixels = np.random.rand(2, 2, 3)
    first = pixels.transpose(2, 0, 1).ravel() @ dense.get_weights()[0]
    assert first == pytest.approx(pixels.ravel() @ kernel, rel=1e-5)
    layer_utils.convert_dense_weights_data_format(dense, (2, 2, 3), "channels_last")
    assert np.array_equal(dense.get_weights()[0], kernel)


def test_models_as_dot():
    model = sparse_model()
    told = vis_utils.model_to_dot(model, show_shapes=True, rankdir="LR").to_string()
    assert '"words" -> "d" [label=" csr", style=bold];' in told and '"d" -> "sum" [label=" dense"];' in told
    assert '"words" [label="words: InputLayer\\n|{input:|output:}|{{(None, 100)}|{(None, 100)}}"];' in told
    assert '"shared" -> "shared"' in told and '"shared" -> "inner"' in told and "rankdir=LR" in told
    assert '"d" [label="d: Dense\\n|{input:|output:}|{{(None, 100)}|{(None, 5)}}"];' in told
    assert all(f'"{layer.name}" [' in told for layer in model.layers)
    told = vis_utils.model_to_dot(Sequential([Dense(2, input_dim=3, name="o")]), show_layer_names=False).to_string()
    assert '"o_input" [label="InputLayer"];' in told and '"o_input" -> "o" [label=" dense"];' in told
    with pytest.raises(ValueError, match="shape must be known; call build"):
        vis_utils.model_to_dot(Sequential([Dense(2)]))
    with pytest.raises(ValueError, match="rankdir must be one of TB, LR, BT, RL. Received: 'XX'"):
        vis_utils.model_to_dot(model, rankdir="XX")


def test_pictures_are_drawn_by_graphviz(tmp_path, monkeypatch):
    model = sparse_model()
    with pytest.raises(FileError, match="Received: File name too long"):
        utils.plot_model(model, tmp_path / ("m" * 300 + ".dot"))
    utils.plot_model(model, tmp_path / "m.dot")
    assert (tmp_path / "m.dot").read_text() == vis_utils.model_to_dot(model).to_string()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="'dot' of Graphviz must be installed to make png; write format='dot'"):
        utils.plot_model(model, tmp_path / "m.png")
    assert vis_utils.model_to_dot(model)._repr_svg_() is None
    fake = tmp_path / "dot"
    fake.write_text('#!/bin/sh\necho "$1"\n')
    fake.chmod(0o755)
    utils.plot_model(model, tmp_path / "m.svg")
    assert (tmp_path / "m.svg").read_text() == "-Tsvg\n"
    assert vis_utils.model_to_dot(model).create(prog="dot", format="png") == b"-Tpng\n"
    fake.write_text("#!/bin/sh\necho bad graph >&2; exit 1\n")
    with pytest.raises(OSError, match="must draw svg. Received: bad graph"):
        vis_utils.model_to_dot(model).write(tmp_path / "n.svg")


def test_hdf5_matrix(tmp_path):
    data = np.arange(20.0).reshape(10, 2)
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"] = data
    x = utils.HDF5Matrix(tmp_path / "d.h5", "x", start=2, end=9)
    assert len(x) == 7 and x.shape == (7, 2) and x.ndim == 2 and x.size == 14 and x.dtype == np.float64
    assert np.array_equal(x[1:4], data[3:6]) and np.array_equal(x[-1], data[8]) and np.array_equal(x[5:], data[7:9])
    assert np.array_equal(x[[3, 0, 3]], data[[5, 2, 5]]) and x[[]].shape == (0, 2)
    assert np.array_equal(np.asarray(x), data[2:9])
    scaled = utils.HDF5Matrix(tmp_path / "d.h5", "x", normalizer=lambda rows: rows[:, :1] / 10)
    assert scaled.shape == (10, 1) and scaled[:2].tolist() == [[0], [0.2]]
    model = Sequential([Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    y = utils.HDF5Matrix(tmp_path / "d.h5", "x", start=2, end=9, normalizer=lambda rows: rows[:, 0] / 20)
    assert model.fit(x, y, verbose=0).history["loss"]
    assert np.array_equal(model.predict(x), model.predict(data[2:9]))
    assert np.array_equal(x[np.arange(7) % 2 == 1], data[[3, 5, 7]])
    with pytest.raises(IndexError, match="a slice must begin below 7"):
        x[10:12]
    with pytest.raises(IndexError, match="below 7. Received: 7"):
        x[7]
    with pytest.raises(ValueError, match="must have the dataset. Received: dataset='z', in the file: x"):
        utils.HDF5Matrix(tmp_path / "d.h5", "z")
    with pytest.raises(ValueError, match="end=11, rows=10"):
        utils.HDF5Matrix(tmp_path / "d.h5", "x", end=11)


def test_progbar(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    out = io.StringIO()
    out.isatty = lambda: True
    monkeypatch.setattr("sys.stdout", out)
    bar = utils.Progbar(20, width=10, stateful_metrics=["acc"])
    for done in (5, 10, 20):
        now[0] += 1
        bar.update(done, [("loss", done / 100), ("acc", 0.5), ("rate", 1e-5)])
    pictures = out.getvalue().split("\r")[1:]
    rest = " - loss: 0.0500 - acc: 0.5000 - rate: 1.0000e-05"
    assert pictures[0] == " 5/20 [=>........] - ETA: 3s".replace("=>........", "=>........") + rest
    assert pictures[1].startswith("10/20 [====>.....] - ETA: 2s - loss: 0.0750")
    assert re.match(r"20/20 \[={10}\] - 3s 150ms/step - loss: 0.1375 - acc: 0.5000.* *\n", pictures[2])
    out.truncate(0)
    quiet = utils.Progbar(2, verbose=2)
    quiet.add(1, [("loss", 1.0)])
    quiet.add(1, [("loss", 2.0)])
    assert out.getvalue().lstrip("\0") == " - 0s - loss: 1.5000\n"
    out.truncate(0)
    utils.Progbar(None).update(7)
    utils.Progbar(3, verbose=0).update(3)
    assert out.getvalue().lstrip("\0") == "\r      7/Unknown - 0s 0us/step"
    out.isatty = lambda: False
    out.truncate(0)
    utils.Progbar(9).update(9)
    assert out.getvalue().lstrip("\0").startswith("\n9/9 [====")


def test_more_than_one_gpu_is_the_same_model():
    model = sparse_model()
    multi_gpu_utils._told.clear()
    with pytest.warns(UserWarning, match="cores"):
        assert utils.multi_gpu_model(model, gpus=4) is model
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert utils.multi_gpu_model(model, 2, cpu_merge=False) is model
    with pytest.raises(TypeError, match="a model must be given"):
        utils.multi_gpu_model("m", 2)


def test_data_for_tests():
    (x, y), (x_test, y_test) = test_utils.get_test_data(20, 10, (3, 2), num_classes=4)
    assert x.shape == (20, 3, 2) and x.dtype == np.float32 and y.shape == (20,) and x_test.shape[0] == len(y_test) == 10
    assert set(y) | set(y_test) <= set(range(4)) and abs(x[y == 3].mean() - 3) < 0.7
    (x, y), _ = test_utils.get_test_data(20, 10, (3,), (2, 2), classification=False)
    assert x.shape == (20, 3) and y.shape == (20, 2, 2) and y.dtype == np.float32


def test_questions_before_overwriting(monkeypatch):
    answers = iter(["what", "Y", "n"])
    monkeypatch.setattr("builtins.input", lambda text: next(answers))
    assert io_utils.ask_to_proceed_with_overwrite("m.h5") is True
    assert io_utils.ask_to_proceed_with_overwrite("m.h5") is False


def test_names_that_are_refused():
    for module, name in [
        (io_utils, "h5dict"),
        (io_utils, "H5Dict"),
        (utils, "h5dict"),
        (utils.data_utils, "init_pool"),
    ]:
        with pytest.raises(AttributeError, match="of Keras, not in Lacuna"):
            getattr(module, name)
    with pytest.raises(ImportError, match="of Keras, not in Lacuna"):
        from lacuna.utils import h5dict  # noqa: F401
    assert os.path.basename(lacuna.utils.__file__) == "__init__.py"
