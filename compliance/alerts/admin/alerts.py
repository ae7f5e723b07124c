"""The admin of alerts: answered with a reason, never edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextareaWidget

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import (
    FixedInline,
    ReasonDialog,
    RecordAdmin,
    dialog,
    link,
    pretty,
)
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import (
    Alert,
    AlertAnswer,
    AlertTransition,
    Escalation,
    Occurrence,
    Silence,
)
from compliance.alerts.services import (
    alert_acknowledge,
    alert_answer,
    alert_assign,
    alert_resolve,
    alert_snooze,
)
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import AlertState, Severity

STATE_COLOURS = {
    AlertState.OPEN.value: "danger",
    AlertState.ACKNOWLEDGED.value: "warning",
    AlertState.SNOOZED.value: "info",
    AlertState.RESOLVED.value: "success",
}
SEVERITY_COLOURS = {Severity.CRITICAL.value: "danger", Severity.WARNING.value: "warning"}


class SnoozeDialog(ReasonDialog):
    """Asks until when, and why."""

    until = forms.DateTimeField(help_text="In UTC, such as 2030-01-31 08:00.")


class AssignDialog(BaseDialogForm):
    """Asks whom it is given to."""

    assignee = forms.EmailField(widget=UnfoldAdminEmailInputWidget)


class AnswerDialog(BaseDialogForm):
    """Asks what is to be said."""

    answer = forms.CharField(max_length=5000, widget=UnfoldAdminTextareaWidget({"rows": 5}))


class TransitionInline(FixedInline):
    model = AlertTransition
    fields = ("old", "new", "who", "reason", "at")


class AnswerInline(FixedInline):
    model = AlertAnswer
    fields = ("who", "text", "at")


class OccurrenceInline(FixedInline):
    model = Occurrence
    fields = ("event", "at")


class EscalationInline(FixedInline):
    model = Escalation
    fields = ("route", "due_at", "ended_at", "escalated")


class SilenceInline(FixedInline):
    model = Silence
    fields = ("window", "route", "at", "released_at")


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    """Alerts, newest first."""

    told = Told(Seen.ALERT, Seen.ALERTS, model="event.model")
    list_display = (
        "title",
        "severity_label",
        "state_label",
        "assignee",
        "organization",
        "opened_at",
    )
    list_filter = ("state", "severity", "organization")
    list_select_related = ("organization", "assignee", "event__model")
    search_fields = ("title", "statement", "assignee__email")
    fields = (
        "title",
        "severity_label",
        "state_label",
        "snoozed_until",
        "assignee",
        "organization",
        "statement",
        "figures",
        "evidence",
        "event",
        "opened_at",
    )
    inlines = (TransitionInline, AnswerInline, OccurrenceInline, EscalationInline, SilenceInline)
    actions_detail = actions_row = ("acknowledge", "snooze", "assign", "answer", "resolve")

    @display(description="Severity", ordering="severity", label=SEVERITY_COLOURS)
    def severity_label(self, alert: Alert) -> str:
        return alert.severity

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, alert: Alert) -> str:
        return alert.state

    @display(description="Claim")
    def figures(self, alert: Alert) -> SafeString:
        return pretty(alert.claim)

    @display(description="Evidence")
    def evidence(self, alert: Alert) -> SafeString:
        return link(alert.path, "The run in the portal")

    @action(
        description="Acknowledge",
        permissions=["operate"],
        icon="visibility",
        dialog=dialog("Acknowledge", "Say who looks into it.", ReasonDialog),
    )
    def acknowledge(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._act(request, form, object_id, alert_acknowledge, "The alert is acknowledged.")

    @action(
        description="Resolve",
        permissions=["operate"],
        icon="task_alt",
        dialog=dialog("Resolve", "Say what was found or done.", ReasonDialog),
    )
    def resolve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._act(request, form, object_id, alert_resolve, "The alert is resolved.")

    @action(
        description="Snooze",
        permissions=["operate"],
        icon="snooze",
        dialog=dialog("Snooze", "It is open again then, and goes out again.", SnoozeDialog),
    )
    def snooze(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._act(request, form, object_id, alert_snooze, "The alert is put off.")

    @action(
        description="Assign",
        permissions=["operate"],
        icon="person_add",
        dialog=dialog("Assign", "A member who answers alerts; told by mail.", AssignDialog),
    )
    def assign(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._act(request, form, object_id, alert_assign, "The alert is assigned.")

    @action(
        description="Answer",
        permissions=["operate"],
        icon="reply",
        dialog=dialog("Answer", "Whoever reads the organization's record reads it.", AnswerDialog),
    )
    def answer(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        form.cleaned_data = {"text": form.cleaned_data["answer"]}
        return self._act(request, form, object_id, alert_answer, "The answer stands.")

    def _act(
        self, request: HttpRequest, form: Any, object_id: str, act: Any, said: str
    ) -> HttpResponse:
        alert = Alert.objects.get(pk=object_id)
        asked = {key: one for key, one in form.cleaned_data.items() if not key.startswith("_")}

        def service(viewer: Viewer) -> str:
            act(viewer=viewer, alert=alert, **asked)
            return said

        return self.ask(request, alert, service)


@admin.register(AlertTransition)
class AlertTransitionAdmin(RecordAdmin):
    """Who moved which alert, and why."""

    told = Told(Seen.ALERT, Seen.ALERTS, "alert", "event.model")
    list_display = ("at", "alert", "old", "new", "who", "reason")
    list_filter = ("new",)
    list_select_related = ("alert__event__model", "who")
    search_fields = ("alert__title", "reason", "who__email")
    fields = ("alert", "old", "new", "who", "reason", "at")


@admin.register(AlertAnswer)
class AlertAnswerAdmin(RecordAdmin):
    """What people said of alerts."""

    told = Told(Seen.ALERT, Seen.ALERTS, "alert", "event.model")
    list_display = ("at", "alert", "who", "text")
    list_filter = ("alert__organization", "at")
    list_select_related = ("alert__event__model", "who")
    search_fields = ("alert__title", "text", "who__email")
    fields = ("alert", "who", "text", "at")


@admin.register(Occurrence)
class OccurrenceAdmin(RecordAdmin):
    """The same finding, again."""

    told = Told(Seen.ALERT, Seen.ALERTS, "alert", "event.model")
    list_display = ("at", "alert", "event")
    list_filter = ("alert__organization", "at")
    list_select_related = ("alert__event__model", "event")
    search_fields = ("alert__title", "event__id")
    fields = ("alert", "event", "at")
