"""Writes on the ledger: sequencing, signing, witnessing, evidence."""

from compliance.ledger.services.checkpoints import checkpoint_sign, log_age_check
from compliance.ledger.services.erasing import evidence_erase, evidence_remove
from compliance.ledger.services.evidence import (
    attestation_get,
    evidence_move,
    evidence_read,
    evidence_record,
    evidence_record_each,
)
from compliance.ledger.services.fsck import events_check, evidence_check, log_check
from compliance.ledger.services.halting import log_halt_record
from compliance.ledger.services.reading import entry_take
from compliance.ledger.services.rechecking import (
    checkpoint_recheck,
    evidence_recheck,
    own_trust,
)
from compliance.ledger.services.rights import database_rights_give, triggers_check
from compliance.ledger.services.sequencing import entries_sequence
from compliance.ledger.services.setup import log_setup_record, policy_read
from compliance.ledger.services.timestamping import checkpoint_stamp
from compliance.ledger.services.witnessing import witness_ask, witnesses_ask, witnesses_of

__all__ = [
    "attestation_get",
    "checkpoint_recheck",
    "checkpoint_sign",
    "checkpoint_stamp",
    "database_rights_give",
    "entries_sequence",
    "entry_take",
    "events_check",
    "evidence_check",
    "evidence_erase",
    "evidence_move",
    "evidence_read",
    "evidence_recheck",
    "evidence_record",
    "evidence_record_each",
    "evidence_remove",
    "log_age_check",
    "log_check",
    "log_halt_record",
    "log_setup_record",
    "own_trust",
    "policy_read",
    "triggers_check",
    "witness_ask",
    "witnesses_ask",
    "witnesses_of",
]
