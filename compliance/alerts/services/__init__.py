"""Writes on alerts: opening, sending out, answering, routes and maintenance windows."""

from compliance.alerts.services.acts import (
    alert_acknowledge,
    alert_answer,
    alert_assign,
    alert_reading_tell,
    alert_resolve,
    alert_snooze,
)
from compliance.alerts.services.deliveries import delivery_attempt
from compliance.alerts.services.opening import alert_open
from compliance.alerts.services.routes import (
    Destination,
    Policy,
    alert_route_change,
    alert_route_create,
    alert_route_try,
    policy_of,
)
from compliance.alerts.services.tending import alerts_tend
from compliance.alerts.services.windows import window_end, window_open

__all__ = [
    "Destination",
    "Policy",
    "alert_acknowledge",
    "alert_answer",
    "alert_assign",
    "alert_open",
    "alert_reading_tell",
    "alert_resolve",
    "alert_route_change",
    "alert_route_create",
    "alert_route_try",
    "alert_snooze",
    "alerts_tend",
    "delivery_attempt",
    "policy_of",
    "window_end",
    "window_open",
]
