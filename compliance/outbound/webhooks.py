"""Signatures of webhooks by the Standard Webhooks specification 1.0 (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def secret_from(key: bytes) -> str:
    """A secret as it is handed to the receiver; ``key`` is 24 to 64 random bytes."""
    return PREFIX + base64.b64encode(key).decode()


def signed_headers(
    *, secrets: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers that tell the receiver who sent ``body``, and when.

    Args:
        secrets: each signs; a receiver takes the call if one of them is the secret it knows.
        message_id: the same for every attempt.
        timestamp: of this attempt, Unix seconds.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(one, signed)}" for one in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
