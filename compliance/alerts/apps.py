"""The alerts app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Settings of the alerts app."""

    name = "compliance.alerts"
    label = "alerts"
