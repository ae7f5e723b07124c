"""The admin of what happened."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from compliance.accounts.admin_site import RecordAdmin, pretty
from compliance.events.models import Event, FollowUp


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """Every event, newest first."""

    list_display = ("occurred_at", "type", "subject", "organization", "actor")
    list_filter = ("type", "organization")
    list_select_related = ("organization", "actor")
    search_fields = ("id", "subject", "type")
    fields = (
        "id",
        "type",
        "organization",
        "subject",
        "actor",
        "occurred_at",
        "traceparent",
        "what",
    )

    @display(description="Payload")
    def what(self, event: Event) -> SafeString:
        return pretty(event.payload)


@admin.register(FollowUp)
class FollowUpAdmin(RecordAdmin):
    """What events call for, on its way to the tasks that do it."""

    list_display = ("event", "task", "attempts", "delivered_at")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter), "task")
    list_select_related = ("event",)
    search_fields = ("event__id", "event__type", "task", "failed_because")
    fields = (
        "event",
        "task",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "failed_because",
    )
