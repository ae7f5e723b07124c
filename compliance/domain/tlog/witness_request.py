"""The request ``add-checkpoint`` of c2sp.org/tlog-witness, and what a witness must refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.domain.tlog.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.encoding import b64_encode, decimal_decode, hash_decode
from compliance.domain.tlog.errors import FormatError, ProofError, SignatureError, TlogError
from compliance.domain.tlog.merkle import EMPTY_ROOT, MAX_PROOF_HASHES, verify_consistency
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.signed_note import NoteSignature, open_note

MAX_REQUEST_BYTES = 128 << 10
"""Sixteen of the longest post-quantum signatures, and a proof."""
SIZE_TYPE = "text/x.tlog.size"


class WitnessRefusalError(TlogError):
    """A checkpoint that a witness does not cosign.

    Args:
        status: of the HTTP answer.
        size: of the latest checkpoint cosigned, where that is the answer (409).
    """

    def __init__(self, status: int, message: str, *, size: int | None = None) -> None:
        self.status = status
        self.size = size
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint, and the proof that it continues the tree of ``old`` leaves."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *(b64_encode(one) for one in self.proof)]
        head = "".join(f"{line}\n" for line in lines)
        return f"{head}\n".encode() + self.checkpoint.encode()


def parse_request(data: bytes) -> AddCheckpoint:
    """A request of which nothing is verified yet.

    Raises:
        FormatError: it is none.
    """
    if len(data) > MAX_REQUEST_BYTES:
        raise FormatError(f"a request of {len(data)} bytes is over {MAX_REQUEST_BYTES}")
    head, blank, rest = data.partition(b"\n\n")
    lines = head.decode("ascii", errors="replace").split("\n")
    if not blank or not lines[0].startswith("old "):
        raise FormatError("a request begins with the old size, and an empty line ends the proof")
    old = decimal_decode(lines[0].removeprefix("old "), what="the old size")
    if len(lines) - 1 > MAX_PROOF_HASHES:
        raise FormatError(f"a proof has at most {MAX_PROOF_HASHES} hashes")
    proof = tuple(hash_decode(line, what="a hash of the proof") for line in lines[1:])
    return AddCheckpoint(old, proof, parse_checkpoint(rest))


def check_signed(
    signed: SignedCheckpoint, logs: Mapping[str, Sequence[VerifierKey]]
) -> tuple[NoteSignature, ...]:
    """The lines of the log's trusted keys.

    Args:
        logs: trusted keys by origin.

    Raises:
        WitnessRefusalError: 404 for an unknown log; 403 where no line is of its keys, or one of
            them does not verify.
    """
    origin = signed.checkpoint.origin
    if origin not in logs:
        raise WitnessRefusalError(404, "this witness does not know that log")
    try:
        return open_note(signed.note, verifiers(logs[origin]))
    except SignatureError as error:
        raise WitnessRefusalError(403, str(error)) from error


def check_growth(request: AddCheckpoint, latest: Checkpoint | None) -> None:
    """Check that the checkpoint continues what the witness cosigned last.

    Must be decided and stored in one atomic step.

    Args:
        latest: None where it has cosigned nothing of this log.

    Raises:
        WitnessRefusalError: 400, 409 or 422, as the specification says.
    """
    new, old = request.checkpoint.checkpoint, request.old
    if old > new.size:
        raise WitnessRefusalError(400, f"the old size {old} is larger than {new.size}")
    seen = latest.size if latest else 0
    if old != seen:
        raise WitnessRefusalError(409, f"the last size cosigned is {seen}", size=seen)
    if new.size == 0 and new.root != EMPTY_ROOT:
        raise WitnessRefusalError(422, "an empty tree has another root")
    if latest is None or old == 0:
        if request.proof:
            raise WitnessRefusalError(422, "nothing is to be proved about an empty tree")
        return
    try:
        verify_consistency(
            old=old,
            new=new.size,
            proof=request.proof,
            old_root=latest.root,
            new_root=new.root,
        )
    except ProofError as error:
        raise WitnessRefusalError(422, str(error)) from error


def is_fork(new: Checkpoint, latest: Checkpoint | None) -> bool:
    """Whether two heads of one size differ: both signed, they prove that the log lies."""
    return latest is not None and new.size == latest.size and new.root != latest.root


def monitoring_path(origin: str) -> str:
    """Where below its monitoring prefix a witness shows its latest checkpoint of a log."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
