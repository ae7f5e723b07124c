"""What admins that run stress tests have in common: batteries, pausing, resuming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from compliance.accounts.admin_site import ServiceAdmin, ServiceForm, dialog, pretty
from compliance.accounts.selectors import Viewer
from compliance.audits.admin.forecasts import announced, forecast_line
from compliance.audits.admin.parameters import ParametersForm
from compliance.audits.forecast import Forecast, forecasts
from compliance.audits.models import Result, Schedule, Subscription
from compliance.audits.selectors import stress_test_list
from compliance.domain.specs import StressTestSpec

PAUSE = dialog("Pause", "Nothing is run by it until it is resumed.")
RESUME = dialog("Resume", "It runs again from now on; what fell into the pause stays undone.")


def battery_text(battery: list[dict[str, Any]]) -> str:
    """A battery in one line."""
    return ", ".join(f"{spec['name']}@{spec['version']}" for spec in battery)


class BatteryForm(ParametersForm, ServiceForm):
    """A form with the stress tests on offer."""

    names = {"battery": "tests"}

    tests = forms.MultipleChoiceField(
        choices=announced, widget=UnfoldAdminCheckboxSelectMultipleWidget, label="Stress tests"
    )


class BatteryDialog(ParametersForm, BaseDialogForm):
    """Asks which stress tests to run; every one of them, unless fewer are chosen."""

    tests = forms.MultipleChoiceField(
        choices=announced, widget=UnfoldAdminCheckboxSelectMultipleWidget, label="Stress tests"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tests"].initial = [name for name, _ in announced()]
        self.fields["tests"].choices = [  # type: ignore[attr-defined]
            (name, f"{label}: {forecast_line(one)}")
            for (name, label), one in zip(announced(), _unpriced(), strict=True)
        ]


def _unpriced() -> list[Forecast]:
    """What every announced stress test would come to, on no version in particular."""
    battery = [StressTestSpec(test.name, test.version) for test in stress_test_list()]
    return forecasts(battery=battery, results=Result.objects.none(), version=None)


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

    actions_detail: tuple[str, ...] = ("pause", "resume")
    actions_row = actions_detail
    pausing: Callable[[Viewer, Any], object]
    resuming: Callable[[Viewer, Any], object]

    @display(description="State", label={"active": "success", "paused": "warning"})
    def activity(self, row: Schedule | Subscription) -> str:
        if getattr(row, "ended_at", None):
            return "ended"
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
