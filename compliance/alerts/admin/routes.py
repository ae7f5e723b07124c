"""The admin of routes, maintenance windows, and of what was sent, escalated or kept back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import (
    FixedInline,
    RecordAdmin,
    ServiceAdmin,
    ServiceForm,
    dialog,
)
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import (
    AlertRoute,
    Delivery,
    DeliveryAttempt,
    Escalation,
    MaintenanceWindow,
    Silence,
)
from compliance.alerts.services import (
    Destination,
    Policy,
    alert_route_change,
    alert_route_create,
    alert_route_try,
    policy_of,
    window_end,
    window_open,
)
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Channel, Severity


class RouteForm(ServiceForm):
    destination = forms.CharField(
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="An e-mail address, or an Apprise URL, which is never shown again in full.",
    )

    class Meta:
        model = AlertRoute
        fields = (
            "organization",
            "name",
            "channel",
            "minimum_severity",
            "first_line",
            "critical_minutes",
            "warning_minutes",
            "escalates_to",
        )

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        following = chosen["escalates_to"]
        return alert_route_create(
            viewer=viewer,
            organization_id=chosen["organization"].id,
            name=chosen["name"],
            destination=Destination(Channel(chosen["channel"]), chosen["destination"]),
            policy=Policy(
                minimum_severity=Severity(chosen["minimum_severity"]),
                first_line=chosen["first_line"],
                critical_minutes=chosen["critical_minutes"],
                warning_minutes=chosen["warning_minutes"],
                escalates_to=following.id if following else None,
            ),
        )


@admin.register(AlertRoute)
class AlertRouteAdmin(ServiceAdmin):
    """Where alerts go."""

    add_form = RouteForm
    list_display = ("name", "organization", "channel", "leads_to", "minimum_severity", "enabled")
    list_filter = ("enabled", "channel", "organization")
    list_select_related = ("organization", "escalates_to")
    search_fields = ("name", "organization__name", "shown_destination")
    fields = (
        "organization",
        "name",
        "channel",
        "leads_to",
        "minimum_severity",
        "event_types",
        "first_line",
        "critical_minutes",
        "warning_minutes",
        "escalates_to",
        "enabled",
        "created_by",
        "created_at",
    )
    add_fieldsets = (
        ("Where", {"fields": ("organization", "name", "channel", "destination")}),
        ("Which", {"fields": ("minimum_severity", "first_line")}),
        ("Then", {"fields": ("critical_minutes", "warning_minutes", "escalates_to")}),
    )
    actions_detail = actions_row = ("attempt", "switch")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    @display(description="Leads to")
    def leads_to(self, route: AlertRoute) -> str:
        return route.destination

    @action(
        description="Try",
        permissions=["operate"],
        icon="send",
        dialog=dialog("Try", "Sends a message that tells of no alert."),
    )
    def attempt(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        route = AlertRoute.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            alert_route_try(viewer=viewer, route=route)
            return "A message is on its way; see its deliveries."

        return self.ask(request, route, service)

    @action(
        description="Switch on or off",
        permissions=["operate"],
        icon="toggle_on",
        dialog=dialog("Switch", "A route that is off takes no alerts."),
    )
    def switch(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        route = AlertRoute.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            policy = replace(policy_of(route=route), enabled=not route.enabled)
            alert_route_change(viewer=viewer, route=route, name=route.name, policy=policy)
            return f"The route is {'on' if policy.enabled else 'off'}."

        return self.ask(request, route, service)


class WindowForm(ServiceForm):
    class Meta:
        model = MaintenanceWindow
        fields = ("organization", "model", "reason", "starts_at", "ends_at")

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return window_open(
            viewer=viewer,
            organization_id=chosen["organization"].id,
            reason=chosen["reason"],
            starts_at=chosen["starts_at"],
            ends_at=chosen["ends_at"],
            model=chosen["model"],
        )


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(ServiceAdmin):
    """Times in which nobody is disturbed."""

    told = Told(Seen.WINDOWS, Seen.WINDOWS, among=("organization_id",))
    add_form = WindowForm
    list_display = ("reason", "organization", "model", "starts_at", "ends_at", "opened_by")
    list_filter = ("organization",)
    list_select_related = ("organization", "opened_by")
    search_fields = ("reason", "model", "organization__name")
    fields = ("organization", "model", "reason", "starts_at", "ends_at", "opened_by", "opened_at")
    actions_detail = actions_row = ("finish",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": WindowForm.Meta.fields}),)
        return super().get_fieldsets(request, obj)

    @action(
        description="End now",
        permissions=["operate"],
        icon="event_busy",
        dialog=dialog("End now", "What it kept back and nobody answered goes out."),
    )
    def finish(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        window = MaintenanceWindow.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            window_end(viewer=viewer, window=window)
            return "The window is over."

        return self.ask(request, window, service)


class AttemptInline(FixedInline):
    model = DeliveryAttempt
    fields = ("number", "started_at", "ended_at", "failed_because")


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Messages about alerts on their way."""

    told = Told(Seen.ALERTS, Seen.ALERTS, among=("organization_id",))
    list_display = ("occasion", "to", "organization", "attempts", "delivered_at", "failed_because")
    list_filter = (("delivered_at", admin.EmptyFieldListFilter), "occasion")
    list_select_related = ("route", "organization")
    search_fields = ("recipient", "route__name", "alerts__title")
    fields = (
        "organization",
        "route",
        "recipient",
        "occasion",
        "alerts",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "failed_because",
    )
    inlines = (AttemptInline,)


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(RecordAdmin):
    """Each attempt to deliver a message."""

    told = Told(Seen.ALERTS, Seen.ALERTS, "delivery", among=("organization_id",))
    list_display = ("started_at", "delivery", "number", "ended_at", "failed_because")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("delivery__route",)
    search_fields = ("delivery__recipient", "delivery__route__name", "failed_because")
    fields = ("delivery", "number", "started_at", "ended_at", "failed_because")


@admin.register(Escalation)
class EscalationAdmin(RecordAdmin):
    """What goes to the next route unless somebody answers."""

    told = Told(Seen.ALERT, Seen.ALERTS, "alert", "event.model")
    list_display = ("due_at", "alert", "route", "ended_at", "escalated")
    list_filter = ("escalated", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("alert__event__model", "route")
    search_fields = ("alert__title", "route__name")
    fields = ("alert", "route", "due_at", "ended_at", "escalated")


@admin.register(Silence)
class SilenceAdmin(RecordAdmin):
    """What maintenance windows kept back."""

    told = Told(Seen.ALERT, Seen.ALERTS, "alert", "event.model")
    list_display = ("at", "alert", "window", "route", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    list_select_related = ("alert__event__model", "window", "route")
    search_fields = ("alert__title", "window__reason")
    fields = ("alert", "window", "route", "at", "released_at")
