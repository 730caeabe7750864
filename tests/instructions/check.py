"""Fails when a training step takes over 10% more instructions than figures.json says; --update writes that file.

Seconds on shared cores vary more than a slow change of the code costs; instructions do not: two runs agree to a
thousandth. Each case of `steps` is run by callgrind, which collects within two functions of it: fits of one epoch and
of three. Their difference is whole steps in the steady state, and what stands before and after them cancels.

All that a step calls is counted, the C library and BLIS too: a step that allocates or multiplies more is slower as
well. The figures are those of other machines nevertheless, since these choose their code by CPUID, and valgrind
answers as the same AVX2 machine on every CPU that has AVX2. They hold for Debian 12, g++ 12, Release; elsewhere, and
without valgrind, the check is skipped (exit code 77).
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = HERE / "figures.json"
LIMIT = 0.10
SKIPPED = 77


def reason_to_skip() -> str | None:
    if not shutil.which("valgrind"):
        return "valgrind is not installed (Debian: valgrind)"
    flags = set(re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1].split())
    if missing := {"avx2", "fma", "bmi1", "bmi2", "f16c"} - flags:
        return f"the figures are those of AVX2; this CPU lacks {', '.join(sorted(missing))}"
    return None


def count(program: pathlib.Path, case: str) -> int:
    """Instructions of a step. What callgrind wrote stays beside the program, for callgrind_annotate."""
    out = program.with_name(f"callgrind.{case}")
    options = [
        f"--callgrind-out-file={out}",
        "--collect-atstart=no",
        "--toggle-collect=short_run",
        "--toggle-collect=long_run",
        "--dump-before=long_run",
    ]  # Into out.1; the rest into out.
    # The environment is part of the stack, and settings in it choose code in BLIS and the C library.
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "VALGRIND_LIB")}
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", *options, program, case], capture_output=True, text=True, env=kept
    )
    if run.returncode:
        raise RuntimeError(f"{case}: exit code {run.returncode}\n{run.stderr}")
    short, long = (
        int(re.search(r"^totals: (\d+)$", pathlib.Path(path).read_text(), re.MULTILINE)[1])
        for path in (f"{out}.1", out)
    )
    steps = int(run.stdout)
    if not 0 < short < long:
        raise RuntimeError(f"{case}: a longer fit must take more. Received: {short}, {long} instructions.")
    return round((long - short) / steps)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", type=pathlib.Path, default="build/release/tests/instructions/steps")
    options.add_argument("--update", action="store_true", help="write the figures in place of comparing")
    options.add_argument("--skip", default="", help="of which other build the figures are")
    given = options.parse_args()
    if skip := (given.skip and f"the figures are those {given.skip}") or reason_to_skip():
        print(f"instructions: skipped: {skip}")
        return SKIPPED

    program = given.program.resolve()
    cases = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(cases, pool.map(lambda case: count(program, case), cases)))

    more, less = [], []
    print(f"{'instructions a step':<20}{'figure':>14}{'now':>14}{'change':>10}")
    for case, now in counts.items():
        figure = figures.get(case)
        change = now / figure - 1 if figure else float("inf")
        if change > LIMIT:
            more.append(case)
        elif change < -LIMIT:
            less.append(case)
        print(f"{case:<20}{figure or '-':>14}{now:>14}{f'{change:+.1%}' if figure else 'new':>10}")
    if given.update:
        FIGURES.write_text(json.dumps(counts, indent=2) + "\n")
        print(f"written: {FIGURES}")
        return 0
    if less:
        print(f"Over 10% less: {', '.join(less)}. So that it stays so, move the figures down: check.py --update")
    if gone := sorted(figures.keys() - counts.keys()):
        print(f"In figures.json, but no case of `steps`: {', '.join(gone)}")
    if more:
        print(
            f"Over 10% more, or without a figure: {', '.join(more)}. Where they go: "
            f"callgrind_annotate {program.with_name(f'callgrind.{more[0]}')}"
        )
    return bool(more or gone)


if __name__ == "__main__":
    sys.exit(main())
