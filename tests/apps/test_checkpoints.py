from __future__ import annotations

import pytest

from compliance.domain.errors import DamagedError
from compliance.domain.tlog.checkpoint import open_checkpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.merkle import verify_inclusion
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.ledger.models import Checkpoint, Entry
from compliance.ledger.selectors import checkpoint_note, included
from compliance.ledger.services import checkpoint_sign, entries_sequence
from compliance.ledger.signer import ForkError, Head, LogSigner
from tests.apps.test_ledger import record
from tests.cast import Cast
from tests.conftest import ORIGIN
from tests.tampering import tamper


def grow(cast: Cast, signer: LogSigner, count: int) -> Checkpoint | None:
    record(cast, count)
    entries_sequence()
    return checkpoint_sign(signer=signer)


def test_a_checkpoint_is_signed_by_both_keys_and_proves_its_entries(
    cast: Cast, signer: LogSigner
) -> None:
    checkpoint = grow(cast, signer, 5)
    assert checkpoint
    assert checkpoint_sign(signer=signer) is None
    for vkey in signer.verifier_keys:
        note = checkpoint_note(checkpoint=checkpoint).encode()
        opened = open_checkpoint(note, origin=ORIGIN, verifiers=verifiers([parse_vkey(vkey)]))
        assert (opened.checkpoint.size, opened.checkpoint.root) == (5, bytes(checkpoint.root))
    found = included(entry=Entry.objects.get(index=3))
    verify_inclusion(
        index=3,
        size=5,
        leaf=bytes(found.entry.leaf_hash),
        proof=found.proof,
        root=bytes(checkpoint.root),
    )


def test_an_entry_changed_before_it_was_signed_is_never_signed(
    cast: Cast, signer: LogSigner
) -> None:
    grow(cast, signer, 3)
    record(cast, 3)
    entries_sequence()
    tamper("ledger_entry", "UPDATE ledger_entry SET body = body || 'x' WHERE index = 4")
    with pytest.raises(DamagedError, match="from 3 on"):
        checkpoint_sign(signer=signer)


def test_a_leaf_changed_after_it_was_signed_stops_the_log(cast: Cast, signer: LogSigner) -> None:
    grow(cast, signer, 3)
    tamper(
        "ledger_entry", r"UPDATE ledger_entry SET leaf_hash = '\x" + "00" * 32 + "' WHERE index = 1"
    )
    with pytest.raises(DamagedError, match="before 3"):
        grow(cast, signer, 1)


def test_an_older_database_is_not_signed(cast: Cast, signer: LogSigner) -> None:
    grow(cast, signer, 3)
    with pytest.raises(ForkError, match="older than"):
        signer.sign(Head(size=2, root=b"r" * 32), lambda old: [])


def test_the_same_size_is_not_signed_with_another_root(cast: Cast, signer: LogSigner) -> None:
    checkpoint = grow(cast, signer, 3)
    assert checkpoint
    with pytest.raises(ForkError, match="does not extend"):
        signer.sign(Head(size=3, root=b"r" * 32), lambda old: [])
    again = signer.sign(Head(size=3, root=bytes(checkpoint.root)), lambda old: [])
    assert again.checkpoint.root == bytes(checkpoint.root)


def test_a_larger_log_that_is_another_is_not_signed(cast: Cast, signer: LogSigner) -> None:
    grow(cast, signer, 3)
    with pytest.raises(ForkError, match="does not extend"):
        signer.sign(Head(size=4, root=b"r" * 32), lambda old: [b"p" * 32] * 3)


def test_a_damaged_memory_stops_the_signer(cast: Cast, signer: LogSigner) -> None:
    grow(cast, signer, 1)
    signer.memory.write_text("{")
    with pytest.raises(ForkError, match="damaged"):
        grow(cast, signer, 1)


def test_a_head_remembered_and_not_recorded_is_signed_again(cast: Cast, signer: LogSigner) -> None:
    """A process that dies between memory and database has signed nothing that anybody saw."""
    record(cast, 2)
    entries_sequence()
    checkpoint = checkpoint_sign(signer=signer)
    assert checkpoint
    remembered = signer.last()
    assert remembered == Head(2, bytes(checkpoint.root))
    tamper("ledger_checkpoint", "DELETE FROM ledger_checkpoint")
    assert checkpoint_sign(signer=signer)
