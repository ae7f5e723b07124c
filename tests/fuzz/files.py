"""Targets for whole files: dockets, summaries, policies, packs, stamps, witnesses' answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.x509 import Certificate

from compliance.domain.errors import InvalidInputError
from compliance.domain.policy.packs import pack_from_json, pack_read
from compliance.domain.sealing import File, FileOpening, SealingError, sealed
from compliance.domain.timestamps import (
    TimestampError,
    roots_read,
    timestamp_query,
    timestamp_verified,
)
from compliance.domain.tlog.cosignature import sign
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.witness_client import AskAgain, Failed, outcome_of, request_from
from compliance.domain.verify.archive import ArchiveError
from compliance.domain.verify.docket import docket_build, docket_read
from compliance.domain.verify.docket_rules import docket_verify
from compliance.domain.verify.rules import Outcome
from compliance.domain.verify.summary import summary_verify
from compliance.domain.verify.summary_file import SummaryFile, summary_build, summary_read
from compliance.domain.verify.trust import trust_read
from tests.domain.tlog.keys import QUANTUM, WITNESS, private
from tests.domain.verify.bundles import SmallLog
from tests.domain.verify.dockets import docket_of
from tests.domain.verify.summaries import summary_in
from tests.fuzz.target import Target
from tests.outbound.authority import authority_answer, authority_make
from tests.policy_text import pack_text
from tests.witness.logs import GrowingLog

DOCKETS, SUMMARIES = SmallLog(), SmallLog()
DOCKET = docket_build(docket_of(DOCKETS))
SUMMARY = summary_build(summary_in(SUMMARIES))
FILES = [File(f"{number}.safetensors", number, f"{number:064x}") for number in range(5)]
SEALING = sealed(FILES, lambda: bytes(32))
OPENING = SEALING.opened(FILES[2].path).to_bytes()
STAMPED = b"log.example/one\n1\nroot\n"
GROWN = GrowingLog().grow(9)
REQUEST = request_from(GROWN.head(9), old=4, read=GROWN)
COSIGNERS = [private("w.example", WITNESS), private("w.example", QUANTUM)]
LINES = [sign(one, REQUEST.checkpoint.checkpoint, time=77).line.encode() for one in COSIGNERS]


def _docket(data: bytes) -> None:
    found = docket_read(data)
    assert docket_build(found) == data
    steps = docket_verify(data, DOCKETS.trust)
    assert data == DOCKET or not all(step.outcome is Outcome.HOLDS for step in steps)


def _summary(data: bytes) -> None:
    found = summary_read(data)
    assert summary_build(found) == data
    steps = summary_verify(data, SUMMARIES.trust)
    if data != SUMMARY and all(step.outcome is Outcome.HOLDS for step in steps):
        assert says_less(found, summary_read(SUMMARY))


def says_less(found: SummaryFile, sound: SummaryFile) -> bool:
    """Whether one is the other but for fields left redacted and signature lines that go or are
    nobody's: no rule asks for them, and whoever hands a summary on may leave them out."""
    assert found.place
    assert sound.place
    return (
        found.envelope.payload == sound.envelope.payload
        and found.place.entry == sound.place.entry
        and found.place.proof.checkpoint.checkpoint == sound.place.proof.checkpoint.checkpoint
        and all(one in sound.place.openings for one in found.place.openings)
    )


def _trust(data: bytes) -> None:
    """What is trusted reads the same when it is written down anew."""
    found = trust_read(data)
    attestors = "".join(f"attestor {key}\n" for key in found.attestors)
    assert trust_read(found.policy.encode() + attestors.encode()) == found


def _pack(data: bytes) -> None:
    found = pack_read(data)
    again = pack_from_json(found.to_json())
    assert (again, again.sha256) == (found, found.sha256)


def _answer(data: bytes) -> None:
    """A witness's answer: 409 to what begins with a digit, else 200."""
    status = 409 if data[:1].isdigit() else 200
    found = outcome_of(REQUEST, [one.key for one in COSIGNERS], status=status, body=data)
    if isinstance(found, Failed):
        raise FormatError(found.detail)
    if isinstance(found, AskAgain):
        assert 0 <= found.old <= 9
    else:
        assert {one.line.encode() for one in found.lines} <= set(LINES)


@cache
def _authority() -> tuple[list[Certificate], bytes]:
    """The root of an authority made for this, and its stamp."""
    with TemporaryDirectory() as folder:
        home = Path(folder, "tsa")
        roots = roots_read(authority_make(home).read_bytes())
        return roots, authority_answer(home, timestamp_query(STAMPED).body)


def _stamp(data: bytes) -> None:
    """Whatever is added to a stamp, what it says is what the authority said."""
    roots, whole = _authority()
    assert timestamp_verified(data, STAMPED, roots=roots) == timestamp_verified(
        whole, STAMPED, roots=roots
    )


def _opening(data: bytes) -> None:
    """Nothing but what was opened belongs to the root."""
    found = FileOpening.from_bytes(data)
    assert found.to_bytes() == data
    with suppress(SealingError):
        found.shown(SEALING.root)
        assert data == OPENING


def file_targets() -> Iterator[tuple[str, Target]]:
    """Every target of this module by name."""
    yield "docket", Target(_docket, (ArchiveError,), [DOCKET])
    yield "summary", Target(_summary, (ArchiveError,), [SUMMARY])
    yield "trust", Target(_trust, (FormatError,), [SUMMARIES.policy])
    yield "opening", Target(_opening, (SealingError,), [OPENING])
    yield "pack", Target(_pack, (InvalidInputError,), [pack_text()])
    yield "witness-answer", Target(_answer, (FormatError,), [b"".join(LINES), b"3\n"])
    if shutil.which("openssl"):
        yield "timestamp", Target(_stamp, (TimestampError,), [_authority()[1]])
