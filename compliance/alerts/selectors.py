"""Reading alerts, their routes and deliveries, scoped to the viewer."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Count, QuerySet, When
from django.db.models.functions import Now

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import Alert, AlertRoute, Delivery, MaintenanceWindow
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.domain.vocabulary import AlertState, Severity
from compliance.events.models import Event
from compliance.events.sending import sendings_undelivered


def alert_list(*, viewer: Viewer) -> QuerySet[Alert]:
    """Alerts that the viewer may read, newest first."""
    scope = viewer.scope(organization="organization", model="event__model__", moment="opened_at")
    return Alert.objects.filter(scope).select_related("organization", "event", "assignee")


def alert_list_whole(*, viewer: Viewer) -> QuerySet[Alert]:
    """The same, with all that became of each."""
    return alert_list(viewer=viewer).prefetch_related(
        "transitions__who",
        "answers__who",
        "occurrences__event",
        "silences__window__opened_by",
        "escalations__route",
        "deliveries__route",
        "deliveries__tries",
    )


def alert_get(*, viewer: Viewer, alert_id: UUID) -> Alert:
    """One alert, with all that became of it.

    Raises:
        NotFoundError: no such alert, or the viewer may not know of it.
    """
    alert = alert_list_whole(viewer=viewer).filter(id=alert_id).first()
    if alert is None:
        raise NotFoundError(f"no alert {alert_id} that you may see")
    return alert


def alert_assignments(*, alert: Alert) -> list[tuple[Event, str]]:
    """Each event by which an alert was given to somebody, with their name, oldest first.

    The name is empty where it was erased.
    """
    told = Event.objects.filter(subject=f"alert/{alert.id}", type=EventType.ALERT_ASSIGNED.value)
    events = told.select_related("actor").order_by("occurred_at")
    given = [(event, str(event.payload.get("assignee") or "")) for event in events]
    names = User.objects.in_bulk({key for _, key in given if key})
    by_key = {str(key): str(user) for key, user in names.items()}
    return [(event, by_key.get(key, "")) for event, key in given]


def alert_counts() -> dict[tuple[str, str], int]:
    """Alerts of the whole record by state and severity, for whoever operates it."""
    rows = Alert.objects.order_by().values("state", "severity").annotate(n=Count("id"))
    return {(row["state"], row["severity"]): row["n"] for row in rows}


def alerts_pending(*, viewer: Viewer) -> QuerySet[Alert]:
    """Alerts that wait for somebody; snoozed ones do not.

    Those given to the viewer come first, then the critical, then the newest.
    """
    waiting = (AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value)
    others = Case(When(assignee=viewer.user, then=0), default=1)
    lesser = Case(When(severity=Severity.CRITICAL.value, then=0), default=1)
    pending = alert_list(viewer=viewer).filter(state__in=waiting)
    return pending.order_by(others, lesser, "-opened_at")


def alert_route_list(*, viewer: Viewer) -> QuerySet[AlertRoute]:
    """Routes of the organizations that the viewer is a member of."""
    return AlertRoute.objects.filter(organization__in=viewer.roles).select_related(
        "organization", "escalates_to", "created_by"
    )


def alert_route_get(*, viewer: Viewer, route_id: UUID) -> AlertRoute:
    """One route.

    Raises:
        NotFoundError: no such route, or the viewer may not know of it.
    """
    route = alert_route_list(viewer=viewer).filter(id=route_id).first()
    if route is None:
        raise NotFoundError(f"no alert route {route_id} that you may see")
    return route


def window_list(*, viewer: Viewer) -> QuerySet[MaintenanceWindow]:
    """Maintenance windows that the viewer may read, newest first.

    They name a model by its label, so that a grant which is cut by model opens none.
    """
    scope = viewer.scope(organization="organization", moment="opened_at")
    return MaintenanceWindow.objects.filter(scope).select_related("organization", "opened_by")


def window_get(*, viewer: Viewer, window_id: UUID) -> MaintenanceWindow:
    """One maintenance window.

    Raises:
        NotFoundError: no such window, or the viewer may not know of it.
    """
    window = window_list(viewer=viewer).filter(id=window_id).first()
    if window is None:
        raise NotFoundError(f"no maintenance window {window_id} that you may see")
    return window


def window_current(*, viewer: Viewer) -> QuerySet[MaintenanceWindow]:
    """Maintenance windows that are in force now."""
    return window_list(viewer=viewer).filter(starts_at__lte=Now(), ends_at__gt=Now())


def delivery_list(*, viewer: Viewer) -> QuerySet[Delivery]:
    """Messages about alerts of the organizations that the viewer is a member of, newest first."""
    return (
        Delivery.objects.filter(organization__in=viewer.roles)
        .select_related("route", "organization")
        .prefetch_related("tries")
        .order_by("-id")
    )


def deliveries_failing(*, viewer: Viewer) -> QuerySet[Delivery]:
    """Messages that were tried and have not arrived."""
    return delivery_list(viewer=viewer).filter(delivered_at__isnull=True, attempts__gt=0)


def delivery_first(*, delivery: Delivery) -> Alert | None:
    """The first alert that a message tells of, for services only (no viewer)."""
    return delivery.alerts.select_related("event").order_by("opened_at").first()


def mails_undelivered() -> dict[str, int]:
    """Messages about alerts that have not arrived, for whoever operates the record."""
    return sendings_undelivered(kind=Delivery)
