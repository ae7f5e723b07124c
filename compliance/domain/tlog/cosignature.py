"""What a key of each type signs, by c2sp.org/signed-note and c2sp.org/tlog-cosignature.

A cosignature says when it was made. Ed25519 signs the checkpoint's whole text, but not the
cosigner's name, so a key serves one cosigner alone; ML-DSA-44 signs both names, size and root, but
no extension lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.domain.tlog.checkpoint import Checkpoint, SignedCheckpoint, parse_text
from compliance.domain.tlog.encoding import MAX_SIZE, shown
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import SIGNATURE_BYTES, SignatureType, Signer, VerifierKey
from compliance.domain.tlog.signed_note import NoteSignature, SignedNote

_SUBTREE_LABEL = b"subtree/v1\n\x00"
_U64_BYTES = 8
_MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Verifier:
    """A trusted key of any type; a ``NoteVerifier``."""

    key: VerifierKey

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def key_id(self) -> bytes:
        return self.key.key_id

    def verify(self, text: str, payload: bytes) -> bool:
        """Whether ``payload`` is this key's signature of ``text``.

        A cosignature is of a checkpoint: of any other text none verifies.
        """
        try:
            if self.key.kind is SignatureType.ED25519:
                return self.key.verify_message(text.encode(), payload)
            time, signature = split_payload(self.key, payload)
            message = cosigned_message(self.key, parse_text(text), time)
        except FormatError:
            return False
        return self.key.verify_message(message, signature)


def verifiers(keys: Iterable[VerifierKey]) -> list[Verifier]:
    """One verifier a key."""
    return [Verifier(key) for key in keys]


def sign(signer: Signer, checkpoint: Checkpoint, *, time: int) -> NoteSignature:
    """The signer's line on a checkpoint.

    Args:
        time: now, in Unix seconds; left out by Ed25519 keys of a log (type 0x01), which tell none.

    Raises:
        FormatError: the time is out of range, or a name is over 255 bytes long.
    """
    key = signer.key
    if key.kind is SignatureType.ED25519:
        payload = signer.sign_message(checkpoint.text.encode())
    else:
        message = cosigned_message(key, checkpoint, time)
        payload = _u64(time) + signer.sign_message(message)
    return NoteSignature(key.name, key.key_id, payload)


def sign_checkpoint(
    checkpoint: Checkpoint, signers: Iterable[Signer], *, time: int
) -> SignedCheckpoint:
    """A checkpoint with a line of each signer, as a log publishes it; see ``sign``."""
    lines = tuple(sign(signer, checkpoint, time=time) for signer in signers)
    return SignedCheckpoint(checkpoint, SignedNote(checkpoint.text, lines))


def cosigned_message(key: VerifierKey, checkpoint: Checkpoint, time: int) -> bytes:
    """The bytes that a cosigner signs.

    Args:
        time: Unix seconds, at most 2^63-1.

    Raises:
        FormatError: the time is out of range, a name is over 255 bytes long, or the key signs no
            cosignatures.
    """
    if key.kind is SignatureType.COSIGNATURE_ED25519:
        _u64(time)
        return f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode()
    tree = (0, checkpoint.size)
    return subtree_message(key, checkpoint.origin, tree, root=checkpoint.root, time=time)


def subtree_message(
    key: VerifierKey, origin: str, subtree: tuple[int, int], *, root: bytes, time: int
) -> bytes:
    """The ``cosigned_message`` structure that an ML-DSA-44 key signs for a subtree.

    Raises:
        FormatError: the key is of another type, a name is over 255 bytes long, or a time is given
            for a subtree that does not start at 0.
    """
    start, end = subtree
    if key.kind is not SignatureType.COSIGNATURE_MLDSA44 or (start and time):
        raise FormatError(f"the key {shown(key.name)} signs no such subtree")
    return b"".join(
        [
            _SUBTREE_LABEL,
            _short(key.name),
            _u64(time),
            _short(origin),
            _u64(start),
            _u64(end),
            root,
        ]
    )


def split_payload(key: VerifierKey, payload: bytes) -> tuple[int, bytes]:
    """Time in Unix seconds and bare signature of a cosignature.

    Raises:
        FormatError: a time beyond 2^63-1, or another length.
    """
    time = int.from_bytes(payload[:_U64_BYTES], "big")
    if len(payload) != _U64_BYTES + SIGNATURE_BYTES[key.kind] or time > MAX_SIZE:
        raise FormatError(f"the cosignature of {shown(key.name)} has a wrong length or time")
    return time, payload[_U64_BYTES:]


def _u64(number: int) -> bytes:
    if not 0 <= number <= MAX_SIZE:
        raise FormatError(f"{number} is no time or size")
    return number.to_bytes(_U64_BYTES, "big")


def _short(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= _MAX_NAME_BYTES:
        raise FormatError(f"a name of {len(data)} bytes is not signed by ML-DSA-44")
    return bytes([len(data)]) + data
