"""Proofs by c2sp.org/tlog-proof: that an entry is in a log which enough witnesses saw, offline."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.domain.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.encoding import (
    b64_decode,
    b64_encode,
    decimal_decode,
    hash_decode,
)
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.merkle import MAX_PROOF_HASHES, verify_inclusion
from compliance.domain.tlog.witness_policy import Policy, Standing, standing

HEADER = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where an entry stands, and the checkpoint that it is proved against.

    Attributes:
        index: of the entry, from 0.
        hashes: from the leaf's sibling upward; at most 63, of 32 bytes.
        extra: application data that nothing vouches for.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: SignedCheckpoint
    extra: bytes = b""

    def encode(self) -> bytes:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {b64_encode(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(b64_encode(one) for one in self.hashes)
        head = "".join(f"{line}\n" for line in lines)
        return f"{head}\n".encode() + self.checkpoint.encode()


def parse_proof(data: bytes) -> TlogProof:
    """A proof of which nothing is verified yet.

    Raises:
        FormatError: it is none, or has two spellings.
    """
    head, blank, rest = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("a proof's first lines are ASCII, and these are not") from error
    if not blank or lines.pop(0) != HEADER:
        raise FormatError(f"a proof begins with {HEADER} and holds a checkpoint")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = b64_decode(lines.pop(0).removeprefix("extra "), what="the extra data")
        if not extra:
            raise FormatError("a proof without extra data has no line for it")
    if not lines or not lines[0].startswith("index "):
        raise FormatError("a proof says the entry's index")
    index = decimal_decode(lines.pop(0).removeprefix("index "), what="the index")
    if len(lines) > MAX_PROOF_HASHES:
        raise FormatError(f"a proof has at most {MAX_PROOF_HASHES} hashes")
    hashes = tuple(hash_decode(line, what="a hash of the proof") for line in lines)
    return TlogProof(index, hashes, parse_checkpoint(rest), extra)


def verify_proof(proof: TlogProof, *, leaf: bytes, policy: Policy) -> Standing:
    """Check that the entry of leaf hash ``leaf`` is in a log that the policy's quorum saw.

    The caller computes the leaf hash from the entry in hand, never from the proof.

    Returns:
        Who signed and cosigned, and when.

    Raises:
        SignatureError: no trusted log signed the checkpoint, a trusted key's line does not verify,
            or the quorum is not reached.
        ProofError: the entry does not stand at the proof's index of the checkpoint's tree.
    """
    found = standing(policy, proof.checkpoint)
    if not found.quorum:
        raise SignatureError(f"the quorum is not reached: {found.missing}")
    head = proof.checkpoint.checkpoint
    verify_inclusion(
        index=proof.index, size=head.size, leaf=leaf, proof=proof.hashes, root=head.root
    )
    return found
