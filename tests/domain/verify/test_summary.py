"""A verification summary is read back to the byte, and only trusted keys' words count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from compliance.domain.attestation import PAYLOAD_TYPE, Summary, summary_statement
from compliance.domain.canonical import canonical_json
from compliance.domain.dsse import signed
from compliance.domain.statements import StatementError
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType, parse_private_key
from compliance.domain.tlog.witness_policy import NONE, Log, Policy
from compliance.domain.verify.rules import Outcome, Rule, Step
from compliance.domain.verify.summary import parse_summary_statement, summary_verify
from compliance.domain.verify.summary_file import SummaryFile, summary_build, summary_read
from compliance.domain.verify.trust import Trust
from tests.domain.verify.bundles import SmallLog
from tests.domain.verify.summaries import FAILED, MET, SUBJECTS, summary_in


def signer(seed: bytes) -> Any:
    return parse_private_key(PrivateKey("log.example/a", SignatureType.ED25519, seed * 32).encode())


OURS, STRANGER = signer(b"1"), signer(b"2")
TRUST = Trust(Policy((Log(OURS.key),), (), (), NONE), (OURS.key,))


def envelope(statement: bytes, by: Any = OURS, payload_type: str = PAYLOAD_TYPE) -> bytes:
    return signed(payload_type, statement, [by]).encode()


def verified(data: bytes) -> list[Step]:
    return list(summary_verify(data, TRUST))


@pytest.mark.parametrize("summary", [MET, FAILED])
def test_a_summary_comes_back_from_its_statement(summary: Summary) -> None:
    assert parse_summary_statement(summary_statement(SUBJECTS, summary)) == (SUBJECTS, summary)


def test_a_failed_one_has_the_level_failed() -> None:
    predicate = json.loads(summary_statement(SUBJECTS, FAILED))["predicate"]
    assert predicate["verifiedLevels"] == ["FAILED"]


def test_what_is_signed_by_a_trusted_key_is_told_whole() -> None:
    steps = verified(envelope(summary_statement(SUBJECTS, MET)))
    assert [(one.rule.value, one.outcome) for one in steps] == [
        ("archive", Outcome.HOLDS),
        ("signature", Outcome.HOLDS),
        ("statement", Outcome.HOLDS),
        ("entry", Outcome.NOT_CHECKED),
    ]
    for part in ("PASSED", "a" * 64, "house-baseline@1", "b" * 64, MET.time, "2 attested results"):
        assert part in steps[2].text


def test_a_strangers_signature_and_another_type_are_refused() -> None:
    statement = summary_statement(SUBJECTS, MET)
    for data in (envelope(statement, by=STRANGER), envelope(statement, payload_type="text/plain")):
        last = verified(data)[-1]
        assert (last.rule.value, last.outcome) == ("signature", Outcome.BROKEN)


def changed(**changes: Any) -> bytes:
    value = json.loads(summary_statement(SUBJECTS, MET))
    for name, content in changes.items():
        if name in value["predicate"]:
            value["predicate"][name] = content
        else:
            value[name] = content
    return canonical_json(value)


@pytest.mark.parametrize(
    "statement",
    [
        changed(verificationResult="FAILED"),
        changed(verificationResult="WARNED"),
        changed(verifiedLevels=["FAILED"]),
        changed(verifiedLevels=[]),
        changed(inputAttestations=[]),
        changed(timeVerified="2026-11-28T02:00:00+02:00"),
        changed(timeVerified="lately"),
        changed(policy={"uri": "urn:else", "digest": {"sha256": "b" * 64}}),
        changed(policy={"uri": "urn:assay:policy:p@1", "digest": {"sha256": "B" * 64}}),
        changed(predicateType="https://slsa.dev/verification_summary/v2"),
        changed(_type="https://in-toto.io/Statement/v0.1"),
        changed(subject=[]),
        changed(extra=1),
        b" " + changed(),
        b"{}",
        b"[]",
        b"null",
    ],
)
def test_what_contradicts_itself_is_refused_though_it_is_signed(statement: bytes) -> None:
    with pytest.raises(StatementError):
        parse_summary_statement(statement)
    last = verified(envelope(statement))[-1]
    assert (last.rule.value, last.outcome) == ("statement", Outcome.BROKEN)


def test_every_flipped_bit_is_caught() -> None:
    data = envelope(summary_statement(SUBJECTS, MET))
    for place in range(0, len(data) * 8, 5):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        assert verified(bytes(flipped))[-1].outcome is Outcome.BROKEN


LOG = SmallLog()
PLACED = summary_in(LOG)


def placed(**changes: Any) -> SummaryFile:
    assert PLACED.place is not None
    return replace(PLACED, place=replace(PLACED.place, **changes))


def broken_at(file: SummaryFile) -> Rule:
    last = list(summary_verify(summary_build(file), LOG.trust))[-1]
    assert last.outcome is Outcome.BROKEN, last
    return Rule(last.rule)


def test_a_summary_that_carries_its_place_in_the_log_is_verified_whole() -> None:
    steps = list(summary_verify(summary_build(PLACED), LOG.trust))
    assert {one.outcome for one in steps} == {Outcome.HOLDS}
    assert [one.rule for one in steps][3:] == [
        *(Rule.ENTRY, Rule.INCLUSION, Rule.CHECKPOINT, Rule.WITNESSES)
    ]


def test_another_summarys_place_proves_nothing() -> None:
    log = SmallLog(number=5)
    other = summary_in(log, FAILED)
    assert broken_at(replace(PLACED, place=other.place)) is Rule.ENTRY
    assert PLACED.place is not None
    proof = PLACED.place.proof
    assert broken_at(placed(proof=replace(proof, index=proof.index - 1))) is Rule.INCLUSION
    assert broken_at(placed(proof=LOG.proof(proof.index, cosigned=(0, 1)))) is Rule.WITNESSES
    theirs = replace(proof, checkpoint=log.proof(proof.index).checkpoint)
    assert broken_at(placed(proof=theirs)) is Rule.INCLUSION


def test_no_flipped_bit_of_a_place_changes_what_is_verified() -> None:
    """Caught, or a signature's key has become one that nobody trusts, beside enough that are."""
    data, unnoticed = summary_build(PLACED), 0
    for place in range(0, len(data) * 8, 29):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        last = list(summary_verify(bytes(flipped), LOG.trust))[-1]
        if last.outcome is not Outcome.BROKEN:
            found, unnoticed = summary_read(bytes(flipped)), unnoticed + 1
            assert found.place is not None and PLACED.place is not None
            proof = replace(found.place.proof, checkpoint=PLACED.place.proof.checkpoint)
            head = found.place.proof.checkpoint.checkpoint
            assert replace(found, place=replace(found.place, proof=proof)) == PLACED
            assert head == PLACED.place.proof.checkpoint.checkpoint
    assert unnoticed < 0.02 * len(data) * 8 / 29


def test_a_summary_handed_on_may_say_less_and_nothing_else() -> None:
    """Found by a fuzzer: a field left redacted, or one line of two by the log, breaks no rule."""
    log = SmallLog()
    sound = json.loads(summary_build(summary_in(log)))
    proof, openings = sound["log"]["proof"], sound["log"]["openings"]
    other = next(at for at, one in enumerate(openings) if one["path"] != "statement_sha256")
    lines = proof.splitlines(keepends=True)
    signatures = [line for line in lines if line.startswith("\u2014 log.example/assay ")]
    assert len(signatures) == 2
    for told, holds in (
        ({"openings": openings[:other] + openings[other + 1 :]}, True),
        *(({"proof": proof.replace(line, "")}, True) for line in signatures),
        ({"proof": proof.replace("".join(signatures), "")}, False),
        ({"openings": [one for one in openings if one["path"] != "statement_sha256"]}, False),
    ):
        data = canonical_json(sound | {"log": sound["log"] | told})
        steps = list(summary_verify(data, log.trust))
        assert all(step.outcome is Outcome.HOLDS for step in steps) is holds, told
