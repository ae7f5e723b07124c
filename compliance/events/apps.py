"""The events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Settings of the events app."""

    name = "compliance.events"
    label = "events"
