"""The documentation is built as a site without a warning, and no link in it leads nowhere."""

import inspect
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
    for part in ("backend", "callbacks", "data", "layers", "losses", "metrics", "models", "optimizers", "utils"):
        page = text_of(f"api/{part}.html")
        module = getattr(lacuna, part)
        for name in module.__all__:  # Described there, or a link to where it is.
            if inspect.ismodule(getattr(module, name)):
                continue
            link = rf'<a class="reference internal" href="[\w.]+#lacuna\.[\w.]+" title="[^"]*">(<\w+[^>]*>)*{name}</'
            place = (f'id="lacuna.{part}.{name}"', f"lacuna.{part}.{name}.html")
            assert any(one in page for one in place) or re.search(link, page), name


def test_docstrings_look_as_they_are_meant(site):
    callbacks = text_of("api/callbacks.html")
    assert re.search(r"<li><p><strong>backup_dir</strong>: a file that ends in \.h5", callbacks)
    assert 'id="lacuna.models.Model.fit"' in text_of("api/models.html")
    layers = text_of("api/layers.html")
    assert "&gt;&gt;&gt;" in layers and "`" not in re.sub(r"<script.*?</script>", "", layers, flags=re.DOTALL)


def test_the_cpp_api_has_the_comments_of_the_headers(site):
    model = text_of("cpp_api/classlacuna_1_1Model.html")
    assert "A row for each row of x, which may have none." in model
    assert "../index.html" in text_of("cpp_api/menudata.js")
    options = text_of("cpp_api/structlacuna_1_1callbacks_1_1ModelCheckpointOptions.html")
    assert "Epochs between two saves" in options


def test_what_only_the_site_has_is_not_seen(site):
    for page in ("index.html", "guides.html", "api.html"):
        assert "{toctree}" not in text_of(page) and "&lt;!--" not in text_of(page)


def test_a_docstring_becomes_what_it_means():
    sys.path.insert(0, str(ROOT / "docs/site"))
    from docstrings import as_rst

    text = """What `it` does to *x, y_ and |z|; see a`b`c.

    rate: in [0, 1). other, name: two of
    them: these. ValueError for `a.b: c`.

    rater: no argument.
    - one
    - two

    1. not a list

        y = 2 x

        >>> it(1)
        2"""
    first, *rest = text.splitlines()
    lines = as_rst([first, *(line[4:] for line in rest)], {"rate", "other", "name"})
    assert "\n".join(lines) == (
        r"What ``it`` does to \*x, y\_ and \|z\|; see a\ ``b``\ c."
        "\n\n- **rate**: in [0, 1).\n- **other, name**: two of them: these.\n\nValueError for ``a.b: c``.\n\n"
        "rater: no argument.\n\n- one\n- two\n\n\\1. not a list\n\n"
        ".. code-block:: text\n\n   y = 2 x\n\n.. code-block:: pycon\n\n   >>> it(1)\n   2\n"
    )


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
