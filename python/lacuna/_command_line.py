"""The program `lacuna`: the same as that of C++ (docs/command_line.md)."""

from __future__ import annotations

import os
import sys

from lacuna import _core


def main() -> int:
    """Runs the command that sys.argv names, and returns its exit code."""
    return _core.command_line([os.fsencode(argument) for argument in sys.argv[1:]])
