"""Fails if ruff finds a fault in the Python files, or they are not formatted by it; --fix repairs what it can.

Without ruff, which tools/setup.sh puts in .venv, the exit code is 77, which ctest counts as skipped.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["python", "bench", "examples", "tools", "tests", "docs/conf.py", "docs/site"]


def main() -> int:
    known = ROOT / ".venv/bin/ruff"
    ruff = str(known) if known.exists() else shutil.which("ruff")
    if ruff is None:
        print("python: skipped, since there is no ruff: tools/setup.sh puts one in .venv")
        return 77
    fix = "--fix" in sys.argv[1:]
    found = subprocess.run([ruff, "check", "--no-cache", *(["--fix"] if fix else []), *FOLDERS], cwd=ROOT).returncode
    layout = subprocess.run(
        [ruff, "format", "--no-cache", *([] if fix else ["--check"]), *FOLDERS], cwd=ROOT
    ).returncode
    return found or layout


if __name__ == "__main__":
    sys.exit(main())
