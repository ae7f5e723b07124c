"""The policies app."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Settings of the policies app."""

    name = "compliance.policies"
    label = "policies"
