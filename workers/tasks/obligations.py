"""The task that keeps obligations up with what was adopted and registered."""

from uuid import UUID

from compliance.events.services import follow_up_attempt
from compliance.obligations.services import obligations_follow
from workers.celery import app


def _follow(event_id: UUID) -> None:
    obligations_follow(event_id=event_id)


@app.task(name="obligations.follow")
def follow(follow_up_id: int) -> None:
    """Make the obligations that an event calls for."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_follow)
