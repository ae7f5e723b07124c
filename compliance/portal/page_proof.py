"""The file that proves a page: its entries, opened, with their proofs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.verify.page_proof import ProvedEntry, page_proof_build
from compliance.ledger.selectors import included_together, openings_of

if TYPE_CHECKING:
    from compliance.ledger.models import Checkpoint, Entry


@dataclass(frozen=True, slots=True)
class ShownProof:
    """An entry with the hashes that lead from it to a checkpoint's root, as people compare them.

    Attributes:
        checkpoint: None where none covers the entry yet; there are no hashes then.
        hashes: in hex, in the order in which they are combined with the leaf's.
    """

    entry: Entry
    checkpoint: Checkpoint | None
    hashes: tuple[str, ...]

    @property
    def leaf(self) -> str:
        return bytes(self.entry.leaf_hash).hex()

    @property
    def root(self) -> str:
        return bytes(self.checkpoint.root).hex() if self.checkpoint else ""


def proofs_shown(*, entries: Collection[Entry]) -> list[ShownProof]:
    """The proofs of entries that the viewer may read, by index, for a page to show."""
    found = {one.entry.index: one for one in included_together(entries=entries)}
    return [
        ShownProof(
            entry=entry,
            checkpoint=found[entry.index].checkpoint if entry.index in found else None,
            hashes=tuple(one.hex() for one in found[entry.index].proof)
            if entry.index in found
            else (),
        )
        for entry in sorted(entries, key=lambda one: one.index)
    ]


def proof_of(*, entries: Collection[Entry], about: str) -> bytes:
    """The proof of entries that the viewer may read, by index; see ``assay-verify``."""
    found = included_together(entries=entries)
    proved = [
        ProvedEntry(
            entry=bytes(one.entry.body),
            openings=tuple(openings_of(one.entry)),
            proof=TlogProof(one.entry.index, tuple(one.proof), signed),
        )
        for signed in [one.tlog_proof.checkpoint for one in found[:1]]
        for one in found
    ]
    return page_proof_build(about=about, entries=proved)
