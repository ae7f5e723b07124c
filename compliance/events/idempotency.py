"""A write that is asked for twice with one key happens once.

By draft-ietf-httpapi-idempotency-key-header-07, section 2. The answer is kept in the transaction of
the write: a process that dies in between leaves neither, and the same request then simply happens.
No key is ever taken and not answered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import connection
from django.utils import timezone

from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError
from compliance.events.models import KeptAnswer

KEPT = timedelta(hours=24)


class KeyBusyError(AssayError):
    """The first request with this key is still at work."""


class KeyReusedError(AssayError):
    """The key was sent with another request before."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A write that its caller may send again.

    Attributes:
        key: chosen by the caller; it is never stored.
        fingerprint: SHA-256 (hex) of what is asked.
    """

    user_id: int
    key: str
    fingerprint: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def fernet(self) -> Fernet:
        """Seals the answer, which may hold a secret that is shown once, with the caller's key."""
        secret = f"idempotency {self.user_id} {self.key}".encode()
        derived = hmac.digest(settings.SECRET_KEY.encode(), secret, hashlib.sha256)
        return Fernet(base64.urlsafe_b64encode(derived))


def answers_forget() -> int:
    """Remove every answer that is older than it is kept; returns how many."""
    return KeptAnswer.objects.filter(kept_at__lt=timezone.now() - KEPT).delete()[0]


def answer_recall(*, request: KeyedRequest) -> Json:
    """The answer that was kept, or None, with the key held until the transaction ends.

    Raises:
        KeyBusyError: another transaction holds the key.
        KeyReusedError: it was used for something else.
        RuntimeError: called outside a transaction, which could not hold the key.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("answer_recall must run in the transaction of the write")
    _hold(request)
    since = timezone.now() - KEPT
    kept = KeptAnswer.objects.filter(user_id=request.user_id, key_digest=request.digest).first()
    if kept is None:
        return None
    if kept.kept_at < since:
        kept.delete()
        return None
    if kept.fingerprint != request.fingerprint:
        raise KeyReusedError("this idempotency key was sent with another request before")
    try:
        answer: Json = json.loads(request.fernet.decrypt(bytes(kept.sealed)))
    except InvalidToken as error:  # the server's secret key is another since
        raise KeyReusedError("its answer was kept, and can no longer be read") from error
    return answer


def answer_keep(*, request: KeyedRequest, answer: Json) -> None:
    """Keep what the write was answered, in the transaction that holds the key."""
    KeptAnswer.objects.create(
        user_id=request.user_id,
        key_digest=request.digest,
        fingerprint=request.fingerprint,
        sealed=request.fernet.encrypt(json.dumps(answer).encode()),
    )


def _hold(request: KeyedRequest) -> None:
    named = f"idempotency {request.user_id} {request.digest}".encode()
    number = int.from_bytes(hashlib.sha256(named).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (held,) = cursor.fetchone()
    if not held:
        raise KeyBusyError("the first request with this idempotency key is still at work")
