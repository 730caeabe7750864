"""Pictures of models: their layers and, on the edges, the storages of what flows between them, in the language DOT."""

from __future__ import annotations

import os
from typing import Any

from lacuna._arguments import flag, shown
from lacuna._files import error, path_of
from lacuna._types import Flag, Path

__all__ = [
    "Dot",
    "model_to_dot",
    "plot_model",
]

_DIRECTIONS = ("TB", "LR", "BT", "RL")


def __dir__() -> list[str]:
    return __all__


class Dot:
    """A graph in the language DOT. The program `dot` of Graphviz, where it is installed, makes pictures of it."""

    def __init__(self, rankdir: str = "TB") -> None:
        if not isinstance(rankdir, str) or rankdir not in _DIRECTIONS:
            raise ValueError(f"Dot: rankdir must be one of {', '.join(_DIRECTIONS)}. Received: {shown(rankdir)}.")
        self.rankdir = rankdir
        self._lines: list[str] = []

    def add_node(self, name: str, label: str) -> None:
        """Adds a box. label: a record of DOT."""
        self._lines.append(f"{_quoted(name)} [label={_quoted(label, record=True)}];")

    def add_edge(self, start: str, end: str, label: str) -> None:
        """Adds an arrow between two boxes; that of sparse data is bold."""
        style = "" if label in ("", "dense") else ", style=bold"
        beside = f" {label}" if label else ""  # The space keeps the text off the arrow.
        self._lines.append(f"{_quoted(start)} -> {_quoted(end)} [label={_quoted(beside)}{style}];")

    def to_string(self) -> str:
        """The graph as text."""
        head = ["digraph model {", f"rankdir={self.rankdir};", "node [shape=record];", "edge [fontsize=10];"]
        return "\n".join([*head, *self._lines, "}", ""])

    def create(self, prog: str = "dot", format: str = "svg") -> bytes:
        """The picture, as bytes: 'svg', 'png', 'pdf', …; 'dot' is the text itself. OSError if the program that draws is
        not installed, or fails."""
        import shutil
        import subprocess

        if not isinstance(format, str) or not format.isalnum():
            raise ValueError(f"Dot: format must be one such as 'svg' or 'png'. Received: format={shown(format)}.")
        if format in ("dot", "gv", "raw"):
            return self.to_string().encode()
        program = shutil.which(prog) if isinstance(prog, str) and prog and "\0" not in prog else None
        if program is None:
            raise OSError(
                f"Dot: the program {shown(prog)} of Graphviz must be installed to make {format}; write format='dot' "
                "(or a file name that ends in .dot) for the text, which other programs can draw. Received: no such "
                "program."
            )
        drawn = subprocess.run([program, f"-T{format}"], input=self.to_string().encode(), capture_output=True)
        if drawn.returncode:
            why = drawn.stderr.decode(errors="replace")[:200]
            raise OSError(f"Dot: {shown(prog)} must draw {format}. Received: {why}")
        return drawn.stdout

    def write(self, path: Path, format: str | None = None, prog: str = "dot") -> None:
        """Writes the picture to a file. format: that of the file's name unless given; see create."""
        name = os.fsdecode(path_of("Dot", path))
        picture = self.create(prog, format or os.path.splitext(name)[1][1:] or "dot")
        try:
            with open(name, "wb") as file:
                file.write(picture)
        except OSError as failed:
            why = f"Dot: the file must be writable. Received: {failed.strerror}, file {shown(name)}."
            raise error(failed.errno, why, name) from None

    def _repr_svg_(self) -> str | None:
        try:
            return self.create().decode()
        except OSError:
            return None


def _quoted(value: str, record: bool = False) -> str:
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + (value.replace("\n", "\\n") if record else value.replace("\n", " ")) + '"'


def _plain(value: str) -> str:
    """A name without the signs that have a meaning in a record."""
    return "".join(" " if one in "{}|<>" else one for one in value)


