"""The log's own files as ``assay-verify`` gets them: an entry's proof, or a copy in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from compliance.domain.tlog.tiles import MAX_ENTRY_BYTES, TILE_WIDTH, FetchTile
from compliance.domain.verify.log_files import copy_verify, log_proof_verify
from compliance.domain.verify.rules import Step
from compliance.domain.verify.trust import Trust

MAX_FILE_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
"""No file of a log is larger than a bundle of the largest entries."""


def proof_steps(data: bytes, trust: Trust, *, entry: Path | None) -> Iterable[Step]:
    """The rules of an entry's proof.

    Raises:
        OSError: the entry's file cannot be read.
    """
    body = b"" if entry is None else _content(entry)
    return log_proof_verify(data, trust, entry=body)


def copy_steps(folder: Path, trust: Trust, *, earlier: Path | None) -> Iterable[Step]:
    """The rules of a copy of the log.

    Raises:
        OSError: the earlier checkpoint's file cannot be read.
    """
    kept = b"" if earlier is None else _content(earlier)
    return copy_verify(_reader(folder), trust, earlier=kept)


def _reader(folder: Path) -> FetchTile:
    def fetch(path: str) -> bytes | None:
        file = folder / path
        return _content(file) if file.is_file() else None

    return fetch


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)
