"""The drill of docs/operations.md after a leak, with a witness: who is first, thief or operator."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from compliance.domain.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import sign_checkpoint
from compliance.domain.tlog.merkle import HashReader, leaf_hash
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.witness_client import request_from
from compliance.domain.tlog.witness_request import monitoring_path
from compliance.ledger.models import Checkpoint, Entry
from compliance.ledger.selectors import hash_reader
from compliance.ledger.signer import LogSigner, signer_open
from compliance.witness.home import Home, home_create, home_open
from compliance.witness.service import Witness
from tests.apps.test_log_keys import grow, identities, log_key
from tests.cast import Cast
from tests.conftest import ORIGIN
from tests.witness.logs import GrowingLog

SUCCESSOR = "log.example/successor"
Trusting = Callable[[Iterable[str]], Witness]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home_create(tmp_path / "witness", name="witness.example/w1", random=os.urandom)
    opened = home_open(tmp_path / "witness")
    yield opened
    opened.state.close()


@pytest.fixture
def trusting(home: Home) -> Trusting:
    """The witness, restarted on one state with a policy of these keys."""

    def start(vkeys: Iterable[str]) -> Witness:
        keys = [parse_vkey(one) for one in vkeys]
        logs = {one.name: keys for one in keys}
        return Witness(home.state, home.keys, logs=logs, clock=time.time, forks=home.forks)

    return start


def asked(witness: Witness, head: SignedCheckpoint, *, old: int, read: HashReader) -> int:
    return witness.add_checkpoint(request_from(head, old=old, read=read).encode()).status


def honestly(witness: Witness, checkpoint: Checkpoint | None, *, old: int) -> int:
    assert checkpoint
    head = parse_checkpoint(checkpoint.note.encode())
    return asked(witness, head, old=old, read=hash_reader(checkpoint.size))


def stolen(signer: LogSigner, *, entries: int) -> tuple[SignedCheckpoint, GrowingLog]:
    """The public entries and some that nobody recorded, signed by whoever has the key."""
    forged = GrowingLog("forged", ORIGIN)
    public = Entry.objects.order_by("index").values_list("leaf_hash", flat=True)
    made = [leaf_hash(b"forged %d" % number) for number in range(entries)]
    forged.append([*map(bytes, public), *made])
    return sign_checkpoint(forged.checkpoint, signer.signers, time=int(time.time())), forged


def leaked_key(cast: Cast, tmp_path: Path) -> tuple[list[str], LogSigner, Checkpoint]:
    """Public keys, what the thief holds, and the last head of before."""
    old = log_key(tmp_path / "key", "--origin", ORIGIN)
    before = grow(cast, signer_open(tmp_path / "key"))
    shutil.copy(tmp_path / "key", tmp_path / "leaked")
    assert before
    return old, signer_open(tmp_path / "leaked"), before


@pytest.mark.django_db
def test_a_thief_who_is_first_is_cosigned_and_the_log_goes_on_as_another(
    cast: Cast, tmp_path: Path, trusting: Trusting
) -> None:
    old, thief, before = leaked_key(cast, tmp_path)
    witness = trusting(old)
    assert honestly(witness, before, old=0) == 200
    head, forged = stolen(thief, entries=3)
    assert asked(witness, head, old=before.size, read=forged) == 200  # it continues what it saw
    assert honestly(witness, grow(cast, signer_open(tmp_path / "key")), old=before.size) == 409
    shown = parse_checkpoint(witness.latest(monitoring_path(ORIGIN)).body)
    assert shown.checkpoint == head.checkpoint  # the proof of the theft
    new = log_key(tmp_path / "successor", "--origin", SUCCESSOR)
    successor = grow(cast, signer_open(tmp_path / "successor"))
    assert honestly(trusting(new), successor, old=0) == 200
    assert successor
    assert successor.size == Entry.objects.count() > before.size  # every entry, from the first on


@pytest.mark.django_db
def test_a_thief_is_refused_once_witnesses_dropped_the_key(
    cast: Cast, tmp_path: Path, trusting: Trusting
) -> None:
    old, thief, before = leaked_key(cast, tmp_path)
    assert honestly(trusting(old), before, old=0) == 200
    new = log_key(tmp_path / "key", "--rotate")[2:]
    witness = trusting(new)
    head, forged = stolen(thief, entries=3)
    assert asked(witness, head, old=before.size, read=forged) == 403
    together = grow(cast, signer_open(tmp_path / "key"))
    assert honestly(witness, together, old=before.size) == 200
    for key_id in identities(old):
        log_key(tmp_path / "key", "--retire", key_id)
    assert together
    assert honestly(witness, grow(cast, signer_open(tmp_path / "key")), old=together.size) == 200
