"""Tasks that open and deliver alerts."""

from uuid import UUID

from compliance.alerts.services import alert_deliver, alert_open
from compliance.domain.vocabulary import Severity
from workers.celery import app

RETRY_SECONDS = 30
MAX_RETRIES = 10


@app.task(name="alerts.open")
def open_(event_id: str) -> None:
    """Open the alert that the event calls for."""
    alert_open(event_id=UUID(event_id), severity=Severity.CRITICAL)


@app.task(name="alerts.deliver", bind=True, max_retries=MAX_RETRIES)
def deliver(self, alert_id: str) -> None:  # type: ignore[no-untyped-def]
    """Mail the alert; try again what failed."""
    if alert_deliver(alert_id=UUID(alert_id)):
        raise self.retry(countdown=RETRY_SECONDS)
