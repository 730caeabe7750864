"""Fails if a C++ file is not formatted as .clang-format demands; with --fix, formats the files.

Only clang-format 14 is used, since versions differ: the one in .venv, else the system's. Without one the exit code is
77, which ctest counts as skipped.
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["lacuna", "tests", "examples", "python/bind", "bench", "cli"]


def find_clang_format() -> str | None:
    for path in (ROOT / ".venv/bin/clang-format", shutil.which("clang-format-14"), shutil.which("clang-format")):
        if path and pathlib.Path(path).exists():
            said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
            if "version 14." in said:
                return str(path)
    return None


def main() -> int:
    tool = find_clang_format()
    if tool is None:
        print("format: skipped, since there is no clang-format 14: tools/setup.sh puts one in .venv")
        return 77
    files = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {".h", ".cc"})
    if "--fix" in sys.argv[1:]:
        return subprocess.run([tool, "-i", "--style=file", *map(str, files)]).returncode
    run = subprocess.run(
        [tool, "--dry-run", "-Werror", "--style=file", *map(str, files)], capture_output=True, text=True
    )
    faults = dict.fromkeys(re.findall(r"^(\S+?):\d+:\d+: ", run.stderr, re.MULTILINE))
    for path in faults:
        print(pathlib.Path(path).relative_to(ROOT))
    print(f"{len(files)} files, {len(faults)} of them not as they should be (tools/check_format.py --fix)")
    return run.returncode or not files


if __name__ == "__main__":
    sys.exit(main())