def _label(layer: Any, shapes: tuple[Any, Any] | None, show_names: bool) -> str:
    kind = type(layer).__name__
    inner = getattr(layer, "layer", None)
    kind = kind if inner is None else f"{kind}({type(inner).__name__})"
    label = _plain(f"{layer.name}: {kind}" if show_names else kind)
    if shapes is None:
        return label
    first, last = (_plain(str(shape)) for shape in shapes)
    return f"{label}\n|{{input:|output:}}|{{{{{first}}}|{{{last}}}}}"


def _calls(layer: Any) -> list[Any]:
    """(inputs, outputs) of each call of a layer, as symbols; of a nested model its own ones."""
    core = layer._core
    return core.calls if hasattr(core, "calls") else [(layer.inputs, layer.outputs)]


def _shapes(layer: Any, outputs: Any) -> tuple[Any, Any]:
    calls = _calls(layer) or [(outputs, outputs)]
    # What comes in is what goes out of an InputLayer.
    ends = [{str(_one([s.shape for s in call[end] or call[1]])) for call in calls} for end in (0, 1)]
    return tuple(one.pop() if len(one) == 1 else "multiple" for one in ends)  # type: ignore[return-value]


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def model_to_dot(model: Any, show_shapes: Flag = False, show_layer_names: Flag = True, rankdir: str = "TB") -> Dot:
    """The layers of a model as a graph: a box for each, and an arrow with the storage (dense, csr, row_sparse) of what
    it gives to another. show_shapes: the shapes of inputs and outputs. rankdir: 'TB' from top to bottom, 'LR' from left
    to right. ValueError if the shape of the input is not known yet.

        >>> from lacuna.layers import Dense, Input
        >>> from lacuna.models import Model
        >>> x = Input((1000,), sparse=True, name="words")
        >>> print(model_to_dot(Model(x, Dense(1, name="score")(x))).to_string().splitlines()[-2])
        "words" -> "score" [label=" csr", style=bold];
    """
    from lacuna.models import Model, Sequential

    where = "model_to_dot"
    if not isinstance(model, Model):
        raise TypeError(f"{where}: a model must be given. Received: model={shown(model)}.")
    if not model.built:
        raise ValueError(
            f"{where}: the input's shape must be known; call build, or give the first layer an input_shape. Received: "
            f"model '{model.name}'."
        )
    shapes, names = flag(where, "show_shapes", show_shapes), flag(where, "show_layer_names", show_layer_names)
    dot = Dot(rankdir)
    if isinstance(model, Sequential):
        start = model.inputs[0]
        before, storage = model.input_names[0], start.storage
        label = "InputLayer" if not names else _plain(f"{before}: InputLayer")
        shape = _plain(str(start.shape))
        dot.add_node(before, label + (f"\n|{{input:|output:}}|{{{{{shape}}}|{{{shape}}}}}" if shapes else ""))
        for layer in model.layers:
            dot.add_node(layer.name, _label(layer, _shapes(layer, [start]) if shapes else None, names))
            dot.add_edge(before, layer.name, storage)
            before, storage = layer.name, _calls(layer)[-1][1][0].storage
        return dot
    by_name = {layer.name: layer for layer in model.layers}
    inputs = dict(zip(model.input_names, model.inputs))
    for layer in model.layers:
        ends = [inputs[layer.name]] if layer.name in inputs else []
        dot.add_node(layer.name, _label(layer, _shapes(layer, ends) if shapes else None, names))
    for config in model.get_config()["layers"]:
        for call in config["inbound_nodes"]:
            arguments = [one for one in call[0][3].values() if isinstance(one, list) and one and one[0] in by_name]
            for source, _, output, *_ in [*call, *arguments]:
                made = [inputs[source]] if source in inputs else _calls(by_name[source])[-1][1]
                dot.add_edge(source, config["name"], made[output].storage)
    return dot


def plot_model(
    model: Any,
    to_file: Path = "model.png",
    show_shapes: Flag = False,
    show_layer_names: Flag = True,
    rankdir: str = "TB",
) -> None:
    """Writes model_to_dot(…) to a file: .dot needs nothing; .svg, .png and others need the program `dot` of Graphviz.
    OSError if it is not installed."""
    dot = model_to_dot(model, show_shapes, show_layer_names, rankdir)
    name = os.fsdecode(path_of("plot_model", to_file))
    dot.write(name, os.path.splitext(name)[1][1:] or "png")
