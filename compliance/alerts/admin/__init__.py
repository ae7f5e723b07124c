"""The admin of alerts, their routes and what was sent."""

from compliance.alerts.admin import alerts, routes

__all__ = ["alerts", "routes"]
