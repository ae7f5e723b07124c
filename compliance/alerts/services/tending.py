"""What comes of alerts by itself when its time has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction
from django.db.models import QuerySet

from compliance.alerts.models import Alert, Escalation, Silence
from compliance.alerts.services.acts import alert_move
from compliance.alerts.services.deliveries import alert_deliver
from compliance.domain.events import EventType
from compliance.domain.vocabulary import AlertState, Occasion
from compliance.events.services import event_record

Row = TypeVar("Row", bound=models.Model)


def alerts_tend(*, now: datetime) -> int:
    """Wake what was snoozed, escalate what nobody answered, send what a window kept back.

    Any number of processes may ask at once. Returns how much was done.
    """
    snoozed = Alert.objects.filter(state=AlertState.SNOOZED.value, snoozed_until__lte=now)
    unanswered = Escalation.objects.filter(ended_at__isnull=True, due_at__lte=now)
    kept_back = Silence.objects.filter(released_at__isnull=True, window__ends_at__lte=now)
    return (
        _each(snoozed, _wake)
        + _each(unanswered, lambda escalation: _escalate(escalation, now))
        + _each(kept_back, lambda silence: _release(silence, now))
    )


def _each(due: QuerySet[Row], act: Callable[[Row], None]) -> int:
    """Act on every row that is due, each in a transaction of its own; locked ones are another's."""
    done = 0
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=key).first()
            if row is not None:
                act(row)
                done += 1
    return done


def _wake(alert: Alert) -> None:
    alert = alert_move(
        alert=alert, new=AlertState.OPEN, who=None, reason="The time it was put off is over."
    )
    alert_deliver(alert=alert, occasion=Occasion.WOKEN)


def _escalate(escalation: Escalation, now: datetime) -> None:
    alert, route = escalation.alert, escalation.route
    unanswered = alert.state == AlertState.OPEN.value and route.enabled
    escalation.ended_at, escalation.escalated = now, unanswered
    escalation.save(update_fields=["ended_at", "escalated"])
    if not unanswered:
        return
    event_record(
        event_type=EventType.ALERT_ESCALATED,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload={"alert": str(alert.id), "route": str(route.id)},
        model_id=alert.event.model_id,
    )
    alert_deliver(alert=alert, occasion=Occasion.ESCALATED, only=[route])


def _release(silence: Silence, now: datetime) -> None:
    silence.released_at = now
    silence.save(update_fields=["released_at"])
    if silence.alert.state == AlertState.OPEN.value:
        only = [silence.route] if silence.route else ()
        alert_deliver(alert=silence.alert, occasion=Occasion.RELEASED, only=only)
