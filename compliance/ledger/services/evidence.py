"""Evidence: written with the result it proves, moved out to the store, read back, erased."""

from __future__ import annotations

import hashlib

from django.db import transaction

from compliance.ledger.models import Evidence
from compliance.ledger.store import DamagedError, data_key_make, evidence_store

BATCH = 50


def evidence_record(*, content: bytes, media_type: str) -> str:
    """Keep bytes in the caller's transaction; returns the hex SHA-256 that names them."""
    sha256 = hashlib.sha256(content).hexdigest()
    row = Evidence(
        sha256=sha256,
        media_type=media_type,
        size_bytes=len(content),
        content=content,
        data_key=data_key_make(),
    )
    Evidence.objects.bulk_create([row], ignore_conflicts=True)
    return sha256


@transaction.atomic
def evidence_move(*, limit: int = BATCH) -> int:
    """Move up to ``limit`` pieces of evidence from the database to the store; returns how many.

    Each is in the store before the database lets go of it; what another process is moving is
    left to it.
    """
    store = evidence_store()
    waiting = Evidence.objects.select_for_update(skip_locked=True)
    rows = list(waiting.filter(content__isnull=False).order_by("recorded_at")[:limit])
    for row in rows:
        store.put(row.id, bytes(row.content or b""), bytes(row.data_key or b""))
    Evidence.objects.filter(id__in=[row.id for row in rows]).update(content=None)
    return len(rows)


def evidence_read(*, sha256: str) -> bytes:
    """The bytes that a digest names.

    Raises:
        DamagedError: there are none by that digest, they were erased, or are not the same.
    """
    row = Evidence.objects.filter(sha256=sha256).first()
    if row is None:
        raise DamagedError(f"the record has no evidence {sha256}")
    if row.data_key is None:
        raise DamagedError(f"evidence {sha256} was erased")
    if row.content is not None:
        content = bytes(row.content)
    else:
        content = evidence_store().get(row.id, bytes(row.data_key))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(f"evidence {sha256} is stored with other bytes")
    return content
