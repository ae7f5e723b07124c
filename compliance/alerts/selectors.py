"""Reading alerts, scoped to the viewer."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from compliance.accounts.selectors import Viewer
from compliance.alerts.models import Alert, Delivery
from compliance.domain.errors import NotFoundError
from compliance.events.sending import sendings_undelivered


def alert_list(*, viewer: Viewer) -> QuerySet[Alert]:
    """Alerts of the organizations whose record the viewer may read, newest first."""
    return (
        Alert.objects.filter(organization__in=viewer.readable)
        .select_related("organization", "event")
        .prefetch_related("transitions__who", "deliveries")
    )


def alert_get(*, viewer: Viewer, alert_id: UUID) -> Alert:
    """One alert.

    Raises:
        NotFoundError: no such alert, or the viewer may not know of it.
    """
    alert = alert_list(viewer=viewer).filter(id=alert_id).first()
    if alert is None:
        raise NotFoundError(f"no alert {alert_id} that you may see")
    return alert


def alert_counts() -> dict[tuple[str, str], int]:
    """Alerts of the whole record by state and severity, for whoever operates it."""
    rows = Alert.objects.order_by().values("state", "severity").annotate(n=Count("id"))
    return {(row["state"], row["severity"]): row["n"] for row in rows}


def mails_undelivered() -> dict[str, int]:
    """Mails that have not arrived, for whoever operates the record."""
    return sendings_undelivered(kind=Delivery)
