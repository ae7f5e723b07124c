"""Maintenance windows: alerts are recorded as ever, and nobody is disturbed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.alerts.models import MaintenanceWindow
from compliance.domain.alerts import LONGEST_WINDOW_DAYS
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.events.services import event_record


@transaction.atomic
def window_open(
    *,
    viewer: Viewer,
    organization_id: UUID,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    model: str = "",
) -> MaintenanceWindow:
    """Keep an organization's alerts from going out for a time; alert and record stand.

    Args:
        model: only of this one, as provider/model; empty for all.

    Raises:
        InvalidInputError: no reason, or a time that is past, backwards or too long.
        NotAllowedError, NotFoundError: the viewer may not route this organization's alerts.
    """
    viewer.require(Action.ROUTE_ALERTS, organization_id)
    if not reason.strip():
        raise InvalidInputError(
            field="reason", problem="a window needs a reason", fix="Say what is being done"
        )
    if not starts_at < ends_at or ends_at <= timezone.now():
        raise InvalidInputError(
            field="ends_at",
            problem="a window ends after it began, and not in the past",
            fix="Correct the times",
        )
    if ends_at - starts_at > timedelta(days=LONGEST_WINDOW_DAYS):
        raise InvalidInputError(
            field="ends_at",
            problem=f"a window lasts {LONGEST_WINDOW_DAYS} days at most",
            fix="Shorten it; it can be opened again",
        )
    window = MaintenanceWindow.objects.create(
        organization_id=organization_id,
        model=model.strip(),
        reason=reason.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        opened_by=viewer.user,
    )
    event_record(
        event_type=EventType.WINDOW_OPENED,
        organization_id=organization_id,
        subject=f"maintenance-window/{window.id}",
        payload={
            "window": str(window.id),
            "reason": window.reason,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "model": window.model,
        },
        actor=viewer.user,
    )
    return window


@transaction.atomic
def window_end(*, viewer: Viewer, window: MaintenanceWindow) -> MaintenanceWindow:
    """End a window now; what it kept back and nobody answered goes out.

    Raises:
        TransitionError: it is over.
        NotAllowedError, NotFoundError: the viewer may not route this organization's alerts.
    """
    viewer.require(Action.ROUTE_ALERTS, window.organization_id)
    locked = MaintenanceWindow.objects.select_for_update().get(id=window.id)
    now = timezone.now()
    if locked.ends_at <= now:
        raise TransitionError("the window is over")
    locked.ends_at = now
    locked.starts_at = min(locked.starts_at, now)
    locked.save(update_fields=["starts_at", "ends_at"])
    event_record(
        event_type=EventType.WINDOW_ENDED,
        organization_id=locked.organization_id,
        subject=f"maintenance-window/{locked.id}",
        payload={"window": str(locked.id), "ends_at": now.isoformat()},
        actor=viewer.user,
    )
    return locked
