"""Calls of webhooks, each a row until it has arrived."""

from __future__ import annotations

import uuid

from django.db import models

from compliance.audits.models.plans import Subscription
from compliance.domain.vocabulary import CallState
from compliance.events.models import Event
from compliance.events.sending import Sending


class WebhookCall(Sending):
    """An event on its way to a subscription's URL."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="calls")
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    replayed_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last asked for it again."
    )

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            # A redelivered event finds its call already made.
            models.UniqueConstraint(fields=["subscription", "event"], name="webhook_call_once")
        ]

    @property
    def state(self) -> CallState:
        """Where it stands."""
        if self.delivered_at is not None:
            return CallState.ARRIVED
        return CallState.GIVEN_UP if self.given_up else CallState.WAITING

    def __str__(self) -> str:
        return f"{self.event} to {self.subscription.url}"
