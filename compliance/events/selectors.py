"""Reading what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.events.models import Event, FollowUp, PendingEvent
from compliance.events.sending import sendings_undelivered


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events that a reader has not read yet."""

    pending: int
    oldest: datetime


def event_list(*, viewer: Viewer) -> QuerySet[Event]:
    """Events of the organizations whose record the viewer may read, and the operator's own."""
    readable = Q(organization__in=viewer.readable) | Q(organization__isnull=True)
    return Event.objects.filter(readable).select_related("actor")


def event_by_id(*, event_id: UUID) -> Event:
    """The event a route was handed, for services only (no viewer).

    Raises:
        NotFoundError: no such event.
    """
    try:
        return Event.objects.get(id=event_id)
    except Event.DoesNotExist as error:
        raise NotFoundError(f"no event {event_id}") from error


def event_backlogs() -> dict[str, Backlog]:
    """What each reader has yet to read; a reader that has read everything is not named."""
    rows = (
        PendingEvent.objects.order_by()
        .values("reader")
        .annotate(pending=Count("id"), oldest=Min("event__occurred_at"))
    )
    return {row["reader"]: Backlog(row["pending"], row["oldest"]) for row in rows}


def follow_ups_undone() -> dict[str, int]:
    """What events call for and nobody has done, for whoever operates the record."""
    return sendings_undelivered(kind=FollowUp)
