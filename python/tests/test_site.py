"""The documentation is built as a site without a warning, and no link in it leads nowhere."""

import pathlib
import re
import subprocess
import sys

import pytest

import lacuna

ROOT = pathlib.Path(__file__).parents[2]
HTML = ROOT / "build/site/html"


@pytest.fixture(scope="module")
def site():
    done = subprocess.run([ROOT / "tools/site.sh"], capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr


def text_of(page):
    return (HTML / page).read_text(encoding="utf-8")


def test_every_public_name_has_its_place(site):
    described = "\n".join(path.read_text(encoding="utf-8") for path in (HTML / "api").glob("*.html"))
    for part in ("backend", "callbacks", "data", "layers", "losses", "metrics", "models", "optimizers", "utils"):
        for name in getattr(lacuna, part).__all__:
            assert f"lacuna.{part}.{name}" in described, name


def test_docstrings_look_as_they_are_meant(site):
    callbacks = text_of("api/callbacks.html")
    assert re.search(r"<li><p><strong>backup_dir</strong>: a file that ends in \.h5", callbacks)
    assert 'id="lacuna.models.Model.fit"' in text_of("api/models.html")
    layers = text_of("api/layers.html")
    assert "&gt;&gt;&gt;" in layers and "`" not in re.sub(r"<script.*?</script>", "", layers, flags=re.DOTALL)


def test_the_cpp_api_has_the_comments_of_the_headers(site):
    model = text_of("cpp_api/classlacuna_1_1Model.html")
    assert "A row for each row of x, which may have none." in model and "All documentation" in model
    options = text_of("cpp_api/structlacuna_1_1callbacks_1_1ModelCheckpointOptions.html")
    assert "Epochs between two saves" in options


def test_what_only_the_site_has_is_not_seen(site):
    assert "toctree" not in text_of("guides.html") and "toctree" not in text_of("index.html")


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<a href="other.html#here">', None),
        ('<a href="other.html#there">', "no such anchor"),
        ('<img src="picture.png">', "no such file"),
        ('<a href="#nowhere">', "no such anchor"),
        ('<a id="x" href="#x">', None),
        ('<a href="https://example.org/nowhere">', None),
        ('<a href="a%20b.html">', None),
    ],
)
def test_links_to_nowhere_are_found(tmp_path, page, fault):
    (tmp_path / "other.html").write_text('<p id="here">')
    (tmp_path / "a b.html").write_text("")
    (tmp_path / "page.html").write_text(page)
    done = subprocess.run(
        [sys.executable, ROOT / "tools/check_links.py", tmp_path], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, fault or "") == (1 if fault else 0, fault if fault and fault in done.stdout else ""), done


def test_a_comment_becomes_documentation(tmp_path):
    (tmp_path / "own.h").write_text(
        "// An own one: `x < y`, a <b>.\n//\n//   Own own(#1);\n#pragma once\n\nclass Own {\n public:\n"
        "  // What it does.\n  void f();\n  int x = 1;  // How many.\n\n  // For nobody.\n\n};\n"
    )
    subprocess.run(
        [sys.executable, ROOT / "docs/site/doxygen_comments.py", "out", "own.h"], cwd=tmp_path, check=True, timeout=60
    )
    about = [r"/// An own one: `x < y`, a \<b\>.", "/// ", "/// @code{.cpp}", "///   Own own(#1);", "/// @endcode"]
    assert (tmp_path / "out/own.h").read_text().splitlines() == [
        "/// @file",
        *about,
        "#pragma once",
        "",
        *about,
        "class Own {",
        " public:",
        "/// What it does.",
        "  void f();",
        "  int x = 1;  ///< How many.",
        "",
        "// For nobody.",
        "",
        "};",
    ]
