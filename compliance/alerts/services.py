"""Opening, delivering and answering alerts."""

from __future__ import annotations

from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer, alert_recipients
from compliance.alerts.models import Alert, AlertTransition, Delivery
from compliance.domain.alerts import alert_move_check
from compliance.domain.canonical import canonical_json
from compliance.domain.errors import InvalidInputError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState, Severity
from compliance.events.models import Event
from compliance.events.selectors import event_by_id
from compliance.events.sending import sending_claim, sending_settle
from compliance.events.services import event_record

_TITLES = {
    EventType.VERDICT_VIOLATING.value: "{label} violates {test}",
    EventType.PARENT_UNSHOWN.value: "A declared parent of {label} is not shown",
    EventType.ENDPOINT_DRIFT_DETECTED.value: "{label} serves another model than it did",
    EventType.QUESTION_ASKED.value: "{asker} asks about {label}",
    EventType.RUN_ERRORED.value: "A run on {label} ended in an error",
}


@transaction.atomic
def alert_open(*, event_id: UUID, severity: Severity | None = None) -> Alert:
    """Open the alert that an event calls for; the same event opens it once, whoever asks.

    Args:
        severity: if none is given, a warning for a verdict that is no alarm (the organization's
            error budget asks for more), and critical for all else.

    Raises:
        NotFoundError: no such event, or no organization's.
    """
    event = event_by_id(event_id=event_id)
    if event.organization_id is None:
        raise NotFoundError("an event of the operator's own is nobody's alert")
    if severity is None:
        severity = Severity.CRITICAL if event.payload.get("alarm", True) else Severity.WARNING
    alert, opened = Alert.objects.get_or_create(
        event=event,
        defaults={
            "organization_id": event.organization_id,
            "severity": severity.value,
            **_told(event),
        },
    )
    if not opened:
        return alert
    Delivery.objects.bulk_create(
        Delivery(alert=alert, recipient=address)
        for address in alert_recipients(organization_id=event.organization_id)
    )
    event_record(
        event_type=EventType.ALERT_OPENED,
        organization_id=event.organization_id,
        subject=f"alert/{alert.id}",
        payload={"alert": str(alert.id), "title": alert.title},
    )
    return alert


def delivery_attempt(*, delivery_id: int) -> None:
    """Mail an alert to one recipient, if it is due; a failure is kept and tried again.

    Delivery is at least once: a worker that dies between sending and recording sends again.
    """
    delivery = sending_claim(kind=Delivery, row_id=delivery_id)
    if delivery is not None:
        sending_settle(row=delivery, failed_because=_mail(delivery))


def alert_acknowledge(*, viewer: Viewer, alert: Alert, reason: str) -> Alert:
    """Say that somebody has seen the alert and acts on it."""
    return _alert_move(viewer=viewer, alert=alert, new=AlertState.ACKNOWLEDGED, reason=reason)


def alert_resolve(*, viewer: Viewer, alert: Alert, reason: str) -> Alert:
    """Close the alert with what was done about it."""
    return _alert_move(viewer=viewer, alert=alert, new=AlertState.RESOLVED, reason=reason)


@transaction.atomic
def _alert_move(*, viewer: Viewer, alert: Alert, new: AlertState, reason: str) -> Alert:
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    if not reason.strip():
        raise InvalidInputError(
            field="reason",
            problem="an alert is answered with a reason",
            fix="Say in a sentence what was found or done",
        )
    locked = Alert.objects.select_for_update().get(id=alert.id)
    old = AlertState(locked.state)
    alert_move_check(old, new)
    locked.state = new.value
    locked.save(update_fields=["state"])
    _transition_write(alert=locked, old=old, who=viewer.user, reason=reason)
    return locked


def _transition_write(*, alert: Alert, old: AlertState, who: User, reason: str) -> None:
    AlertTransition.objects.create(
        alert=alert, old=old.value, new=alert.state, who=who, reason=reason
    )
    event_record(
        event_type=EventType(f"alert.{alert.state}"),
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload={"alert": str(alert.id), "reason": reason},
        actor=who,
    )


def _mail(delivery: Delivery) -> str:
    """Send; why it failed, or nothing."""
    alert = delivery.alert
    try:
        send_mail(
            subject=f"[Assay] {alert.title}",
            message=f"{alert.statement}\n\nEvidence: {settings.PUBLIC_URL}{alert.path}\n",
            from_email=settings.DEFAULT_FROM_EMAIL,
            recipient_list=[delivery.recipient],
        )
    except (SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _told(event: Event) -> dict[str, str]:
    """Title, statement and path of the alert that an event calls for."""
    payload, title = event.payload, _TITLES.get(event.type, "{type} about {subject}")
    told = {"type": event.type, "subject": event.subject, **payload}
    plain = f"{event.type}: {canonical_json(payload).decode()}"
    return {
        "title": title.format_map(told)[:200],
        "statement": str(payload.get("statement") or plain),
        "path": str(payload.get("path", "/")),
    }
