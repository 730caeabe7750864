"""Paths, and the errors of the operating system about them, which are also ValueErrors like all of Lacuna's."""

import builtins
import os

from lacuna import _core


class _Told:
    """Shows the library's message, which names the path already."""

    def __str__(self):
        return self.strerror


class FileError(_Told, OSError, ValueError):
    """Any error that is none of those below."""


class FileNotFoundError(_Told, builtins.FileNotFoundError, ValueError):
    """The file or its folder does not exist."""


class FileExistsError(_Told, builtins.FileExistsError, ValueError):
    """The file exists already."""


class IsADirectoryError(_Told, builtins.IsADirectoryError, ValueError):
    """The path is a folder."""


class NotADirectoryError(_Told, builtins.NotADirectoryError, ValueError):
    """A part of the path is not a folder."""


class PermissionError(_Told, builtins.PermissionError, ValueError):
    """The file may not be read, or not be written."""


_KINDS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


def error(number, message, path):
    """The error for a value of errno. The C++ library calls this."""
    kind = type(OSError(number, message))
    found = [own for own in _KINDS if kind is not OSError and issubclass(own, kind)]
    return (found[0] if found else FileError)(number, message, os.fsdecode(path))


def path_of(where, path):
    """A path as bytes; it may be text, bytes or an os.PathLike, and need not be UTF-8. ValueError if it is empty or
    holds a NUL."""
    try:
        encoded = os.fsencode(path)
    except TypeError:
        raise TypeError(
            f"{where}: a path must be a text, bytes or an os.PathLike. Received: {type(path).__name__}."
        ) from None
    _core.check_path(where.encode(), encoded)
    return encoded


def paths_of(where, path):
    """One path, or a list of them, as a list of bytes."""
    return [path_of(where, one) for one in (path if isinstance(path, (list, tuple)) else [path])]
