"""Opening, delivering and answering alerts."""

from __future__ import annotations

from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer, alert_recipients
from compliance.alerts.models import Alert, AlertTransition, Delivery
from compliance.domain.alerts import alert_move_check
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState, Severity
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record

_TITLES = {
    EventType.VERDICT_VIOLATING.value: "{label} violates {test}",
    EventType.RUN_ERRORED.value: "A run on {label} ended in an error",
}


@transaction.atomic
def alert_open(*, event_id: UUID, severity: Severity) -> Alert:
    """Open the alert that an event calls for; the same event opens it once."""
    event = event_by_id(event_id=event_id)
    payload = event.payload
    alert, opened = Alert.objects.get_or_create(
        event=event,
        defaults={
            "organization_id": event.organization_id,
            "severity": severity.value,
            "title": _TITLES[event.type].format(**payload)[:200],
            "statement": payload["statement"],
            "path": payload["path"],
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


def alert_deliver(*, alert_id: UUID) -> int:
    """Mail the alert to everybody it has not reached; returns how many failed.

    Each attempt is recorded. Delivery is at least once: a worker that dies between sending
    and recording sends again.
    """
    failed = 0
    for delivery in Delivery.objects.filter(alert_id=alert_id, delivered_at__isnull=True):
        failed += not _delivery_attempt(delivery)
    return failed


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


def _delivery_attempt(delivery: Delivery) -> bool:
    alert = delivery.alert
    delivery.attempts += 1
    try:
        send_mail(
            subject=f"[Assay] {alert.title}",
            message=f"{alert.statement}\n\nEvidence: {settings.PUBLIC_URL}{alert.path}\n",
            from_email=settings.DEFAULT_FROM_EMAIL,
            recipient_list=[delivery.recipient],
        )
        delivery.delivered_at = timezone.now()
        delivery.failed_because = ""
    except (SMTPException, OSError) as error:
        delivery.failed_because = f"{type(error).__name__}: {error}"
    delivery.save()
    return delivery.delivered_at is not None
