"""Asks a time stamp authority (RFC 3161, over HTTP by section 3.4) by the one outbound client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate

from compliance.domain.timestamps import (
    MAX_RESPONSE_BYTES,
    QUERY_TYPE,
    TimestampError,
    timestamp_query,
    timestamp_verified,
)
from compliance.outbound.client import Limits, OutboundClient

LIMITS = Limits(attempts=1, seconds=10.0, body_bytes=MAX_RESPONSE_BYTES)


@dataclass(frozen=True, slots=True)
class Authority:
    """A time stamp authority, and the roots that its signature must lead to."""

    url: str
    roots: Sequence[Certificate]
    allow_internal: bool = False


@dataclass(frozen=True, slots=True)
class Stamped:
    """A verified stamp: the time that it states, and its TimeStampResp in DER."""

    at: datetime
    response: bytes


def stamp(authority: Authority, message: bytes) -> Stamped:
    """Have ``message`` stamped.

    Raises:
        OutboundError: no answer.
        InvalidInputError: its address may not be asked.
        TimestampError: no stamp, or one that does not verify.
    """
    query = timestamp_query(message)
    with OutboundClient(
        authority.url,
        field="ASSAY_TIMESTAMP_URL",
        allow_internal=authority.allow_internal,
        limits=LIMITS,
    ) as client:
        answer = client.post(authority.url, query.body, headers={"Content-Type": QUERY_TYPE})
    if not answer.ok:
        raise TimestampError(f"the time stamp authority answered {answer.status}")
    at = timestamp_verified(answer.body, message, roots=authority.roots, nonce=query.nonce)
    return Stamped(at, answer.body)
