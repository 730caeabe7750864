#!/usr/bin/env bash
# Builds Lacuna and measures it beside its peers and hand-written loops. ./bench.sh --help lists the options; with
# --no-build as the first argument it measures the installed package.
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
