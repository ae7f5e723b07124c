"""The admin of schedules and firings: added, paused and resumed by the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
)

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import (
    FixedInline,
    RecordAdmin,
    ServiceAdmin,
    ServiceForm,
    dialog,
    pretty,
    row_link,
    signed_in,
)
from compliance.accounts.selectors import Viewer, operator_viewer
from compliance.audits.admin.forecasts import announced, forecast_text
from compliance.audits.admin.rules import firings_text, preview_text, rule_of
from compliance.audits.models import Firing, Schedule, Subscription
from compliance.audits.selectors import schedule_rule
from compliance.audits.services import (
    battery_resolve,
    schedule_create,
    schedule_pause,
    schedule_resume,
)
from compliance.domain.errors import InvalidInputError
from compliance.domain.readings import Seen
from compliance.domain.schedules import next_firings
from compliance.domain.vocabulary import CatchUp

PAUSE = dialog("Pause", "Nothing is run by it until it is resumed.")
RESUME = dialog("Resume", "It runs again from now on; what fell into the pause stays undone.")


def battery_text(battery: list[dict[str, Any]]) -> str:
    """A battery in one line."""
    return ", ".join(f"{spec['name']}@{spec['version']}" for spec in battery)


class BatteryForm(ServiceForm):
    """A form with the stress tests on offer."""

    names = {"battery": "tests"}

    tests = forms.MultipleChoiceField(
        choices=announced, widget=UnfoldAdminCheckboxSelectMultipleWidget, label="Stress tests"
    )


class ScheduleForm(BatteryForm):
    jitter_seconds = forms.IntegerField(
        min_value=0,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Each firing comes up to this much late, drawn for each.",
    )

    class Meta:
        model = Schedule
        fields = (
            "model",
            "name",
            "cron",
            "interval_seconds",
            "time_zone",
            "catch_up",
            "token_budget",
        )
        help_texts = {
            "cron": "Five fields; 0 6 * * 1 is Mondays at 06:00. Or give an interval.",
            "interval_seconds": "At least 60. Or give a cron expression.",
            "catch_up": "What becomes of firings missed while nothing was running.",
            "time_zone": "An IANA name such as Europe/Brussels.",
            "token_budget": "Tokens that each stress test may take; empty: no end.",
        }

    def clean(self) -> dict[str, Any]:
        """Tell of a wrong rule beside whatever else is wrong."""
        chosen: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            rule_of(chosen)
        except InvalidInputError as error:
            self.refuse(error)
        return chosen

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return schedule_create(
            viewer=viewer,
            model=chosen["model"],
            name=chosen["name"],
            battery=battery_resolve(battery=chosen["tests"]),
            rule=replace(rule_of(chosen), catch_up=CatchUp(chosen["catch_up"])),
            token_budget=chosen["token_budget"],
        )


class PausedFilter(admin.SimpleListFilter):
    """Paused or not."""

    title = "paused"
    parameter_name = "paused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Paused"), ("no", "Active")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(paused_at__isnull=self.value() == "no")


class PausableAdmin(ServiceAdmin):
    """Rows that make runs until they are paused."""

    actions_detail = actions_row = ("pause", "resume")
    pausing: Callable[[Viewer, Any], object]
    resuming: Callable[[Viewer, Any], object]

    @display(description="State", label={"active": "success", "paused": "warning"})
    def activity(self, row: Schedule | Subscription) -> str:
        return "paused" if row.paused_at else "active"

    @display(description="Stress tests")
    def tests(self, row: Schedule | Subscription) -> str:
        return battery_text(row.battery)

    @display(description="Battery")
    def specs(self, row: Schedule | Subscription) -> SafeString:
        return pretty(row.battery)

    @action(description="Pause", permissions=["operate"], icon="pause", dialog=PAUSE)
    def pause(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.model.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            self.pausing(viewer, row)
            return f"“{row}” is paused."

        return self.ask(request, row, service)

    @action(description="Resume", permissions=["operate"], icon="play_arrow", dialog=RESUME)
    def resume(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.model.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            self.resuming(viewer, row)
            return f"“{row}” runs again."

        return self.ask(request, row, service)


class FiringInline(FixedInline):
    model = Firing
    fields = ("due_at", "run", "reason")
    per_page = 20


@admin.register(Schedule)
class ScheduleAdmin(PausableAdmin):
    """Schedules, soonest first."""

    told = Told(Seen.SCHEDULE, Seen.SCHEDULES)
    add_form = ScheduleForm
    list_display = ("name", "model", "rule", "tests", "next_due_at", "activity")
    list_filter = (PausedFilter, "catch_up", "model__organization")
    list_select_related = ("model__organization",)
    search_fields = ("id", "name", "model__slug", "model__name")
    ordering = ("next_due_at",)
    fields = (
        "model",
        "name",
        "activity",
        "rule",
        "upcoming",
        "catch_up",
        "token_budget",
        "specs",
        "created_by",
        "created_at",
    )
    add_fieldsets = (
        (None, {"fields": ("model", "name", "tests")}),
        (
            "When",
            {"fields": ("cron", "interval_seconds", "time_zone", "jitter_seconds", "catch_up")},
        ),
        ("How much", {"fields": ("token_budget",)}),
    )
    change_form_after_template = "audits/admin/firings_preview.html"
    inlines = (FiringInline,)

    def pausing(self, viewer: Viewer, row: Schedule) -> None:
        schedule_pause(viewer=viewer, schedule=row)

    def resuming(self, viewer: Viewer, row: Schedule) -> None:
        schedule_resume(viewer=viewer, schedule=row)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        foreseen = self.admin_site.admin_view(self.forecast)
        return [
            path("preview/", view, name="audits_schedule_preview"),
            path("forecast/", foreseen, name="audits_schedule_forecast"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The next five firings of a rule that is still being written."""
        return HttpResponse(preview_text(request.GET.dict()))

    def forecast(self, request: HttpRequest) -> HttpResponse:
        """What the ticked stress tests would come to, on the chosen model's newest version."""
        return HttpResponse(forecast_text(operator_viewer(user=signed_in(request)), request.GET))

    @display(description="Fires")
    def rule(self, schedule: Schedule) -> str:
        when = schedule.cron or f"every {schedule.interval_seconds} s"
        return f"{when} ({schedule.time_zone})"

    @display(description="Next five firings")
    def upcoming(self, schedule: Schedule) -> SafeString | str:
        if schedule.paused_at:
            return f"None while paused, since {schedule.paused_at:%Y-%m-%d %H:%M} UTC."
        rule = schedule_rule(schedule=schedule)
        return firings_text(rule, next_firings(rule, after=timezone.now()))


@admin.register(Firing)
class FiringAdmin(RecordAdmin):
    """What became of each slot of each schedule."""

    list_display = ("due_at", "schedule", "made", "reason")
    list_filter = (("run", admin.EmptyFieldListFilter),)
    list_select_related = ("schedule", "run__version__model__organization")
    search_fields = ("schedule__name", "reason")
    fields = ("schedule", "due_at", "run", "reason")

    @display(description="Run")
    def made(self, firing: Firing) -> SafeString | str:
        return row_link(firing.run)
