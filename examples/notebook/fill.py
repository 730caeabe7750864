"""Runs the cells of a notebook one after another and writes what they show into it, as Jupyter would, without Jupyter:
`python examples/notebook/fill.py examples/notebook/sparse_text.ipynb`. Pictures and HTML are kept, too."""

import ast
import base64
import contextlib
import io
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def lines(text):
    return text.splitlines(keepends=True)


def shown(value):
    """The forms of the value of a cell's last line: text, and HTML if it has one."""
    forms = {"text/plain": lines(repr(value))}
    if hasattr(value, "_repr_html_"):
        forms["text/html"] = lines(value._repr_html_())
    return forms


def pictures():
    for number in plt.get_fignums():
        file = io.BytesIO()
        plt.figure(number).savefig(file, format="png", dpi=60)
        yield {"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": ["<Figure>"]}
    plt.close("all")


def outputs(source, count, names):
    """Runs a cell and returns what it shows."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    result = []
    if printed.getvalue():
        result.append({"output_type": "stream", "name": "stdout", "text": lines(printed.getvalue())})
    if value is not None:
        result.append({"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": shown(value)})
    result += [{"output_type": "display_data", "metadata": {}, "data": data} for data in pictures()]
    return result


def main() -> None:
    """Fills the notebook that the command line names."""
    path = pathlib.Path(sys.argv[1])
    notebook, names, count = json.loads(path.read_text(encoding="utf-8")), {"__name__": "__main__"}, 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = outputs("".join(cell["source"]), count, names)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
