#!/usr/bin/env bash
# Builds, and measures Lacuna beside its peers and beside hand-written loops. ./bench.sh --help names the options;
# with --no-build first it measures what is installed.
set -euo pipefail
cd "$(dirname "$0")"
if [ "${1:-}" = --no-build ]; then
  shift
else
  tools/build.sh
  cmake --log-level=WARNING -S bench -B build/bench/cmake -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
  cmake --build build/bench/cmake
fi
exec .venv/bin/python -m bench.run "$@"
