"""get_file: the cache, hashes, and archives that would leave their folder. Files come by file://, not from the web."""

import hashlib
import io
import os
import tarfile
import zipfile

import pytest

from lacuna.utils import get_file
from lacuna.utils.data_utils import _hash_file, urlretrieve, validate_file


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A file to download; KERAS_HOME is an empty folder."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "cache"))
    file = tmp_path / "source.bin"
    file.write_bytes(b"sparse" * 50_000)
    return file


def test_a_file_is_downloaded_once(source, tmp_path, capsys):
    path = get_file("a.bin", source.as_uri())
    assert path == str(tmp_path / "cache" / "datasets" / "a.bin") and open(path, "rb").read() == source.read_bytes()
    told = capsys.readouterr().out
    assert "Downloading data from file:" in told and "300000/300000 [==============================]" in told
    source.unlink()
    assert get_file("a.bin", source.as_uri()) == path and capsys.readouterr().out == ""
    with pytest.raises(OSError, match="could not be downloaded.*Put the file at"):
        get_file("b.bin", source.as_uri())
    assert os.listdir(tmp_path / "cache" / "datasets") == ["a.bin"]


def test_other_folders(source, tmp_path):
    assert get_file("a", source.as_uri(), cache_dir=tmp_path, cache_subdir="s") == str(tmp_path / "s" / "a")
    assert get_file(tmp_path / "b", source.as_uri()) == str(tmp_path / "b")
    (tmp_path / "c").write_text("there")
    assert open(get_file(str(tmp_path / "c"), "http://nowhere.invalid/c")).read() == "there"


def test_hashes(source, tmp_path, capsys):
    content = source.read_bytes()
    for name, digest in (("md5", hashlib.md5), ("sha256", hashlib.sha256)):
        hexdigest = digest(content).hexdigest()
        assert _hash_file(source, name) == hexdigest
        for algorithm in ("auto", name):
            assert validate_file(source, hexdigest, algorithm) and validate_file(
                source, hexdigest.upper(), chunk_size=7
            )
        path = get_file(name, source.as_uri(), file_hash=hexdigest)
        open(path, "ab").write(b"damage")
        assert not validate_file(path, hexdigest)
        assert open(get_file(name, source.as_uri(), file_hash=hexdigest), "rb").read() == content
    assert get_file("old", source.as_uri(), md5_hash=hashlib.md5(content).hexdigest())
    with pytest.raises(ValueError, match="must have the md5 '0000.*Received: another one"):
        get_file("wrong", source.as_uri(), file_hash="0" * 32)
    assert not any("wrong" in name for name in os.listdir(tmp_path / "cache" / "datasets"))
    with pytest.raises(ValueError, match="'md5', 'sha256' or 'auto'. Received: 'crc'"):
        get_file("x", source.as_uri(), file_hash="0", hash_algorithm="crc")


def write_tar(path, members):
    with tarfile.open(path, "w:gz") as tar:
        for name, content, link in members:
            info = tarfile.TarInfo(name)
            if link is not None:
                info.type, info.linkname = tarfile.SYMTYPE, link
            elif content is None:
                info.type = tarfile.FIFOTYPE
            else:
                info.size, info.mode = len(content), 0o4777
            tar.addfile(info, io.BytesIO(content or b""))


def test_archives_are_unpacked(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "datasets"
    write_tar(tmp_path / "t", [("set/a.txt", b"one", None), ("set/b.txt", None, "a.txt")])
    assert get_file("set", (tmp_path / "t").as_uri(), untar=True) == str(folder / "set")
    assert (folder / "set.tar.gz").exists() and (folder / "set" / "b.txt").read_text() == "one"
    assert (folder / "set" / "a.txt").stat().st_mode & 0o7022 == 0
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("zipped/c.txt", "two")
    assert get_file("z.zip", (tmp_path / "z").as_uri(), extract=True) == str(folder / "z.zip")
    assert (folder / "zipped" / "c.txt").read_text() == "two"
    get_file("not.tar", (tmp_path / "z").as_uri(), extract=True, archive_format="tar")
    with pytest.raises(ValueError, match="archive_format must be 'tar', 'zip'"):
        get_file("z.zip", (tmp_path / "z").as_uri(), extract=True, archive_format="rar")


@pytest.mark.parametrize(
    "members",
    [
        [("../out.txt", b"x", None)],
        [("/tmp/lacuna_out.txt", b"x", None)],
        [("link", None, "../..")],
        [("link", None, "/etc")],
        [("a/b/up", None, "../.."), ("out", None, "a/b/up/.."), ("out/out.txt", b"x", None)],
        [("pipe", None, None)],
    ],
)
def test_archives_stay_in_their_folder(tmp_path, members, capsys):
    write_tar(tmp_path / "t", members)
    with pytest.raises(ValueError, match="an archive must (not lead out of its folder|hold files and folders only)"):
        get_file("t.tar.gz", (tmp_path / "t").as_uri(), extract=True, cache_dir=tmp_path / "deep" / "cache")
    assert not list(tmp_path.rglob("out.txt")) and not os.path.exists("/tmp/lacuna_out.txt")
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("../out.txt", "x")
    with pytest.raises(ValueError, match="must not lead out of its folder. Received: '../out.txt'"):
        get_file("z.zip", (tmp_path / "z").as_uri(), extract=True, cache_dir=tmp_path / "deep" / "cache")
    assert not list(tmp_path.rglob("out.txt"))


def test_urlretrieve(source, tmp_path):
    urlretrieve(source.as_uri(), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    with pytest.raises(ValueError, match="url must be an address. Received: url='nowhere'"):
        urlretrieve("nowhere")
