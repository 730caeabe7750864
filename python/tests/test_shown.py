"""What objects print: repr with the settings that matter, and HTML for notebooks that is whole, escaped and without
colours of its own for text."""

import html.parser
import math
import pickle
import re

import numpy as np
import pytest
from scipy.sparse import random

import lacuna
from lacuna import backend as K
from lacuna import callbacks, data, layers, models

X = random(40, 30, 0.2, format="csr", dtype="float32", random_state=1)
Y = (np.arange(40) % 2).astype("float32")
EVIL = "<script>alert('&')</script>"


class Whole(html.parser.HTMLParser):
    """Fails unless every element that is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def checked(shown):
    """The HTML of an object, and the elements in it."""
    text = shown._repr_html_()
    parser = Whole()
    parser.feed(text)
    assert not parser.open and not {"script", "link", "img", "iframe"} & set(parser.seen)
    assert not re.search(r"https?:|(?<!-)\bcolor: ?#|background: ?#|url\(", text)  # Readable on light and dark pages.
    return text


@pytest.fixture
def model():
    words = layers.Input((30,), sparse=True, name="words")
    hidden = layers.Dense(4, activation="relu", sparse_weight=True, name="hidden")(words)
    model = models.Model(words, layers.Dense(1, activation="sigmoid", name="score")(hidden), name="small")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (layers.Dense(64, activation="relu", sparse_weight=True, name="a"),
         "<Dense 'a': units=64, activation='relu', sparse_weight=True>"),
        (layers.Dense(3, name="a"), "<Dense 'a': units=3>"),
        (layers.Dense(3, name="a", trainable=False, dtype="float64"),
         "<Dense 'a': units=3, trainable=False, dtype='float64'>"),
        (layers.Dropout(0.3, name="d"), "<Dropout 'd': rate=0.3>"),
        (layers.Flatten(name="f"), "<Flatten 'f'>"),
        (layers.Embedding(10, 4, name="e"), "<Embedding 'e': input_dim=10, output_dim=4>"),
        (layers.Dense(1, kernel_regularizer="l2", use_bias=False, name="r"),
         "<Dense 'r': units=1, use_bias=False, kernel_regularizer=L1L2(l1=0, l2=0.01)>"),
    ],
)  # fmt: skip
def test_layers_tell_the_settings_that_differ(layer, told):
    assert repr(layer) == told


def test_a_layer_tells_its_input(model):
    assert repr(model.get_layer("hidden")).endswith("sparse_weight=True, input (None, 30) csr>")
    assert repr(model.get_layer("words")) == "<InputLayer 'words': (None, 30) csr>"


def test_initializers_in_layers_tell_what_they_are():
    layer = layers.Dense(1, kernel_initializer=lacuna.initializers.RandomNormal(stddev=0.5), name="n")
    assert "kernel_initializer=RandomNormal(" in repr(layer) and "stddev=0.5" in repr(layer)
    assert repr(lacuna.initializers.RandomNormal(stddev=0.5)).startswith("RandomNormal(")
    assert repr(lacuna.regularizers.l2(0.5)).startswith("L1L2(")


def test_every_layer_has_a_repr_of_one_line():
    for name in layers.__all__:
        made = getattr(layers, name)
        if not isinstance(made, type) or not issubclass(made, layers.Layer):
            continue
        for arguments in [(), (2,), (2, 2), ((2,),), (layers.Dense(2),)]:
            try:
                layer = made(*arguments)
            except (TypeError, ValueError):
                continue
            told = repr(layer)
            assert told.startswith(f"<{name} '") or name != type(layer).__name__, told
            assert told.endswith(">") and "\n" not in told and "0x" not in told and len(told) < 2_000, told
            break


def test_layers_of_ones_own():
    class Scale(layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    class Broken(layers.Layer):
        def get_config(self):
            raise RuntimeError("no")

    assert repr(Scale(2, name="s")) == "<Scale 's': factor=2>"
    assert repr(Broken(name="b")) == "<Broken 'b'>"


def test_symbols_and_variables(model):
    assert repr(model.input) == "<Symbol 'words' (None, 30) csr>"
    assert repr(model.output) == "<Symbol 'score' (None, 1) dense>"
    assert repr(K.variable([1.0, 2.0], name="v")) == "<Variable 'v' (2,) dense>"
    assert repr(model.weights[0]).endswith("0 rows touched>")


def test_models(model):
    assert repr(model) == "<Model 'small': 3 layers, 129 values, input (None, 30) csr, output (None, 1)>"
    text = checked(model)
    for part in ("small", "hidden", "Dense", "(None, 4)", "129 values", "Adam"):
        assert part in text
    open_one = models.Sequential([layers.Dense(1)], name="later")
    assert repr(open_one) == "<Sequential 'later': 1 layer, whose input is not known yet>"
    assert "units=1" in checked(open_one)
    assert "not compiled" in checked(models.Sequential([layers.Dense(1, input_dim=3)]))


def test_names_are_escaped():
    model = models.Sequential([layers.Dense(1, input_dim=3, name=EVIL)], name=EVIL)
    text = checked(model)
    assert "&lt;script&gt;" in text
    history = callbacks.History()
    history.on_train_begin()
    history.on_epoch_end(0, {EVIL: 1.0})
    history.on_epoch_end(1, {EVIL: 0.5})
    assert "&lt;script&gt;" in checked(history)


def test_explain_is_a_table_too(model, capsys):
    explanation = model.explain(X, Y)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split()[:2] == ["op", "weight"] and str(explanation) == printed
    assert re.fullmatch(r"<Explanation: \d+ ops, [\d.]+ us>", repr(explanation))
    assert explanation.ops[0].keys() >= {"op", "weight", "in", "out", "time"}
    text = checked(explanation)
    assert all(op["op"] in text for op in explanation.ops) and "<th>weight</th>" in text


def test_a_history(model):
    assert repr(callbacks.History()) == "History(0 epochs)"
    assert "0 epochs" in checked(callbacks.History())
    history = model.fit(X, Y, epochs=3, verbose=0, validation_split=0.25)
    told = repr(history)
    assert re.match(r"History\(3 epochs: .*val_loss [\d.]+ → [\d.]+", told), told
    text = checked(history)
    assert text.count("<svg") == 2 and text.count("<polyline") == 4 and "validation" in text
    assert f"{history.history['val_loss'][-1]:.6g}" in text


@pytest.mark.parametrize("values", [[math.nan], [math.inf, 1.0, math.nan, 2.0, 3.0], [1.0] * 3, [-1e300, 1e300]])
def test_a_history_of_odd_values(values):
    history = callbacks.History()
    for epoch, value in enumerate(values):
        history.on_epoch_end(epoch, {"loss": value, "note": "text", "array": np.float32(value)})
    text = checked(history)
    assert "nan," not in text and "inf," not in text  # Coordinates of the curve.
    assert repr(history).startswith(f"History({len(values)} epoch")


def test_a_history_of_many_epochs_is_a_short_page():
    history = callbacks.History()
    for epoch in range(5_000):
        history.on_epoch_end(epoch, {f"metric_{i}": 1 / (1 + epoch) for i in range(20)})
    assert checked(history).count("<svg") == 6 and checked(history).count("<tr>") < 210


def test_plot(model):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    history = model.fit(X, Y, epochs=2, verbose=0, validation_split=0.25)
    axes = history.plot()
    assert [one.get_title() for one in axes] == ["loss", "acc"]
    assert [line.get_label() for line in axes[0].lines] == ["training", "validation"]
    assert list(axes[0].lines[1].get_ydata()) == history.history["val_loss"]
    assert list(axes[0].lines[0].get_xdata()) == [1, 2]
    figure, mine = plt.subplots()
    assert history.plot("accuracy", axes=mine)[0] is mine
    with pytest.raises(ValueError, match=r"plot: names must be among loss, acc. Received: 'auc'"):
        history.plot("auc")
    with pytest.raises(ValueError, match=r"plot: axes must be as many as names. Received: axes=1, names=2"):
        history.plot(axes=mine)
    with pytest.raises(ValueError, match="there must be an epoch"):
        callbacks.History().plot()
    plt.close("all")


def test_plot_says_what_to_install(model, monkeypatch):
    history = model.fit(X, Y, verbose=0)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        history.plot()


def test_datasets(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("1,2\n0,3\n")
    rows = data.csv(path, [data.label("y"), data.category(EVIL, bins=10)])
    assert repr(rows).startswith("<Dataset ") and "rows are not counted" in checked(rows)
    packed = rows.pack(tmp_path / "rows.pack")
    assert repr(packed).endswith(", 2 rows>") and "2 rows" in checked(packed) and "csr" in checked(packed)


def test_objects_that_settings_describe():
    assert "lr=0.5" in repr(lacuna.optimizers.Adam(lr=0.5))
    assert repr(lacuna.metrics.AUC()).startswith("AUC(")


def test_a_history_of_arrays(model):
    class Confusion(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update(cm=np.ones((2, 2)), one=np.array([[0.5]]), many=[1, 2])

    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[Confusion()])
    assert "one 0.5 → 0.5" in repr(history) and "cm" not in repr(history) and "many" not in repr(history)
    assert "[[1. 1.]" in checked(history) and checked(history).count("<svg") == 3
    assert history.history["cm"][0].shape == (2, 2)


def test_a_history_of_some_epochs(model):
    history = model.fit(X, Y, epochs=5, verbose=0, validation_data=(X, Y), validation_freq=2)
    assert history.epoch == [0, 1, 2, 3, 4] and len(history.history["val_loss"]) == 2
    first, last = history.history["val_loss"]
    for one in (history, pickle.loads(pickle.dumps(history))):
        assert f"val_loss {first:.4g} → {last:.4g}" in repr(one)
        assert one._panels()["loss"]["validation"] == ([1, 3], [first, last])
        text = checked(one)
        assert text.count("<polyline") == 4 and f"validation: {last:.4g}" in text
        cells = [row.split("<td")[1:] for row in text.split("<tbody>")[-1].split("<tr>")[1:]]
        at = list(one.history).index("val_loss") + 1
        assert [f"{first:.6g}" in row[at] for row in cells] == [False, True, False, False, False]
        assert f"{last:.6g}" in cells[3][at]


def test_a_history_whose_dict_was_changed():
    history = callbacks.History()
    for epoch in range(3):
        history.on_epoch_end(epoch, {"loss": 1.0})
    history.history["own"], history.history["short"] = [1, 2, 3], [1]
    assert repr(history) == "History(3 epochs: loss 1 → 1, own 1 → 3)" and "own" in checked(history)
    del history._epochs  # As in a copy from an older version.
    assert repr(history) == "History(3 epochs: loss 1 → 1, own 1 → 3)"


def test_plot_of_some_epochs(model):
    pytest.importorskip("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    history = model.fit(X, Y, epochs=5, verbose=0, validation_data=(X, Y), validation_freq=2)
    lines = history.plot("loss")[0].lines
    assert [list(line.get_xdata()) for line in lines] == [[1, 2, 3, 4, 5], [2, 4]]
    plt.close("all")


class OwnLayer(layers.Layer):
    pass


class OwnModel(models.Model):
    pass


class OwnOptimizer(lacuna.optimizers.Optimizer):
    def get_updates(self, loss, params):
        return []

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


@pytest.mark.parametrize(
    "cls",
    [
        OwnLayer,
        OwnModel,
        OwnOptimizer,
        callbacks.History,
        data.Dataset,
        lacuna.Predictor,
        lacuna.initializers.Zeros,
        lacuna.metrics.AUC,
        lacuna.metrics.Metric,
        lacuna.optimizers.SGD,
        lacuna.regularizers.L1L2,
        layers.Dense,
        layers.Lambda,
        layers.Layer,
        models.Model,
        models.Sequential,
    ],
)
def test_before_init_is_done(cls):
    empty = cls.__new__(cls)
    assert re.fullmatch(rf"<[\w.]+\.{cls.__name__} object at 0x\w+>", repr(empty))
    if hasattr(cls, "_repr_html_"):
        assert f"{cls.__name__} object at" in checked(empty)


def test_an_optimizer_whose_config_fails():
    assert "OwnOptimizer object at" in repr(OwnOptimizer())


def test_functions_are_told_by_name():
    def double(x, by=2):
        return x * by

    nameless = layers.Lambda(lambda x: x, name="l")
    assert repr(nameless) == "<Lambda 'l': function='<lambda>'>"
    assert nameless.get_config()["function_type"] == "lambda"
    told = repr(layers.Lambda(double, output_shape=(3,), arguments={"by": 3}, trainable=False, name="l"))
    assert told.startswith("<Lambda 'l': ") and told.endswith(", trainable=False>") and "0x" not in told
    assert "function='double', output_shape=[3]" in told and "'by': 3" in told
    nested = layers.TimeDistributed(layers.Lambda(lambda x: x), name="t")
    assert repr(nested) == "<TimeDistributed 't': layer=Lambda(function='<lambda>')>"
    assert nested.get_config()["layer"]["config"]["function_type"] == "lambda"
    kept = nameless(layers.Input((3,)))
    assert kept.shape == (None, 3)
    assert repr(nameless) == "<Lambda 'l': function='<lambda>', input (None, 3) dense>"
