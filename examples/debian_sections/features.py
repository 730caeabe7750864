"""Turns the text of `apt-cache dumpavail` into a tf-idf matrix with a row for each package."""

import re
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp


class Package(NamedTuple):
    name: str
    section: str  # without its area: games for contrib/games
    description: str  # its first line
    depends: list[str]
    tags: list[str]


# The fields that are read, with their continuation lines, which start with a space.
FIELD = re.compile(r"^(Package|Section|Description|Description-en|Depends|Tag):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)


def parse(text: str) -> list[Package]:
    """The packages that have a section; each name occurs once."""
    packages = {}
    for stanza in text.split("\n\n"):
        field = dict(FIELD.findall(stanza))
        if "Package" not in field or "Section" not in field:
            continue
        description = field.get("Description-en") or field.get("Description", "")
        depends = [
            re.split(r"[\s(:]", one.strip(), maxsplit=1)[0] for one in re.split("[,|]", field.get("Depends", ""))
        ]
        packages.setdefault(
            field["Package"],
            Package(
                name=field["Package"],
                section=field["Section"].rpartition("/")[2],
                description=description.partition("\n")[0],
                depends=[one for one in depends if one],
                tags=[one.strip() for one in field.get("Tag", "").split(",") if one.strip()],
            ),
        )
    return list(packages.values())


def words(package: Package) -> list[str]:
    """The words that describe a package, each once; a prefix tells which field a word is from."""
    # Version numbers in names are not informative, so libfoo3-dev becomes libfoo, dev.
    parts = [part for part in re.split(r"[-._+0-9]+", package.name) if part]
    found = ["n:" + part for part in parts]
    if parts:
        found += ["first:" + parts[0][:3], "last:" + parts[-1]]
        if parts[0].startswith("lib") and len(parts[0]) > 3:
            found.append("n:" + parts[0][3:])
    found += ["w:" + word for word in re.findall(r"[a-z0-9]+", package.description.lower())]
    found += ["d:" + name for name in package.depends]
    found += ["t:" + tag for tag in package.tags]
    return list(dict.fromkeys(found))  # Not a set: its order, and so the columns, would differ from run to run.


def is_test(package: Package) -> bool:
    """One package in ten, by a hash of its name: the same ones on every machine and in every release."""
    return zlib.crc32(package.name.encode()) % 10 == 0


class TfIdf:
    """Tf-idf rows of unit length: the fewer packages in `fit` have a word, the larger its weight. Other words are left
    out."""

    def fit(self, documents: Iterable[list[str]]) -> "TfIdf":
        self.columns: dict[str, int] = {}
        counts: list[int] = []
        rows = 0
        for rows, document in enumerate(documents, 1):
            for word in document:
                column = self.columns.setdefault(word, len(counts))
                if column == len(counts):
                    counts.append(0)
                counts[column] += 1
        self.idf = (1 + np.log((1 + rows) / (1 + np.array(counts)))).astype(np.float32)
        return self

    def transform(self, documents: Iterable[list[str]]) -> sp.csr_matrix:
        indices: list[int] = []
        indptr = [0]
        for document in documents:
            # Sorted once here; otherwise the library would sort every batch.
            indices += sorted(self.columns[word] for word in document if word in self.columns)
            indptr.append(len(indices))
        x = sp.csr_matrix(
            (self.idf[indices], np.array(indices, np.int32), np.array(indptr, np.int32)),
            shape=(len(indptr) - 1, len(self.columns)),
        )
        length = np.sqrt(x.multiply(x).sum(axis=1)).A1
        x.data /= np.repeat(np.maximum(length, 1e-12), np.diff(x.indptr)).astype(np.float32)
        return x
