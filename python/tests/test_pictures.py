"""The drawn pictures of docs/pictures are what their scripts draw."""

import pathlib
import shutil
import subprocess
import sys

import pytest

PICTURES = pathlib.Path(__file__).parents[2] / "docs/pictures"


@pytest.mark.parametrize("script", [path.name for path in sorted(PICTURES.glob("draw_*.py"))])
def test_scripts_draw_what_is_there(script, tmp_path):
    for path in PICTURES.glob("*.py"):
        shutil.copy(path, tmp_path)
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True)
    drawn = list(tmp_path.glob("*.svg"))
    assert drawn
    for path in drawn:
        assert path.read_bytes() == (PICTURES / path.name).read_bytes(), f"{script} draws another {path.name}"
