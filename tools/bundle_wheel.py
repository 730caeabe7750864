"""Makes a wheel that needs no packages of Debian: `bundle_wheel.py WHEEL LIBRARIES RESULT`.

Puts the shared libraries that WHEEL needs into it, those of the folder LIBRARIES in place of the system's, adds the
licences of all that is inside, and writes it to the folder RESULT, whose only wheel it is then. Fails where a library
is bundled that is not expected, and where the wheel is larger than promised.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata

# Ubuntu 22.04 and Debian 12 have what this names: https://github.com/pypa/manylinux
PLATFORM = f"manylinux_2_35_{os.uname().machine}"
MEGABYTES = 9
BUNDLED = set("bz2 farmhash hdf5_serial hwy isal lz4 lzma murmurhash simdjson tbb utf8proc xxhash zip zstd".split())
# What is compiled in, without a library of its own: packages of Debian, and of PyPI.
COMPILED_IN = ["libblis-serial-dev", "libhighwayhash-dev", "nlohmann-json3-dev"]
COMPILED_IN_OF_PYPI = ["nanobind"]


def fail(message: str) -> None:
    sys.exit(f"wheel: {message}")


def repaired(wheel: pathlib.Path, libraries: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The wheel with its libraries, as auditwheel makes it."""
    tools = pathlib.Path(sys.executable).parent
    paths = {"PATH": f"{tools}:{os.environ['PATH']}", "LD_LIBRARY_PATH": str(libraries.resolve())}
    command = [sys.executable, "-m", "auditwheel", "repair", "--plat", PLATFORM, "--wheel-dir", str(folder), str(wheel)]
    run = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"auditwheel failed.\n{run.stderr}")
    (result,) = folder.glob("*.whl")
    return result


def library_name(file: str) -> str:
    """libtbb-0a1b2c3d.so.12.8 → tbb"""
    return re.sub(r"^lib(.+?)(-[0-9a-f]{8})?\.so.*$", r"\1", file)


def package_of(name: str) -> str:
    """The package of Debian that a bundled library came from, or whose source it was built from."""
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    found = re.search(rf"\slib{re.escape(name)}\.so\.\S+ .*=> (\S+)", cache)
    if found is None:
        fail(f"lib{name} must be installed, since its licence is bundled with it")
    for path in (found[1], f"/usr{found[1]}", os.path.realpath(found[1])):  # /lib is a link to /usr/lib.
        owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        if owner.returncode == 0:
            return owner.stdout.split(":")[0]
    fail(f"no package owns {found[1]}")
    raise AssertionError


def licences(names: set[str]) -> dict[str, str]:
    texts = {}
    for package in sorted({*map(package_of, names), *COMPILED_IN}):
        texts[package] = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text()
    for package in COMPILED_IN_OF_PYPI:
        found = [file for file in metadata.files(package) or [] if "licen" in file.name.lower()]
        if not found:
            fail(f"{package} has no licence")
        texts[package] = "\n".join(file.locate().read_text() for file in found)
    return texts


def write(folder: pathlib.Path, path: pathlib.Path) -> None:
    """Packs a folder as `wheel pack` does, at the highest compression."""
    subprocess.run(
        [sys.executable, "-m", "wheel", "pack", "--dest-dir", path.parent, folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    packed = path.with_suffix(".packed")
    path.rename(packed)
    with zipfile.ZipFile(packed) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after:
        for info in before.infolist():
            after.writestr(info, before.read(info), zipfile.ZIP_DEFLATED, 9)
    packed.unlink()


def main(wheel: pathlib.Path, libraries: pathlib.Path, result: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        whole = repaired(wheel, libraries, work / "repaired")
        subprocess.run(
            [sys.executable, "-m", "wheel", "unpack", "--dest", work, whole], check=True, stdout=subprocess.DEVNULL
        )
        (folder,) = work.glob("lacuna-*")
        names = {library_name(file.name) for file in folder.glob("lacuna.libs/*")}
        if names != BUNDLED:
            fail(f"the bundled libraries must be those that are expected. Received: {sorted(names ^ BUNDLED)} differ.")
        (kept,) = folder.glob("*.dist-info/licenses")
        for package, text in licences(names).items():
            (kept / f"{package}.txt").write_text(text)
        shutil.rmtree(result, ignore_errors=True)
        result.mkdir(parents=True)
        write(folder, result / whole.name)
    size = (result / whole.name).stat().st_size / 1e6
    if size > MEGABYTES:
        fail(f"the wheel must have at most {MEGABYTES} MB. Received: {size:.2f} MB.")
    print(f"wheel: {result.name}/{whole.name}, {size:.2f} MB")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
