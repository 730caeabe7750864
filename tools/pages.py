"""The pages of the documentation and the blocks of code in them: what python/tests/test_pages.py runs.

`python tools/pages.py docs/cpp.md …` runs the blocks of these pages, each page in an empty folder. From top to bottom,

- python blocks run in one namespace, that of `__main__`; an assert says what the reader should see;
- bash blocks run as they are. Of console blocks the lines after `$` run, and what is below is what they must print,
  where `…` stands for anything;
- cpp and c blocks with `int main` are programs, compiled and run. All other cpp blocks together are one more program,
  which runs where the last of them stands: what they include or use comes first, then blocks that begin with a class, a
  struct, a template, an enum or a namespace, then the rest, as the body of main;
- the lines of cmake blocks must stand in tests/consumer/CMakeLists.txt, but for the names of targets and files;
- text, json and output blocks are only shown, and so are sh blocks where a page's own test runs them
  (docs/command_line.md). A block in any other language is an error.

A block in an HTML comment runs too, but no reader sees it: it makes the files that a page takes for granted.
"""

from __future__ import annotations

import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import types
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
_SHOWN = {"text", "json", "output"}
_WITH_A_TEST_OF_ITS_OWN = {"docs/command_line.md": "sh"}
_RUN = {"python", "bash", "console", "cpp", "c", "cmake"}
_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<info>.*)$")
_AT_FILE_SCOPE = re.compile(r"^(class|struct|template|enum|namespace)\b")
_HEAD = re.compile(r"^(#include\b|using\b|namespace \w+ = )")
_NAME_OF_A_PROGRAM = re.compile(r"\b(main\.cc|program\.cc|consumer|program)\b")


class Failed(Exception):
    """A block that does not do what it should; the text says which."""


@dataclass
class Block:
    language: str
    line: int  # Of the first line of code, counted from 1.
    lines: list[str]

    @property
    def code(self) -> str:
        return "\n".join(self.lines) + "\n"


