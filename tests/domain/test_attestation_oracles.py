"""Envelopes and statements, read and verified by libraries that nobody here wrote.

securesystemslib (the reference of DSSE in Python) and in-toto's own classes of Statement v1. They
are held against ours over good envelopes and over flipped bits: what ours accepts, theirs does.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from compliance.domain.attestation import (
    PAYLOAD_TYPE,
    check_result_statement,
    result_statement,
    summary_statement,
)
from compliance.domain.dsse import keyid, opened, parse_envelope, signed
from compliance.domain.errors import AssayError
from compliance.domain.verify.summary_file import summary_build, summary_read
from tests.domain.verify.bundles import SUBJECTS, SmallLog, answers, finding
from tests.domain.verify.summaries import FAILED, MET, summary_in

dsse = pytest.importorskip("securesystemslib.dsse")
signing = pytest.importorskip("securesystemslib.signer")
refusals = pytest.importorskip("securesystemslib.exceptions")
in_toto = pytest.importorskip("in_toto_attestation.v1.statement")
statement_pb2 = pytest.importorskip("in_toto_attestation.v1.statement_pb2")
json_format = pytest.importorskip("google.protobuf.json_format")

LOG, STRANGER = SmallLog(), SmallLog(number=5)
FOUND = finding(answers(24), asked=24)
STATEMENTS = {
    "result": result_statement(SUBJECTS, FOUND),
    "test-result": check_result_statement(SUBJECTS, FOUND, url="https://assay.example/r-1"),
    "summary": summary_statement(SUBJECTS, MET),
    "failed summary": summary_statement(SUBJECTS, FAILED),
}
FLIPS = 300


def their_key(log: SmallLog) -> Any:
    """A log's attestor as the library knows a key."""
    key = log.attestor.key
    public = {"public": key.public.hex()}
    return signing.SSlibKey(keyid(key), "ed25519", "ed25519", public)


def theirs(data: bytes, log: SmallLog) -> bytes | None:
    """What the library verified of an envelope; None where it refuses it."""
    try:
        envelope = dsse.Envelope.from_dict(json.loads(data))
        envelope.verify([their_key(log)], 1)
    except (refusals.VerificationError, refusals.FormatError, ValueError, KeyError, TypeError):
        return None
    found: bytes = envelope.payload
    return found


def ours(data: bytes, log: SmallLog) -> bytes | None:
    try:
        envelope = parse_envelope(data)
        opened(envelope, [log.attestor.key])
    except AssayError:
        return None
    return envelope.payload


@pytest.mark.parametrize("name", STATEMENTS)
def test_they_verify_what_we_sign_and_know_its_statement(name: str) -> None:
    statement = STATEMENTS[name]
    data = signed(PAYLOAD_TYPE, statement, [LOG.attestor]).encode()
    assert theirs(data, LOG) == ours(data, LOG) == statement
    assert theirs(data, STRANGER) is ours(data, STRANGER) is None
    read = json_format.Parse(statement, statement_pb2.Statement())
    in_toto.Statement.copy_from_pb(read).validate()
    assert [one.digest["sha256"] for one in read.subject] == [SUBJECTS[0].sha256]
    assert read.predicate_type == json.loads(statement)["predicateType"]


def test_they_read_a_summarys_file_beside_its_place_in_the_log() -> None:
    file = summary_in(LOG)
    data = summary_build(file)
    assert b'"log":' in data
    assert theirs(data, LOG) == summary_read(data).envelope.payload == file.envelope.payload


def test_we_accept_nothing_that_they_refuse() -> None:
    good = signed(PAYLOAD_TYPE, STATEMENTS["summary"], [LOG.attestor]).encode()
    draw, accepted = random.Random(8), 0  # noqa: S311
    for _ in range(FLIPS):
        flipped = bytearray(good)
        flipped[draw.randrange(len(good))] ^= 1 << draw.randrange(8)
        mine = ours(bytes(flipped), LOG)
        accepted += mine is not None
        assert mine is None or mine == theirs(bytes(flipped), LOG)
    assert accepted == 0
