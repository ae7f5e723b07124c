"""Evidence: written with the result it proves, moved out to the store, read back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import transaction

from compliance.domain.attestation import PAYLOAD_TYPE
from compliance.domain.dsse import EnvelopeSignature, signed
from compliance.domain.errors import DamagedError, ErasedError, NotFoundError
from compliance.domain.tlog.note_keys import Signer
from compliance.ledger.erasures import evidence_erasures
from compliance.ledger.models import Attestation, Evidence
from compliance.ledger.store import data_key_make, evidence_store

BATCH = 50


def evidence_record(*, content: bytes, media_type: str) -> str:
    """Keep bytes in the caller's transaction; returns the hex SHA-256 that names them."""
    return evidence_record_each(contents=[content], media_type=media_type)[0]


def evidence_record_each(*, contents: Sequence[bytes], media_type: str) -> list[str]:
    """Keep each of several in one statement; returns their names."""
    rows = [
        Evidence(
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=media_type,
            size_bytes=len(content),
            content=content,
            data_key=data_key_make(),
        )
        for content in contents
    ]
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)
    return [row.sha256 for row in rows]


@transaction.atomic
def evidence_move(*, signers: Sequence[Signer] = (), limit: int = BATCH) -> int:
    """Move up to ``limit`` pieces of evidence from the database to the store; returns how many.

    Statements are signed on the way. Each is in the store before the database lets go of it; what
    another process is moving is left to it.
    """
    store = evidence_store()
    waiting = Evidence.objects.select_for_update(skip_locked=True)
    rows = list(waiting.filter(content__isnull=False).order_by("recorded_at")[:limit])
    _attest(rows, signers)
    for row in rows:
        store.put(row.id, bytes(row.content or b""), bytes(row.data_key or b""))
    Evidence.objects.filter(id__in=[row.id for row in rows]).update(content=None)
    return len(rows)


def evidence_read(*, sha256: str) -> bytes:
    """The bytes that a digest names.

    Raises:
        ErasedError: they were erased on the record.
        DamagedError: there are none by that digest, their key is gone, or they are not the same.
    """
    row = Evidence.objects.filter(sha256=sha256).first()
    if row is None:
        raise DamagedError(f"the record has no evidence {sha256}")
    if row.data_key is None:
        erasure = evidence_erasures(digests=[sha256]).get(sha256)
        if erasure is None:
            raise DamagedError(f"the key of evidence {sha256} is gone, and nobody erased it")
        raise ErasedError(str(erasure))
    if row.content is not None:
        content = bytes(row.content)
    else:
        content = evidence_store().get(row.id, bytes(row.data_key))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(f"evidence {sha256} is stored with other bytes")
    return content


def attestation_get(*, sha256: str) -> tuple[bytes, tuple[EnvelopeSignature, ...]]:
    """A statement with the operator's signatures on it.

    Raises:
        NotFoundError: it was not signed yet.
        ErasedError, DamagedError: see ``evidence_read``.
    """
    statement = evidence_read(sha256=sha256)
    found = Attestation.objects.filter(evidence__sha256=sha256).first()
    if found is None:
        raise NotFoundError("its statement was not signed yet; the sequencer does so in seconds")
    signatures = (
        EnvelopeSignature(keyid, bytes.fromhex(sig)) for keyid, sig in found.signatures.items()
    )
    return statement, tuple(signatures)


def _attest(rows: Sequence[Evidence], signers: Sequence[Signer]) -> None:
    statements = [row for row in rows if row.media_type == PAYLOAD_TYPE]
    made = []
    for row in statements:
        envelope = signed(PAYLOAD_TYPE, bytes(row.content or b""), signers)
        by_key = {one.keyid: one.sig.hex() for one in envelope.signatures}
        made.append(Attestation(evidence=row, signatures=by_key))
    Attestation.objects.bulk_create(made, ignore_conflicts=True)
