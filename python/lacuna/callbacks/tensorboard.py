"""TensorBoard of lacuna.callbacks: writes what fit does for TensorBoard to show. TensorFlow is not needed."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from lacuna._arguments import flag, shown, whole
from lacuna._files import path_of
from lacuna._types import ArrayLike, Config, Flag, Path, Whole
from lacuna.callbacks.base import Callback

__all__ = ["TensorBoard"]

_MOST_POINTS = 100_000  # More are no use to TensorBoard's projector.


def __dir__() -> list[str]:
    return __all__


class TensorBoard(Callback):
    """Writes an event file in log_dir: the logs as scalars, the layers as a graph, histograms of weights.

    histogram_freq: epochs between two histograms of all weights; 0: none. Of a sparse weight, only rows that were ever
        touched are counted.
    write_graph: whether the layers are written when training begins.
    embeddings_freq: epochs between two writes of what the layers embeddings_layer_names (all Embedding layers, if None)
        give for embeddings_data or, without these, of their weights, as files for TensorBoard's projector.
        embeddings_metadata: a file with labels, or a dict of them by layer.
    update_freq: 'epoch', 'batch', or a number of samples between two writes of scalars.
    batch_size: rows at a time of embeddings_data. write_grads, write_images: not written; a warning says so."""

    def __init__(
        self,
        log_dir: Path = "./logs",
        histogram_freq: Whole = 0,
        batch_size: Whole = 32,
        write_graph: Flag = True,
        write_grads: Flag = False,
        write_images: Flag = False,
        embeddings_freq: Whole = 0,
        embeddings_layer_names: Any = None,
        embeddings_metadata: Any = None,
        embeddings_data: ArrayLike = None,
        update_freq: Any = "epoch",
    ) -> None:
        where = type(self).__name__
        self.log_dir = os.fsdecode(path_of(where, log_dir))
        self.histogram_freq = whole(where, "histogram_freq", histogram_freq)
        self.batch_size = whole(where, "batch_size", batch_size)
        self.write_graph = flag(where, "write_graph", write_graph)
        self.write_grads = flag(where, "write_grads", write_grads)
        self.write_images = flag(where, "write_images", write_images)
        self.embeddings_freq = whole(where, "embeddings_freq", embeddings_freq)
        self.embeddings_layer_names = embeddings_layer_names
        self.embeddings_metadata = embeddings_metadata or {}
        self.embeddings_data = embeddings_data
        if not isinstance(update_freq, str):
            update_freq = whole(where, "update_freq", update_freq)
        elif update_freq not in ("epoch", "batch"):
            raise ValueError(
                f"{where}: update_freq must be 'epoch', 'batch' or a number of samples. Received: "
                f"update_freq={shown(update_freq)}."
            )
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.samples_seen = self.samples_seen_at_last_write = 0
        for name in ("write_grads", "write_images"):
            if getattr(self, name):
                warnings.warn(f"{where}: {name} is of Keras, not in Lacuna: none are written.", stacklevel=2)

    _file = None

    def __getstate__(self):
        return {name: value for name, value in super().__getstate__().items() if name != "_file"}

    @property
    def on_batch_end(self):
        """Writes the logs after so many samples, if update_freq is a number; otherwise fit need not call it."""
        return super().on_batch_end if self.update_freq == "epoch" else self._on_batch_end

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Begins an event file, with the graph."""
        from lacuna.callbacks._events import EventFile  # Here, so that importing lacuna is quick.

        self._file = EventFile(self.log_dir)
        if self.write_graph:
            self._file.graph(_nodes(self.model))
        self._file.flush()

    def _on_batch_end(self, batch, logs=None):
        logs = logs or {}
        self.samples_seen += logs.get("size", 0)
        if self.samples_seen - self.samples_seen_at_last_write >= self.update_freq:
            self._write(logs, self.samples_seen)
            self.samples_seen_at_last_write = self.samples_seen

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Writes the logs, and what is due of histograms and embeddings."""
        self._write(logs or {}, epoch if self.update_freq == "epoch" else self.samples_seen)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_histograms(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings()
        self._file.flush()

    def on_train_end(self, logs: Config | None = None) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, logs, step):
        from lacuna.callbacks._events import scalar

        values = [scalar(name, float(value)) for name, value in logs.items() if name not in ("batch", "size")]
        self._file.summary(step, values)

    def _write_histograms(self, epoch):
        from lacuna.callbacks._events import histogram

        weights = self.model.weights
        self._file.summary(epoch, [histogram(w.name.replace(":", "_"), _stored(w)) for w in weights])

    def _write_embeddings(self):
        from lacuna.models import Model

        names = self.embeddings_layer_names
        layers = [
            layer
            for layer in self.model.layers
            if (layer.name in names if names else type(layer).__name__ == "Embedding")
        ]
        entries = []
        for layer in layers:
            if self.embeddings_data is None:
                points = _stored(layer.weights[0])
            else:
                part = Model(self.model.inputs, layer.output)
                points = part.predict(self.embeddings_data, self.batch_size)
            points = points.reshape(len(points), -1)
            if len(points) > _MOST_POINTS:
                raise ValueError(
                    f"TensorBoard: embeddings must have at most {_MOST_POINTS} points; give embeddings_data that "
                    f"chooses some. Received: {len(points)} of layer '{layer.name}'."
                )
            name = layer.name.replace("/", "_") + ".tsv"
            np.savetxt(os.path.join(self.log_dir, name), points, "%.6g", "\t")
            metadata = self.embeddings_metadata
            metadata = metadata.get(layer.name) if isinstance(metadata, dict) else metadata
            entries.append((layer.name, name, metadata))
        _write_projector(self.log_dir, entries)


def _write_projector(folder, entries):
    """Names the files of points and of labels, as text of protobuf."""
    quoted = [
        f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{path}"\n'
        + (f'  metadata_path: "{os.fspath(metadata)}"\n' if metadata else "")
        + "}\n"
        for name, path, metadata in entries
    ]
    with open(os.path.join(folder, "projector_config.pbtxt"), "w", encoding="utf-8") as file:
        file.writelines(quoted)


def _stored(weight):
    """The values of a weight; of a sparse one, those of rows that were ever touched."""
    return weight.rows()[1] if weight.is_sparse else weight.numpy()


def _nodes(model):
    """The layers as nodes of a graph, each with the layers that it is called on."""
    from lacuna.callbacks._events import node

    inputs: dict[str, list[str]] = {}
    try:
        layers = model.get_config()["layers"]
    except ValueError:  # An op outside of a layer: what is called on what cannot be told.
        layers = []
    before: list[str] = []
    for of_layer in layers:
        name = of_layer.get("name") or of_layer["config"].get("name")
        if "inbound_nodes" in of_layer:
            inputs[name] = [entry[0] for call in of_layer["inbound_nodes"] for entry in call]
        else:  # Of a Sequential.
            inputs[name], before = before, [name]
    return [node(layer.name, type(layer).__name__, inputs.get(layer.name, []), _shape(layer)) for layer in model.layers]


def _shape(layer):
    try:
        shape = layer.output_shape
    except (AttributeError, ValueError):  # It was called several times.
        return ()
    return () if shape and isinstance(shape, list) else shape
