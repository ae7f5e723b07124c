"""The admin of stress tests on offer, runs and shards; a version gets its "run now"."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import (
    FixedInline,
    ReasonDialog,
    RecordAdmin,
    change_address,
    dialog,
    pretty,
    row_link,
)
from compliance.accounts.selectors import Viewer
from compliance.audits.admin.forecasts import forecasts_shown
from compliance.audits.admin.pausing import BatteryDialog, battery_text
from compliance.audits.forecast import forecasts
from compliance.audits.models import Repair, Result, Run, Shard, StressTest, Transition
from compliance.audits.progress import run_progress
from compliance.audits.services import battery_resolve, battery_with, run_cancel, run_request_by
from compliance.domain.readings import Seen
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import RunState, ShardState
from compliance.registry.admin import VersionAdmin
from compliance.registry.models import Version

STATE_COLOURS = {
    RunState.RUNNING.value: "info",
    RunState.COMPLETED.value: "success",
    RunState.ERRORED.value: "danger",
    ShardState.LEASED.value: "info",
    ShardState.NOT_TESTABLE.value: "warning",
}


admin.site.unregister(Version)


@admin.register(Version)
class TestedVersionAdmin(VersionAdmin):
    """Versions, which can be tested now."""

    actions_detail = actions_row = ("run_now",)

    @action(
        description="Run now",
        permissions=["operate"],
        icon="play_arrow",
        dialog=dialog("Run now", "Requests a run in your name.", BatteryDialog),
    )
    def run_now(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        version = Version.objects.select_related("model__organization").get(pk=object_id)
        made: list[Run] = []

        def service(viewer: Viewer) -> str:
            battery = battery_with(
                battery=battery_resolve(battery=form.cleaned_data["tests"]),
                parameters=form.parameters,
            )
            made.append(run_request_by(viewer=viewer, version=version, battery=battery))
            return f"A run of {battery_text(made[0].battery)} on {version} is requested."

        answer = self.ask(request, version, service)
        if made:
            answer["HX-Redirect"] = change_address(made[0])
        return answer


@admin.register(StressTest)
class StressTestAdmin(RecordAdmin):
    """What live workers can run."""

    list_display = ("name", "version", "kind", "title", "decides", "announced_at")
    list_filter = ("kind",)
    search_fields = ("name", "title", "claim")
    fields = (
        "name",
        "version",
        "kind",
        "title",
        "claim",
        "needs",
        "defaults",
        "named_values",
        "card",
        "literature",
        "error_rates",
        "foreseen",
        "code_digest",
        "announced_at",
    )

    @display(description="Decides", boolean=True)
    def decides(self, test: StressTest) -> bool:
        return test.validity is not None

    @display(description="Parameters")
    def defaults(self, test: StressTest) -> SafeString:
        return pretty(test.parameters)

    @display(description="Values of parameters that take only some")
    def named_values(self, test: StressTest) -> SafeString:
        return pretty(test.choices)

    @display(description="Data card")
    def card(self, test: StressTest) -> SafeString:
        return pretty(test.data_card)

    @display(description="Sources")
    def literature(self, test: StressTest) -> SafeString:
        return pretty(test.sources)

    @display(description="Measured error rates")
    def error_rates(self, test: StressTest) -> SafeString | str:
        return pretty(test.validity) if test.validity else "None: it produces leads only."

    @display(description="What a run comes to")
    def foreseen(self, test: StressTest) -> SafeString:
        battery = [StressTestSpec(test.name, test.version)]
        none = Result.objects.none()
        return forecasts_shown(forecasts(battery=battery, results=none, version=None))


class ShardInline(FixedInline):
    model = Shard
    fields = ("position", "test_name", "state", "items_done", "items_total", "worker", "found")

    @display(description="Result")
    def found(self, shard: Shard) -> SafeString | str:
        return row_link(getattr(shard, "result", None))


class TransitionInline(FixedInline):
    model = Transition
    fields = ("shard", "old", "new", "who", "why", "at")


@admin.register(Run)
class RunAdmin(RecordAdmin):
    """Runs, newest first."""

    told = Told(Seen.RUN, Seen.RUNS, model="version.model")
    list_display = ("requested_at", "version", "state_label", "tests", "trigger", "requested_by")
    list_filter = ("state", "trigger", "version__model__organization")
    list_select_related = ("version__model__organization", "requested_by")
    search_fields = ("id", "version__name", "version__model__slug")
    fields = (
        "id",
        "version",
        "state_label",
        "progress",
        "tests",
        "trigger",
        "requested_by",
        "subscription",
        "trigger_event",
        "requested_at",
        "finished_at",
    )
    inlines = (ShardInline, TransitionInline)
    actions_detail = actions_row = ("cancel",)

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, run: Run) -> str:
        return run.state

    @display(description="Stress tests")
    def tests(self, run: Run) -> str:
        return battery_text(run.battery)

    @display(description="Progress")
    def progress(self, run: Run) -> str:
        reached = run_progress(run=run, now=timezone.now())
        said = f"{reached.done} of {'?' if reached.total is None else reached.total} items"
        if reached.seconds_left is None:
            return said
        return f"{said}, about {reached.seconds_left:.0f} s left"

    @action(
        description="Cancel",
        permissions=["operate"],
        icon="cancel",
        dialog=dialog("Cancel the run", "Workers stop at their next batch.", ReasonDialog),
    )
    def cancel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        run = Run.objects.select_related("version__model").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            run_cancel(viewer=viewer, run=run, reason=form.cleaned_data["reason"])
            return "The run is cancelled."

        return self.ask(request, run, service)


@admin.register(Shard)
class ShardAdmin(RecordAdmin):
    """Shards: one stress test of a run each."""

    told = Told(Seen.RUN, Seen.RUNS, "run", "version.model")
    list_display = ("test_name", "run", "state_label", "items_done", "items_total", "worker")
    list_filter = ("state", "kind", "queue")
    list_select_related = ("run__version__model__organization",)
    search_fields = ("id", "test_name", "worker", "run__id")
    ordering = ("-run__requested_at", "position")
    fields = (
        "run",
        "position",
        "test_name",
        "state_label",
        "trouble",
        "traceback",
        "found",
        "specification",
        "seed",
        "order_digest",
        "queue",
        "worker",
        "fence",
        "attempts",
        "failures",
        "lease_expires_at",
        "not_before",
        "rung_at",
        "items_done",
        "items_total",
        "tokens",
        "started_at",
        "finished_at",
    )

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, shard: Shard) -> str:
        return shard.state

    @display(description="Result")
    def found(self, shard: Shard) -> SafeString | str:
        return row_link(getattr(shard, "result", None))

    @display(description="Spec")
    def specification(self, shard: Shard) -> SafeString:
        return pretty(shard.spec)


@admin.register(Transition)
class TransitionAdmin(RecordAdmin):
    """Moves of runs and shards: who, when, why."""

    told = Told(Seen.RUN, Seen.RUNS, "run", "version.model")
    list_display = ("at", "run", "shard", "old", "new", "who", "why")
    list_filter = ("new",)
    list_select_related = (
        "run__version__model__organization",
        "shard__run__version__model__organization",
    )
    search_fields = ("run__id", "who", "why")
    ordering = ("-id",)
    fields = ("run", "shard", "old", "new", "who", "why", "at")


@admin.register(Repair)
class RepairAdmin(RecordAdmin):
    """What the reconciler found amiss and put right."""

    told = Told(Seen.RUN, Seen.RUNS, "run", "version.model")
    list_display = ("at", "kind", "run", "shard", "why")
    list_filter = ("kind",)
    list_select_related = (
        "run__version__model__organization",
        "shard__run__version__model__organization",
    )
    search_fields = ("run__id", "why")
    ordering = ("-id",)
    fields = ("at", "kind", "run", "shard", "why")
