"""Tasks that open alerts and send them."""

from uuid import UUID

from compliance.alerts.services import alert_open, delivery_attempt
from compliance.domain.vocabulary import Severity
from workers.celery import AGAIN, app


@app.task(name="alerts.open", **AGAIN)
def open_(event_id: str) -> None:
    """Open the alert that the event calls for."""
    alert_open(event_id=UUID(event_id), severity=Severity.CRITICAL)


@app.task(name="alerts.deliver")
def deliver(delivery_id: int) -> None:
    """Mail an alert to one recipient."""
    delivery_attempt(delivery_id=delivery_id)
