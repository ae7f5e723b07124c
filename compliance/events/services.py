"""Recording events, and seeing to what follows them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from compliance.domain.canonical import Json
from compliance.domain.commitments import SALT_BYTES
from compliance.domain.entries import commitments_of, values_of
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.events import EventType, Reader, payload_check
from compliance.domain.rights import Action
from compliance.events.models import Event, FollowUp, PendingEvent
from compliance.events.sending import BATCH, sending_claim, sending_settle
from compliance.tracing import trace_failed, traceparent_now

if TYPE_CHECKING:
    from compliance.accounts.models import User
    from compliance.accounts.selectors import Viewer

Follow: TypeAlias = Callable[[Sequence[Event]], Iterable[tuple[Event, str]]]
_log = structlog.get_logger("assay.events")


def event_record(
    *,
    event_type: EventType,
    organization_id: UUID | None,
    subject: str,
    payload: Mapping[str, Json],
    actor: User | None = None,
    model_id: UUID | None = None,
) -> Event:
    """Record what happened, in the caller's transaction; the relay is woken at commit.

    Args:
        model_id: the model it is about; without one, only whole records show the event.

    Raises:
        InvalidInputError, CommitmentError: see ``event_draft``.
        RuntimeError: see ``events_write``.
    """
    event = event_draft(
        event_type=event_type,
        organization_id=organization_id,
        subject=subject,
        payload=payload,
        actor=actor,
        model_id=model_id,
    )
    events_write([event])
    return event


def event_draft(
    *,
    event_type: EventType,
    organization_id: UUID | None,
    subject: str,
    payload: Mapping[str, Json],
    actor: User | None = None,
    model_id: UUID | None = None,
) -> Event:
    """An event as ``event_record`` records it, to be written with others by ``events_write``.

    Raises:
        InvalidInputError: the payload lacks a key of ``PAYLOAD_KEYS``.
        CommitmentError: the payload holds what the ledger cannot commit to (NaN, huge integers).
    """
    payload_check(event_type, payload)
    values = values_of(payload, actor.pk if actor else None)
    salts = {path: secrets.token_hex(SALT_BYTES) for path in values}
    return Event(
        type=event_type.value,
        organization_id=organization_id,
        model_id=model_id,
        subject=subject,
        payload=dict(payload),
        salts=salts,
        commitments=commitments_of(values, salts),
        actor=actor,
        traceparent=traceparent_now(),
    )


def events_write(events: Sequence[Event]) -> None:
    """Write drafted events, and that every reader has yet to read them.

    Raises:
        RuntimeError: called outside a transaction: the events could tell of a change that
            was never made.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of the change it tells of")
    Event.objects.bulk_create(events)
    PendingEvent.objects.bulk_create(
        [PendingEvent(event=event, reader=reader.value) for event in events for reader in Reader]
    )


@transaction.atomic
def event_erase(*, viewer: Viewer, event: Event, fields: Collection[str], basis: str) -> Event:
    """Erase values of an event with their salts; its entry in the ledger stands, and tells nothing.

    That it was done, by whom and on which legal basis, is an event of its own.

    Args:
        basis: why it must be erased, e.g. Article 17(1)(a) GDPR.

    Raises:
        InvalidInputError: naming fields, where the event holds no such value or none are named.
        NotAllowedError, NotFoundError: the viewer may not erase in this organization.
    """
    if event.organization_id is None:
        raise NotAllowedError("the operator's own events hold nothing of anybody")
    viewer.require(Action.ERASE, event.organization_id)
    locked = Event.objects.select_for_update().get(id=event.id)
    unknown = sorted(set(fields) - set(locked.payload))
    if unknown or not fields:
        raise InvalidInputError(
            field="fields",
            problem=f"the event holds no {unknown[0]}" if unknown else "no field is named",
            fix=f"Name some of {', '.join(sorted(locked.payload))}",
        )
    locked.payload = {path: one for path, one in locked.payload.items() if path not in fields}
    locked.salts = {path: one for path, one in locked.salts.items() if path not in fields}
    locked.save(update_fields=["payload", "salts"])
    event_record(
        event_type=EventType.RECORD_ERASED,
        organization_id=event.organization_id,
        subject=f"event/{event.id}",
        payload={"event": str(event.id), "fields": [*sorted(fields)], "basis": basis},
        actor=viewer.user,
        model_id=event.model_id,
    )
    return locked


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


def follow_ups_add(*, events: QuerySet[Event], task: str) -> int:
    """Have a task follow events that were relayed before it was there; returns for how many."""
    added = FollowUp.objects.bulk_create(
        [FollowUp(event=event, task=task) for event in events.exclude(follow_ups__task=task)],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return len(added)


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
