"""Each public name of Keras 2.2.4 is there, or is refused by name; docs/keras.md says which."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_library_says(tmp_path):
    made = tmp_path / "keras.md"
    subprocess.run([sys.executable, ROOT / "tools/keras_page.py", made], check=True)
    text = made.read_text()
    kept = (ROOT / "docs/keras.md").read_text()
    assert text == kept, "docs/keras.md is out of date: python tools/keras_page.py docs/keras.md"
    for section in text.split("\n## ")[1:]:  # Methods of classes may be missing; names of modules may not.
        is_class = section.split("\n")[0].rpartition(".")[2][0].isupper()
        assert is_class or "missing." not in section, f"neither there nor refused, see _absent.py: {section}"
