"""The admin of schedules and firings: added, paused and resumed by the services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
)

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import (
    FixedInline,
    RecordAdmin,
    change_address,
    dialog,
    row_link,
    signed_in,
)
from compliance.accounts.selectors import Viewer, operator_viewer
from compliance.audits.admin.forecasts import forecast_text
from compliance.audits.admin.pausing import BatteryForm, PausableAdmin, PausedFilter, battery_text
from compliance.audits.admin.rules import firings_text, preview_text, rule_of
from compliance.audits.labelling import CHOSEN
from compliance.audits.models import Firing, Run, Schedule
from compliance.audits.selectors import schedule_rule
from compliance.audits.services import (
    battery_like,
    battery_resolve,
    battery_with,
    run_request_by,
    schedule_create,
    schedule_end,
    schedule_pause,
    schedule_resume,
)
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.readings import Seen
from compliance.domain.schedules import next_firings
from compliance.domain.vocabulary import CatchUp
from compliance.registry.selectors import version_newest

END = dialog("End", "Nothing is run by it any more. It cannot be resumed, and stays on the record.")
RUN_NOW = dialog("Run now", "Requests a run of its stress tests in your name, beside its firings.")
COPIED = (
    *("model", "name", "cron", "interval_seconds", "time_zone", "jitter_seconds", "catch_up"),
    "token_budget",
)
"""What a copy of a schedule begins with, beside the names of its stress tests."""


class ScheduleForm(BatteryForm):
    copied: ClassVar[Schedule | None] = None

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
            battery=battery_with(
                battery=battery_like(names=chosen["tests"], schedule=self.copied),
                parameters=self.parameters,
            ),
            rule=replace(rule_of(chosen), catch_up=CatchUp(chosen["catch_up"])),
            token_budget=chosen["token_budget"],
        )


class FiringInline(FixedInline):
    model = Firing
    fields = ("due_at", "run", "reason")
    per_page = 20


@admin.register(Schedule)
class ScheduleAdmin(PausableAdmin):
    """Schedules, soonest first."""

    told = Told(Seen.SCHEDULE, Seen.SCHEDULES)
    add_form = ScheduleForm
    actions_detail = ("run_now", "pause", "resume", "end", "copy")
    actions_row = actions_detail
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
        (None, {"fields": ("model", "name", "tests", *CHOSEN)}),
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

    @action(description="Run now", permissions=["operate"], icon="bolt", dialog=RUN_NOW)
    def run_now(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = Schedule.objects.select_related("model").get(pk=object_id)
        made: list[Run] = []

        def service(viewer: Viewer) -> str:
            version = version_newest(model=row.model)
            if version is None:
                raise TransitionError(f"{row.model} has no version yet")
            battery = battery_resolve(battery=row.battery)
            run = run_request_by(
                viewer=viewer, version=version, battery=battery, token_budget=row.token_budget
            )
            made.append(run)
            return f"A run of {battery_text(run.battery)} on {version} is requested."

        answer = self.ask(request, row, service)
        if made:
            answer["HX-Redirect"] = change_address(made[0])
        return answer

    @action(description="End", permissions=["operate"], icon="stop_circle", dialog=END)
    def end(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = Schedule.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            schedule_end(viewer=viewer, schedule=row)
            return f"“{row}” has ended."

        return self.ask(request, row, service)

    @action(description="Copy into a new one", permissions=["operate"], icon="content_copy")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:audits_schedule_add')}?copy={object_id}")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kw)
        if obj is None:
            form.copied = self._copied(request)
        return form

    def _copied(self, request: HttpRequest) -> Schedule | None:
        found: Schedule | None = self.get_object(request, request.GET.get("copy", ""))
        return found

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        copied = self._copied(request)
        if copied is None:
            return {}
        initial = {name: getattr(copied, name) for name in COPIED}
        return {**initial, "tests": [spec["name"] for spec in copied.battery]}

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
        if schedule.ended_at:
            return f"None: it ended at {schedule.ended_at:%Y-%m-%d %H:%M} UTC."
        if schedule.paused_at:
            return f"None while paused, since {schedule.paused_at:%Y-%m-%d %H:%M} UTC."
        rule = schedule_rule(schedule=schedule)
        return firings_text(rule, next_firings(rule, after=timezone.now()))


@admin.register(Firing)
class FiringAdmin(RecordAdmin):
    """What became of each slot of each schedule."""

    told = Told(Seen.SCHEDULE, Seen.SCHEDULES, "schedule")
    list_display = ("due_at", "schedule", "made", "reason")
    list_filter = (("run", admin.EmptyFieldListFilter),)
    list_select_related = ("schedule__model", "run__version__model__organization")
    search_fields = ("schedule__name", "reason")
    fields = ("schedule", "due_at", "run", "reason")

    @display(description="Run")
    def made(self, firing: Firing) -> SafeString | str:
        return row_link(firing.run)
