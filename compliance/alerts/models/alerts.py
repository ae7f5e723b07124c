"""What somebody must act on, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import AlertState, Severity
from compliance.events.models import Event, append_only


class Alert(models.Model):
    """Raised by one event; somebody acknowledges and resolves it with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # One-to-one: the same event delivered twice opens one alert.
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="alert")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="alerts")
    severity = models.CharField(
        max_length=10, choices=[(severity.value, severity.value) for severity in Severity]
    )
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value) for state in AlertState],
        default=AlertState.OPEN.value,
        db_index=True,
    )
    title = models.CharField(max_length=200)
    statement = models.TextField()
    claim = models.JSONField(
        default=dict, blank=True, help_text="Statistic, interval, limit, α and e-value, if any."
    )
    path = models.CharField(max_length=200, help_text="Where its evidence is, below the site.")
    bundle_path = models.CharField(
        max_length=200, blank=True, default="", help_text="Where its bundle is, below the site."
    )
    finding = models.CharField(
        max_length=64, blank=True, default="", help_text="Equal for the same finding again."
    )
    subject = models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="The version it is about.",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts_assigned",
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-opened_at",)
        indexes = [models.Index(fields=["organization", "finding", "-opened_at"])]

    def __str__(self) -> str:
        return self.title


class Occurrence(models.Model):
    """The same finding again: an event that added to an alert instead of opening another."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="occurrences")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="occurrence")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.alert}, again"


class AlertTransition(models.Model):
    """A move of an alert: who, when, why."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="transitions")
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty: nobody; its time had come, or it became more severe.",
    )
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old} to {self.new}"


class AlertAnswer(models.Model):
    """What somebody of the organization says of an alert; whoever reads the record reads it."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="answers")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.who} on {self.alert}"
