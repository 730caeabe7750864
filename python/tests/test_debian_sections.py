"""The features of the example debian_sections, on small invented package lists."""

import importlib.util
import pathlib
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("scipy")
EXAMPLE = pathlib.Path(__file__).parents[2] / "examples/debian_sections"
spec = importlib.util.spec_from_file_location("debian_features", EXAMPLE / "features.py")
features = importlib.util.module_from_spec(spec)
spec.loader.exec_module(features)

LISTS = """\
Package: libwalrus3-dev
Version: 3.1-2
Depends: libwalrus3 (= 3.1-2), libc6:any | libc6-dev, python3:any (>= 3.11)
Description: walrus in C - headers
 A walrus is large.
 .
 Section: this line is not a field
Tag: devel::library, role::devel-lib,
 implemented-in::c
Section: libdevel

Package: libwalrus3-dev
Description: the same name again
Section: misc

Package: tusk
Description-en: Polishes tusks, C included
Section: contrib/games

Package: nowhere
Description: has no section

"""


@pytest.fixture
def packages():
    return features.parse(LISTS)


def test_parse(packages):
    first, second = packages
    assert first == features.Package(
        name="libwalrus3-dev",
        section="libdevel",
        description="walrus in C - headers",
        depends=["libwalrus3", "libc6", "libc6-dev", "python3"],
        tags=["devel::library", "role::devel-lib", "implemented-in::c"],
    )
    assert second == features.Package("tusk", "games", "Polishes tusks, C included", [], [])
    assert features.parse("") == []


def test_words_are_unique_and_say_where_they_are_from(packages):
    found = features.words(packages[0])
    assert len(found) == len(set(found))
    assert {"n:libwalrus", "n:walrus", "n:dev", "last:dev", "w:c", "d:libc6", "t:role::devel-lib"} <= set(found)
    assert not any("3" in word for word in found if word[0] == "n")


def test_the_test_set_is_fixed_by_the_name():
    packages = [features.Package(f"package-{i}", "misc", "", [], []) for i in range(10_000)]
    tested = [package.name for package in packages if features.is_test(package)]
    assert 900 < len(tested) < 1100
    assert tested[:2] == ["package-0", "package-12"]


def test_tf_idf():
    tf_idf = features.TfIdf().fit([["a", "b"], ["a"], ["a", "c"]])
    x = tf_idf.transform([["c", "a"], [], ["b", "unknown"]])
    assert x.shape == (3, 3) and x.dtype == np.float32 and x.has_canonical_format
    rare, common = 1 + np.log(4 / 2), 1 + np.log(4 / 4)
    length = np.hypot(rare, common)
    assert np.allclose(x.toarray(), [[common / length, 0, rare / length], [0, 0, 0], [0, 1, 0]])


def test_without_lists_the_example_says_what_to_do(tmp_path):
    run = subprocess.run(
        [sys.executable, EXAMPLE / "debian_sections.py"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert run.returncode == 2 and "apt-cache" in run.stderr and "Traceback" not in run.stderr
