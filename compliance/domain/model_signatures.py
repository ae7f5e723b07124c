"""Manifests of a model's files, signed by OpenSSF Model Signing 1.0 (``model.sig``).

A Sigstore bundle with a DSSE envelope around an in-toto statement that lists every file with its
digest. Only what needs no network is read: an ECDSA key beside the model, or the certificate in the
bundle. Who holds that key is nobody's word here: a key is known by its fingerprint.

The project's own library is not used: it brings the clients of Sigstore's services into the server,
for what is one signature over bytes in hand. Our tests sign with it.

Sources: sigstore/model-transparency 1.1.1 (its format); DSSE v1.0.2; Sigstore bundle v0.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from compliance.domain.dsse import pae
from compliance.domain.errors import AssayError
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.encoding import b64_decode
from compliance.domain.tlog.errors import FormatError

SIGNATURE_FILE, KEY_FILE = "model.sig", "model.sig.pub"
MAX_BYTES = 8 << 20
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_PREDICATE_TYPE = "https://model_signing/signature/v1.0"
_IGNORED = frozenset({".git", ".gitattributes", ".github", ".gitignore"})
"""What signers leave out by themselves; anything else must be in the manifest."""
_HASHES: Mapping[int, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    521: hashes.SHA512(),
}


class ManifestError(AssayError):
    """A manifest that does not hold; the message names the file."""


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A manifest whose signature verifies.

    Attributes:
        sha256: of ``model.sig``.
        key: SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER), in hex.
        files: digest of every file that it lists, by relative path.
    """

    sha256: str
    key: str
    files: Mapping[str, str]

    def check(self, present: Mapping[str, str]) -> None:
        """Compare with the files that are there.

        Args:
            present: SHA-256 of every file of the model, by relative path.

        Raises:
            ManifestError: naming the first file that differs, is missing or is not listed.
        """
        own = {SIGNATURE_FILE, KEY_FILE}
        there = {
            path: digest
            for path, digest in present.items()
            if path not in own and path.partition("/")[0] not in _IGNORED
        }
        for path in sorted(self.files.keys() | there.keys()):
            if path not in there:
                raise ManifestError(f"'{path}' is in {SIGNATURE_FILE} and not in the folder")
            if path not in self.files:
                raise ManifestError(f"'{path}' is in the folder and not in {SIGNATURE_FILE}")
            if there[path] != self.files[path]:
                raise ManifestError(f"'{path}' is not the file that {SIGNATURE_FILE} names")


def manifest_verified(signature: bytes, key: bytes | None) -> VerifiedManifest:
    """What ``model.sig`` says, once its signature is verified; nothing is parsed before.

    Args:
        key: a public key in PEM; None where the bundle brings a certificate.

    Raises:
        ManifestError: it is no such manifest, or its signature is not by that key.
    """
    try:
        bundle = _object(strict_json(signature, max_bytes=MAX_BYTES))
        envelope = _object(bundle.get("dsseEnvelope"))
        public = _public(_object(bundle.get("verificationMaterial")), key)
        payload = _opened(envelope, public)
        files = _files(_object(strict_json(payload, max_bytes=MAX_BYTES)))
    except (StrictJsonError, FormatError) as error:
        raise ManifestError(f"{SIGNATURE_FILE} cannot be read: {error}") from error
    spki = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return VerifiedManifest(
        hashlib.sha256(signature).hexdigest(), hashlib.sha256(spki).hexdigest(), files
    )


def _public(material: Mapping[str, object], key: bytes | None) -> ec.EllipticCurvePublicKey:
    try:
        if key is not None:
            found: object = serialization.load_pem_public_key(key)
        else:
            found = load_der_x509_certificate(_certificate(material)).public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidVersion) as error:
        raise ManifestError(f"the key of {SIGNATURE_FILE} cannot be read: {error}") from error
    if not isinstance(found, ec.EllipticCurvePublicKey) or found.key_size not in _HASHES:
        raise ManifestError(f"the key of {SIGNATURE_FILE} is none of ECDSA over a NIST curve")
    return found


def _certificate(material: Mapping[str, object]) -> bytes:
    found = material.get("certificate")
    chain = material.get("x509CertificateChain")
    if found is None and chain is not None:
        certificates = _object(chain).get("certificates")
        found = certificates[0] if isinstance(certificates, list) and certificates else None
    if found is None:
        raise ManifestError(
            f"{SIGNATURE_FILE} is signed by a key that is not here: put it beside, as {KEY_FILE}"
        )
    return b64_decode(_text(_object(found).get("rawBytes")), what="the certificate")


def _opened(envelope: Mapping[str, object], public: ec.EllipticCurvePublicKey) -> bytes:
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise ManifestError(f"{SIGNATURE_FILE} has another number of signatures than one")
    signature = b64_decode(_text(_object(signatures[0]).get("sig")), what="the signature")
    payload = b64_decode(_text(envelope.get("payload")), what="the payload")
    message = pae(_text(envelope.get("payloadType")), payload)
    try:
        public.verify(signature, message, ec.ECDSA(_HASHES[public.key_size]))
    except InvalidSignature as error:
        raise ManifestError(f"the signature of {SIGNATURE_FILE} is not by its key") from error
    if envelope["payloadType"] != _PAYLOAD_TYPE:
        raise ManifestError(f"{SIGNATURE_FILE} signs no in-toto statement")
    return payload


def _files(statement: Mapping[str, object]) -> dict[str, str]:
    predicate = _object(statement.get("predicate"))
    method = _object(predicate.get("serialization")).get("method")
    resources = predicate.get("resources")
    if statement.get("predicateType") != _PREDICATE_TYPE or not isinstance(resources, list):
        raise ManifestError(f"{SIGNATURE_FILE} holds no manifest of Model Signing 1.0")
    found: dict[str, str] = {}
    for one in map(_object, resources):
        if method != "files" or one.get("algorithm") != "sha256":
            raise ManifestError(f"{SIGNATURE_FILE} must list whole files by SHA-256")
        if _text(one.get("name")) in found:
            raise ManifestError(f"{SIGNATURE_FILE} lists '{one['name']}' twice")
        found[_text(one["name"])] = _text(one.get("digest"))
    subjects = statement.get("subject")
    whole = hashlib.sha256(b"".join(_hex(digest) for digest in found.values())).hexdigest()
    if not isinstance(subjects, list) or len(subjects) != 1:
        raise ManifestError(f"{SIGNATURE_FILE} is about another number of models than one")
    if _object(_object(subjects[0]).get("digest")).get("sha256") != whole:
        raise ManifestError(f"{SIGNATURE_FILE} names another digest than that of its list")
    return found


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ManifestError(f"{SIGNATURE_FILE} holds a digest that is none") from error


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ManifestError(f"{SIGNATURE_FILE} lacks a part that every manifest has")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ManifestError(f"{SIGNATURE_FILE} lacks a text that every manifest has")
    return value
