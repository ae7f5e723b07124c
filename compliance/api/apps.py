"""The REST API."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Settings of the app."""

    name = "compliance.api"
    label = "api"