def pages() -> list[pathlib.Path]:
    """README.md and the pages below docs/, without docs/api/, which is made from docstrings that have tests already."""
    found = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent != ROOT / "docs/api"]
    return [ROOT / "README.md", *found]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page. Those of directives, `{toctree}` and the like, are left out."""
    found: list[Block] = []
    fence, block, indent = "", None, 0
    for number, line in enumerate(text.splitlines(), 1):
        match = _FENCE.match(line)
        if fence:
            if match and match["fence"].startswith(fence) and not match["info"]:
                fence = ""
            elif block:
                block.lines.append(line[indent:] if not line[:indent].strip() else line)
        elif match:
            fence, indent = match["fence"], len(match["indent"])
            language = match["info"].split(" ")[0]
            block = None if language.startswith("{") else Block(language, number + 1, [])
            if block:
                found.append(block)
    if fence:
        raise Failed("a block is not closed")
    return found


def joined(fragments: list[Block], page: str) -> str:
    """The program of the C++ blocks without main."""
    head: list[str] = []
    outside: list[str] = []
    inside: list[str] = []
    for block in fragments:
        rest = []
        for number, line in enumerate(block.lines, block.line):
            if _HEAD.match(line):
                head.append(f'#line {number} "{page}"\n{line}')
            rest.append("" if _HEAD.match(line) else line)
        first = next((line for line in rest if line and not line.startswith("//")), "")
        part = outside if _AT_FILE_SCOPE.match(first) else inside
        part.append("\n".join([f'#line {block.line} "{page}"', *rest]))
    return "\n".join([*head, *outside, "int main() {", *inside, "}", ""])


class Page:
    """Runs the blocks of a page, one after another, in `folder`."""

    def __init__(self, path: pathlib.Path, folder: pathlib.Path) -> None:
        self.path, self.folder = path.resolve(), folder
        self.name = str(self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path)
        self.module = types.ModuleType("__main__")  # Of its own, so that a page may use any name.
        self.programs = 0

    def run(self) -> None:
        try:
            found = blocks(self.path.read_text(encoding="utf-8"))
        except Failed as error:
            raise Failed(f"{self.name}: {error}") from None
        fragments = [block for block in found if block.language == "cpp" and "int main" not in block.code]
        for block in found:
            if block.language not in _RUN | _SHOWN | {_WITH_A_TEST_OF_ITS_OWN.get(self.name)}:
                known = ", ".join(sorted(_RUN | _SHOWN))
                raise Failed(f"{self._at(block)}: a block must be one of {known}. Received: {block.language!r}.")
            if block not in fragments:
                if block.language in _RUN:
                    getattr(self, block.language)(block)
            elif block is fragments[-1]:
                self._program("cpp", joined(fragments, self.name), block)

    def python(self, block: Block) -> None:
        source = "\n" * (block.line - 1) + block.code  # So that a traceback shows the page and its line.
        before, sys.modules["__main__"] = sys.modules["__main__"], self.module
        try:
            exec(compile(source, str(self.path), "exec", dont_inherit=True), self.module.__dict__)
        except BaseException as error:  # SystemExit too: the blocks after it would not run.
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self.path)]
            last = frames[-1] if frames else error if isinstance(error, SyntaxError) else None
            line = (last and last.lineno) or block.line
            text = self.path.read_text(encoding="utf-8").splitlines()[line - 1].strip()
            raise Failed(f"{self.name}:{line}: {text}\n{traceback.format_exc()}") from None
        finally:
            sys.modules["__main__"] = before

    def bash(self, block: Block) -> None:
        self._command(block, "the block", ["bash", "-euo", "pipefail", "-c", block.code])

    def console(self, block: Block) -> None:
        for step in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            while command.endswith("\\"):
                more, _, printed = printed.partition("\n")
                command = f"{command}\n{more.removeprefix('> ')}"
            got = self._command(block, command, ["bash", "-c", command])
            wanted = re.sub(r"[[?*]", r"[\g<0>]", printed.strip()).replace("…", "*")
            if wanted and not fnmatch.fnmatchcase(got.strip(), wanted):
                raise Failed(f"{self._at(block)}: {command}\nmust print\n{printed}\nReceived:\n{got}")

    def cpp(self, block: Block) -> None:
        self._program("cpp", f'#line {block.line} "{self.name}"\n{block.code}', block)

    def c(self, block: Block) -> None:
        self._program("c", f'#line {block.line} "{self.name}"\n{block.code}', block)

    def cmake(self, block: Block) -> None:
        def lines(text: str) -> set[str]:
            return {_NAME_OF_A_PROGRAM.sub("…", line.split("#")[0].strip()) for line in text.splitlines()}

        project = (ROOT / "tests/consumer/CMakeLists.txt").read_text(encoding="utf-8")
        if unknown := lines(block.code) - lines(project) - {""}:
            raise Failed(f"{self._at(block)}: not in tests/consumer/CMakeLists.txt: {sorted(unknown)}")

    def _at(self, block: Block) -> str:
        return f"{self.name}:{block.line}"

    def _program(self, language: str, code: str, block: Block) -> None:
        """Compiles it against the installed package and the headers of this checkout, and runs it."""
        compiler = shutil.which("c++" if language == "cpp" else "cc")
        if not compiler:
            print(f"{self._at(block)}: left out, since there is no compiler", file=sys.stderr)
            return
        import lacuna

        package = pathlib.Path(lacuna.__file__).parent
        self.programs += 1
        name = f"program_{self.programs}"
        (self.folder / f"{name}.{language}").write_text(code, encoding="utf-8")
        cache = [found] if (found := shutil.which("ccache")) else []
        flags = ["-std=c++20" if language == "cpp" else "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}"]
        found_there = sorted(package.glob("liblacuna*.so*"), key=lambda path: len(path.name))  # The whole one first.
        libraries = ["-Wl,--as-needed", *map(str, found_there), f"-Wl,-rpath,{package}"]
        object_file = [*flags, "-c", f"{name}.{language}", "-o", f"{name}.o"]
        self._command(block, "the compiler", [*cache, compiler, *object_file])
        self._command(block, "the linker", [compiler, f"{name}.o", *libraries, "-o", name])
        self._command(block, "the program", [f"./{name}"])

    def _command(self, block: Block, what: str, argv: list[str]) -> str:
        run = subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if run.returncode:
            raise Failed(f"{self._at(block)}: {what} returned {run.returncode}.\n{run.stdout}{run.stderr}")
        return run.stdout


def main(paths: list[str]) -> int:
    os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    os.environ["CCACHE_BASEDIR"] = str(ROOT)  # So that another checkout finds what this one compiled.
    os.environ.setdefault("MPLBACKEND", "Agg")
    for path in [pathlib.Path(path).resolve() for path in paths]:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                Page(path, pathlib.Path(folder)).run()
            except Failed as error:
                print(error, file=sys.stderr)
                return 1
            finally:
                os.chdir(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
