"""What a log sends to a witness, and what it makes of the answer, by c2sp.org/tlog-witness.

Decides only; ``compliance.outbound.witnesses`` carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from compliance.domain.tlog.checkpoint import SignedCheckpoint
from compliance.domain.tlog.cosignature import split_payload, verifiers
from compliance.domain.tlog.encoding import decimal_decode
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.merkle import HashReader, consistency_proof
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.signed_note import NoteSignature, SignedNote, open_note, parse_lines
from compliance.domain.tlog.witness_request import AddCheckpoint


class Problem(StrEnum):
    """Why there is no cosignature."""

    AHEAD = "ahead"
    """It cosigned a larger tree: this checkpoint is old news, or the log lost entries."""
    DISAGREES = "disagrees"
    """It saw another history under this log's key: somebody must look at once."""
    UNKNOWN_LOG = "unknown_log"
    UNTRUSTED_KEY = "untrusted_key"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"
    """It answers against its specification."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Verified lines of the witness's keys, and the earliest of their times (Unix seconds)."""

    lines: tuple[NoteSignature, ...]
    time: int


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The witness's last size is another: ask again with a proof from ``old``."""

    old: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No cosignature.

    Attributes:
        size: the witness's last size, where it told.
    """

    problem: Problem
    detail: str
    size: int | None = None


Outcome: TypeAlias = Cosigned | AskAgain | Failed

_PROBLEMS = {
    403: (Problem.UNTRUSTED_KEY, "it trusts none of the keys that signed"),
    404: (Problem.UNKNOWN_LOG, "it does not know this log"),
    422: (Problem.DISAGREES, "the checkpoint does not continue what it has seen"),
    429: (Problem.UNAVAILABLE, "it asks to be left alone"),
}


def request_from(signed: SignedCheckpoint, *, old: int, read: HashReader) -> AddCheckpoint:
    """The request for a checkpoint, with the proof from the witness's last size.

    Args:
        read: hashes of the log's tree.

    Raises:
        ProofError: ``old`` is larger than the checkpoint's size.
    """
    proof = consistency_proof(old, signed.checkpoint.size, read)
    return AddCheckpoint(old, tuple(proof), signed)


def outcome_of(
    request: AddCheckpoint, keys: Sequence[VerifierKey], *, status: int, body: bytes
) -> Outcome:
    """What an answer means.

    Args:
        keys: the witness's, as this log trusts it; lines of others are ignored.
    """
    try:
        if status == 200:
            return _cosigned(request.checkpoint, keys, body)
        if status == 409:
            return _conflict(request, body)
    except (FormatError, SignatureError) as error:
        return Failed(Problem.BROKEN, str(error))
    if status in _PROBLEMS:
        return Failed(*_PROBLEMS[status])
    if status >= 500:
        return Failed(Problem.UNAVAILABLE, f"it answers with status {status}")
    return Failed(Problem.BROKEN, f"it answers with status {status}")


def _cosigned(signed: SignedCheckpoint, keys: Sequence[VerifierKey], body: bytes) -> Cosigned:
    try:
        lines = parse_lines(body.decode())
    except UnicodeDecodeError as error:
        raise FormatError("its answer is not UTF-8") from error
    found = open_note(SignedNote(signed.note.text, lines), verifiers(keys))
    by_line = {(key.name, key.key_id): key for key in keys}
    times = [split_payload(by_line[one.name, one.key_id], one.payload)[0] for one in found]
    if 0 in times:
        raise SignatureError("its cosignature tells no time")
    return Cosigned(found, min(times))


def _conflict(request: AddCheckpoint, body: bytes) -> Outcome:
    text = body.decode("ascii", errors="replace")
    size = decimal_decode(text.removesuffix("\n"), what="its last size")
    ours = request.checkpoint.checkpoint.size
    if size > ours:
        return Failed(Problem.AHEAD, f"it cosigned {size} leaves, and these are {ours}", size)
    if size == request.old:
        return Failed(Problem.BROKEN, f"it refuses the old size {size} and names the same", size)
    return AskAgain(size)
