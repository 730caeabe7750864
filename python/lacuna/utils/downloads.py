"""Files from the web, kept in a cache folder: get_file, hashes, and archives that stay within their folder."""

from __future__ import annotations

import os
from typing import Any

from lacuna._arguments import flag, shown, text, whole
from lacuna._files import path_of
from lacuna._types import Flag, Path, Whole

__all__ = [
    "get_file",
    "urlretrieve",
    "validate_file",
]


def __dir__() -> list[str]:
    return __all__


def cache_folder(cache_dir: Any = None, cache_subdir: Any = "datasets") -> str:
    """The folder of the cache: cache_dir, else the environment variable KERAS_HOME, else ~/.keras, which Keras uses
    too."""
    given = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    top = given if cache_dir is None else os.fsdecode(path_of("get_file", cache_dir))
    return os.path.join(os.path.expanduser(top), os.fsdecode(cache_subdir or ""))


def get_file(
    fname: Path,
    origin: str,
    untar: Flag = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: Path = "datasets",
    hash_algorithm: str = "auto",
    extract: Flag = False,
    archive_format: Any = "auto",
    cache_dir: Path | None = None,
) -> str:
    """The path of a file that is downloaded from the URL `origin` unless the cache has it.

    fname: its name in cache_dir/cache_subdir; an absolute path is taken as it is. cache_dir: the environment variable
    KERAS_HOME unless given, else ~/.keras. file_hash: its MD5 or SHA-256 in hex (hash_algorithm: 'md5', 'sha256',
    'auto': by length); a file in the cache with another hash is downloaded again. md5_hash: an older name of it.
    extract: unpacks the archive beside it, archive_format: 'tar', 'zip', 'auto', None, or a list of these. untar:
    fname.tar.gz is downloaded and unpacked, and the path is that of fname.

    ValueError if the hash of what was downloaded is another one, or if an archive has a path that leads out of the
    folder; OSError if the download fails."""
    untar, extract = flag("get_file", "untar", untar), flag("get_file", "extract", extract)
    name, origin = os.fsdecode(path_of("get_file", fname)), text("get_file", "origin", origin)
    if cache_subdir:
        path_of("get_file", cache_subdir)
    file_hash = md5_hash if file_hash is None else file_hash
    digest = _algorithm("get_file", hash_algorithm, file_hash)
    formats = _formats(archive_format)
    folder = cache_folder(cache_dir, cache_subdir)
    unpacked = os.path.join(folder, name)
    path = unpacked + ".tar.gz" if untar else unpacked
    if untar and file_hash is None and os.path.exists(unpacked):
        return unpacked
    if not os.path.isfile(path) or (file_hash is not None and not validate_file(path, file_hash, digest)):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _download(origin, path, file_hash, digest)
    if untar:
        if not os.path.exists(unpacked):
            _unpack(path, os.path.dirname(path), ["tar"])
        return unpacked
    if extract:
        _unpack(path, os.path.dirname(path), formats)
    return path


def _algorithm(where: str, algorithm: Any, file_hash: Any) -> str:
    """'md5' or 'sha256'."""
    if not isinstance(algorithm, str) or algorithm not in ("auto", "md5", "sha256"):
        raise ValueError(f"{where}: the algorithm must be 'md5', 'sha256' or 'auto'. Received: {shown(algorithm)}.")
    if file_hash is None:
        return "md5"
    length = len(text(where, "file_hash", file_hash))
    return ("sha256" if length == 64 else "md5") if algorithm == "auto" else algorithm


def _formats(given: Any) -> list[str]:
    if given is None:
        return []
    formats = list(given) if isinstance(given, (list, tuple)) else [given]
    if any(one not in ("auto", "tar", "zip") for one in formats if isinstance(one, str)) or not all(
        isinstance(one, str) for one in formats
    ):
        raise ValueError(
            f"get_file: archive_format must be 'tar', 'zip', 'auto', None or a list of these. Received: {shown(given)}."
        )
    return ["tar", "zip"] if "auto" in formats else formats


