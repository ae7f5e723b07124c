"""An alert that has been through everything: found again, silenced, escalated, answered."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.alerts.models import Alert, AlertRoute, Delivery
from compliance.alerts.services import (
    Destination,
    Policy,
    alert_answer,
    alert_assign,
    alert_open,
    alert_route_create,
    alert_snooze,
    alerts_tend,
    delivery_attempt,
    window_end,
    window_open,
)
from compliance.domain.events import EventType
from compliance.domain.vocabulary import Channel
from compliance.events.services import event_record

NOWHERE = "mmost://127.0.0.1:1/token3ggfhhdkdjdhd"


def routes_made(officer: Viewer, alert: Alert) -> AlertRoute:
    """A chat that is down, and the mail that it escalates to; returns the first."""
    after = alert_route_create(
        viewer=officer,
        organization_id=alert.organization_id,
        name="Head of compliance",
        destination=Destination(Channel.MAIL, "head@northwind.example"),
        policy=Policy(first_line=False),
    )
    with override_settings(ALLOW_INTERNAL=True):
        return alert_route_create(
            viewer=officer,
            organization_id=alert.organization_id,
            name="Model desk",
            destination=Destination(Channel.SERVICE, NOWHERE),
            policy=Policy(critical_minutes=15, warning_minutes=240, escalates_to=after.id),
        )


def lived(officer: Viewer, alert: Alert) -> AlertRoute:
    """Let all of it happen to an open alert; returns the route that fails."""
    route = routes_made(officer, alert)
    now = timezone.now()
    window = window_open(
        viewer=officer,
        organization_id=alert.organization_id,
        reason="The evaluation cluster moves to new hardware",
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=2),
    )
    alert_snooze(
        viewer=officer,
        alert=alert,
        until=now + timedelta(hours=1),
        reason="The team is back at nine",
    )
    alerts_tend(now=now + timedelta(hours=1))  # woken, into the window
    window_end(viewer=officer, window=window)
    alerts_tend(now=timezone.now())  # sent after all
    alerts_tend(now=now + timedelta(hours=1))  # escalated
    found_again(alert)
    alert_assign(viewer=officer, alert=alert, assignee=officer.user.email)
    alert_answer(
        viewer=officer,
        alert=alert,
        text="A checkpoint from before the safety training was uploaded. 1.1 follows on Friday.",
    )
    with override_settings(ALLOW_INTERNAL=True):
        for delivery in Delivery.objects.exclude(recipient="head@northwind.example"):
            delivery_attempt(delivery_id=delivery.id)
    return route


def found_again(alert: Alert) -> None:
    """The same finding, a week on."""
    with transaction.atomic():
        event = event_record(
            event_type=EventType(alert.event.type),
            organization_id=alert.organization_id,
            subject=alert.event.subject,
            payload=alert.event.payload,
        )
    alert_open(event_id=event.id)
