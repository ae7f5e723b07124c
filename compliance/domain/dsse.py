"""Dead Simple Signing Envelopes: bytes with a type, and who signed both.

What is signed is the pre-authentication encoding of type and payload, so neither can be swapped.
Verify first, then parse the very bytes that were verified: ``opened`` gives nothing else.

Source: DSSE v1.0.2, protocol and envelope (secure-systems-lab/dsse).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.domain.canonical import canonical_json
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.encoding import b64_decode, b64_encode
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import SignatureType, Signer, VerifierKey

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"
"""Of an envelope as JSON."""
MAX_ENVELOPE_BYTES = 1 << 22
MAX_SIGNATURES = 16
KINDS = (SignatureType.ED25519, SignatureType.COSIGNATURE_MLDSA44)
"""Keys that attest. A witness's Ed25519 key (0x04) does not: its signatures name no cosigner."""


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """A signature with the hint at its key: the start of the vkey, ``name+hex ID``."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload of which nothing is verified yet."""

    payload_type: str
    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]

    def encode(self) -> bytes:
        """The one way to write it: canonical JSON, standard base64."""
        return canonical_json(
            {
                "payload": b64_encode(self.payload),
                "payloadType": self.payload_type,
                "signatures": [
                    {"keyid": one.keyid, "sig": b64_encode(one.sig)} for one in self.signatures
                ],
            }
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed; lengths count bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def keyid(key: VerifierKey) -> str:
    """How an envelope names a key."""
    return f"{key.name}+{key.key_id.hex()}"


def signed(payload_type: str, payload: bytes, signers: Iterable[Signer]) -> Envelope:
    """An envelope with a signature of each signer.

    Raises:
        FormatError: a signer's key is of a type that does not attest.
    """
    found = []
    for signer in signers:
        if signer.key.kind not in KINDS:
            raise FormatError(f"the key '{signer.key.name}' is of a type that does not attest")
        message = pae(payload_type, payload)
        found.append(EnvelopeSignature(keyid(signer.key), signer.sign_message(message)))
    return Envelope(payload_type, payload, tuple(found))


def opened(envelope: Envelope, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The trusted keys that signed; signatures of unknown keys are ignored, as in signed notes.

    Raises:
        SignatureError: a trusted key's signature does not verify, whatever others do, or none is
            of a trusted key.
    """
    known = {keyid(key): key for key in keys if key.kind in KINDS}
    message = pae(envelope.payload_type, envelope.payload)
    found: list[VerifierKey] = []
    for one in envelope.signatures:
        key = known.get(one.keyid)
        if key is None:
            continue
        if not key.verify_message(message, one.sig):
            raise SignatureError(f"the signature of '{one.keyid}' does not verify")
        found.append(key)
    if not found:
        raise SignatureError("no signature is of a key that you trust")
    return tuple(dict.fromkeys(found))


def parse_envelope(data: bytes) -> Envelope:
    """An envelope of which nothing is verified yet.

    Raises:
        FormatError: it is none, or is written in another way than ``encode`` writes it.
    """
    try:
        value = strict_json(data, max_bytes=MAX_ENVELOPE_BYTES)
    except StrictJsonError as error:
        raise FormatError(f"the envelope: {error}") from error
    fields = _fields(value, {"payload", "payloadType", "signatures"})
    signatures = fields["signatures"]
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise FormatError(f"an envelope has 1 to {MAX_SIGNATURES} signatures")
    found = Envelope(
        payload_type=_text(fields, "payloadType"),
        payload=b64_decode(_text(fields, "payload"), what="the payload"),
        signatures=tuple(_signature(one) for one in signatures),
    )
    if found.encode() != data:
        raise FormatError("the envelope is not canonical JSON")
    return found


def _signature(value: object) -> EnvelopeSignature:
    fields = _fields(value, {"keyid", "sig"})
    return EnvelopeSignature(_text(fields, "keyid"), b64_decode(_text(fields, "sig"), what="a sig"))


def _fields(value: object, names: set[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or set(value) != names:
        raise FormatError(f"an object has {', '.join(sorted(names))} and nothing else")
    return value


def _text(fields: Mapping[str, object], name: str) -> str:
    found = fields[name]
    if not isinstance(found, str):
        raise FormatError(f"{name} is no text")
    return found
