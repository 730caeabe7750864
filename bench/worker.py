"""A contestant's side of the protocol: a process that says when it is ready, then answers each line of stdin with a
line of JSON on stdout.

    epoch       {"s": seconds, "loss": mean loss}     one shuffled pass over the rows
    predict     {"s": seconds}                        all rows
    fit         {"s": seconds}                        some epochs; all of these tell "cpu_s" too, CPU time
    predict_one {"s": seconds}                        one row, the median of many calls
    learn       {"s": seconds, "score": accuracy}     a new estimator, trained to its end; scored on other rows
    parse       {"s": seconds, "mb": size of the text}
    check N     {"loss": mean loss}                   a new model, from zero weights, one pass over the first N rows in
                                                      order
    quit

An error is answered as {"error": text}. Needs only Python and NumPy, also old versions.
"""

import argparse
import json
import os
import statistics
import sys
import time

MOST_CALLS, LONGEST = 200, 5.0  # Limits of predict_one: calls, and seconds.


def options(argv=None):
    """The command line that every contestant is started with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="folder of the made data")
    parser.add_argument("--case", required=True)
    parser.add_argument("--variant", default="flag")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rows", type=int, default=0, help="at most so many; 0: all")
    parser.add_argument("--features", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--index", default="int32")
    return parser.parse_args(argv)


def serve(make, argv=None):
    """Makes the job by make(options) and answers until told to quit."""
    out = _own_stdout()
    chosen = options(argv)
    start = time.perf_counter()
    try:
        job = make(chosen)
    except Exception as error:
        out({"error": _text(error)})
        return
    out({"ready": True, "setup_s": time.perf_counter() - start})
    answer_lines(job, sys.stdin, out)


def answer_lines(job, lines, out):
    """Calls the method of the job that each line names, and writes the answers to `out`."""
    for line in lines:
        command, *arguments = line.split()
        if command == "quit":
            return
        try:
            out(_answer(job, command, arguments))
        except Exception as error:
            out({"error": _text(error)})


def _answer(job, command, arguments):
    if not hasattr(job, command):
        raise ValueError("there is no command " + command)
    if command == "check":
        return {"loss": float(job.check(int(arguments[0])))}
    if command == "predict_one":
        return {"s": _median_of_calls(job.predict_one)}
    before = time.process_time()
    seconds, result = _timed(getattr(job, command))
    answer = {"s": seconds, "cpu_s": time.process_time() - before}
    if command == "epoch":
        answer["loss"] = None if result is None else float(result)
    elif command == "learn":
        answer["score"] = float(job.score())  # Not part of the time.
    elif command == "parse":
        answer["mb"] = float(result)
    return answer


def _median_of_calls(function):
    took = []
    while len(took) < MOST_CALLS and sum(took) < LONGEST:
        took.append(_timed(function, len(took))[0])
    return statistics.median(took)


def _timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def _text(error):
    lines = [line for line in str(error).splitlines() if line.strip()] or [""]
    return f"{type(error).__name__}: {lines[-1]}"[:500]  # MXNet's messages start with a stack trace.


def _own_stdout():
    """Redirects stdout to stderr, since libraries print there, and returns the real stdout for the answers."""
    answers = os.fdopen(os.dup(1), "w")
    sys.stdout.flush()
    os.dup2(2, 1)

    def out(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    return out
