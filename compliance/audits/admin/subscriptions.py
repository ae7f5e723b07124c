"""The admin of subscriptions and of the webhooks they call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminURLInputWidget

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import RecordAdmin
from compliance.accounts.selectors import Viewer
from compliance.audits.admin.pausing import BatteryForm, PausableAdmin, PausedFilter
from compliance.audits.labelling import CHOSEN
from compliance.audits.models import Subscription, WebhookCall
from compliance.audits.services import (
    consequence_resolve,
    subscription_create,
    subscription_pause,
    subscription_resume,
)
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Effect


class SubscriptionForm(BatteryForm):
    event_type = forms.ChoiceField(
        choices=[(one, one) for one in sorted(one.value for one in EventType)],
        initial=EventType.VERDICT_VIOLATING.value,
        widget=UnfoldAdminSelectWidget,
    )

    url = forms.URLField(
        max_length=500, required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = Subscription
        fields = ("organization", "event_type", "model", "filter", "effect", "severity", "url")
        help_texts = {
            "filter": "Keys of the payload with the value they must have; {} hears every event.",
            "effect": "A run needs stress tests, an alert a severity, a webhook a URL.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tests"].required = False

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return subscription_create(
            viewer=viewer,
            organization_id=chosen["organization"].id,
            event_type=EventType(chosen["event_type"]),
            consequence=consequence_resolve(
                effect=Effect(chosen["effect"]),
                battery=chosen["tests"],
                severity=chosen["severity"],
                url=chosen["url"],
                parameters=self.parameters,
            ),
            model=chosen["model"],
            where=chosen["filter"] or {},
        )


@admin.register(Subscription)
class SubscriptionAdmin(PausableAdmin):
    """Subscriptions."""

    told = Told(Seen.SUBSCRIPTION, Seen.SUBSCRIPTIONS)
    add_form = SubscriptionForm
    list_display = ("event_type", "organization", "model", "effect", "what", "activity")
    list_display_links = ("event_type", "organization")
    list_filter = (PausedFilter, "effect", "event_type", "organization")
    list_select_related = ("organization", "model__organization")
    search_fields = ("id", "event_type", "model__slug", "organization__name", "url")
    fields = (
        "organization",
        "event_type",
        "model",
        "filter",
        "effect",
        "activity",
        "specs",
        "severity",
        "url",
        "secret",
        "created_by",
        "created_at",
    )
    add_fieldsets = (
        ("When", {"fields": ("organization", "event_type", "model", "filter")}),
        ("Then", {"fields": ("effect", "tests", *CHOSEN, "severity", "url")}),
    )

    @display(description="What")
    def what(self, row: Subscription) -> str:
        return row.url or row.severity or self.tests(row)

    def pausing(self, viewer: Viewer, row: Subscription) -> None:
        subscription_pause(viewer=viewer, subscription=row)

    def resuming(self, viewer: Viewer, row: Subscription) -> None:
        subscription_resume(viewer=viewer, subscription=row)


@admin.register(WebhookCall)
class WebhookCallAdmin(RecordAdmin):
    """Events on their way to webhooks."""

    told = Told(Seen.SUBSCRIPTION, Seen.SUBSCRIPTIONS, "subscription")
    list_display = ("created_at", "event", "subscription", "attempts", "delivered_at")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter),)
    list_select_related = (
        "event",
        "subscription__organization",
        "subscription__model__organization",
    )
    search_fields = ("id", "event__type", "subscription__url", "failed_because")
    fields = (
        "id",
        "subscription",
        "event",
        "attempts",
        "created_at",
        "next_attempt_at",
        "delivered_at",
        "replayed_at",
        "failed_because",
    )
