"""Tasks that follow an event in a dispute."""

from uuid import UUID

from compliance.disputes.services import dispute_alert, dispute_hear
from compliance.events.services import follow_up_attempt
from workers.celery import app


def _alert(event_id: UUID) -> None:
    dispute_alert(event_id=event_id)


def _hear(event_id: UUID) -> None:
    dispute_hear(event_id=event_id)


@app.task(name="disputes.alert")
def alert(follow_up_id: int) -> None:
    """Open the alert that a step calls for."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_alert)


@app.task(name="disputes.hear")
def hear(follow_up_id: int) -> None:
    """Put what a battery found before the court."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_hear)
