"""The wheel has all that it needs, and no more: its libraries, their licences, its size. `tools/wheel.sh` makes it."""

import pathlib
import re
import subprocess
import sys
from importlib import metadata

import pytest

import lacuna

PACKAGE = pathlib.Path(lacuna.__file__).parent
BUNDLED = PACKAGE.parent / "lacuna.libs"
# What every Linux of these years has: manylinux_2_35.
OF_THE_SYSTEM = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "ld-linux-x86-64.so.2"}
EXPECTED = {
    "libbz2", "libfarmhash", "libhdf5_serial", "libhwy", "libisal", "liblz4", "liblzma", "libmurmurhash", "libsimdjson",
    "libtbb", "libutf8proc", "libxxhash", "libzip", "libzstd",
}  # fmt: skip

pytestmark = pytest.mark.skipif(
    not BUNDLED.is_dir(), reason="the package was installed from a build, not from a wheel: tools/wheel.sh makes one"
)


def plain(name: str) -> str:
    return re.sub(r"(-[0-9a-f]{8})?\.so.*$", "", name)


def needed(path: pathlib.Path) -> set[str]:
    lines = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", lines))


def test_these_libraries_are_bundled():
    assert {plain(file.name) for file in BUNDLED.iterdir()} == EXPECTED


def test_all_that_is_needed_is_inside_or_of_every_system():
    ours = {file.name for file in BUNDLED.iterdir()} | {"liblacuna.so.0"}
    for file in [*PACKAGE.glob("*.so*"), *BUNDLED.iterdir()]:
        assert needed(file) <= ours | OF_THE_SYSTEM, file.name


def test_a_process_loads_the_bundled_libraries():
    program = """
import numpy as np, lacuna
from lacuna.layers import Dense
model = lacuna.Sequential([Dense(1, input_dim=2)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
model.save("/dev/shm/lacuna_wheel.h5")
import os; os.remove("/dev/shm/lacuna_wheel.h5")
print(open("/proc/self/maps").read())
"""
    maps = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    loaded = {path for path in re.findall(r"\s(/\S+)", maps) if plain(pathlib.Path(path).name) in EXPECTED}
    assert loaded and all(pathlib.Path(path).parent == BUNDLED for path in loaded), loaded


def test_each_library_has_its_licence():
    licences = {file.name: file.locate().read_text() for file in metadata.files("lacuna") if "licenses" in str(file)}
    assert "LICENSE" in licences
    for name in EXPECTED | {"libblis", "highwayhash", "nlohmann-json", "nanobind"}:
        word = name.removeprefix("lib").replace("_serial", "").replace("lzma", "liblzma")
        assert any(word in file and len(text) > 500 for file, text in licences.items()), (name, sorted(licences))


def test_it_is_small():
    wheels = list((pathlib.Path(__file__).parents[2] / "dist").glob("*.whl"))
    if not wheels:
        pytest.skip("there is no wheel in dist")
    assert all(wheel.stat().st_size <= 9e6 for wheel in wheels)
