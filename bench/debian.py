"""Reads this machine's Debian package lists as a matrix, by means of examples/debian_sections."""

import pathlib
import subprocess
import sys

import numpy as np

FEWEST = 10_000  # Without lists apt-cache still names the packages that are installed.


def packages():
    """(x, y, number of sections), or None where there are no package lists."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "examples" / "debian_sections"))
    import features

    try:
        run = subprocess.run(["apt-cache", "dumpavail"], stdout=subprocess.PIPE, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    found = features.parse(run.stdout.decode("utf-8", "replace"))
    if len(found) < FEWEST:
        return None
    sections = sorted({package.section for package in found})
    number = {section: i for i, section in enumerate(sections)}
    words = [features.words(package) for package in found]
    x = features.TfIdf().fit(words).transform(words)
    return x, np.array([number[package.section] for package in found], np.int32), len(sections)
