"""One file of sealed weights, checked by whoever was shown it.

1. ``sealing``. The opening's leaf, computed here, leads by its proof to the root that the verifier
   brought: the version's weights digest, to which its entry in the log commits. A root that comes
   with the opening would prove nothing.
2. ``file``. The file in hand has the size and digest that were sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from compliance.domain.sealing import File, FileOpening
from compliance.domain.verify.rules import BrokenError, NotCheckedError, Step, applied


class SealedRule(StrEnum):
    """The rules above, by name."""

    SEALING = "sealing"
    FILE = "file"


def sealed_file_verify(data: bytes, root: str, found: tuple[int, str] | None) -> Iterator[Step]:
    """Check an opening; the last step is the first that is broken, if one is.

    Args:
        root: lowercase hex, from the record.
        found: size in bytes and lowercase hex SHA-256 of the file in hand, if one is.
    """
    shown: list[File] = []

    def sealing() -> str:
        opening = FileOpening.from_bytes(data)
        file = opening.shown(root)
        shown.append(file)
        return f"'{file.path}' is one of the {opening.size:,} files that {root[:12]} commits to"

    def file() -> str:
        said = shown[0]
        if found is None:
            raise NotCheckedError(f"give it by --weights: {said.sha256} was sealed")
        if found != (said.size_bytes, said.sha256):
            raise BrokenError(f"the file in hand is another: {found[0]:,} bytes, {found[1]}")
        return f"its {found[0]:,} bytes are those that were sealed ({found[1]})"

    rules: list[tuple[StrEnum, Callable[[], str]]] = [
        (SealedRule.SEALING, sealing),
        (SealedRule.FILE, file),
    ]
    return applied(rules)
