"""The admin of subscriptions: added, paused and resumed by the services."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models
from unfold.widgets import UnfoldAdminSelectWidget

from compliance.accounts.selectors import Viewer
from compliance.audits.admin.schedules import BatteryForm, PausableAdmin, PausedFilter
from compliance.audits.models import Subscription
from compliance.audits.services import (
    battery_resolve,
    subscription_create,
    subscription_pause,
    subscription_resume,
)
from compliance.domain.events import SUBSCRIBABLE, EventType


class SubscriptionForm(BatteryForm):
    event_type = forms.ChoiceField(
        choices=[(one, one) for one in sorted(one.value for one in SUBSCRIBABLE)],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Subscription
        fields = ("organization", "event_type", "model")

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return subscription_create(
            viewer=viewer,
            organization_id=chosen["organization"].id,
            event_type=EventType(chosen["event_type"]),
            battery=battery_resolve(battery=chosen["tests"]),
            model=chosen["model"],
        )


@admin.register(Subscription)
class SubscriptionAdmin(PausableAdmin):
    """Subscriptions."""

    add_form = SubscriptionForm
    list_display = ("event_type", "organization", "model", "tests", "activity")
    list_display_links = ("event_type", "organization")
    list_filter = (PausedFilter, "event_type", "organization")
    list_select_related = ("organization", "model__organization")
    search_fields = ("id", "event_type", "model__slug", "organization__name")
    fields = (
        "organization",
        "event_type",
        "model",
        "activity",
        "specs",
        "created_by",
        "created_at",
    )
    add_fieldsets = ((None, {"fields": ("organization", "event_type", "model", "tests")}),)

    def pausing(self, viewer: Viewer, row: Subscription) -> None:
        subscription_pause(viewer=viewer, subscription=row)

    def resuming(self, viewer: Viewer, row: Subscription) -> None:
        subscription_resume(viewer=viewer, subscription=row)
