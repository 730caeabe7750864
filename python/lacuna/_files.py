"""Paths, and what the system says about them: errors of both its kind and ours."""

import builtins
import os

from lacuna import _core


class _Told:
    """With the library's sentence, which names the path."""

    def __str__(self):
        return self.strerror


class FileError(_Told, OSError, ValueError):
    """Of any other number of errno."""


class FileNotFoundError(_Told, builtins.FileNotFoundError, ValueError):
    """There is no such file, or no such folder."""


class FileExistsError(_Told, builtins.FileExistsError, ValueError):
    """There is one."""


class IsADirectoryError(_Told, builtins.IsADirectoryError, ValueError):
    """It is a folder."""


class NotADirectoryError(_Told, builtins.NotADirectoryError, ValueError):
    """It is none."""


class PermissionError(_Told, builtins.PermissionError, ValueError):
    """It may not be read, or written."""


_KINDS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


def error(number, message, path):
    """The error for a number of errno, called by the library."""
    kind = type(OSError(number, message))
    return next((own for own in _KINDS if issubclass(own, kind)), FileError)(number, message, os.fsdecode(path))


def path_of(where, path):
    """A path as bytes, of a text, bytes or an os.PathLike, of any bytes that a file's name may have. ValueError for an
    empty one and one with a NUL."""
    try:
        encoded = os.fsencode(path)
    except TypeError:
        raise TypeError(
            f"{where}: a path must be a text, bytes or an os.PathLike. Received: {type(path).__name__}."
        ) from None
    _core.check_path(where.encode(), encoded)
    return encoded
