#!/usr/bin/env bash
# The Python tests with library and module under AddressSanitizer and UndefinedBehaviorSanitizer:
# `tools/sanitize_python.sh [what pytest takes]`. What is compiled stays in build/asan.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh
root=$PWD/build/asan
# Not the stubs, whose maker would load the module without the sanitizers' run time.
cmake --preset asan -DLACUNA_PYTHON=ON -DLACUNA_EXAMPLES=OFF -DPython_EXECUTABLE="$PWD/.venv/bin/python" >/dev/null
cmake --build --preset asan --target _core
package=$root/package/lacuna
rm -rf "$package"
mkdir -p "$package"
cp -r python/lacuna/. "$root"/python/bind/_core*.so "$package"

# Python loads the run time before all else, with libstdc++, whose exceptions it must see. Its own memory comes from
# malloc, so that what is wrong with an array is seen too. Python leaks by design.
preload=$(g++ -print-file-name=libasan.so):$(g++ -print-file-name=libubsan.so):$(g++ -print-file-name=libstdc++.so)
export PYTHONMALLOC=malloc PYTHONPATH=$root/package PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:handle_segv=0 UBSAN_OPTIONS=print_stacktrace=1
# Left out is what preloads an allocator of its own, measures time, or asks for stubs and examples, which are not built.
tests=python/tests
left_out=(--ignore=$tests/test_no_memory.py --deselect=$tests/test_readme.py::test_cpp)
for name in import_is_quick_and_brings_in_nothing_else stubs; do left_out+=(--deselect="$tests/test_package.py::test_$name"); done
LD_PRELOAD=$preload exec .venv/bin/python -m pytest -q -p no:cacheprovider $tests "${left_out[@]}" "$@"
