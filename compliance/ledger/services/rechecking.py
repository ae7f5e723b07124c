"""Holding one piece of evidence, or one checkpoint, against what is stored, as fsck does of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from compliance.domain.errors import NotFoundError
from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.merkle import verify_consistency
from compliance.domain.tlog.witness_policy import Standing, standing
from compliance.domain.verify.rules import (
    BrokenError,
    NotCheckedError,
    Step,
    applied,
    log_named,
    witnesses_named,
)
from compliance.domain.verify.trust import Trust, trust_read
from compliance.ledger.models import Checkpoint, Evidence, LogSetup
from compliance.ledger.selectors import (
    checkpoint_latest,
    checkpoint_note,
    consistency_between,
    hash_reader,
    setup_current,
)
from compliance.ledger.services.evidence import evidence_read


class RecordRule(StrEnum):
    """What is asked of one row of the log, by name."""

    DIGEST = "digest"
    ROOT = "root"
    SIGNATURE = "signature"
    WITNESSES = "witnesses"
    CONSISTENCY = "consistency"


def own_trust() -> Trust:
    """Trust in every key that this log was ever signed with, and in its witness policy of now.

    Raises:
        NotFoundError: the log was never set up.
    """
    setup = setup_current()
    if setup is None:
        raise NotFoundError("the log was never set up; the sequencer may not run")
    ever = LogSetup.objects.order_by("id").values_list("verifier_keys", flat=True)
    return trust_read(setup.policy.encode(), logs=[key for keys in ever for key in keys])


def evidence_recheck(*, evidence: Evidence) -> list[Step]:
    """Whether the store still holds the bytes that a digest names."""
    return list(applied([(RecordRule.DIGEST, lambda: _digest(evidence))]))


def _digest(evidence: Evidence) -> str:
    if evidence.data_key is None:
        raise NotCheckedError("it was erased: its key is gone, and its digest stands in the log")
    content = evidence_read(sha256=evidence.sha256)
    if len(content) != evidence.size_bytes:
        raise BrokenError(f"{len(content):,} bytes, and {evidence.size_bytes:,} were recorded")
    place = "the database, until it is moved" if evidence.content is not None else "the store"
    return f"{len(content):,} bytes in {place} hash to {evidence.sha256}"


def checkpoint_recheck(*, checkpoint: Checkpoint) -> list[Step]:
    """Whether a checkpoint is of the stored tree, signed, cosigned, and begins the newest one."""
    return list(applied(_Head(checkpoint).rules()))


class _Head:
    """Applies the rules to one checkpoint; what a rule accepted is kept."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._row = checkpoint
        self._signed = parse_checkpoint(checkpoint_note(checkpoint=checkpoint).encode())
        self._standing: Standing
        self._trust: Trust

    def rules(self) -> Iterator[tuple[RecordRule, Callable[[], str]]]:
        yield RecordRule.ROOT, self._root
        yield RecordRule.SIGNATURE, self._signature
        yield RecordRule.WITNESSES, self._witnesses
        yield RecordRule.CONSISTENCY, self._consistency

    def _root(self) -> str:
        size, said = self._row.size, self._signed.checkpoint
        stored = CompactRange.read(size, hash_reader(size)).root
        if (said.size, said.root) != (size, bytes(self._row.root)):
            raise BrokenError("the note says another size or root than the row")
        if stored != said.root:
            raise BrokenError(
                f"the stored tree of {size:,} entries has another root: {stored.hex()}"
            )
        return f"the stored tree of {size:,} entries has the root that it says, {stored.hex()}"

    def _signature(self) -> str:
        self._trust = own_trust()
        self._standing = standing(self._trust.policy, self._signed)
        return log_named(self._standing)

    def _witnesses(self) -> str:
        return witnesses_named(self._standing, self._trust.policy)

    def _consistency(self) -> str:
        newest, old = checkpoint_latest(), self._row
        if newest is None or newest.size == old.size:
            raise NotCheckedError("it is the newest: no later one begins with it yet")
        verify_consistency(
            old=old.size,
            new=newest.size,
            old_root=bytes(old.root),
            new_root=bytes(newest.root),
            proof=consistency_between(old=old.size, new=newest.size),
        )
        return f"the newest checkpoint, of {newest.size:,} entries, begins with it"
