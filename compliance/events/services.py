"""Recording events, and seeing to what follows them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import structlog
from django.db import connection, transaction

from compliance.accounts.models import User
from compliance.domain.canonical import Json
from compliance.domain.commitments import SALT_BYTES
from compliance.domain.entries import ACTOR, commitments_of
from compliance.domain.events import EventType, Reader, payload_check
from compliance.events.models import Event, FollowUp, PendingEvent
from compliance.events.sending import BATCH, sending_claim, sending_settle
from compliance.tracing import trace_failed, traceparent_now

Follow: TypeAlias = Callable[[Sequence[Event]], Iterable[tuple[Event, str]]]
_log = structlog.get_logger("assay.events")


def event_record(
    *,
    event_type: EventType,
    organization_id: UUID | None,
    subject: str,
    payload: Mapping[str, Json],
    actor: User | None = None,
) -> Event:
    """Record what happened, in the caller's transaction; the relay is woken at commit.

    Raises:
        InvalidInputError: the payload lacks a key of ``PAYLOAD_KEYS``.
        CommitmentError: the payload holds what the ledger cannot commit to (NaN, huge integers).
        RuntimeError: called outside a transaction: the event could tell of a change that
            was never made.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("event_record must run in the transaction of the change it tells of")
    payload_check(event_type, payload)
    values = {**payload, ACTOR: str(actor.pk) if actor else None}
    salts = {path: secrets.token_hex(SALT_BYTES) for path in values}
    event = Event.objects.create(
        type=event_type.value,
        organization_id=organization_id,
        subject=subject,
        payload=dict(payload),
        salts=salts,
        commitments=commitments_of(values, salts),
        actor=actor,
        traceparent=traceparent_now(),
    )
    PendingEvent.objects.bulk_create(
        [PendingEvent(event=event, reader=reader.value) for reader in Reader]
    )
    return event


@transaction.atomic
def events_relay(*, follow: Follow, limit: int = BATCH) -> int:
    """Turn up to ``limit`` pending events, oldest first, into what follows them; returns how many.

    One transaction: an event is read exactly once, and what it calls for waits in rows. Rows
    locked by another relay are left to it.

    Args:
        follow: from events to pairs of an event and the name of a task that follows it.
    """
    pending = list(
        PendingEvent.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event")
        .filter(reader=Reader.RELAY.value)
        .order_by("event__occurred_at", "id")[:limit]
    )
    FollowUp.objects.bulk_create(
        [
            FollowUp(event=event, task=task)
            for event, task in follow([row.event for row in pending])
        ],
        ignore_conflicts=True,
    )
    PendingEvent.objects.filter(id__in=[row.id for row in pending]).delete()
    return len(pending)


def follow_up_attempt(*, follow_up_id: int, act: Callable[[UUID], object]) -> None:
    """Do what an event calls for, if it is due; a failure is kept and tried again.

    Args:
        act: handed the event's id; idempotent, for a worker may die before it says that it is done.
    """
    row = sending_claim(kind=FollowUp, row_id=follow_up_id)
    if row is None:
        return
    try:
        act(row.event_id)
    except Exception as error:  # kept with the row, where its operators see it
        _log.exception("follow-up failed", task=row.task, event_id=str(row.event_id))
        trace_failed(error)
        sending_settle(row=row, failed_because=f"{type(error).__name__}: {error}")
    else:
        sending_settle(row=row, failed_because="")
