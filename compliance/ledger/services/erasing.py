"""Erasing evidence: key and bytes go, the digest and every proof over it stand."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.domain.attestation import STATEMENT_PATH
from compliance.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.events.models import Event
from compliance.events.selectors import told
from compliance.events.services import event_record
from compliance.ledger.models import Evidence
from compliance.ledger.services.evidence import BATCH
from compliance.ledger.store import STORE_TROUBLE, evidence_store

_log = structlog.get_logger("assay.ledger")
_STATEMENTS = (EventType.VERDICT_REACHED.value, EventType.SUMMARY_ISSUED.value)


@transaction.atomic
def evidence_erase(*, viewer: Viewer, sha256: str, basis: str) -> list[Event]:
    """Erase evidence in every record that names it; returns the events that say so, one a record.

    The key and what the database holds go at once, so that no copy of the store can be read any
    more; the sequencer removes the ciphertext. Bytes of this digest are never kept again.

    Args:
        basis: why it must be erased, e.g. Article 17(1)(a) GDPR.

    Raises:
        InvalidInputError: no basis is given, or it was erased before.
        NotFoundError: no record that the viewer may read names such evidence.
        NotAllowedError: the viewer may not erase in every record that names it.
    """
    named = _named(sha256)
    if not named.filter(told(viewer=viewer)).exists():
        raise NotFoundError("no evidence by that digest that you may see")
    owners = {one.organization_id: one for one in named}
    for owner in owners:
        if owner is None or not viewer.may(Action.ERASE, owner):
            raise NotAllowedError("your role does not include: erase in every record that names it")
    if not basis.strip():
        raise _refused("basis", "there is none", "Say on which legal basis it is erased")
    row = Evidence.objects.select_for_update().get(sha256=sha256)
    if row.data_key is None:
        raise _refused("sha256", "it was erased before", "Read the entry that tells of it")
    row.content = row.data_key = None
    row.save(update_fields=["content", "data_key"])
    return [_tell(viewer, row, one, basis) for one in owners.values()]


def evidence_remove(*, limit: int = BATCH) -> int:
    """Have the store let go of up to ``limit`` pieces of erased evidence; returns how many.

    Without their keys nobody can read them, so a store that is away or refuses holds up nothing
    else: what is left is tried again the next time.
    """
    left = Evidence.objects.filter(data_key__isnull=True, removed_at__isnull=True)
    removed = 0
    for row in left.order_by("recorded_at")[:limit]:
        try:
            evidence_store().delete(row.id)
        except STORE_TROUBLE as error:
            _log.warning("erased evidence is still stored", evidence=row.subject, error=str(error))
            continue
        removed += left.filter(id=row.id).update(removed_at=timezone.now())
    return removed


def _named(sha256: str) -> QuerySet[Event]:
    """The events that name evidence; of some hundred thousand, those of three types are read."""
    statement = Q(type__in=_STATEMENTS, **{f"payload__{STATEMENT_PATH}": sha256})
    filed = Q(payload__text=sha256) | Q(payload__files__contains=[{"sha256": sha256}])
    filing = Q(type=EventType.DISPUTE_FILED.value) & filed
    return Event.objects.filter(statement | filing).order_by("occurred_at")


def _tell(viewer: Viewer, row: Evidence, named_by: Event, basis: str) -> Event:
    return event_record(
        event_type=EventType.EVIDENCE_ERASED,
        organization_id=named_by.organization_id,
        subject=row.subject,
        payload={"evidence": str(row.id), "sha256": row.sha256, "basis": basis},
        actor=viewer.user,
        model_id=named_by.model_id,
    )


def _refused(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
