"""The portal: pages for people."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Views call selectors and services; they hold no rows of their own."""

    name = "compliance.portal"
