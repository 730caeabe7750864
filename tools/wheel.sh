#!/usr/bin/env bash
# Makes dist/*.whl, which installs and runs where none of our packages are: Debian 12, Ubuntu 22.04, and later ones.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh --wheel "$@"
tools/wheel_libraries.sh
.venv/bin/python tools/bundle_wheel.py build/wheel/plain/*.whl build/wheel/lib dist
