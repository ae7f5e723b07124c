"""Go and Node judge the log as it is served: as it stands, and changed in every way we think of."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.test import Client

from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.domain.tlog.merkle import (
    inclusion_proof,
    leaf_hash,
)
from compliance.domain.tlog.note_keys import SignatureType, parse_vkey
from compliance.domain.tlog.tiles import TileReader, decode_entries
from compliance.domain.tlog.tlog_proof import parse_proof
from compliance.domain.verify.archive import read_archive
from compliance.ledger.models import Entry
from compliance.ledger.signer import LogSigner
from compliance.witness.home import home_open
from tests.api.conftest import Call, Record
from tests.cast import Cast
from tests.domain.tlog.test_oracle import continues, includes
from tests.logged import log_whole
from tests.oracles import Oracle, encoded, flipped, go_oracle, mutated, node_oracle

ROUNDS = 400
KNOWN_TO_GO = (SignatureType.ED25519, SignatureType.COSIGNATURE_ED25519)


@dataclass(frozen=True)
class Served:
    """What anybody fetched of the log at two moments.

    Attributes:
        notes: both checkpoints, as they were served with their cosignatures.
        vkeys: the Ed25519 keys of log and witness.
    """

    notes: tuple[bytes, bytes]
    vkeys: list[str]
    entries: list[bytes]
    fetch: Callable[[str], bytes | None]

    def head(self, which: int = 1) -> Any:
        return parse_checkpoint(self.notes[which]).checkpoint


@pytest.fixture
def served(
    record: Record, client: Client, cast: Cast, call: Call, signer: LogSigner, tmp_path: Path
) -> Served:
    def fetch(path: str) -> bytes | None:
        answer = client.get(f"/log/{path}")
        return answer.content if answer.status_code == 200 else None

    def grown() -> bytes:
        log_whole(signer, tmp_path / "witness")
        note = fetch("checkpoint")
        assert note
        return note

    first = grown()
    model = {"organization": "northwind", "slug": "other", "name": "Other"}
    assert call(cast.officer).post("/api/v1/models", model, format="json").status_code == 201
    notes = first, grown()
    home = home_open(tmp_path / "witness")
    keys = [*map(parse_vkey, signer.verifier_keys), *(one.key for one in home.keys)]
    home.state.close()
    size = parse_checkpoint(notes[1]).checkpoint.size
    bundle = fetch(f"tile/entries/000.p/{size}")
    assert bundle
    known = [str(key) for key in keys if key.kind in KNOWN_TO_GO]
    return Served(notes, known, decode_entries(bundle, width=size), fetch)


@pytest.fixture(params=[go_oracle, node_oracle], ids=["go", "node"])
def oracle(request: pytest.FixtureRequest) -> Oracle:
    found: Oracle = request.param()
    return found


@pytest.fixture
def random() -> Random:
    return Random(9162)  # noqa: S311


def judged_alike(
    oracle: Oracle, random: Random, sound: dict[str, Any], ours: Callable[[dict[str, Any]], bool]
) -> None:
    """The sound one is accepted; of changed ones exactly those that we accept."""
    asked = [sound, *(mutated(random, sound) for _ in range(ROUNDS))]
    theirs = [bool(one["OK"]) for one in oracle.ask(asked)]
    assert theirs == [ours(one) for one in asked]
    assert theirs[0]
    assert not all(theirs)


def test_the_checkpoint_is_signed_and_cosigned_for_them_too(oracle: Oracle, served: Served) -> None:
    asked = [{"Op": "note", "Note": note, "Vkeys": served.vkeys} for note in served.notes]
    for which, answer in enumerate(oracle.ask(asked)):
        assert answer["OK"], answer
        assert len(answer["Signers"]) == 2
        head = served.head(which)
        assert (answer["Size"], answer["Hash"]) == (head.size, encoded(head.root))


def test_no_bit_of_its_text_can_change(oracle: Oracle, served: Served) -> None:
    note = served.notes[1]
    bits = range(8 * note.index(b"\n\n"))
    changed = [
        note[: bit // 8] + bytes([note[bit // 8] ^ 1 << bit % 8]) + note[bit // 8 + 1 :]
        for bit in bits
    ]
    asked = [{"Op": "note", "Note": one, "Vkeys": served.vkeys} for one in changed]
    assert not any(answer["OK"] for answer in oracle.ask(asked))


def test_an_entry_is_in_the_log_by_the_proof_that_the_api_gives(
    oracle: Oracle, served: Served, random: Random, cast: Cast, call: Call
) -> None:
    entry = Entry.objects.filter(event__type="verdict.violating").get()
    shown = call(cast.officer).get(f"/api/v1/ledger/entries/{entry.index}").json()
    proof = parse_proof(shown["proof"].encode())
    head = proof.checkpoint.checkpoint
    sound = {
        "Op": "inclusion",
        "Index": proof.index,
        "Size": head.size,
        "Leaf": leaf_hash(served.entries[entry.index]),
        "Root": head.root,
        "Proof": list(proof.hashes),
    }
    judged_alike(oracle, random, sound, includes)


def test_the_later_log_extends_the_earlier_by_the_proof_that_the_api_gives(
    oracle: Oracle, served: Served, random: Random, cast: Cast, call: Call
) -> None:
    old, new = served.head(0), served.head(1)
    path = f"/api/v1/ledger/consistency?old={old.size}&new={new.size}"
    answer = call(cast.officer).get(path).json()
    sound = {
        "Op": "consistency",
        "Old": old.size,
        "Size": new.size,
        "OldRoot": old.root,
        "Root": new.root,
        "Proof": [bytes.fromhex(one) for one in answer["proof"]],
    }
    judged_alike(oracle, random, sound, continues)


def test_go_proves_every_entry_from_the_tiles_that_are_served(served: Served) -> None:
    head = served.head()
    path = f"tile/0/000.p/{head.size}"
    tiles = {path: encoded(served.fetch(path) or b"")}
    asked = [
        {"Op": "tiles", "Size": head.size, "Root": head.root, "Index": index, "Old": index + 1}
        | {"Tiles": tiles}
        for index in range(head.size)
    ]
    reader = TileReader(head.size, served.fetch)
    for index, answer in enumerate(go_oracle().ask(asked)):
        assert answer["OK"], answer
        hashes = [base64.b64decode(one) for one in answer["Included"]]
        assert hashes == inclusion_proof(index, head.size, reader)


def test_node_verifies_the_attestation_in_a_bundle(
    served: Served, record: Record, random: Random, cast: Cast, call: Call
) -> None:
    bundle = call(cast.officer).get(f"/api/v1/results/{record.violating.id}/bundle").content
    envelope = read_archive(bundle)["attestation.dsse.json"]
    payload = envelope.index(b'"payload":"') + len(b'"payload":"')
    end = envelope.index(b'"', payload)
    changed = []
    for _ in range(ROUNDS):
        at = random.randrange(payload, end - 2)
        changed.append(envelope[:at] + flipped(random, envelope[at : at + 1]) + envelope[at + 1 :])
    key = next(one for one in served.vkeys if parse_vkey(one).kind is SignatureType.ED25519)
    asked = [{"Op": "dsse", "Envelope": one, "Vkeys": [key]} for one in (envelope, *changed)]
    sound, *others = node_oracle().ask(asked)
    assert sound["OK"], sound
    assert not any(answer["OK"] for answer in others)
