"""Fails if a shared library needs, itself or by what it needs, a library of one of these names:
`check_needed.py LIBRARY NAME…`."""

import subprocess
import sys


def main(library: str, *refused: str) -> int:
    lines = subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout.splitlines()
    bad = [line.strip() for line in lines if any(name in line.split()[0].lower() for name in refused)]
    for line in bad:
        print(f"needed, but must not be: {line}")
    print(f"{len(lines)} libraries needed, {len(bad)} of them refused")
    return bool(bad) or not lines


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
