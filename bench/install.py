"""Installs peers, each in a virtual environment of its own, since their requirements conflict."""

import pathlib
import subprocess
import sys

PACKAGES = {
    "keras_mxnet": ["mxnet==1.9.1", "keras-mxnet==2.2.4.3", "numpy<1.24", "scipy<1.11", "h5py"],
    "keras3": ["tensorflow-cpu", "numpy", "scipy"],
    "pytorch": ["torch", "numpy", "scipy"],
    "sklearn": ["scikit-learn", "numpy", "scipy"],
    "pyarrow": ["pyarrow"],
    "polars": ["polars"],
    "duckdb": ["duckdb"],
    "vowpalwabbit": ["vowpalwabbit"],
}


def install(root, peers, say):
    """Installs the peers that are missing. A failure is printed, and the next peer is tried."""
    for peer in peers:
        folder = pathlib.Path(root) / peer
        done = folder / "installed"
        if done.exists():
            continue
        say(f"installing {peer}: {' '.join(PACKAGES[peer])}")
        try:
            if not (folder / "bin" / "python").exists():
                subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            pip = [str(folder / "bin" / "pip"), "-q", "--disable-pip-version-check", "install"]
            subprocess.run([*pip, *PACKAGES[peer]], check=True)
            done.touch()
        except subprocess.CalledProcessError as error:
            say(f"  {peer}: not installed, {error}")
