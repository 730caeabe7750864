"""Writes docs/keras.md: which public names of Keras 2.2.4 Lacuna has, and what it says of the others.

`keras_page.py FILE` writes the page to FILE; the names are those of python/tests/keras224_names.txt."""

from __future__ import annotations

import importlib
import inspect
import pathlib
import sys
import textwrap

import lacuna

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = """# Keras 2.2.4, name by name
Made by `tools/keras_page.py`; a test fails if it is out of date. Names are looked up as a script would, by
`lacuna.keras_names()`. A name that is left out is an error that gives the reason.
"""


def names() -> dict[str, list[str]]:
    """The names by module or class."""
    found: dict[str, list[str]] = {}
    place = ""
    for line in (ROOT / "python/tests/keras224_names.txt").read_text().splitlines():
        if line.startswith("  "):
            found[place] += line.split()
        elif not line.startswith("#"):
            place, _, first = line.partition(":")
            found[place] = first.split()
    return found


def module_or_class(place: str) -> object:
    try:
        return importlib.import_module(f"keras.{place}")
    except ModuleNotFoundError:
        module, _, name = place.rpartition(".")
        return getattr(importlib.import_module(f"keras.{module}"), name)


def reason(place: str, name: str) -> str | None:
    """None if the name is there, else what Lacuna says of it, and "" if it says nothing."""
    try:
        where = module_or_class(place)
        if inspect.isclass(where) and name in ("input", "output", "input_mask", "output_mask"):
            return None if hasattr(where, name) else ""
        getattr(where, name)
    except AttributeError as error:
        _, of_keras, told = str(error).partition("of Keras, not in Lacuna: ")
        return told if of_keras else ""
    except ModuleNotFoundError:
        return ""
    return None


def page() -> str:
    text = HEAD
    for place, members in names().items():
        told = {name: reason(place, name) for name in members}
        there = [name for name, why in told.items() if why is None]
        text += f"\n## {place}\n"
        if there:
            text += textwrap.fill(", ".join(f"`{name}`" for name in there) + ".", 120, break_long_words=False) + "\n"
        reasons: dict[str, list[str]] = {}
        for name, why in told.items():
            if why is not None:
                reasons.setdefault(why or "missing.", []).append(name)
        for why, left_out in reasons.items():
            line = f"- {', '.join(f'`{name}`' for name in left_out)}: {why}"
            text += textwrap.fill(line, 120, subsequent_indent="  ", break_long_words=False) + "\n"
    return text


if __name__ == "__main__":
    lacuna.keras_names("2.2.4")
    pathlib.Path(sys.argv[1]).write_text(page())
