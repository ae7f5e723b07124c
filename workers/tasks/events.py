"""Tasks that follow an event inside the record."""

from uuid import UUID

from compliance.audits.services import subscriptions_fire
from compliance.events.services import follow_up_attempt
from workers.celery import app


def _fire(event_id: UUID) -> None:
    subscriptions_fire(event_id=event_id)


@app.task(name="events.subscriptions_fire")
def fire(follow_up_id: int) -> None:
    """Do what an event's subscriptions ask for."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_fire)
