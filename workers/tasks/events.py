"""Tasks that follow an event inside the record."""

from uuid import UUID

from compliance.audits.services import subscriptions_fire
from workers.celery import app


@app.task(name="events.subscriptions_fire")
def fire(event_id: str) -> None:
    """Do what the event's subscriptions ask for."""
    subscriptions_fire(event_id=UUID(event_id))
