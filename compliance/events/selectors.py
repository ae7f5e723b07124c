"""Reading what happened."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.events.models import Event


def event_list(*, viewer: Viewer) -> QuerySet[Event]:
    """Events of the organizations whose record the viewer may read, newest first."""
    return Event.objects.filter(organization__in=viewer.readable).select_related("actor")


def event_by_id(*, event_id: UUID) -> Event:
    """The event a route was handed, for services only (no viewer).

    Raises:
        NotFoundError: no such event.
    """
    try:
        return Event.objects.get(id=event_id)
    except Event.DoesNotExist as error:
        raise NotFoundError(f"no event {event_id}") from error