def validate_file(fpath: Path, file_hash: str, algorithm: str = "auto", chunk_size: Whole = 65535) -> bool:
    """Whether a file has this MD5 or SHA-256, in hex. algorithm: 'md5', 'sha256', or 'auto': by the length of the hash.
    chunk_size: how many bytes are read at a time."""
    digest = _algorithm("validate_file", algorithm, file_hash)
    return _hash_file(fpath, digest, chunk_size) == text("validate_file", "file_hash", file_hash).lower()


def _hash_file(fpath: Path, algorithm: str = "sha256", chunk_size: Whole = 65535) -> str:
    """The MD5 or SHA-256 of a file, in hex. Scripts import it from Keras, though its name is private."""
    import hashlib

    path, chunk_size = path_of("validate_file", fpath), whole("validate_file", "chunk_size", chunk_size)
    if chunk_size < 1:
        raise ValueError(f"validate_file: chunk_size must be positive. Received: chunk_size={chunk_size}.")
    found = hashlib.new("md5" if algorithm == "md5" else "sha256", usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(min(chunk_size, 2**24)):
            found.update(chunk)
    return found.hexdigest()


def urlretrieve(url: str, filename: Path | None = None, reporthook: Any = None, data: Any = None) -> Any:
    """Python's urllib.request.urlretrieve."""
    from urllib.request import urlretrieve as of_python

    address = text("urlretrieve", "url", url)
    try:
        return of_python(address, filename, reporthook, data)
    except ValueError as error:
        raise ValueError(f"urlretrieve: url must be an address. Received: url={shown(url)}.") from error


def _download(origin: str, path: str, file_hash: str | None, digest: str) -> None:
    """Downloads beside the path and then renames, so that no part of a file is ever taken for it."""
    import urllib.request

    part = f"{path}.{os.getpid()}.part"
    try:
        try:
            with urllib.request.urlopen(origin) as source, open(part, "wb") as file:
                print(f"Downloading data from {origin}")
                _copy(source, file)
        except (OSError, ValueError) as error:
            failed = OSError if isinstance(error, OSError) else ValueError
            raise failed(
                f"get_file: {shown(origin)} could not be downloaded: {str(error)[:150]}. Put the file at "
                f"{shown(path)}, and nothing is downloaded."
            ) from error
        if file_hash is not None and not validate_file(part, file_hash, digest):
            raise ValueError(
                f"get_file: the file from {shown(origin)} must have the {digest} {shown(file_hash)}. Received: "
                "another one."
            )
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def _copy(source: Any, file: Any) -> None:
    from lacuna.utils.progbar import Progbar

    size = source.headers.get("Content-Length") if getattr(source, "headers", None) else None
    bar, done = Progbar(int(size) if size and int(size) > 0 else None, interval=0.5), 0
    while chunk := source.read(2**16):
        file.write(chunk)
        done += len(chunk)
        bar.update(done)
    print()
    if size and done != int(size):
        raise OSError(f"the connection ended after {done} of {size} bytes")


def _unpack(path: str, folder: str, formats: list[str]) -> bool:
    """Unpacks an archive of one of these formats; False if it is none."""
    import tarfile
    import zipfile

    if "tar" in formats and tarfile.is_tarfile(path):
        with tarfile.open(path) as tar:
            for member in tar:
                _check_member(path, folder, member.name)
                if member.issym() or member.islnk():
                    start = os.path.dirname(member.name) if member.issym() else ""
                    _check_member(path, folder, os.path.join(start, member.linkname))
                elif not (member.isfile() or member.isdir()):
                    raise ValueError(
                        f"get_file: an archive must hold files and folders only. Received: {shown(member.name)} in "
                        f"{shown(path)}."
                    )
                member.mode = (member.mode or 0o600) & 0o755 | (0o700 if member.isdir() else 0o600)
                member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
                tar.extract(member, folder)
        return True
    if "zip" in formats and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                _check_member(path, folder, name)
            archive.extractall(folder)
        return True
    return False


def _check_member(path: str, folder: str, name: str) -> None:
    """Raises ValueError for a name that leads out of the folder, also by the links that are there already."""
    top = os.path.realpath(folder)
    if os.path.commonpath([top, os.path.realpath(os.path.join(top, name))]) != top:
        raise ValueError(
            f"get_file: an archive must not lead out of its folder. Received: {shown(name)} in {shown(path)}."
        )
