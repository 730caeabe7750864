"""Copies headers, with their comments in the form that Doxygen reads: `doxygen_comments.py FOLDER HEADER…`.

A comment above a declaration becomes ///, one behind it ///<, and the first comment of a file the description of the
file and, if nothing else describes it, of the class that it names. In a comment, indented lines are code.
"""

import pathlib
import re
import sys

_COMMENT = re.compile(r"^(\s*)// ?(.*)$")
_BEHIND = re.compile(r"^(\s*[^\s/].*?[;,{}]|\s*[a-z_]\w*(?: = \w+)?)\s+// (.*)$")
_CLASS = re.compile(r"^(?:class|struct)(?: LACUNA_EXPORT)? (\w+)[^;]*$")
_SPECIAL = re.compile(r"[\\@<>#&$%]|(?<!\w)::")


def plain(text: str) -> str:
    """Text in which Doxygen finds no command, tag or entity; between backticks it looks for none."""
    parts = re.split(r"(`[^`]*`)", text)
    for i, part in enumerate(parts):
        if not i % 2 or re.search(r"\.[ `]", part):  # In code, a point would end the short description too.
            parts[i] = _SPECIAL.sub(r"\\\g<0>", part.strip("`") if i % 2 else part)
    return "".join(parts)


def described(lines: list[str]) -> list[str]:
    """The lines of a comment, without slashes, as Doxygen's text."""
    result, code = [], False
    for line in lines:
        if line.startswith("  ") != code:
            code = not code
            result.append("@code{.cpp}" if code else "@endcode")
        result.append(line if code else plain(line))
    return [*result, "@endcode"] if code else result


def filtered_c(text: str) -> str:
    """The same for a header of C, whose comments have stars."""
    text = re.sub(r"^/\* ", "/** ", text, flags=re.MULTILINE).replace("/** ", "/** @file\n   ", 1)
    return re.sub(r"(?<=[;,\w]) +/\* ", " /**< ", text)


def filtered(text: str, stem: str) -> str:
    """stem: the name of the header without .h."""
    if text.startswith("/*"):
        return filtered_c(text)
    lines = text.splitlines()
    first = 0
    while first < len(lines) and _COMMENT.match(lines[first]):
        first += 1
    about = described([_COMMENT.match(line)[2] for line in lines[:first]])
    result = ["/// @file", *(f"/// {line}" for line in about)]
    i = first
    while i < len(lines):
        comment = []
        while i < len(lines) and (match := _COMMENT.match(lines[i])):
            comment.append(match[2])
            i += 1
        if comment:
            ends = i >= len(lines) or not lines[i].strip() or lines[i].lstrip().startswith(("}", "public:", "private:"))
            result += [f"// {line}" if ends else f"/// {line}" for line in (comment if ends else described(comment))]
            continue
        line = lines[i]
        if (named := _CLASS.match(line)) and not result[-1].startswith("///") and about:
            if about[0].startswith(named[1]) or stem.replace("_", "") == named[1].lower():
                result += [f"/// {line}" for line in about]
        behind = _BEHIND.match(line)
        result.append(f"{behind[1]}  ///< {plain(behind[2])}" if behind else line)
        i += 1
    return "\n".join(result) + "\n"


def main(folder: str, *headers: str) -> None:
    """Writes only what changed, and removes headers that are no more."""
    target = pathlib.Path(folder)
    wanted = {
        target / header: filtered(pathlib.Path(header).read_text(encoding="utf-8"), pathlib.Path(header).stem)
        for header in headers
    }
    for old in set(target.rglob("*.h")) - set(wanted):
        old.unlink()
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
