"""Writes on the ledger: sequencing, signing, witnessing, evidence."""

from compliance.ledger.services.checkpoints import checkpoint_sign
from compliance.ledger.services.evidence import evidence_move, evidence_read, evidence_record
from compliance.ledger.services.rights import database_rights_give
from compliance.ledger.services.sequencing import entries_sequence

__all__ = [
    "checkpoint_sign",
    "database_rights_give",
    "entries_sequence",
    "evidence_move",
    "evidence_read",
    "evidence_record",
]
