"""Checks that contestants with the same algorithm learn the same thing.

If weights start at zero (linear, wide), each contestant makes one pass over the same first rows in the same order. The
losses must agree, and so must their decrease, since losses that hardly change would agree anyway. If weights start at
random, the losses of the first timed epoch must agree within the effect of chance.
"""

import itertools

import numpy as np

from bench import data, race
from bench.process import Failed, Process

ROWS = 20_480
LOSS, FALL = 1e-3, 2e-2  # The largest relative differences that are allowed.
RANDOM_STARTS = 0.05


def exact(places, case, folder, threads, say):
    """The checks of a case, each {algorithm, contestants, losses, difference, allowed, ok}, in separate processes."""
    losses = {}
    for one in case.contestants:
        if not one.learns or places.missing(one.peer, case.worker):
            continue
        try:
            process = Process(race.command_line(places, case, one, folder, threads), threads)
        except Failed as error:
            say(f"  {one.label}: {error}")
            continue
        try:
            # Keras-MXNet only trains on whole batches.
            losses[one] = process.ask(f"check {ROWS // case.batch * case.batch}")["loss"]
        except Failed as error:
            say(f"  {one.label}: {error}")
        finally:
            process.end()
    return compared(losses, start=_loss_of_zeros(case, folder))


def compared(losses, start=None, allowed=LOSS):
    """The checks of {contestant: loss}, one for each algorithm that two or more share. start: the loss before training;
    if it is given, the decrease from there must agree too."""
    checks = []
    by_algorithm = itertools.groupby(sorted(losses, key=lambda one: one.learns), key=lambda one: one.learns)
    for learns, some in by_algorithm:
        some = list(some)
        if not learns or len(some) < 2:
            continue
        values = np.array([losses[one] for one in some], float)
        difference = float(np.ptp(values) / abs(np.median(values)))
        check = {
            "learns": learns,
            "losses": {one.label: float(loss) for one, loss in zip(some, values)},
            "difference": difference,
            "allowed": allowed,
            "ok": bool(difference <= allowed),  # False also if a loss is NaN.
        }
        if start is not None:
            check["fall"] = float(np.ptp(values) / abs(start - np.median(values)))
            check["ok"] = bool(check["ok"] and check["fall"] <= FALL)
        checks.append(check)
    return checks


def random_starts(places, case, folder, threads, results, say):
    """Checks the losses of the first timed epoch. Contestants with fewer rows are compared with Lacuna on as many."""
    losses = {one: result["losses"][0] for one, result in results.items() if result["losses"][0] is not None}
    checks = []
    for rows in sorted({one.rows for one in losses}):
        some = {one: loss for one, loss in losses.items() if one.rows == rows}
        for lacuna in _lacuna_on(rows, some, case):
            try:
                process = Process(race.command_line(places, case, lacuna, folder, threads), threads)
                some[lacuna] = process.ask("epoch")["loss"]
                process.end()
            except Failed as error:
                say(f"  {lacuna.label}: {error}")
        checks += compared(some, allowed=RANDOM_STARTS)
    return checks


def line(check):
    """A check as printed text."""
    losses = ", ".join(f"{label} {loss:.7g}" for label, loss in check["losses"].items())
    parts = f"apart by {check['difference']:.1e}, allowed {check['allowed']:.0e}"
    if "fall" in check:
        parts += f"; their fall by {check['fall']:.1e}, allowed {FALL:.0e}"
    return f"  {'same' if check['ok'] else 'NOT THE SAME'}, {check['learns']}: {losses} ({parts})"


def _lacuna_on(rows, some, case):
    """Lacuna's contestants of the case whose algorithm is among those of `some`, on `rows` rows."""
    if not rows:
        return []
    wanted = {one.learns for one in some}
    return [one._replace(rows=rows) for one in case.contestants if one.peer == "lacuna" and one.learns in wanted]


def _loss_of_zeros(case, folder):
    if case.worker in ("wide", "fit"):
        return float(np.log(2))
    _, y = data.load_csr(folder)
    y = y[: ROWS // case.batch * case.batch].astype(float)
    return float(np.mean(y * y))
