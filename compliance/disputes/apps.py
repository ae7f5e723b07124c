"""The disputes app."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Settings of the disputes app."""

    name = "compliance.disputes"
    label = "disputes"
