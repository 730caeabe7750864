"""Docstrings as reStructuredText. They are plain text: paragraphs; some of these are `name: what the argument is.
other: …`; lines that begin with `- `; indented formulas; and examples, `>>> `. Only single backticks mark code."""

import inspect
import re
import textwrap

_SPECIAL = re.compile(r"[\\*|_]")
_ERROR = re.compile(r"[A-Z]\w+Error\b")
_ENUMERATOR = re.compile(r"^(\(?[A-Za-z0-9#]+[.)] |[-+•]\s|\.\. |:\w+:|>>>)")


def escaped(text: str) -> str:
    """Plain text that means itself; what is between backticks is code."""
    parts = re.split(r"`([^`]+)`", " ".join(text.split()))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f"``{part}``" if part.strip() == part else part
        else:  # Code must stand apart from letters.
            part = _SPECIAL.sub(r"\\\g<0>", part).replace("`", r"\`")
            part = re.sub(r"::$", r":\\:", part)
            left = r"\ " if i and part[:1].isalnum() else ""
            right = r"\ " if i + 1 < len(parts) and part[-1:].isalnum() else ""
            parts[i] = left + part + right
    whole = "".join(parts)
    return f"\\{whole}" if _ENUMERATOR.match(whole) and not whole.startswith("\\") else whole


def _of_arguments(text: str, names: set[str]) -> list[str] | None:
    """`a, b: what they are. c: …` as the parts for each argument; None if the paragraph does not begin with one."""
    starts = []
    for match in re.finditer(r"(?:^|(?<=[.;] )|(?<=[.;]\n))\s*((?:\w+, )*\w+): ", text):
        if all(name in names for name in match[1].split(", ")):
            starts.append(match.start())
    if not starts or starts[0] != 0:
        return None
    *parts, last = (text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    return [*parts, *re.split(r"(?<=[.])\s(?=[A-Z]\w+Error\b)", last, maxsplit=1)]  # What is wrong stands apart.


def _item(text: str) -> str:
    names, _, what = text.partition(":")
    return f"- **{escaped(names)}**: {escaped(what)}"


def _paragraph(lines: list[str], names: set[str]) -> list[str]:
    if lines[0].startswith(">>>") or all(line.startswith("    ") for line in lines):
        text = textwrap.dedent("\n".join(lines)).splitlines()
        is_code = text[0].startswith(("from ", "import "))
        kind = "pycon" if text[0].startswith(">>>") else "python" if is_code else "text"
        return [f".. code-block:: {kind}", "", *(f"   {line}" for line in text)]
    text = "\n".join(lines)
    bullets = re.split(r"^- ", text, flags=re.MULTILINE)
    if len(bullets) > 1:
        head = [escaped(bullets[0]), ""] if bullets[0].strip() else []
        return [*head, *(f"- {escaped(bullet)}" for bullet in bullets[1:])]
    arguments = _of_arguments(text, names)
    if not arguments:
        return [escaped(text)]
    items = [_item(part) for part in arguments if not _ERROR.match(part)]
    return [*items, "", *(escaped(part) for part in arguments if _ERROR.match(part))]


def as_rst(lines: list[str], names: set[str]) -> list[str]:
    result: list[str] = []
    for chunk in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        if chunk.strip():
            result += [*_paragraph(chunk.split("\n"), names), ""]
    return result


def _names_of(found: object) -> set[str]:
    """The arguments of a function, or of what makes a class, and the attributes of the class."""
    try:
        names = set(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        names = set()
    return names | (set(vars(found)) if inspect.isclass(found) else set())


def _process(app, what, name, found, options, lines):
    lines[:] = as_rst(lines, _names_of(found))


def setup(app):
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True}
