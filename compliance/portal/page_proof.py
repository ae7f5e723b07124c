"""The file that proves a page: its entries, opened, with their proofs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.verify.page_proof import ProvedEntry, page_proof_build
from compliance.ledger.selectors import included_together, openings_of

if TYPE_CHECKING:
    from compliance.ledger.models import Entry


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
