"""A file of sealed weights as ``assay-verify`` gets it: its opening, the file, the root."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from compliance.domain.sealing import PREFIX, SealingError, sealing_root
from compliance.domain.tlog.errors import FormatError
from compliance.domain.verify.rules import Step
from compliance.domain.verify.sealed_file import sealed_file_verify
from compliance.domain.weights import sha256_of


def sealed_file_steps(data: bytes, *, sealing: str | None, weights: Path | None) -> Iterable[Step]:
    """The rules of one opened file.

    Args:
        sealing: the root, bare or as it is registered.

    Raises:
        FormatError: no root is given, or none that can be read.
        OSError: the file cannot be read.
    """
    if sealing is None:
        raise FormatError(
            "say by --sealing what the file must belong to: the version's weights digest, to which "
            "the log's entry of its registration commits"
        )
    try:
        root = sealing_root(PREFIX + sealing.removeprefix(PREFIX))
    except SealingError as error:
        raise FormatError(f"--sealing: {error}") from error
    return sealed_file_verify(data, root, None if weights is None else _found(weights))


def _found(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, sha256_of(file)
