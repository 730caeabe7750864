"""`python -m lacuna script.py …` and `python -m lacuna -m module …` run a Keras script with Lacuna, unchanged."""

from __future__ import annotations

import argparse
import os
import runpy
import sys

import lacuna


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m lacuna",
        description="Runs a script that imports keras or tensorflow.keras; both are Lacuna there.",
        usage="python -m lacuna [--keras 2.2.4|3] (script.py | -m module) [arguments of the script]",
    )
    parser.add_argument(
        "--keras", choices=["2.2.4", "3"], default=os.environ.get("LACUNA_KERAS", "3"), help="whose defaults are used"
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module of Python's path")
    parser.add_argument("script", help="the script, or the name of the module after -m")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    lacuna.keras_names(options.keras)
    sys.argv = [options.script, *options.arguments]
    if options.module:
        sys.path[0] = os.getcwd()
        runpy.run_module(options.script, run_name="__main__", alter_sys=True)
        return
    if not os.path.exists(options.script):
        parser.error(f"the script must exist. Received: {options.script}")
    sys.path[0] = os.path.dirname(os.path.abspath(options.script))
    runpy.run_path(options.script, run_name="__main__")


if __name__ == "__main__":
    main()
