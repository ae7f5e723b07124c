"""The admin of alerts: answered with a reason, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_site import (
    FixedInline,
    ReasonDialog,
    RecordAdmin,
    dialog,
    link,
)
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import Alert, AlertTransition, Delivery
from compliance.alerts.services import alert_acknowledge, alert_resolve
from compliance.domain.vocabulary import AlertState, Severity

STATE_COLOURS = {
    AlertState.OPEN.value: "danger",
    AlertState.ACKNOWLEDGED.value: "warning",
    AlertState.RESOLVED.value: "success",
}
SEVERITY_COLOURS = {Severity.CRITICAL.value: "danger", Severity.WARNING.value: "warning"}


class TransitionInline(FixedInline):
    model = AlertTransition
    fields = ("old", "new", "who", "reason", "at")


class DeliveryInline(FixedInline):
    model = Delivery
    fields = ("recipient", "attempts", "delivered_at", "failed_because")


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    """Alerts, newest first."""

    list_display = ("title", "severity_label", "state_label", "organization", "opened_at")
    list_filter = ("state", "severity", "organization")
    list_select_related = ("organization",)
    search_fields = ("title", "statement")
    fields = (
        "title",
        "severity_label",
        "state_label",
        "organization",
        "statement",
        "evidence",
        "event",
        "opened_at",
    )
    inlines = (TransitionInline, DeliveryInline)
    actions_detail = actions_row = ("acknowledge", "resolve")

    @display(description="Severity", ordering="severity", label=SEVERITY_COLOURS)
    def severity_label(self, alert: Alert) -> str:
        return alert.severity

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, alert: Alert) -> str:
        return alert.state

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
        return self._answer(request, form, object_id, AlertState.ACKNOWLEDGED)

    @action(
        description="Resolve",
        permissions=["operate"],
        icon="task_alt",
        dialog=dialog("Resolve", "Say what was found or done.", ReasonDialog),
    )
    def resolve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._answer(request, form, object_id, AlertState.RESOLVED)

    def _answer(
        self, request: HttpRequest, form: Any, object_id: str, new: AlertState
    ) -> HttpResponse:
        alert = Alert.objects.get(pk=object_id)
        move = alert_acknowledge if new is AlertState.ACKNOWLEDGED else alert_resolve

        def service(viewer: Viewer) -> str:
            move(viewer=viewer, alert=alert, reason=form.cleaned_data["reason"])
            return f"The alert is {new.value}."

        return self.ask(request, alert, service)


@admin.register(AlertTransition)
class AlertTransitionAdmin(RecordAdmin):
    """Who answered which alert, and why."""

    list_display = ("at", "alert", "old", "new", "who", "reason")
    list_filter = ("new",)
    list_select_related = ("alert", "who")
    search_fields = ("alert__title", "reason", "who__email")
    fields = ("alert", "old", "new", "who", "reason", "at")


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Alerts on their way to people."""

    list_display = ("alert", "recipient", "attempts", "delivered_at", "failed_because")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter),)
    list_select_related = ("alert",)
    search_fields = ("recipient", "alert__title")
    fields = (
        "alert",
        "recipient",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "failed_because",
    )
