"""Alerts, the routes they leave by, and whether they reached anybody."""

from compliance.alerts.models.alerts import Alert, AlertAnswer, AlertTransition, Occurrence
from compliance.alerts.models.deliveries import Delivery, DeliveryAttempt, Escalation, Silence
from compliance.alerts.models.routes import AlertRoute, MaintenanceWindow

__all__ = [
    "Alert",
    "AlertAnswer",
    "AlertRoute",
    "AlertTransition",
    "Delivery",
    "DeliveryAttempt",
    "Escalation",
    "MaintenanceWindow",
    "Occurrence",
    "Silence",
]
