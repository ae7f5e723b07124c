"""The public files that stress tests may read: a closed list with addresses and digests.

``registry.json`` holds the facts; the files' contents are never part of Assay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.canonical import digest
from compliance.domain.errors import InvalidInputError

REGISTRY = Path(__file__).with_name("registry.json")


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file as its origin serves it.

    Attributes:
        name: its name in the data set's folder.
        size: bytes.
        sha256: lowercase hex digest of its bytes.
    """

    name: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A public data set at one commit.

    Attributes:
        name: what terminal, folder and docs call it.
        commit: of its origin, 40 hex digits.
    """

    name: str
    title: str
    homepage: str
    commit: str
    licence: str
    files: tuple[DataFile, ...]

    @property
    def digest(self) -> str:
        """Lowercase hex SHA-256 over the names and digests of its files."""
        return digest({file.name: file.sha256 for file in self.files})

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    def file(self, name: str) -> DataFile:
        """The file of that name.

        Raises:
            KeyError: the data set has none.
        """
        return {file.name: file for file in self.files}[name]


def _read() -> dict[str, Dataset]:
    sets = (
        Dataset(**{**one, "files": tuple(DataFile(**file) for file in one["files"])})
        for one in json.loads(REGISTRY.read_text(encoding="utf-8"))
    )
    return {one.name: one for one in sets}


DATASETS: Mapping[str, Dataset] = _read()


def dataset(name: str) -> Dataset:
    """The data set of that name.

    Raises:
        InvalidInputError: there is none; the message names those there are.
    """
    if name not in DATASETS:
        raise InvalidInputError(
            field="dataset",
            problem=f"there is no data set '{name}'",
            fix=f"Choose from: {', '.join(DATASETS)}",
        )
    return DATASETS[name]
