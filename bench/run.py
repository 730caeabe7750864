"""Runs Lacuna, its installed peers and the hand-written loops in turns on the same generated data; first checks that
they learn the same; prints medians and ratios; writes results.json and results.png.

first: the first epoch, including compilation and setup. median: over the rounds after it. step: the median per batch.
CPU: time of all cores, the median, which is steadier where others use the machine.
x loop, x lacuna: the time relative to theirs for the same algorithm, the median over rounds.
The exit code is 1 if a check fails, 2 if an argument is wrong.
"""

import argparse
import os
import pathlib
import sys

from bench import cases as table_of_cases
from bench import check, data, imports, install, plot, race, report, scaling, threads
from bench.process import ENVIRONMENTS, ROOT, Places

PEERS = ("lacuna", "loop", *ENVIRONMENTS, "gzip")


def say(text=""):
    print(text, flush=True)


def parsed(argv):
    build = ROOT / "build" / "bench"
    first, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="./bench.sh", description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    several = {"action": "append", "default": []}
    parser.add_argument("--case", choices=table_of_cases.NAMES, help="may be repeated; all unless given", **several)
    parser.add_argument("--peer", choices=PEERS, help="may be repeated; all that are installed unless given", **several)
    parser.add_argument("--repeats", type=int, default=7, help="rounds after the first epoch (7)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of Lacuna and its peers; a loop has one")
    parser.add_argument("--batch", type=int, help="another size of batch, for the training cases")
    parser.add_argument("--features", type=int, help="columns of the wide case, instead of all of its sizes")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32", help="Lacuna runs in it too")
    parser.add_argument("--index", choices=("int32", "int64"), default="int32", help="of indices; Lacuna runs so too")
    parser.add_argument("--no-check", action="store_true", help="do not check that all learn the same")
    parser.add_argument("--scaling", action="store_true", help="draw how a step grows, instead of the cases")
    parser.add_argument("--install", action="store_true", help="install the peers that are missing first")
    parser.add_argument("--peers", default=build / "peers", help="folder of the peers' environments")
    parser.add_argument("--loops", default=build / "cmake" / "loops", help="folder of the compiled loops")
    parser.add_argument("--data", default=build / "data", help="folder of the made data")
    parser.add_argument("--output", default=build / "results", help="folder of results.json and the pictures")
    options = parser.parse_args(argv)
    if min(options.repeats, options.threads, options.batch or 1) < 1:
        parser.error("--repeats, --threads and --batch must be positive")
    return options


def timed(case, places, options):
    """Runs a case; returns its results for JSON."""
    say(f"\n{case.label}")
    folder = data.made(options.data, case.data)
    shape = data.described(folder)
    say(
        "  "
        + ", ".join(f"{key} {' x '.join(map('{:,}'.format, v)) if key == 'shape' else v}" for key, v in shape.items())
    )
    checks = []
    if case.exact and not options.no_check:
        checks = check.exact(places, case, folder, options.threads, say)
    running = race.started(places, case, folder, options.threads, say)
    try:
        results = race.run(running, case.command, options.repeats, say)
    finally:
        for process in running.values():
            process.end()
    if case.command == "epoch" and not case.exact and not options.no_check:
        checks = check.random_starts(places, case, folder, options.threads, results, say)
    for one in checks:
        say(check.line(one))
    rows = report.rows_of(case, results, shape)
    if rows:
        say("\n".join(report.table(rows)))
    return {"name": case.name, "label": case.label, "batch": case.batch, "data": shape, "checks": checks, "rows": rows}


def measured(name, places, options):
    """Runs all cases with that name; returns their results."""
    if name == "import":
        say("\nimport")
        rows = imports.rows_of(imports.run(places, chosen(imports.STATEMENTS, options), options.repeats, say))
        say("\n".join(imports.table(rows)))
        return [{"name": name, "label": name, "checks": [], "rows": rows}]
    if name == "threads":
        say("\nthreads")
        rows = threads.run(places, lambda kind: data.made(options.data, kind), options.repeats, options.batch, say)
        say("\n".join(threads.table(rows)))
        return [{"name": name, "label": name, "checks": [], "rows": rows}]
    results = []
    for case in table_of_cases.cases(name, options.batch, options.features, options.dtype, options.index):
        some = [one for one in case.contestants if one.peer in chosen(PEERS, options)]
        if some:
            results.append(timed(case._replace(contestants=some), places, options))
    return results


def chosen(peers, options):
    return [peer for peer in peers if not options.peer or peer in options.peer]


def main(argv=None):
    options = parsed(argv)
    places = Places(options.peers, options.loops)
    output = pathlib.Path(options.output)
    if options.install:
        install.install(options.peers, chosen(ENVIRONMENTS, options), say)
    machine = report.machine()
    say(f"{machine['cpu']}, {machine['cores']} cores; {options.threads} threads")
    settings = {key: getattr(options, key) for key in ("repeats", "threads", "batch", "features", "dtype", "index")}
    if options.scaling:
        curves = scaling.run(places, lambda kind: data.made(options.data, kind), output, options.repeats, say)
        report.write_json(output / "scaling.json", settings, curves)
        say(f"\npictures and scaling.json are in {output}")
        return 0
    results = []
    for name in options.case or table_of_cases.NAMES:
        results += measured(name, places, options)
        report.write_json(output / "results.json", settings, results)  # Here, since a long run may be interrupted.
    plot.bars(output / "results.png", results)
    failed = [one for case in results for one in case["checks"] if not one["ok"]]
    say(f"\nresults.json and results.png are in {output}")
    if failed:
        say(f"{len(failed)} checks failed: contestants of one algorithm did not learn the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
