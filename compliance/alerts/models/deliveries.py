"""Messages about alerts on their way, attempt by attempt, and those that were kept back."""

from __future__ import annotations

from django.db import models

from compliance.accounts.models import Organization
from compliance.alerts.models.alerts import Alert
from compliance.alerts.models.routes import AlertRoute, MaintenanceWindow
from compliance.domain.vocabulary import Occasion
from compliance.events.sending import Sending


class Delivery(Sending):
    """One message on one route to one recipient, about one alert or several.

    Until its first attempt is due, alerts of the same occasion are added to it.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="deliveries"
    )
    alerts = models.ManyToManyField(Alert, related_name="deliveries")
    route = models.ForeignKey(
        AlertRoute,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        help_text="Empty: no route took the alert, so it goes to those who answer for it.",
    )
    recipient = models.EmailField(blank=True, help_text="Of mail.")
    occasion = models.CharField(
        max_length=10,
        choices=[(occasion.value, occasion.value) for occasion in Occasion],
        default=Occasion.OPENED.value,
    )

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.occasion} to {self.to}"

    @property
    def to(self) -> str:
        """Whom it is for, without secrets."""
        return self.recipient or (str(self.route) if self.route else "")


class DeliveryAttempt(models.Model):
    """One attempt; one that never ended was cut short, and may have arrived."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    failed_because = models.TextField(blank=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_attempt_once")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery}"


class Escalation(models.Model):
    """What goes to the next route at a moment, unless somebody has answered by then."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="escalations")
    route = models.ForeignKey(
        AlertRoute, on_delete=models.PROTECT, help_text="The next one.", related_name="escalations"
    )
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    escalated = models.BooleanField(default=False)

    class Meta:
        ordering = ("due_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "route"],
                condition=models.Q(ended_at__isnull=True),
                name="escalation_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert} to {self.route}"


class Silence(models.Model):
    """A delivery that a maintenance window kept back; made up for when the window is over."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="silences")
    window = models.ForeignKey(MaintenanceWindow, on_delete=models.PROTECT, related_name="silences")
    route = models.ForeignKey(
        AlertRoute, on_delete=models.PROTECT, null=True, blank=True, help_text="Empty: all of them."
    )
    at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.alert}: {self.window}"
