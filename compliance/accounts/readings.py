"""Who read what: reading is an event of the record that was read.

A page or a call is told of once a person, subject and day (UTC): that somebody read a run is the
fact, and reloading it is none. A download is told of each time, for each leaves the house. Two
requests at the same moment may both be told, which no lock is worth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.domain.events import EventType
from compliance.domain.readings import CONFIDENTIAL, DOWNLOADS, Seen
from compliance.events.models import Event
from compliance.events.services import event_draft, events_write

if TYPE_CHECKING:
    from compliance.registry.models import Model


def model_reading_tell(*, viewer: Viewer, what: Seen, model: Model, subject: str) -> None:
    """Tell a model's provider that somebody reads something about it, if that is to be told.

    Args:
        subject: as events name it, e.g. ``run/<id>``.
    """
    reading_tell(
        viewer=viewer,
        what=what,
        organization_id=model.organization_id,
        subject=subject,
        model_id=model.id,
    )


def reading_tell(
    *,
    viewer: Viewer,
    what: Seen,
    organization_id: UUID | None,
    subject: str,
    model_id: UUID | None = None,
) -> None:
    """Tell an organization that somebody reads a subject of its record, if that is to be told.

    Args:
        organization_id: whose record it is; None: the operator's own, which is open to all.
    """
    if organization_id is not None:
        _tell(viewer, what, {organization_id: subject}, model_id)


def list_reading_tell(
    *, viewer: Viewer, what: Seen, whole: bool = False, among: Collection[UUID] | None = None
) -> None:
    """Tell organizations that a list of what their records hold is read: once a day.

    Their rows may or may not be on the page; they are told that they could be.

    Args:
        whole: only whoever reads a record as a whole is shown its rows.
        among: whose rows the list may hold; None: of every record that grants open to the viewer.
    """
    opened = viewer.wholes if whole else viewer.readable
    shown = opened if among is None else among
    _tell(viewer, what, {one: f"organization/{one}" for one in sorted(shown)})


def subject_reading_tell(
    *,
    viewer: Viewer,
    what: Seen,
    among: Collection[UUID],
    subject: str,
    model_id: UUID | None = None,
) -> None:
    """Tell each of several organizations that somebody reads a subject of all their records."""
    _tell(viewer, what, dict.fromkeys(sorted(among), subject), model_id)


def _tell(
    viewer: Viewer, what: Seen, subjects: Mapping[UUID, str], model_id: UUID | None = None
) -> None:
    """Tell organizations of subjects of their records, in one query where all of them know."""
    confidential = what in CONFIDENTIAL
    heard = {one: it for one, it in subjects.items() if confidential or one not in viewer.roles}
    if not heard:
        return
    event_type = EventType.EVIDENCE_READ if confidential else EventType.RECORD_READ
    known = set() if what in DOWNLOADS else _told_today(viewer, event_type, what, heard)
    drafts = [
        event_draft(
            event_type=event_type,
            organization_id=organization_id,
            subject=subject,
            payload={"what": what.value, "reader": viewer.user.email},
            actor=viewer.user,
            model_id=model_id,
        )
        for organization_id, subject in heard.items()
        if organization_id not in known
    ]
    if drafts:
        with transaction.atomic():
            events_write(drafts)


def _told_today(
    viewer: Viewer, event_type: EventType, what: Seen, subjects: Mapping[UUID, str]
) -> set[UUID]:
    """Those of the organizations that were told today."""
    midnight = datetime.combine(timezone.now().astimezone(UTC).date(), time.min, UTC)
    told = Event.objects.filter(
        organization__in=subjects,
        subject__in=set(subjects.values()),
        type=event_type.value,
        actor=viewer.user,
        occurred_at__gte=midnight,
        payload__what=what.value,
    )
    return set(told.values_list("organization", flat=True))
