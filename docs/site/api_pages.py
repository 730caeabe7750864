"""The pages of the Python API, made when the site is built: docs/api/MODULE.md for each public module of lacuna, with
what its `__all__` names. A package that lists its names by file (`_NAMES`) has a section for each file. What another
page describes already is only named, with a link."""

import importlib
import inspect
import pathlib
import pkgutil

import lacuna

# Sections in this order, then the others.
_TITLES = {
    "lacuna.callbacks": {"base": "Base class", "library": "Early stopping, files, logs", "rates": "Rates"},
    "lacuna.data": {
        "dataset": "Datasets of text and packed files",
        "columns": "Columns",
        "json_lines": "Lines of JSON",
        "tables": "Tables of Arrow, pandas, polars, DuckDB",
        "vowpal_wabbit": "Text of Vowpal Wabbit",
        "arrays": "Arrays in files",
        "cells": "Cells and genes",
        "iterables": "Batches of a program",
        "load": "Files read at once",
    },
    "lacuna.layers": {
        "base": "Base class",
        "input": "Inputs",
        "core": "Core",
        "embeddings": "Embeddings",
        "factorization_machine": "Factorization machines",
        "cross_net": "Crosses of features",
        "lookups": "Features: vocabularies",
        "hashing": "Features: hashing and categories",
        "scaling": "Features: numbers",
        "text_vectorization": "Features: texts",
        "transformers": "From scikit-learn",
        "advanced_activations": "Activations with settings",
        "cells": "Cells of recurrent layers",
        "cudnn_recurrent": "Recurrent, with the names of cuDNN",
        "local": "Locally connected",
    },
}


def modules() -> list[str]:
    """The public modules, and those in them, each after what it is in."""
    found = []
    for name in sorted(module.name for module in pkgutil.iter_modules(lacuna.__path__) if module.name[0] != "_"):
        value = getattr(lacuna, name)
        if inspect.ismodule(value) and value.__name__ == f"lacuna.{name}":
            inner = [part for part in value.__all__ if inspect.ismodule(getattr(value, part))]
            found += [name, *(f"{name}.{part}" for part in inner)]
    return found


def _sections(module, names):
    """(title, names) for each file that the names come from, or one section without a title."""
    listed = getattr(module, "_NAMES", None)
    if not listed:
        return [("", names)] if names else []
    titles = _TITLES.get(module.__name__, {})
    order = [*(file for file in titles if file in listed), *(file for file in listed if file not in titles)]
    titled = [(titles.get(file, file.strip("_").replace("_", " ").capitalize()), listed[file]) for file in order]
    sections = [(title, [name for name in some.split() if name in names]) for title, some in titled]
    return [(title, some) for title, some in sections if some]


def _members(cls, public) -> list[str]:
    """The methods and attributes of a class, also those of bases that no page describes."""
    elsewhere = [base for base in cls.__mro__[1:] if base in public]
    found = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("lacuna") and not any(issubclass(other, base) for other in elsewhere):
            shown = (name for name, value in vars(base).items() if not name.startswith("_") and _is_shown(value))
            found.update(dict.fromkeys(shown))
    return list(found)


def _is_shown(value) -> bool:
    value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
    return (inspect.isroutine(value) or inspect.isdatadescriptor(value)) and bool(getattr(value, "__doc__", None))


def _directive(module, name, public) -> list[str]:
    value = getattr(module, name)
    if not inspect.isclass(value):
        return [f".. auto{'function' if callable(value) else 'data'}:: {name}", ""]
    members = _members(value, public)
    return [f".. autoclass:: {name}", *([f"   :members: {', '.join(members)}"] if members else []), ""]


def _page(name, described, public) -> str:
    """described: the names that have a place already, by what they are; it gets those of this page. Empty where
    nothing is new."""
    module = importlib.import_module(f"lacuna.{name}")
    inner = [one for one in module.__all__ if inspect.ismodule(getattr(module, one))]
    there = {
        one: described[id(getattr(module, one))] for one in module.__all__ if id(getattr(module, one)) in described
    }
    here = [one for one in module.__all__ if one not in inner and one not in there]
    if not here and not inner:
        return ""
    described.update({id(getattr(module, one)): f"lacuna.{name}.{one}" for one in here})
    full = f"lacuna.{name}"
    lines = [f"# {full}", "", "```{eval-rst}", f".. automodule:: {full}", "", f".. currentmodule:: {full}", "```", ""]
    lines += [f"- [{full}.{one}]({name}.{one}.md)" for one in inner]
    for title, some in _sections(module, here):
        lines += [f"## {title}" if title else "", "```{eval-rst}", ".. autosummary::", "   :nosignatures:", ""]
        lines += [*(f"   {one}" for one in some), ""]
        for one in some:
            lines += _directive(module, one, public)
        lines += ["```", ""]
    if there:
        lines += ["Also here: " + ", ".join(f"{{py:obj}}`{one} <{place}>`" for one, place in there.items()) + ".", ""]
    return "\n".join(lines)


def _write(app):
    folder = pathlib.Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    named = [getattr(lacuna, name) for name in modules() if "." not in name]
    public = {
        value
        for module in named
        for value in (getattr(module, one) for one in module.__all__)
        if inspect.isclass(value)
    }
    described = {}
    pages = {folder / f"{name}.md": _page(name, described, public) for name in modules()}
    pages = {path: text for path, text in pages.items() if text}
    for path, text in pages.items():  # No links to pages that would be empty.
        lines = text.splitlines(keepends=True)
        links = {
            line: folder / line.rpartition("(")[2].rstrip(")\n") for line in lines if line.startswith("- [lacuna.")
        }
        pages[path] = "".join(line for line in lines if links.get(line, path) in pages)
    for old in set(folder.glob("*.md")) - set(pages):
        old.unlink()
    for path, text in pages.items():  # A page that stays as it is is not read again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True}
