"""A notebook that trains: each epoch is one line, which the bar replaces; scripts of Keras run there too."""

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")

CELLS = [
    """
import time, lacuna
lacuna.keras_names("2.2.4")
import numpy as np
from keras.callbacks import LambdaCallback
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import Progbar
""",
    """
model = Sequential([Dense(1, input_dim=3)])
model.compile("sgd", "mse")
slowly = LambdaCallback(on_batch_end=lambda batch, logs: time.sleep(0.03))
history = model.fit(np.ones((160, 3)), np.zeros(160), epochs=2, callbacks=[slowly])
""",
    """
bar = Progbar(4)
for step in range(4):
    bar.add(1, [("loss", step)])
    time.sleep(0.06)
""",
    "model",
]


def seen(text):
    """The lines that a person sees: what follows a carriage return replaces the line."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for piece in line.split("\r"):
            shown = piece + shown[len(piece) :]
        lines.append(shown.rstrip())
    return [line for line in lines if line]


def test_the_bar_replaces_its_line():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=120).execute()

    def stream(cell):
        return "".join(output.text for output in notebook.cells[cell].outputs if output.output_type == "stream")

    told = stream(1)
    head, first, bar, second, last = seen(told)
    assert (head, first, second) == ("Train on 160 samples", "Epoch 1/2", "Epoch 2/2")
    for line in (bar, last):
        assert line.startswith("160/160 [==============================] - ") and "samples/s - loss: " in line
    assert told.count("\r") > 4  # It was drawn meanwhile.
    (line,) = seen(stream(2))
    assert line.startswith("4/4 [==============================] - ") and line.endswith("loss: 1.5000")
    (shown,) = notebook.cells[3].outputs
    assert shown.data["text/plain"].startswith("<Sequential 'sequential_1': 1 layer, 4 values, input (None, 3)")
