"""What somebody must act on, and whether it reached them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import AlertState, Severity
from compliance.events.models import Event, append_only
from compliance.events.sending import Sending


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
    path = models.CharField(max_length=200, help_text="Where its evidence is, below the site.")
    opened_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return self.title


class AlertTransition(models.Model):
    """A move of an alert: who, when, why."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="transitions")
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old} to {self.new}"


class Delivery(Sending):
    """An alert on its way to one recipient; a failed attempt is tried again and shown."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="deliveries")
    recipient = models.EmailField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "recipient"], name="delivery_once")]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.alert} to {self.recipient}"
