"""How models and what explain found are shown: a line of text, and HTML in notebooks."""

from __future__ import annotations

from typing import Any

from lacuna import _html


def told(model: Any) -> str:
    """A model in a line: its class and name, layers, values, inputs and outputs."""
    name = f"<{type(model).__name__} '{model.name}': {_counted(len(model.layers), 'layer')}"
    if not model.built:
        return name + ", whose input is not known yet>"
    return (
        f"{name}, {model.count_params():,} values, "
        f"input {_specs(model._core.inputs)}, output {_specs(model._core.outputs)}>"
    )


def summary(model: Any) -> str:
    """The table of model.summary(), as HTML; of a model that is not built, its layers."""
    title = _html.line(f"'{model.name}'", type(model).__name__)
    if not model.built:
        rows = [[repr(layer)] for layer in model.layers]
        return _html.box(title, _html.line("The shape of its input is not known yet."), _html.table(["layer"], rows))
    head = ["layer", "class", "output", "values", "input from"]
    rows = [
        [name, class_name, output, f"{count:,}", ", ".join(origins)]
        for name, class_name, output, count, origins in model._core.summary_rows()
    ]
    learn = sum(_size(weight) for weight in model.trainable_weights)
    every = model.count_params()
    return _html.box(
        title,
        _html.table(head, rows, ["values"]),
        _html.line(f"{every:,} values, of which training changes {learn:,}."),
        _html.line(_compiled(model)),
    )


class Explanation:
    """What model.explain found, op by op. str() is the table that it prints; a notebook shows it as HTML. ops: a dict
    for each op, of the texts in its line, by the names of the columns."""

    def __init__(self, text: str, head: list[str], lines: list[list[str]]) -> None:
        self._text, self._head = text, head
        *of_ops, self._all = lines
        self.ops = [dict(zip(head, line, strict=True)) for line in of_ops]

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Explanation: {_counted(len(self.ops), 'op')}, {self._all[-1]}>"

    def _repr_html_(self) -> str:
        rows = [[op[name] for name in self._head] for op in self.ops]
        return _html.box(_html.table(self._head, [*rows, self._all], ["bytes in", "bytes out", "rows touched", "time"]))


def _counted(count, what):
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _specs(symbols):
    return ", ".join(
        str(symbol.shape) + ("" if symbol.storage == "dense" else f" {symbol.storage}") for symbol in symbols
    )


def _size(weight):
    size = 1
    for dim in weight.shape:
        size *= dim
    return size


def _compiled(model):
    optimizer = getattr(model, "optimizer", None)
    return "It is not compiled." if optimizer is None else f"It learns by {optimizer!r}."
