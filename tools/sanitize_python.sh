#!/usr/bin/env bash
# Runs the Python tests with the library and module under AddressSanitizer and UndefinedBehaviorSanitizer:
# `tools/sanitize_python.sh [arguments of pytest]`. The build stays in build/asan.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh
root=$PWD/build/asan
# Builds only _core: the stub generator would load the module without the sanitizers' runtime.
cmake --preset asan -DLACUNA_PYTHON=ON -DLACUNA_EXAMPLES=OFF -DPython_EXECUTABLE="$PWD/.venv/bin/python" >/dev/null
cmake --build --preset asan --target _core
package=$root/package/lacuna
rm -rf "$package"
mkdir -p "$package"
cp -r python/lacuna/. "$root"/python/bind/_core*.so "$package"

# The runtime must be loaded first, together with libstdc++, so that it can intercept exceptions. Python must allocate
# by malloc, so that errors in its arrays are found too. Leaks are not reported, since Python leaks by design.
preload=$(g++ -print-file-name=libasan.so):$(g++ -print-file-name=libubsan.so):$(g++ -print-file-name=libstdc++.so)
export PYTHONMALLOC=malloc PYTHONPATH=$root/package PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:handle_segv=0 UBSAN_OPTIONS=print_stacktrace=1
# Left-out tests preload another allocator, measure time, compile or build pages, or need stubs or examples, which are not built.
tests=python/tests
left_out=(--ignore=$tests/test_no_memory.py --ignore=$tests/test_pages.py --ignore=$tests/test_site.py)
for name in import_is_quick_and_brings_in_nothing_else stubs; do left_out+=(--deselect="$tests/test_package.py::test_$name"); done
LD_PRELOAD=$preload exec .venv/bin/python -m pytest -q -p no:cacheprovider $tests "${left_out[@]}" "$@"
