"""Fails if a shared library exports a name outside of namespace lacuna: `check_exports.py LIBRARY`."""

import re
import subprocess
import sys

# Mangled names of lacuna, and those that the compiler generates for its types and static variables.
OURS = re.compile(r"^_Z(T[ISVTHWC]|GV|T[hvc][n\d_]+)?Z?N[KRO]*6lacuna")


def main() -> int:
    listed = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in listed.stdout.splitlines()]
    foreign = [name for name in names if not OURS.match(name)]
    for name in foreign[:20]:
        print(f"exported, but not ours: {name}")
    print(f"{len(names)} names exported, {len(foreign)} of them foreign")
    return bool(foreign) or not names


if __name__ == "__main__":
    sys.exit(main())
