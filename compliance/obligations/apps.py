"""The obligations app."""

from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    """Settings of the obligations app."""

    name = "compliance.obligations"
    label = "obligations"
