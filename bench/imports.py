"""Measures what `import` of each package costs beyond NumPy, in fresh processes: seconds and memory."""

import json
import statistics
import subprocess

from bench import report
from bench.process import ROOT

STATEMENTS = {
    "lacuna": "from lacuna.layers import Dense; from lacuna.models import Sequential",  # `import lacuna` loads nothing.
    "keras_mxnet": "import os; os.environ['KERAS_BACKEND'] = 'mxnet'; from bench.peers import old_names; import keras",
    "keras3": "import os; os.environ['KERAS_BACKEND'] = 'tensorflow'; import keras; import tensorflow",
    "pytorch": "import torch",
    "sklearn": "import sklearn.linear_model",
}
MEASURE = """
import json, resource, time
import numpy
def held(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
before, start = held(), time.perf_counter()
{statement}
print(json.dumps({{"s": time.perf_counter() - start, "mb": held() - before}}))
"""


def run(places, peers, repeats, say):
    """Measures the peers in turns: {peer: {"s": [...], "mb": [...]}}."""
    found = {}
    here = []
    for peer in peers:
        why = places.missing(peer, "import")
        if why:
            say(f"  {peer}: {why}")
        else:
            here.append(peer)
    for turn in range(repeats + 1):
        for peer in list(here):
            command = [places.program(peer, "import")[0], "-c", MEASURE.format(statement=STATEMENTS[peer])]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if run.returncode:
                say(f"  {peer}: {run.stderr.strip().splitlines()[-1][:160]}")
                here.remove(peer)
            elif turn:  # The first run fills the page cache.
                measured = json.loads(run.stdout.strip().splitlines()[-1])
                for key, value in measured.items():
                    found.setdefault(peer, {"s": [], "mb": []})[key].append(value)
    return found


def rows_of(found):
    """A dict for each package, for JSON."""
    return [
        {"contestant": peer, "peer": peer, "import_s": statistics.median(figures["s"]), "mb": max(figures["mb"])}
        for peer, figures in found.items()
    ]


def table(rows):
    """A table as printed lines."""
    lines = [("", "import", "MB beyond NumPy")]
    lines += [(row["contestant"], report.seconds(row["import_s"]), f"{row['mb']:.1f}") for row in rows]
    return report.columns(lines)
