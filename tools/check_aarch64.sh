#!/usr/bin/env bash
# Checks that all C++ code compiles for aarch64, on Debian 12 with g++-aarch64-linux-gnu; if there is qemu-user, also
# runs the tests. The arm64 packages are unpacked below build/: the system is not changed, and no root is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "check_aarch64: $*" >&2; exit 1; }
command -v aarch64-linux-gnu-g++ >/dev/null || fail "there must be g++-aarch64-linux-gnu: apt-get install it"

packages=(
  libhwy-dev libhwy1 libtbb-dev libtbb12 libtbbbind-2-5 libtbbmalloc2 libblis-serial-dev libgtest-dev zlib1g-dev zlib1g
  libbz2-dev libbz2-1.0 liblzma-dev liblzma5 nlohmann-json3-dev libhdf5-dev libhdf5-103-1 libsz2 libaec0
)
root=build/aarch64-sysroot
if [ "$(cat $root/packages 2>/dev/null)" != "${packages[*]}" ]; then
  rm -rf $root && mkdir -p $root/apt/lists/partial $root/apt/archives/partial
  # A separate apt for that architecture, with no packages installed.
  own=(-qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=
    -o Dir::State="$PWD/$root/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/$root/apt")
  apt-get "${own[@]}" update
  (cd $root/apt && apt-get "${own[@]}" download "${packages[@]}")
  for package in $root/apt/*.deb; do dpkg-deb -x "$package" $root; done
  rm -rf $root/apt
  echo "${packages[*]}" >$root/packages  # The last step, so that an incomplete folder is made again.
fi

cmake -S . -B build/aarch64 -G Ninja --toolchain cmake/aarch64.cmake -DCMAKE_BUILD_TYPE=Release \
  -DLACUNA_TESTS=ON -DLACUNA_EXAMPLES=ON \
  -DCMAKE_EXE_LINKER_FLAGS=-Wl,--allow-shlib-undefined  # The libraries that HDF5 depends on are not installed here.
cmake --build build/aarch64
if command -v qemu-aarch64 >/dev/null; then
  # An emulator is too slow for tests that depend on time.
  qemu-aarch64 -L /usr/aarch64-linux-gnu build/aarch64/tests/lacuna_test --gtest_brief=1 --gtest_filter='-*Threads*'
else
  echo "check_aarch64: compiled; not run, since there is no qemu-aarch64"
fi
