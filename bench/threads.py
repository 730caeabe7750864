"""Measures the gain from threads: Lacuna on one thread and on two. To show what the machine can gain at that moment,
two independent processes of one thread each are compared with one of them alone."""

import statistics

from bench import race, report
from bench.cases import Contestant, cases
from bench.process import Failed, Process

CASES = (("linear", None), ("mlp", None), ("embedding", None), ("wide", 1_000_000), ("wide", 10_000_000))


def run(places, made, repeats, batch, say):
    """A dict for each case: seconds on one and on two threads, their ratio, and the gain of two processes."""
    rows = []
    for name, features in CASES:
        case = cases(name, batch=batch, features=features)[0]
        folder = made(case.data)
        lacuna = next(one for one in case.contestants if one.peer == "lacuna")
        alone = Contestant("loop", "flag")
        if places.missing("loop", case.worker):
            alone = lacuna
        pair, both = [], {}
        try:
            for _ in range(2):
                pair.append(Process(race.command_line(places, case, alone, folder, 1)))
            for count in (1, 2):
                both[count] = Process(race.command_line(places, case, lacuna, folder, count), count)
            rows.append(_measured(case, alone, pair, both, repeats))
        except Failed as error:
            say(f"  {case.label}: {error}")
        finally:
            for process in [*pair, *both.values()]:
                process.end()
    return rows


def _measured(case, alone, pair, both, repeats):
    one, two, gain = [], [], []
    for turn in range(repeats + 1):
        single = pair[turn % 2].ask("epoch")["s"]
        for process in pair:
            process.tell("epoch")
        together = max(process.answer()["s"] for process in pair)
        seconds = {count: process.ask("epoch")["s"] for count, process in both.items()}
        if turn:  # The first epoch includes setup.
            one.append(seconds[1])
            two.append(seconds[2])
            gain.append(2 * single / together)
    return {
        "contestant": case.label,
        "peer": "lacuna",
        "one_s": statistics.median(one),
        "two_s": statistics.median(two),
        "two_over_one": statistics.median(b / a for a, b in zip(one, two)),
        "two_processes": f"{alone.peer}, one thread each",
        "gain_of_two_processes": statistics.median(gain),
    }


def table(rows):
    """A table as printed lines."""
    lines = [("lacuna", "1 thread", "2 threads", "gain", "gain of two processes", "of")]
    for row in rows:
        lines.append(
            (
                row["contestant"],
                report.seconds(row["one_s"]),
                report.seconds(row["two_s"]),
                f"{1 / row['two_over_one']:.2f}",
                f"{row['gain_of_two_processes']:.2f}",
                row["two_processes"],
            )
        )
    return report.columns(lines)
