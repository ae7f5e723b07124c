"""The audits app."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Settings of the audits app."""

    name = "compliance.audits"
    label = "audits"
