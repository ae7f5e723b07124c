"""Who read what: reading is an event of the record that was read.

A page or a call is told of once a person, subject and day (UTC): that somebody read a run is the
fact, and reloading it is none. A download is told of each time, for each leaves the house. Two
requests at the same moment may both be told, which no lock is worth.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.domain.events import EventType
from compliance.domain.vocabulary import Seen
from compliance.events.models import Event
from compliance.events.services import event_record

if TYPE_CHECKING:
    from compliance.registry.models import Model

CONFIDENTIAL = frozenset(
    {Seen.ITEMS, Seen.LABELS, Seen.BUNDLE, Seen.CONFIDENTIAL_FILING, Seen.DOCKET}
)
"""What is told of whoever reads it: a model's answers, what a party files in confidence. All else
is told of readers from outside."""
DOWNLOADS = frozenset(
    {
        Seen.BUNDLE,
        Seen.DOSSIER_FILE,
        Seen.SUMMARY,
        Seen.CONFIDENTIAL_FILING,
        Seen.DOCKET,
    }
)


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
    if organization_id is None:
        return
    inside = organization_id in viewer.roles
    if inside and what not in CONFIDENTIAL:
        return
    event_type = EventType.EVIDENCE_READ if what in CONFIDENTIAL else EventType.RECORD_READ
    if what not in DOWNLOADS and _told_today(viewer, event_type, what, subject):
        return
    with transaction.atomic():
        event_record(
            event_type=event_type,
            organization_id=organization_id,
            subject=subject,
            payload={"what": what.value, "reader": viewer.user.email},
            actor=viewer.user,
            model_id=model_id,
        )


def list_reading_tell(*, viewer: Viewer, what: Seen) -> None:
    """Tell the organizations whose grants the viewer holds that a list of details is read.

    Their rows may or may not be on the page; they are told once a day that they could be.
    """
    for organization_id in sorted(viewer.readable - set(viewer.roles)):
        reading_tell(
            viewer=viewer,
            what=what,
            organization_id=organization_id,
            subject=f"organization/{organization_id}",
        )


def _told_today(viewer: Viewer, event_type: EventType, what: Seen, subject: str) -> bool:
    midnight = datetime.combine(timezone.now().astimezone(UTC).date(), time.min, UTC)
    told = Event.objects.filter(
        subject=subject,
        type=event_type.value,
        actor=viewer.user,
        occurred_at__gte=midnight,
        payload__what=what.value,
    )
    return told.exists()
