"""What a message about alerts says, and how it leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from compliance.accounts.sealing import Purpose, unseal
from compliance.alerts.models import Alert, Delivery
from compliance.domain.errors import DamagedError
from compliance.domain.vocabulary import Channel, Occasion, Severity
from compliance.outbound.notifiers import notify

_WHY = {
    Occasion.OPENED: "",
    Occasion.RAISED: "found again, and more severe than before",
    Occasion.WOKEN: "the time it was put off is over",
    Occasion.ESCALATED: "nobody has answered it in time",
    Occasion.RELEASED: "kept back by a maintenance window that is over",
    Occasion.ASSIGNED: "it was given to you",
    Occasion.TRIED: "somebody tries whether this route arrives",
}
_SHOWN, _WHOLE = 10, 3
"""Alerts that a message tells of, and how many at most with all their figures in plain text: chat
services take 2,000 characters or so."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in both its forms."""

    title: str
    text: str
    html: str
    critical: bool


def message_of(delivery: Delivery) -> Message:
    """What a delivery says of its alerts as they stand now, the most severe first."""
    alerts = sorted(delivery.alerts.select_related("assignee").order_by("opened_at"), key=_haste)
    context = {
        "alerts": alerts[:_SHOWN],
        "brief": len(alerts) > _WHOLE,
        "left_out": max(0, len(alerts) - _SHOWN),
        "organization": delivery.organization,
        "why": _WHY[Occasion(delivery.occasion)],
        "tried": delivery.occasion == Occasion.TRIED.value,
        "site": settings.PUBLIC_URL,
    }
    return Message(
        title=" ".join(f"[Assay] {_title(delivery, alerts)}".split()),  # one line, as a header
        text=render_to_string("alerts/message.txt", context).strip() + "\n",
        html=render_to_string("alerts/message.html", context),
        critical=any(alert.severity == Severity.CRITICAL.value for alert in alerts),
    )


def send(delivery: Delivery) -> str:
    """Send a delivery's message; returns why it failed, or nothing."""
    message, route = message_of(delivery), delivery.route
    if route is None or route.channel != Channel.SERVICE.value:
        return _mail(delivery.recipient, message)
    try:
        destination = unseal(route.sealed_destination, Purpose.ALERT_ROUTE)
    except DamagedError as error:
        return str(error)
    return notify(
        destination,
        title=message.title,
        text=message.text,
        critical=message.critical,
        allow_internal=settings.ALLOW_INTERNAL,
    )


def _mail(recipient: str, message: Message) -> str:
    mail = EmailMultiAlternatives(
        subject=message.title,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[recipient],
    )
    mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _title(delivery: Delivery, alerts: list[Alert]) -> str:
    if not alerts:
        return f"A try of the route {delivery.route}"
    if len(alerts) == 1:
        return f"{alerts[0].severity}: {alerts[0].title}"
    critical = sum(alert.severity == Severity.CRITICAL.value for alert in alerts)
    return f"{len(alerts)} alerts of {delivery.organization}, {critical} critical"


def _haste(alert: Alert) -> bool:
    return alert.severity != Severity.CRITICAL.value
