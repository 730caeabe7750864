#!/usr/bin/env bash
# Builds the documentation in build/site/html: Sphinx makes the pages of docs/ and those of the Python API (docs/conf.py), Doxygen
# those of the C++ API (docs/site/Doxyfile). A warning or a link to nowhere is an error. The Python package must be installed
# (tools/build.sh). A second run makes only what changed.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
mkdir -p build/site/html/cpp_api

# The public headers are those that export names.
mapfile -t headers < <(grep -rl --include='*.h' -e 'namespace LACUNA_EXPORT' -e '^LACUNA_C_EXPORT' lacuna | LC_ALL=C sort)
$python docs/site/doxygen_comments.py build/site/headers lacuna/lacuna.h "${headers[@]}"
made=$(find build/site/headers docs/site/Doxyfile docs/site/cpp_api.css tools/site.sh -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum)
if [ "$made" != "$(cat build/site/cpp_api.made 2>/dev/null)" ]; then
  rm -rf build/site/html/cpp_api build/site/cpp_api.made
  mkdir build/site/html/cpp_api
  doxygen -l build/site/layout.xml
  sed -i 's|<tab type="mainpage".*|<tab type="user" url="../index.html" title="All documentation"/>|' build/site/layout.xml
  doxygen docs/site/Doxyfile
  echo "$made" > build/site/cpp_api.made
fi

if ! $python -m sphinx -q -W --keep-going -j auto -d build/site/doctrees docs build/site/html; then
  rm -rf build/site/doctrees  # Else the next run would not read these pages again, and find no fault.
  exit 1
fi
$python tools/check_links.py build/site/html
