"""What people do about an alert: acknowledge, snooze, resolve, assign, answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer, alert_answerers
from compliance.accounts.services import reading_tell
from compliance.alerts.models import Alert, AlertAnswer, AlertTransition
from compliance.alerts.services.deliveries import delivery_queue
from compliance.domain.alerts import LONGEST_SNOOZE_DAYS, alert_move_check
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState, Occasion
from compliance.events.services import event_record

_TOLD_AS = {
    AlertState.OPEN: EventType.ALERT_WOKEN,
    AlertState.ACKNOWLEDGED: EventType.ALERT_ACKNOWLEDGED,
    AlertState.SNOOZED: EventType.ALERT_SNOOZED,
    AlertState.RESOLVED: EventType.ALERT_RESOLVED,
}


@transaction.atomic
def alert_acknowledge(*, viewer: Viewer, alert: Alert, reason: str) -> Alert:
    """Say that somebody has seen the alert and acts on it."""
    return _by_viewer(viewer, alert, AlertState.ACKNOWLEDGED, reason)


@transaction.atomic
def alert_resolve(*, viewer: Viewer, alert: Alert, reason: str) -> Alert:
    """Close the alert with what was done about it."""
    return _by_viewer(viewer, alert, AlertState.RESOLVED, reason)


@transaction.atomic
def alert_snooze(*, viewer: Viewer, alert: Alert, until: datetime, reason: str) -> Alert:
    """Put the alert off; at that moment it is open again and goes out again.

    Raises:
        InvalidInputError: no reason, or a moment that is past or too far away.
        TransitionError: it is resolved.
    """
    now = timezone.now()
    if not now < until <= now + timedelta(days=LONGEST_SNOOZE_DAYS):
        raise InvalidInputError(
            field="until",
            problem="an alert is put off until a moment to come",
            fix=f"Name one within {LONGEST_SNOOZE_DAYS} days",
        )
    return _by_viewer(viewer, alert, AlertState.SNOOZED, reason, until=until)


@transaction.atomic
def alert_assign(*, viewer: Viewer, alert: Alert, assignee: str) -> Alert:
    """Give the alert to a member of its organization, who is told by mail.

    Args:
        assignee: the member's e-mail address.

    Raises:
        InvalidInputError: nobody by that address answers for the organization's alerts.
        TransitionError: it is resolved.
    """
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    locked = Alert.objects.select_for_update().get(id=alert.id)
    if locked.state == AlertState.RESOLVED.value:
        raise TransitionError("an alert that is resolved is nobody's any more")
    chosen = alert_answerers(organization_id=alert.organization_id).filter(email=assignee).first()
    if chosen is None:
        raise InvalidInputError(
            field="assignee",
            problem="nobody by that address answers for this organization's alerts",
            fix="Choose a member whose role answers alerts",
        )
    locked.assignee = chosen
    locked.save(update_fields=["assignee"])
    payload: dict[str, Json] = {"alert": str(alert.id), "assignee": str(chosen.pk)}
    _tell(EventType.ALERT_ASSIGNED, locked, payload, viewer.user)
    if chosen != viewer.user:
        delivery_queue(alert=locked, route=None, recipient=chosen.email, occasion=Occasion.ASSIGNED)
    return locked


@transaction.atomic
def alert_answer(*, viewer: Viewer, alert: Alert, text: str) -> AlertAnswer:
    """Say something of the alert, to whoever reads the organization's record.

    Raises:
        InvalidInputError: it says nothing.
    """
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    if not text.strip():
        raise InvalidInputError(
            field="answer", problem="the answer is empty", fix="Say what is to be known"
        )
    answer = AlertAnswer.objects.create(alert=alert, who=viewer.user, text=text.strip())
    payload: dict[str, Json] = {"alert": str(alert.id), "answer": answer.text}
    _tell(EventType.ALERT_ANSWERED, alert, payload, viewer.user)
    return answer


def alert_move(
    *,
    alert: Alert,
    new: AlertState,
    who: User | None,
    reason: str,
    until: datetime | None = None,
) -> Alert:
    """Move an alert, in the caller's transaction.

    Args:
        who: none where its time had come or it became more severe.
        until: of a snooze.

    Raises:
        TransitionError: its lifecycle has no such move.
    """
    locked = Alert.objects.select_for_update().get(id=alert.id)
    old = AlertState(locked.state)
    alert_move_check(old, new)
    locked.state, locked.snoozed_until = new.value, until
    locked.save(update_fields=["state", "snoozed_until"])
    AlertTransition.objects.create(
        alert=locked, old=old.value, new=new.value, who=who, reason=reason
    )
    payload: dict[str, Json] = {"alert": str(alert.id), "reason": reason}
    if until is not None:
        payload["until"] = until.isoformat()
    _tell(_TOLD_AS[new], locked, payload, who)
    return locked


def alert_reading_tell(*, viewer: Viewer, alert: Alert) -> None:
    """Tell of whoever reads an alert, if that is to be told: see ``reading_tell``."""
    reading_tell(
        viewer=viewer,
        what=Seen.ALERT,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        model_id=alert.event.model_id,
    )


def _by_viewer(
    viewer: Viewer, alert: Alert, new: AlertState, reason: str, until: datetime | None = None
) -> Alert:
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    if not reason.strip():
        raise InvalidInputError(
            field="reason",
            problem="an alert is answered with a reason",
            fix="Say in a sentence what was found or done",
        )
    return alert_move(alert=alert, new=new, who=viewer.user, reason=reason, until=until)


def _tell(
    event_type: EventType, alert: Alert, payload: dict[str, Json], actor: User | None
) -> None:
    event_record(
        event_type=event_type,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload=payload,
        actor=actor,
        model_id=alert.event.model_id,
    )
