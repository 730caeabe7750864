"""Runs the contestants of a case in turns, A B C A B C …, so that noise of the machine affects all of them."""

import statistics
import time

from bench.process import Failed, Process, free_mb

LEAST_FREE_MB = 4_000
SLOW, LONG, FEWER = 20, 1.0, 5  # 20 times slower than the fastest, and over 1 s: a fifth of the rounds.
PAIRS = 3  # With fewer common rounds, medians are compared instead of ratios within rounds.
PAUSE = 0.2  # Seconds. Thread pools spin for a while after work, which would slow the next contestant.


def command_line(places, case, contestant, folder, threads):
    """The command line that starts a contestant of a case."""
    command = places.program(contestant.peer, case.worker)
    command += ["--data", str(folder), "--case", case.worker, "--variant", contestant.variant]
    command += ["--batch", str(case.batch), "--threads", "1" if contestant.peer == "loop" else str(threads)]
    if case.features:
        command += ["--features", str(case.features)]
    if contestant.rows:
        command += ["--rows", str(contestant.rows)]
    return command + list(contestant.options)


def started(places, case, folder, threads, say):
    """{contestant: process} of all that can run; prints a line about each that cannot."""
    running = {}
    for one in case.contestants:
        why = places.missing(one.peer, case.worker)
        if why is None and free_mb() < LEAST_FREE_MB:
            why = f"left out, since less than {LEAST_FREE_MB} MB of memory are free"
        if why is None:
            try:
                running[one] = Process(command_line(places, case, one, folder, threads), threads)
                continue
            except Failed as error:
                why = str(error)
        say(f"  {one.label}: {why}")
    return running


def run(running, command, repeats, say):
    """{contestant: result}: the first answer, then `repeats` rounds of all. A result has first_s, rounds (the seconds
    of each round, None for one that was left out), losses, peak_mb and setup_s."""
    results = {}
    for one, process in list(running.items()):
        answer = _ask(process, command, one, say)
        if answer is None:
            running.pop(one).end()
            continue
        results[one] = {
            "setup_s": process.ready["setup_s"],
            "first_s": answer["s"],
            "rounds": [],
            "losses": [answer.get("loss")],
            "cpu": [],
            "peak_mb": None,  # Of one that fails later.
            "scores": [answer["score"]] if "score" in answer else [],
            **({"mb": answer["mb"]} if "mb" in answer else {}),
        }
    for turn in range(repeats):
        fastest = min((_usual(results[one]) for one in running), default=0)
        for one, process in list(running.items()):
            result = results[one]
            if turn % FEWER and _usual(result) > max(LONG, SLOW * fastest):
                result["rounds"].append(None)
                continue
            answer = _ask(process, command, one, say)
            if answer is None:
                running.pop(one).end()
                continue
            result["rounds"].append(answer["s"])
            result["losses"].append(answer.get("loss"))
            if "score" in answer:
                result["scores"].append(answer["score"])
            if "cpu_s" in answer:
                result["cpu"].append(answer["cpu_s"])
    for one, process in running.items():
        results[one]["peak_mb"] = process.peak_mb()
    return {one: result for one, result in results.items() if measured(result)}


def measured(result):
    """The seconds of the rounds that were run."""
    return [seconds for seconds in result["rounds"] if seconds is not None]


def median(result):
    """The median seconds of a round."""
    return statistics.median(measured(result))


def ratio(result, other):
    """How many times as long as `other` it takes for the same number of rows: the median over the rounds that both ran,
    so that what slows a round down affects both."""
    both = [(a, b) for a, b in zip(result["rounds"], other["rounds"]) if a is not None and b is not None]
    times = statistics.median(a / b for a, b in both) if len(both) >= PAIRS else median(result) / median(other)
    return times * other.get("rows", 1) / result.get("rows", 1)


def _usual(result):
    # Not scaled to a whole epoch: only the time that a round takes matters here.
    return median(result) if measured(result) else result["first_s"]


def _ask(process, command, one, say):
    time.sleep(PAUSE)
    try:
        return process.ask(command)
    except Failed as error:
        say(f"  {one.label}: {error}")
        return None
