"""Signing the head of the log, after reading again what it vouches for."""

from __future__ import annotations

from django.db import transaction

from compliance.domain.errors import DamagedError
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.merkle import leaf_hash
from compliance.ledger.models import Checkpoint, Entry, Log
from compliance.ledger.selectors import checkpoint_latest, consistency_between, hash_reader
from compliance.ledger.services.sequencing import log_lock
from compliance.ledger.signer import Head, LogSigner


@transaction.atomic
def log_age_check(*, signer: LogSigner) -> None:
    """Refuse a record that is older than its own log, before anything is added to it.

    Under the log's lock: else another sequencer may append and sign between the looks at the one
    and at the other.

    Raises:
        ForkError: it is older.
    """
    signer.check_not_older(log_lock().size)


@transaction.atomic
def checkpoint_sign(*, signer: LogSigner) -> Checkpoint | None:
    """Sign the head of the log; None where the newest checkpoint is of that head already.

    The entries since the last checkpoint are hashed again from their stored bytes first: a bit
    that flipped on the way to the disk ended whole logs before.

    Raises:
        DamagedError: the entries do not hash to the head.
        ForkError: the head does not extend what was signed before.
    """
    log = log_lock()
    signer.check_not_older(log.size)
    last = checkpoint_latest()
    if log.size == (last.size if last else 0):
        return None
    _rehash(log, last)
    head = Head(log.size, CompactRange.from_bytes(bytes(log.edge)).root)
    signed = signer.sign(head, lambda old: consistency_between(old=old, new=head.size))
    return Checkpoint.objects.create(
        size=head.size, root=head.root, note=signed.encode().decode("utf-8")
    )


def _rehash(log: Log, last: Checkpoint | None) -> None:
    """Check that the log's edge is what the stored entries hash to, from the last checkpoint on."""
    first = last.size if last else 0
    edge = CompactRange.read(first, hash_reader(first))
    if last and edge.root != bytes(last.root):
        raise DamagedError(f"entries before {first} no longer hash to the root that was signed")
    bodies = Entry.objects.filter(index__gte=first).order_by("index")
    edge.extend(
        leaf_hash(bytes(body))
        for body in bodies.values_list("body", flat=True).iterator(chunk_size=2_000)
    )
    if edge.to_bytes() != bytes(log.edge):
        raise DamagedError(f"entries from {first} on do not hash to the head of the log")
