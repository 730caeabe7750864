"""Vocabularies as users give them: lists, arrays, files of lines."""

import os

from lacuna._arguments import shown
from lacuna._files import error as file_error
from lacuna._files import path_of


def lines_of(where, path):
    try:
        with open(path_of(where, path), encoding="utf-8", newline="\n") as file:
            return file.read().removesuffix("\n").split("\n")
    except OSError as failed:
        raise file_error(
            failed.errno, f"{where}: {failed.strerror}. Received: {shown(path)}.", os.fsencode(path)
        ) from None


def vocabulary_of(where, given, strings):
    if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__"):
        given = lines_of(where, given)
        return given if strings else [int(line) for line in given]
    if hasattr(given, "tolist"):
        given = given.tolist()
    return [one.decode() if isinstance(one, bytes) else one for one in given]


def weights_of(given):
    return [] if given is None else [float(one) for one in given]
