"""Tasks that follow an event inside the record."""

from uuid import UUID

from compliance.audits.services import subscriptions_fire
from workers.celery import AGAIN, app


@app.task(name="events.subscriptions_fire", **AGAIN)
def fire(event_id: str) -> None:
    """Do what the event's subscriptions ask for."""
    subscriptions_fire(event_id=UUID(event_id))
