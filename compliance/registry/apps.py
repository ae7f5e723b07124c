"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Settings of the registry app."""

    name = "compliance.registry"
    label = "registry"
