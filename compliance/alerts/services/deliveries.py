"""Sending alerts out: along routes, gathered into messages, attempt by attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from compliance.accounts.selectors import alert_recipients
from compliance.alerts.messages import send
from compliance.alerts.models import (
    Alert,
    AlertRoute,
    Delivery,
    DeliveryAttempt,
    Escalation,
    MaintenanceWindow,
    Silence,
)
from compliance.domain.alerts import route_takes
from compliance.domain.events import EventType
from compliance.domain.vocabulary import Channel, Occasion, Severity
from compliance.events.sending import sending_claim, sending_settle
from compliance.events.services import event_record

_log = structlog.get_logger("assay.alerts")
MaybeRoute: TypeAlias = AlertRoute | None
"""None: the way an alert takes that no route took, mail to those who answer for it."""


def alert_deliver(*, alert: Alert, occasion: Occasion, only: Sequence[MaybeRoute] = ()) -> None:
    """Send an alert out, or note that a maintenance window keeps it back.

    Whatever no enabled route takes goes by mail to those who answer for the organization's alerts:
    an alert that reaches nobody must be somebody's decision, never an oversight. The caller holds
    the transaction.

    Args:
        only: these routes instead of those that take the alert as it opens.
    """
    window = _window(alert)
    if window is not None:
        _silence(alert, window, only or [None])
        return
    for route in only or list(_first_line(alert)) or [None]:
        for recipient in recipients(route, alert.organization_id):
            delivery_queue(alert=alert, route=route, recipient=recipient, occasion=occasion)
        _escalation_arm(alert, route)


def delivery_queue(
    *, alert: Alert, route: MaybeRoute, recipient: str, occasion: Occasion
) -> Delivery:
    """Add an alert to the message that still gathers, or begin one."""
    gathering = (
        Delivery.objects.select_for_update()
        .filter(
            organization_id=alert.organization_id,
            route=route,
            recipient=recipient,
            occasion=occasion.value,
            attempts=0,
            delivered_at__isnull=True,
            next_attempt_at__gt=Now(),
        )
        .order_by("id")
        .first()
    )
    if gathering is None:
        gathering = Delivery.objects.create(
            organization_id=alert.organization_id,
            route=route,
            recipient=recipient,
            occasion=occasion.value,
            next_attempt_at=timezone.now() + timedelta(seconds=settings.ALERT_GATHER_SECONDS),
        )
    gathering.alerts.add(alert)
    return gathering


def delivery_attempt(*, delivery_id: int) -> None:
    """Send a message, if it is due; a failure is kept and tried again.

    Delivery is at least once: a worker that dies between sending and recording sends again.
    """
    delivery = sending_claim(kind=Delivery, row_id=delivery_id)
    if delivery is None:
        return
    attempt = DeliveryAttempt.objects.create(delivery=delivery, number=delivery.attempts)
    try:
        failed_because = send(delivery)
    except Exception as error:  # kept with the row, where its operators see it
        _log.exception("delivery failed", delivery_id=delivery.id)
        failed_because = f"{type(error).__name__}; the worker's log says more"
    DeliveryAttempt.objects.filter(pk=attempt.pk).update(
        ended_at=Now(), failed_because=failed_because
    )
    sending_settle(row=delivery, failed_because=failed_because)


def recipients(route: MaybeRoute, organization_id: UUID) -> list[str]:
    """Addresses of mail that a route stands for; one empty one where it leads to a service."""
    if route is None or route.channel == Channel.MEMBERS.value:
        return alert_recipients(organization_id=organization_id)
    if route.channel == Channel.MAIL.value:
        return [route.shown_destination]
    return [""]


def _first_line(alert: Alert) -> Iterator[AlertRoute]:
    routes = AlertRoute.objects.filter(
        organization_id=alert.organization_id, enabled=True, first_line=True
    )
    for route in routes.select_related("escalates_to"):
        if route_takes(
            minimum=Severity(route.minimum_severity),
            event_types=route.event_types,
            severity=Severity(alert.severity),
            event_type=alert.event.type,
        ):
            yield route


def _escalation_arm(alert: Alert, route: MaybeRoute) -> None:
    """Have the next route told, unless somebody answers in time."""
    if route is None or route.escalates_to is None:
        return
    critical = alert.severity == Severity.CRITICAL.value
    minutes = route.critical_minutes if critical else route.warning_minutes
    if minutes is None:
        return
    Escalation.objects.get_or_create(
        alert=alert,
        route=route.escalates_to,
        ended_at=None,
        defaults={"due_at": timezone.now() + timedelta(minutes=minutes)},
    )


def _window(alert: Alert) -> MaintenanceWindow | None:
    """The maintenance window that is in force for an alert."""
    windows = MaintenanceWindow.objects.filter(
        organization_id=alert.organization_id, starts_at__lte=Now(), ends_at__gt=Now()
    )
    for window in windows.order_by("-ends_at"):
        if not window.model or alert.subject.startswith(f"{window.model} "):
            return window
    return None


def _silence(alert: Alert, window: MaintenanceWindow, routes: Sequence[MaybeRoute]) -> None:
    for route in routes:
        Silence.objects.create(alert=alert, window=window, route=route)
    event_record(
        event_type=EventType.ALERT_SILENCED,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload={"alert": str(alert.id), "window": str(window.id)},
        model_id=alert.event.model_id,
    )
