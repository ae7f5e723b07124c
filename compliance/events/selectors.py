"""Reading what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from compliance.domain.errors import NotFoundError
from compliance.domain.events import HOUSE_MATTERS
from compliance.events.models import Event, FollowUp, PendingEvent
from compliance.events.sending import sendings_undelivered

if TYPE_CHECKING:
    from compliance.accounts.selectors import Viewer


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events that a reader has not read yet."""

    pending: int
    oldest: datetime


def event_list(*, viewer: Viewer) -> QuerySet[Event]:
    """Events that the viewer may read, and the operator's own."""
    return Event.objects.filter(told(viewer=viewer)).select_related("actor")


def told(*, viewer: Viewer, event: str = "") -> Q:
    """Which events, or rows that point at one, the viewer may read.

    Args:
        event: the lookup from a row to its event, e.g. ``event__``.
    """
    scope = viewer.scope(
        organization=f"{event}organization", model=f"{event}model__", moment=f"{event}occurred_at"
    )
    house = Q(**{f"{event}type__in": [one.value for one in HOUSE_MATTERS]})
    own = Q(**{f"{event}organization__in": viewer.roles}) | Q(**{f"{event}actor": viewer.user})
    return scope & (~house | own) | Q(**{f"{event}organization__isnull": True})


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
