"""Recording events, and handing them to the relay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import connection, transaction

from compliance.accounts.models import User
from compliance.domain.canonical import Json
from compliance.domain.events import EventType, Reader, payload_check
from compliance.events.models import Event, PendingEvent
from compliance.tracing import traceparent_now

NOTIFY_CHANNEL = "assay_events"


def event_record(
    *,
    event_type: EventType,
    organization_id: UUID,
    subject: str,
    payload: Mapping[str, Json],
    actor: User | None = None,
) -> Event:
    """Record what happened, in the caller's transaction, and wake the relay at commit.

    Raises:
        InvalidInputError: the payload lacks a key of ``PAYLOAD_KEYS``.
        RuntimeError: called outside a transaction: the event could tell of a change that
            was never made.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("event_record must run in the transaction of the change it tells of")
    payload_check(event_type, payload)
    event = Event.objects.create(
        type=event_type.value,
        organization_id=organization_id,
        subject=subject,
        payload=dict(payload),
        actor=actor,
        traceparent=traceparent_now(),
    )
    PendingEvent.objects.bulk_create(
        [PendingEvent(event=event, reader=reader.value) for reader in Reader]
    )
    with connection.cursor() as cursor:  # delivered by PostgreSQL when the transaction commits
        cursor.execute("SELECT pg_notify(%s, '')", [NOTIFY_CHANNEL])
    return event


@transaction.atomic
def events_relay(*, publish: Callable[[Event], None], limit: int = 100) -> int:
    """Publish up to ``limit`` pending events, oldest first; returns how many.

    An event's pending row goes in the same transaction, after it was published: a relay
    that dies in between publishes it again (at least once), never not at all. Rows locked
    by another relay are left to it.
    """
    pending = list(
        PendingEvent.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event")
        .filter(reader=Reader.RELAY.value)
        .order_by("event__occurred_at", "id")[:limit]
    )
    for row in pending:
        publish(row.event)
    PendingEvent.objects.filter(id__in=[row.id for row in pending]).delete()
    return len(pending)
