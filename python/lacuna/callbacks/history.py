"""What fit returns, and how it is shown."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from lacuna._arguments import shown
from lacuna._types import Config, Whole
from lacuna.callbacks._logs import Logs
from lacuna.callbacks.base import Callback

__all__ = ["History"]

_MOST_PANELS, _MOST_ROWS = 6, 200  # Of a notebook's picture and table.


def __dir__() -> list[str]:
    return __all__


class History(Callback):
    """The return value of fit: `epoch` lists the epochs, and `history` is a dict of lists with a value per epoch:
    loss, acc, val_loss, val_acc, … It answers to the names of Keras 3, such as accuracy, too. A notebook shows its
    curves, and `plot` draws them by matplotlib.

        >>> model = Sequential([Dense(1, kernel_initializer="zeros", input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> model.fit(csr_matrix([[0, 2.0]]), np.array([1.0]), epochs=2, verbose=0)
        History(2 epochs: loss 1 → 0.81)
    """

    _model = None

    def __init__(self) -> None:
        self._begin()

    def _begin(self):
        self.epoch = []
        self.history = Logs()
        self._epochs = {}  # Of each log: validation_freq leaves some out.

    @property
    def model(self) -> Any:
        """The model, or None once it is deleted: the model refers to its history, so this is a weak reference."""
        return self._model and self._model()

    def set_model(self, model: Any) -> Any:
        """Called before training."""
        self._model = weakref.ref(model)

    def on_train_begin(self, logs: Config | None = None) -> None:
        """Clears the history."""
        self._begin()

    def on_epoch_end(self, epoch: Whole, logs: Config | None = None) -> None:
        """Stores the logs."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)
            self._epochs.setdefault(key, []).append(epoch)

    def _epochs_of(self, key):
        """The epochs of a log's values; None if they are not known, since a program has changed the dict."""
        count = len(self.history[key])
        known = (vars(self).get("_epochs", {}).get(key, []), self.epoch)  # A copy of an older version has none.
        return next((epochs for epochs in known if len(epochs) == count), None)

    def plot(self, names: str | Sequence[str] | None = None, axes: Any = None) -> Any:
        """Draws the values over epochs by matplotlib, training and validation of each name in one picture, and returns
        the axes, a NumPy array of them. Nothing is shown or saved: that is up to the program, as
        axes[0].figure.savefig("history.png").

        names: which of `history`, without val_; all unless given. axes: as many axes of matplotlib to draw on; a new
        figure unless given. ImportError if matplotlib is not installed, ValueError if nothing was recorded, for a name
        that was not, and for another number of axes.
        """
        panels = self._panels()
        if names is not None:
            chosen = [names] if isinstance(names, str) else list(names)
            unknown = [name for name in chosen if self.history._name(name) not in panels]
            if unknown:
                raise ValueError(
                    f"History.plot: names must be among {', '.join(panels)}. Received: {shown(unknown[0])}."
                )
            panels = {key: panels[key] for key in map(self.history._name, chosen)}
        if not panels:
            raise ValueError("History.plot: there must be an epoch to draw. Received: none.")
        if axes is None:
            try:
                import matplotlib.pyplot as plt
            except ImportError:
                raise ImportError("History.plot: matplotlib must be installed: pip install matplotlib.") from None
            width = 4.5 * len(panels)
            axes = plt.subplots(1, len(panels), figsize=(width, 3.4), squeeze=False, layout="constrained")[1]
        import numpy as np

        axes = np.atleast_1d(axes).ravel()
        if len(axes) != len(panels):
            raise ValueError(
                f"History.plot: axes must be as many as names. Received: axes={len(axes)}, names={len(panels)}."
            )
        for place, (name, series) in zip(axes, panels.items(), strict=True):
            for label, (epochs, values) in series.items():
                place.plot([epoch + 1 for epoch in epochs], values, "o-", markersize=3, label=label)
            place.set(title=name, xlabel="epoch")
            place.grid(alpha=0.3)
            place.legend()
        return axes

    def _panels(self):
        """By name: {'training': (epochs, values), 'validation': (epochs, values)}, of logs that are numbers."""
        panels = {}
        for key in self.history:
            name = key.removeprefix("val_") if isinstance(key, str) else str(key)
            epochs, numbers = self._epochs_of(key), [_float(value) for value in self.history[key]]
            if epochs and None not in numbers:
                label = "validation" if isinstance(key, str) and name != key else "training"
                panels.setdefault(name, {})[label] = epochs, numbers
        return panels if self.epoch else {}

    def __repr__(self) -> str:
        if "history" not in vars(self):  # A debugger may ask before __init__ is done.
            return object.__repr__(self)
        told = [
            f"{key} {float(values[0]):.4g} → {float(values[-1]):.4g}"
            for name, series in self._panels().items()
            for key, values in (
                (f"val_{name}" if label == "validation" else name, v) for label, (_, v) in series.items()
            )
        ]
        epochs = f"{len(self.epoch)} epoch{'' if len(self.epoch) == 1 else 's'}"
        return f"History({epochs}{': ' if told else ''}{', '.join(told)})"

    def _repr_html_(self) -> str:
        from lacuna import _html  # Here, so that importing lacuna is quick.

        if "history" not in vars(self):
            return _html.line(repr(self))
        panels = self._panels()
        pictures = [
            f'<td style="border: 0"><p><b>{_html.escape(name)}</b></p>{_html.curves(name, self.epoch, series)}</td>'
            for name, series in list(panels.items())[:_MOST_PANELS]
        ]
        names = list(self.history)
        columns = [dict(zip(self._epochs_of(name) or [], self.history[name])) for name in names]
        rows = [[str(epoch + 1), *(_told(column.get(epoch, "")) for column in columns)] for epoch in self.epoch]
        left = f", the last {_MOST_ROWS}" if len(rows) > _MOST_ROWS else ""
        values = _html.table(["epoch", *map(str, names)], rows[-_MOST_ROWS:], ["epoch", *map(str, names)])
        return _html.box(
            _html.line(f"{len(self.epoch)} epochs", "History"),
            f"<table><tbody><tr>{''.join(pictures)}</tr></tbody></table>" if pictures else "",
            _html.folded(f"values of each epoch{left}", values) if rows else "",
        )


def _float(value):
    """None for what is no number, such as a text or an array of several."""
    try:
        one = value.item() if hasattr(value, "item") else value
        return None if isinstance(one, (str, bytes)) else float(one)
    except (TypeError, ValueError, OverflowError, RuntimeError):  # PyTorch raises the last.
        return None


def _told(value):
    number = _float(value)
    return str(value) if number is None else f"{number:.6g}"
