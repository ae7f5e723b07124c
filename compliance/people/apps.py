"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Settings of the people app."""

    name = "compliance.people"
    label = "people"
