"""Tasks that open alerts and send them."""

from uuid import UUID

from compliance.alerts.services import alert_open, delivery_attempt
from compliance.events.services import follow_up_attempt
from workers.celery import app


def _open(event_id: UUID) -> None:
    alert_open(event_id=event_id)


@app.task(name="alerts.open")
def open_(follow_up_id: int) -> None:
    """Open the alert that an event calls for."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_open)


@app.task(name="alerts.deliver")
def deliver(delivery_id: int) -> None:
    """Send a message about alerts on one route to one recipient."""
    delivery_attempt(delivery_id=delivery_id)
