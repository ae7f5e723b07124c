"""The ledger through the API and as static files: what a verifier outside fetches and checks."""

from __future__ import annotations

import pytest
from django.test import Client

from compliance.domain.commitments import Opening, disclosed
from compliance.domain.entries import Entry as LoggedEntry
from compliance.domain.tlog.checkpoint import open_checkpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.merkle import (
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.tiles import TileReader, decode_entries
from compliance.domain.tlog.tlog_proof import parse_proof
from compliance.domain.verify.rules import verify
from compliance.domain.verify.trust import trust_read
from compliance.events.models import Event
from compliance.ledger.models import Checkpoint, Entry
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import log_setup_record, policy_read
from compliance.ledger.signer import LogSigner
from tests.api.conftest import Call, Record
from tests.cast import Cast
from tests.conftest import ORIGIN


@pytest.fixture
def logged(record: Record, signer: LogSigner) -> Record:
    """The record, in the log and signed."""
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    hand_on(signer)
    return record


def test_the_log_is_there_for_everybody_as_static_files(
    logged: Record, client: Client, signer: LogSigner
) -> None:
    note = client.get("/log/checkpoint").content
    keys = [parse_vkey(vkey) for vkey in signer.verifier_keys]
    head = open_checkpoint(note, origin=ORIGIN, verifiers=verifiers(keys)).checkpoint
    assert head.size == Entry.objects.count()

    def fetch(path: str) -> bytes | None:
        answer = client.get(f"/log/{path}")
        return answer.content if answer.status_code == 200 else None

    bundle = fetch(f"tile/entries/000.p/{head.size}")
    assert bundle
    entries = decode_entries(bundle, width=head.size)
    proof = inclusion_proof(2, head.size, TileReader(head.size, fetch))
    leaf = leaf_hash(entries[2])
    verify_inclusion(index=2, size=head.size, leaf=leaf, proof=proof, root=head.root)
    assert client.get("/log/policy").content.decode().endswith("quorum none\n")
    assert client.get("/log/tile/0/999").status_code == 404
    assert client.post("/log/checkpoint").status_code == 405


def test_nothing_that_somebody_chose_is_in_the_public_log(logged: Record, client: Client) -> None:
    size = Entry.objects.count()
    public = client.get(f"/log/tile/entries/000.p/{size}").content
    for chosen in (b"assistant", b"officer", b"engineer", b"northwind", b"safety.refusal"):
        assert chosen not in public


def test_a_viewer_opens_and_proves_an_entry(
    cast: Cast, call: Call, logged: Record, signer: LogSigner
) -> None:
    client = call(cast.regulator)
    rows = client.get("/api/v1/ledger/entries?type=verdict.violating").json()["rows"]
    found = client.get(f"/api/v1/ledger/entries/{rows[0]['index']}").json()
    body = found["body"].encode()
    shown, redacted = disclosed(
        LoggedEntry.from_bytes(body).commitments, map(Opening.from_json, found["openings"])
    )
    assert (shown["verdict"], redacted) == ("violating", ())
    proof = parse_proof(found["proof"].encode())
    head = proof.checkpoint.checkpoint
    verify_inclusion(
        index=proof.index,
        size=head.size,
        leaf=leaf_hash(body),
        proof=proof.hashes,
        root=head.root,
    )


def test_an_entry_of_somebody_elses_record_is_not_shown(
    cast: Cast, call: Call, logged: Record
) -> None:
    client = call(cast.outsider)
    rows = client.get("/api/v1/ledger/entries").json()["rows"]
    assert {row["type"] for row in rows} == {"log.configured"}
    other = Entry.objects.exclude(organization=None).first()
    assert other
    assert client.get(f"/api/v1/ledger/entries/{other.index}").status_code == 404


def test_a_later_log_is_shown_to_extend_an_earlier_one(
    cast: Cast, call: Call, logged: Record, signer: LogSigner
) -> None:
    old = Checkpoint.objects.get()
    cast.viewer(cast.officer)
    call(cast.officer).post(
        "/api/v1/models",
        {"organization": "northwind", "slug": "other", "name": "Other"},
        format="json",
    )
    hand_on(signer)
    new = Checkpoint.objects.latest("size")
    assert new.size > old.size
    client = call(cast.regulator)
    answer = client.get(f"/api/v1/ledger/consistency?old={old.size}&new={new.size}").json()
    verify_consistency(
        old=old.size,
        new=new.size,
        proof=[bytes.fromhex(one) for one in answer["proof"]],
        old_root=bytes(old.root),
        new_root=bytes(new.root),
    )
    swapped = client.get(f"/api/v1/ledger/consistency?old={new.size}&new={old.size}")
    assert (swapped.status_code, swapped.json()["errors"][0]["field"]) == (422, "old")


def test_the_state_of_the_log_names_keys_and_quorum(
    cast: Cast, call: Call, logged: Record, signer: LogSigner
) -> None:
    state = call(cast.outsider).get("/api/v1/ledger").json()
    assert (state["origin"], state["verifier_keys"]) == (ORIGIN, signer.verifier_keys)
    assert (state["quorum"], state["witnesses"]) == (True, [])


def test_a_log_that_was_never_signed_says_so(cast: Cast, call: Call, record: Record) -> None:
    answer = call(cast.officer).get("/api/v1/ledger")
    assert (answer.status_code, "sequencer" in answer.json()["detail"]) == (404, True)


def test_a_result_comes_as_a_bundle_that_holds_up_to_its_items(
    cast: Cast, call: Call, logged: Record, signer: LogSigner
) -> None:
    answer = call(cast.officer).get(f"/api/v1/results/{logged.violating.id}/bundle")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    steps = list(verify(answer.content, trust_read(None, logs=signer.verifier_keys)))
    told = {step.rule.value: step.outcome.value for step in steps}
    assert [told[rule] for rule in ("signature", "entry", "inclusion", "checkpoint")] == [
        "holds"
    ] * 4
    told = Event.objects.get(type="evidence.read")
    assert (told.actor, told.payload["what"]) == (cast.officer, "bundle")


def test_a_regulator_who_takes_a_bundle_is_told_of_to_the_provider(
    cast: Cast, call: Call, logged: Record, signer: LogSigner
) -> None:
    call(cast.regulator).get(f"/api/v1/results/{logged.violating.id}/bundle")
    hand_on(signer)
    rows = call(cast.officer).get("/api/v1/ledger/entries?type=evidence.read").json()["rows"]
    assert [row["subject"] for row in rows] == [f"result/{logged.violating.id}"]
    assert (
        call(cast.outsider).get(f"/api/v1/results/{logged.violating.id}/bundle").json()["status"]
        == 404
    )


def test_a_result_that_is_not_in_the_log_yet_says_so(
    cast: Cast, call: Call, record: Record
) -> None:
    answer = call(cast.officer).get(f"/api/v1/results/{record.violating.id}/bundle")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "sequencer" in answer.json()["detail"]
