"""Where alerts go, and when they are kept back."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import Channel, Severity


class AlertRoute(models.Model):
    """Where an organization's alerts go, which of them, and who is next if nobody answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="alert_routes"
    )
    name = models.CharField(max_length=100)
    channel = models.CharField(
        max_length=10, choices=[(channel.value, channel.value) for channel in Channel]
    )
    sealed_destination = models.TextField(
        blank=True, help_text="Encrypted under the instance's key: it holds secrets."
    )
    shown_destination = models.CharField(max_length=300, blank=True)
    minimum_severity = models.CharField(
        max_length=10,
        choices=[(severity.value, severity.value) for severity in Severity],
        default=Severity.WARNING.value,
    )
    event_types = models.JSONField(
        default=list, blank=True, help_text="Whose alerts it takes; empty: every type."
    )
    first_line = models.BooleanField(
        default=True, help_text="Takes alerts as they open; else only what escalates to it."
    )
    critical_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Until a critical alert escalates; empty: never."
    )
    warning_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Until a warning escalates; empty: never."
    )
    escalates_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="escalates_from"
    )
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("organization", "name")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="alert_route_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def destination(self) -> str:
        """Where it leads, without secrets."""
        return self.shown_destination or "those who answer for alerts"


class MaintenanceWindow(models.Model):
    """A time in which alerts are recorded and nobody is disturbed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="maintenance_windows"
    )
    model = models.CharField(
        max_length=200, blank=True, help_text="Only of this model, as provider/model; empty: all."
    )
    reason = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-starts_at",)

    def __str__(self) -> str:
        return self.reason

    def covers(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.starts_at <= now < self.ends_at
