#!/usr/bin/env python3
"""Prints the line coverage of the C++ tests by room, from gcov's counts, and the lines that no test reaches by file.

    tools/coverage.py [--report] [rooms]

builds and runs the preset `coverage` (--report: only reads the counts of the last run). The exit code is 1 if one of
the rooms below reaches less than 95% of its lines. A line counts once, for however many instruction sets and types it
is compiled.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "coverage"
LEAST = {"ops": 0.95, "kernels": 0.95, "optimizers": 0.95}


def build_and_run():
    subprocess.run(["cmake", "--preset", "coverage"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "coverage", "--target", "lacuna_test"], cwd=ROOT, check=True)
    for counts in BUILD.rglob("*.gcda"):
        counts.unlink()
    # The best instruction set, then scalar code, since each has its own lines. 77: the machine cannot run that set.
    for instructions in [{}, {"LACUNA_TEST_INSTRUCTION_SET": "SCALAR", "BLIS_ARCH_TYPE": "25"}]:
        run = subprocess.run(
            [BUILD / "tests" / "lacuna_test", "--gtest_brief=1"], cwd=BUILD, env=os.environ | instructions
        )
        if run.returncode not in (0, 77):
            sys.exit("coverage: the tests failed")


def counts_of(gcda):
    """(file, line, count) for each line of one translation unit."""
    found = subprocess.run(
        ["gcov", "--json-format", "--stdout", gcda], cwd=BUILD, check=True, capture_output=True
    ).stdout
    for text in found.splitlines():
        for file in json.loads(text)["files"]:
            path = pathlib.Path(BUILD, file["file"]).resolve()
            if path.is_relative_to(ROOT / "lacuna") and not path.stem.endswith("_test") and path.name != "testing.h":
                for line in file["lines"]:
                    yield path.relative_to(ROOT), line["line_number"], line["count"]


def ranges(lines):
    result = []
    for line in lines:
        if result and line == result[-1][1] + 1:
            result[-1][1] = line
        else:
            result.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in result)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("rooms", nargs="*", default=list(LEAST))
    arguments = parser.parse_args()
    if not arguments.report:
        build_and_run()
    counts = defaultdict(lambda: defaultdict(int))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for unit in pool.map(lambda gcda: list(counts_of(gcda)), sorted(BUILD.rglob("*.gcda"))):
            for path, line, count in unit:
                counts[path][line] += count
    if not counts:
        sys.exit(f"coverage: nothing was counted in {BUILD}")

    low = False
    for room in sorted({path.parts[1] for path in counts if len(path.parts) > 2}):
        files = {path: lines for path, lines in sorted(counts.items()) if path.parts[1] == room}
        total = sum(len(lines) for lines in files.values())
        reached = sum(count > 0 for lines in files.values() for count in lines.values())
        is_low = reached < LEAST.get(room, 0) * total
        low |= is_low
        print(f"{room:12} {100 * reached / total:6.2f} % of {total} lines{' — too few' if is_low else ''}")
        for path, lines in files.items() if room in arguments.rooms else ():
            missed = sorted(line for line, count in lines.items() if not count)
            if missed:
                print(f"    {path}: {ranges(missed)}")
    return int(low)


if __name__ == "__main__":
    sys.exit(main())
