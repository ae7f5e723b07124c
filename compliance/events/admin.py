"""The admin of what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import BasisDialog, RecordAdmin, dialog, pretty
from compliance.accounts.sudo import DangerousAct
from compliance.domain.readings import Seen
from compliance.events.models import Event, FollowUp, KeptAnswer, PendingEvent
from compliance.events.services import event_erase

if TYPE_CHECKING:
    from compliance.accounts.selectors import Viewer


class ErasureDialog(BasisDialog):
    """Asks which values, and on which legal basis."""

    field_order = ("fields_named", "basis")
    fields_named = forms.CharField(
        label="Fields", help_text="Names of payload fields, separated by spaces."
    )


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """Every event, newest first."""

    told = Told(Seen.ENTRY, Seen.EVENTS)
    dangerous = DangerousAct.ERASE
    actions_detail = ("erase",)

    list_display = ("occurred_at", "type", "subject", "organization", "actor")
    list_filter = ("type", "organization")
    list_select_related = ("organization", "actor", "model")
    search_fields = ("id", "subject", "type")
    fields = (
        "id",
        "type",
        "organization",
        "model",
        "subject",
        "actor",
        "occurred_at",
        "traceparent",
        "what",
    )

    @action(
        description="Erase values",
        permissions=["operate"],
        icon="ink_eraser",
        dialog=dialog(
            "Erase values",
            "Values and salts are gone for good; the entry in the ledger stands and proves as"
            " before. The erasure is an entry of its own.",
            ErasureDialog,
        ),
    )
    def erase(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        event = Event.objects.get(pk=object_id)
        named = form.cleaned_data["fields_named"].split()

        def service(viewer: Viewer) -> str:
            event_erase(viewer=viewer, event=event, fields=named, basis=form.cleaned_data["basis"])
            return f"Erased: {', '.join(named)}."

        return self.ask(request, event, service)

    @display(description="Payload")
    def what(self, event: Event) -> SafeString:
        return pretty(event.payload)


@admin.register(PendingEvent)
class PendingEventAdmin(RecordAdmin):
    """Events that the relay or the ledger has not read yet; a row goes when it has."""

    told = Told(Seen.ENTRY, Seen.EVENTS, "event")
    list_display = ("event", "reader")
    list_filter = ("reader", "event__type")
    list_select_related = ("event__model",)
    search_fields = ("event__id", "event__type", "event__subject")
    fields = ("event", "reader")


@admin.register(FollowUp)
class FollowUpAdmin(RecordAdmin):
    """What events call for, on its way to the tasks that do it."""

    told = Told(Seen.ENTRY, Seen.EVENTS, "event")
    list_display = ("event", "task", "attempts", "delivered_at")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter), "task")
    list_select_related = ("event__model",)
    search_fields = ("event__id", "event__type", "task", "failed_because")
    fields = (
        "event",
        "task",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "failed_because",
    )


@admin.register(KeptAnswer)
class KeptAnswerAdmin(RecordAdmin):
    """Writes that were sent with an idempotency key; what they were answered is sealed."""

    list_display = ("kept_at", "user", "key_digest")
    list_filter = ("kept_at",)
    list_select_related = ("user",)
    search_fields = ("key_digest", "user__email")
    fields = ("user", "key_digest", "fingerprint", "kept_at")
