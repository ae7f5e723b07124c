"""Keys that sign notes: verifier keys as text, and private keys.

A signature verifies by one rule everywhere, so that no two verifiers differ over one file.
Ed25519: RFC 8032, section 5.1.7, without multiplying by the cofactor, S below the group's order,
R compared as bytes; keys that are written in two ways or of small order are refused when they are
read ("Taming the many EdDSAs", eprint.iacr.org/2020/1244, says why). ML-DSA-44: FIPS 204 with an
empty context.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from compliance.domain.tlog.encoding import b64_decode, b64_encode, shown
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.signed_note import KEY_ID_BYTES, check_name

SEED_BYTES = 32
MAX_VKEY_CHARACTERS = 4_096
_PRIVATE = "PRIVATE+KEY+"
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_FIELD = 2**255 - 19
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y coordinates of the eight points whose order divides 8."""


class SignatureType(IntEnum):
    """Signature types of c2sp.org/signed-note that Assay knows."""

    ED25519 = 0x01
    COSIGNATURE_ED25519 = 0x04
    COSIGNATURE_MLDSA44 = 0x06


PUBLIC_BYTES = {
    SignatureType.ED25519: 32,
    SignatureType.COSIGNATURE_ED25519: 32,
    SignatureType.COSIGNATURE_MLDSA44: 1312,
}
SIGNATURE_BYTES = {
    SignatureType.ED25519: 64,
    SignatureType.COSIGNATURE_ED25519: 64,
    SignatureType.COSIGNATURE_MLDSA44: 2420,
}


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name and the type of signature it is trusted for.

    Its text form (``str``) is the vkey of c2sp.org/signed-note.

    Raises:
        FormatError: no name of a key, or no key of that type.
    """

    name: str
    kind: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != PUBLIC_BYTES[self.kind]:
            raise FormatError(f"the key {shown(self.name)} has {len(self.public)} bytes")
        if self.kind is not SignatureType.COSIGNATURE_MLDSA44:
            _refuse_weak(self.public, self.name)

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256 over name, newline, type and public key."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        material = b64_encode(bytes([self.kind]) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def verify_message(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over the very bytes ``message``."""
        if len(signature) != SIGNATURE_BYTES[self.kind]:
            return False
        try:
            if self.kind is SignatureType.COSIGNATURE_MLDSA44:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """Holds a private key, or reaches one in a device, and signs bytes with it."""

    @property
    def key(self) -> VerifierKey: ...

    def sign_message(self, message: bytes) -> bytes:
        """The bare signature of ``message``, 64 bytes by Ed25519, 2420 by ML-DSA-44."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory; a ``Signer``.

    Args:
        seed: 32 random bytes, from which either algorithm derives its key.

    Raises:
        FormatError: another length, or no name of a key.
    """

    name: str
    kind: SignatureType
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != SEED_BYTES:
            raise FormatError(f"the private key of {shown(self.name)} has {len(self.seed)} bytes")

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def sign_message(self, message: bytes) -> bytes:
        return self._private().sign(message)

    def encode(self) -> str:
        """One line: ``PRIVATE+KEY+``, name, key ID, base64 of type and seed, as Go's ``note``."""
        material = b64_encode(bytes([self.kind]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.key.key_id.hex()}+{material}"

    def _private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        if self.kind is SignatureType.COSIGNATURE_MLDSA44:
            return MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def parse_vkey(text: str) -> VerifierKey:
    """A verifier key from its text form.

    Raises:
        FormatError: it is none, of a type unknown here, or its ID is another key's.
    """
    name, key_id, material = _split(text)
    key = VerifierKey(name, _kind(material, name), material[1:])
    if key.key_id.hex() != key_id:
        raise FormatError(f"the key {shown(name)} has another ID than {key_id}")
    return key


def parse_private_key(text: str) -> PrivateKey:
    """A private key from its text form.

    Raises:
        FormatError: it is none; the message holds nothing of the key.
    """
    if not text.startswith(_PRIVATE):
        raise FormatError(f"a private key begins with {_PRIVATE}")
    name, key_id, material = _split(text.removeprefix(_PRIVATE))
    private = PrivateKey(name, _kind(material, name), material[1:])
    if private.key.key_id.hex() != key_id:
        raise FormatError(f"the private key of {shown(name)} has another ID than {key_id}")
    return private


def _split(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)  # base64 has plus signs of its own
    if len(parts) != 3 or len(text) > MAX_VKEY_CHARACTERS or not _KEY_ID.fullmatch(parts[1]):
        raise FormatError("a key is a name, eight hex digits and base64, with + between")
    check_name(parts[0])
    return parts[0], parts[1], b64_decode(parts[2], what=f"the key {shown(parts[0])}")


def _kind(material: bytes, name: str) -> SignatureType:
    try:
        return SignatureType(material[0])
    except (IndexError, ValueError) as error:
        raise FormatError(f"the key {shown(name)} is of a type that is not known here") from error


def _refuse_weak(public: bytes, name: str) -> None:
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _FIELD or y in _SMALL_ORDER:
        raise FormatError(f"the key {shown(name)} is of small order or written in another way")
