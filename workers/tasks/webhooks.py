"""Tasks that call webhooks."""

from uuid import UUID

from compliance.audits.services import webhook_attempt
from workers.celery import app


@app.task(name="webhooks.call")
def call(call_id: str) -> None:
    """Call a subscription's webhook with an event."""
    webhook_attempt(call_id=UUID(call_id))
