"""The admin of results: what was found, to be read; answers may be erased, and nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_checks import CheckedAdmin
from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import RecordAdmin, dialog, link, pretty, row_link
from compliance.accounts.selectors import Viewer
from compliance.accounts.sudo import DangerousAct
from compliance.audits.admin.items import GONE, AnswersDialog, asked_by
from compliance.audits.models import (
    Result,
    Standing,
    StreamNewest,
    StreamRow,
    VerdictChange,
)
from compliance.audits.services import answers_erase, bundle_recheck
from compliance.domain.figures import e_claim
from compliance.domain.readings import Seen
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.rules import Step
from compliance.domain.vocabulary import Verdict

VERDICT_COLOURS = {
    Verdict.COMPLIANT.value: "success",
    Verdict.VIOLATING.value: "danger",
    Verdict.INCONCLUSIVE.value: "warning",
}


@admin.register(Result)
class ResultAdmin(CheckedAdmin):
    """Results, newest first."""

    checked_against = (
        "Its bundle was made anew and verified by the log's own keys: record, log and store agree."
        " That the operator is honest is for others to verify, by keys of their own."
    )
    told = Told(Seen.RESULT, Seen.RESULTS, model="version.model")
    dangerous = DangerousAct.ERASE
    actions_detail = ("reverify", "erase_answers")
    list_display = (
        "recorded_at",
        "test_name",
        "version",
        "verdict_label",
        "interval",
        "limit",
        "counted",
    )
    list_display_links = ("recorded_at", "test_name")
    list_filter = ("verdict", "kind", "version__model__organization")
    list_select_related = ("version__model__organization",)
    search_fields = ("id", "test_name", "version__name", "version__model__slug")
    fieldsets = (
        (None, {"fields": ("version", "test", "verdict_label", "statement")}),
        (
            "Estimate",
            {"fields": ("interval", "counted", "limit", "limit_source", "alpha", "evidence")},
        ),
        ("Parts", {"fields": ("parts", "caveats")}),
        ("Items", {"fields": ("items", "run")}),
        (
            "To recompute it",
            {
                "fields": (
                    "seed",
                    "specification",
                    "spec_digest",
                    "code_digest",
                    "order_digest",
                    "unasked_digest",
                    "scores_digest",
                    "answers_digest",
                    "computed_with",
                    "duration_seconds",
                    "recorded_at",
                )
            },
        ),
    )

    @action(
        description="Erase all answers",
        permissions=["operate"],
        icon="ink_eraser",
        dialog=dialog("Erase all answers", GONE, AnswersDialog),
    )
    def erase_answers(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        result = Result.objects.select_related("shard").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            answers_erase(viewer=viewer, shard=result.shard, asked=asked_by(form, ()))
            return "Every answer is erased."

        return self.ask(request, result, service)

    def steps_of(self, viewer: Viewer, row: Result) -> Sequence[Step]:
        return bundle_recheck(viewer=viewer, result_id=row.id)

    @display(description="Verdict", ordering="verdict", label=VERDICT_COLOURS)
    def verdict_label(self, result: Result) -> str:
        return result.verdict

    @display(description="Stress test")
    def test(self, result: Result) -> str:
        return f"{result.test_name}@{result.test_version}"

    @display(description="Claim")
    def statement(self, result: Result) -> str:
        claim = _estimate(result).claim
        return f"{claim.statement}. {claim.statistic}, over {claim.population}."

    @display(description="Estimate (interval)", ordering="value")
    def interval(self, result: Result) -> str:
        level = f"{100 * (1 - result.alpha):g}%"
        return f"{result.value:.4g} ({level}: {result.lower:.4g} to {result.upper:.4g})"

    @display(description="Items", ordering="n")
    def counted(self, result: Result) -> str:
        return f"{result.n} of {result.planned}"

    @display(description="Evidence (e-values)")
    def evidence(self, result: Result) -> str:
        violating, compliant = result.log10_e_violating, result.log10_e_compliant
        return f"violating: {e_claim(violating)}; compliant: {e_claim(compliant)}"

    @display(description="Parts")
    def parts(self, result: Result) -> SafeString | str:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{} to {}</td><td>{}</td></tr>",
            (
                (
                    part.name,
                    part.n,
                    f"{part.value:.4g}",
                    f"{part.lower:.4g}",
                    f"{part.upper:.4g}",
                    part.note,
                )
                for part in _estimate(result).parts
            ),
        )
        return format_html(
            '<table class="w-full"><thead><tr><th>Part</th><th>Items</th><th>Estimate</th>'
            "<th>Confidence sequence</th><th>Note</th></tr></thead><tbody>{}</tbody></table>",
            rows,
        )

    @display(description="Caveats")
    def caveats(self, result: Result) -> SafeString | str:
        rows = ((caveat,) for caveat in _estimate(result).caveats)
        return format_html_join("", "<p>{}</p>", rows) or "None."

    @display(description="Items with answers")
    def items(self, result: Result) -> SafeString:
        address = reverse("admin:audits_score_changelist")
        return link(f"{address}?shard__id__exact={result.shard_id}", f"All {result.n} items")

    @display(description="Run")
    def run(self, result: Result) -> SafeString | str:
        return row_link(result.shard.run)

    @display(description="Spec")
    def specification(self, result: Result) -> SafeString:
        return pretty(result.spec)

    @display(description="Environment")
    def computed_with(self, result: Result) -> SafeString:
        return pretty(result.environment)


def _estimate(result: Result) -> Estimate:
    return Estimate.from_json(result.estimate)


@admin.register(StreamRow)
class StreamAdmin(RecordAdmin):
    """Streams by their place in an organization's error budget."""

    told = Told(Seen.BUDGET, Seen.BUDGET, among=("organization_id",))
    list_display = ("number", "organization", "version", "spec_digest", "by_people", "opened_at")
    list_filter = ("organization", "by_people")
    list_select_related = ("organization", "version__model__organization")
    search_fields = ("spec_digest", "version__name", "version__model__slug")
    fields = list_display


@admin.register(StreamNewest)
class StreamNewestAdmin(RecordAdmin):
    """The newest result of each stream."""

    told = Told(Seen.RESULT, Seen.RESULTS, "result", "version.model")
    list_display = ("stream", "result", "evidence")
    list_filter = ("stream__organization",)
    list_select_related = ("stream__organization", "result__version__model__organization")
    search_fields = ("stream__spec_digest", "result__test_name")
    fields = list_display

    @display(description="Evidence for violating", ordering="log10_e_violating")
    def evidence(self, newest: StreamNewest) -> str:
        return e_claim(newest.log10_e_violating)


@admin.register(Standing)
class StandingAdmin(RecordAdmin):
    """The newest result of each stress test on each version."""

    told = Told(Seen.RESULT, Seen.RESULTS, "result", "version.model")
    list_display = ("version", "test_name", "result", "verdict")
    list_filter = ("verdict", "test_name")
    list_select_related = ("version__model__organization", "result__version__model__organization")
    search_fields = ("test_name", "version__name", "version__model__slug")
    fields = list_display


@admin.register(VerdictChange)
class VerdictChangeAdmin(RecordAdmin):
    """Results whose verdict is another than the one before, newest first."""

    told = Told(Seen.RESULT, Seen.RESULTS, "result", "version.model")
    list_display = ("at", "before", "result")
    list_filter = ("before", "result__verdict")
    list_select_related = ("result__version__model__organization",)
    search_fields = ("result__test_name", "result__version__model__slug")
    fields = list_display
