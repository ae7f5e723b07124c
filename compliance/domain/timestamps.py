"""Time stamps of an authority (RFC 3161) on a checkpoint's text, asked for and verified.

The only place that knows ``rfc3161_client``, which does the ASN.1, CMS and certificates. It comes
with the extra ``server``; an offline verifier may have it or not, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates

from compliance.domain.errors import AssayError

QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
MAX_RESPONSE_BYTES = 64 << 10
MAX_ROOTS_BYTES = 1 << 20


class TimestampError(AssayError):
    """No time stamp, or one that does not hold; the message says why."""


class NoTimestampLibraryError(TimestampError):
    """``rfc3161_client`` is not installed here."""


@dataclass(frozen=True, slots=True)
class TimestampQuery:
    """A query in DER, and the number that its answer must repeat."""

    body: bytes
    nonce: int


def roots_read(pem: bytes) -> list[Certificate]:
    """The root certificates that a verifier trusts.

    Raises:
        TimestampError: there is none.
    """
    if len(pem) > MAX_ROOTS_BYTES:
        raise TimestampError(f"more than {MAX_ROOTS_BYTES} bytes of certificates")
    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise TimestampError(f"no certificate in PEM: {error}") from error


def timestamp_query(message: bytes) -> TimestampQuery:
    """A query for a stamp on the SHA-256 of ``message``, with a nonce and the certificate.

    Raises:
        NoTimestampLibraryError: see ``timestamp_verified``.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError as error:
        raise NoTimestampLibraryError("needs rfc3161-client, which is not here") from error
    built = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    request = built.nonce(nonce=True).cert_request(cert_request=True).build()
    if request.nonce is None:
        raise TimestampError("the query has no nonce")
    return TimestampQuery(request.as_bytes(), request.nonce)


def timestamp_verified(
    response: bytes, message: bytes, *, roots: Sequence[Certificate], nonce: int | None = None
) -> datetime:
    """The time that a stamp states, once it is verified to be over ``message``.

    Args:
        response: TimeStampResp in DER.
        roots: certificates that the verifier trusts; the signer's must lead to one of them, be for
            time stamping alone, and have been valid then.
        nonce: that of the query; None for a stamp that somebody else asked for.

    Raises:
        TimestampError: it does not hold.
        NoTimestampLibraryError: what verifies it is not installed.
    """
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ImportError as error:
        raise NoTimestampLibraryError("needs rfc3161-client, which is not here") from error
    if len(response) > MAX_RESPONSE_BYTES:
        raise TimestampError(f"a response of {len(response)} bytes; at most {MAX_RESPONSE_BYTES}")
    try:
        decoded = decode_timestamp_response(response)
        verifier = VerifierBuilder(roots=list(roots), nonce=nonce).build()
        verifier.verify_message(decoded, message)
    except (VerificationError, ValueError) as error:
        raise TimestampError(f"the time stamp does not hold: {error}") from error
    return decoded.tst_info.gen_time
