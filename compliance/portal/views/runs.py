"""Runs: the list, one run with its evidence, its items, and cancelling it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.audits.labelling import labellable
from compliance.audits.progress import Progress, run_progress
from compliance.audits.selectors import run_get, run_list, score_list
from compliance.audits.services import run_cancel
from compliance.domain.errors import NotFoundError
from compliance.domain.figures import figure
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.runs import TERMINAL_RUN_STATES
from compliance.domain.verdicts import Estimate, decision_bound
from compliance.domain.vocabulary import RunState, ShardState
from compliance.dossiers.charts import parts_chart, parts_charted
from compliance.ledger.erasures import Erasure, evidence_erasures
from compliance.portal.catalogue import titles
from compliance.portal.crumbs import surroundings
from compliance.portal.forms import ReasonForm
from compliance.portal.paging import one_of, paged, query_without_page
from compliance.portal.viewing import for_viewer, fragment, page

if TYPE_CHECKING:
    from compliance.audits.models import Result, Run, Shard

STATES = [state.value for state in RunState]
SCORES_LISTED = 12
"""Different scores that are offered as a filter at most; beyond, they are a continuum."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A shard's result as a page tells it.

    Attributes:
        bound_log10: log10 of the e-value at which a verdict is reached, 1/alpha.
        chart: the parts' intervals against the limit; empty for a single part.
        to_label: whether answers were drawn for people to label.
        saved: share of the planned items that were not asked.
        erased: when and why its statement was erased, if it was; there is no bundle then.
    """

    result: Result
    estimate: Estimate
    bound_log10: float
    confidence: float
    chart: SafeString
    to_label: bool
    saved: float
    erased: Erasure | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is.

    Attributes:
        seen: how many of its shards have begun and have ended, which is what a page shows.
        waiting: shards that have not begun, whose items the progress does not count yet.
    """

    over: bool
    seen: str
    waiting: int
    progress: Progress | None


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Runs, newest first, by state where asked."""
    list_reading_tell(viewer=viewer, what=Seen.RUNS)
    chosen = one_of(request.GET.get("state"), STATES)
    rows = run_list(viewer=viewer)
    if chosen:
        rows = rows.filter(state=chosen)
    return page(
        request,
        viewer,
        "portal/runs/index.html",
        runs=paged(request, rows),
        states=STATES,
        chosen=chosen,
        query=query_without_page(request),
        titles=titles(),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, run_id: UUID) -> HttpResponse:
    """One run: where it stands, and the evidence of each of its stress tests."""
    return _detail(request, viewer, run_id, ReasonForm())


@require_safe
@for_viewer
def progress(request: HttpRequest, viewer: Viewer, run_id: UUID) -> HttpResponse:
    """How far the run is; tells the page to reload once there is more to show."""
    run = run_get(viewer=viewer, run_id=run_id)
    _tell(viewer, run, Seen.RUN)
    standing = _standing(run)
    response = fragment(request, "portal/runs/_progress.html", run=run, standing=standing)
    shown = request.GET.get("seen")
    if standing.over or (shown is not None and shown != standing.seen):
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@for_viewer
def cancel(request: HttpRequest, viewer: Viewer, run_id: UUID) -> HttpResponse:
    """Cancel what of a run is not finished."""
    run = run_get(viewer=viewer, run_id=run_id)
    viewer.require(Action.REQUEST_RUN, run.version.model.organization_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, viewer, run_id, form)
    run_cancel(viewer=viewer, run=run, reason=form.cleaned_data["reason"])
    messages.success(request, "The run is cancelled; workers stop at their next batch.")
    return redirect("portal:run", run.id)


@require_safe
@for_viewer
def items(request: HttpRequest, viewer: Viewer, run_id: UUID, shard_id: UUID) -> HttpResponse:
    """Every item of a shard with the model's answer, by part, label and score where asked."""
    run = run_get(viewer=viewer, run_id=run_id)
    shard = next((one for one in run.shards.all() if one.id == shard_id), None)
    if shard is None:
        raise NotFoundError(f"no stress test {shard_id} in this run")
    _tell(viewer, run, Seen.ITEMS)
    rows = score_list(viewer=viewer, shard=shard)
    there = list(rows.order_by().values_list("part", "label", "value").distinct())
    parts, labels = sorted({row[0] for row in there}), sorted({row[1] for row in there})
    values = [str(value) for value in sorted({row[2] for row in there})]
    if len(values) > SCORES_LISTED:
        values = []
    part = one_of(request.GET.get("part"), parts)
    label = one_of(request.GET.get("label"), labels)
    value = one_of(request.GET.get("score"), values)
    if part:
        rows = rows.filter(part=part)
    if label:
        rows = rows.filter(label=label)
    if value:
        rows = rows.filter(value=float(value))
    context: dict[str, Any] = {
        "run": run,
        "around": surroundings(viewer=viewer, run=run),
        "shard": shard,
        "parts": parts,
        "labels": labels,
        "part": part,
        "label": label,
        "values": [(one, figure(float(one))) for one in values],
        "value": value,
        "scores": paged(request, rows),
        "query": query_without_page(request),
    }
    if "HX-Request" in request.headers:
        return fragment(request, "portal/runs/_items.html", **context)
    return page(request, viewer, "portal/runs/items.html", titles=titles(), **context)


def _detail(
    request: HttpRequest, viewer: Viewer, run_id: UUID, cancel_form: ReasonForm
) -> HttpResponse:
    run = run_get(viewer=viewer, run_id=run_id)
    _tell(viewer, run, Seen.RUN)
    names = titles()
    erased = evidence_erasures(digests=_statements(run))
    shards = [(shard, _finding(shard, names, erased)) for shard in run.shards.all()]
    may_request = viewer.may(Action.REQUEST_RUN, run.version.model.organization_id)
    return page(
        request,
        viewer,
        "portal/runs/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if cancel_form.is_bound else HTTPStatus.OK,
        run=run,
        around=surroundings(viewer=viewer, run=run),
        shards=shards,
        titles=names,
        transitions=run.transitions.select_related("shard"),
        may_request=may_request,
        may_cancel=may_request and RunState(run.state) not in TERMINAL_RUN_STATES,
        cancel_form=cancel_form,
        standing=_standing(run),
    )


def _tell(viewer: Viewer, run: Run, what: Seen) -> None:
    model_reading_tell(viewer=viewer, what=what, model=run.version.model, subject=f"run/{run.id}")


def _statements(run: Run) -> list[str]:
    ended = [one for one in run.shards.all() if one.state == ShardState.COMPLETED.value]
    return [shard.result.statement_sha256 for shard in ended]


def _finding(shard: Shard, names: dict[str, str], erased: Mapping[str, Erasure]) -> Finding | None:
    if shard.state != ShardState.COMPLETED.value:
        return None
    estimate = Estimate.from_json(shard.result.estimate)
    parts = parts_charted(estimate)
    title = names.get(shard.test_name, shard.test_name)
    return Finding(
        result=shard.result,
        estimate=estimate,
        bound_log10=decision_bound(estimate.claim.alpha),
        confidence=1 - estimate.claim.alpha,
        chart=parts_chart(parts, limit=estimate.claim.limit, title=title),
        to_label=labellable(shard),
        saved=round(1 - shard.result.n / max(shard.result.planned, 1), 2),
        erased=erased.get(shard.result.statement_sha256),
    )


def _standing(run: Run) -> Standing:
    over = RunState(run.state) in TERMINAL_RUN_STATES
    shards = run.shards.all()
    begun = sum(shard.started_at is not None for shard in shards)
    ended = sum(shard.finished_at is not None for shard in shards)
    never = sum(not (shard.started_at or shard.finished_at) for shard in shards)
    return Standing(
        over=over,
        seen=f"{begun}-{ended}",
        waiting=never,
        progress=None if over else run_progress(run=run, now=timezone.now()),
    )
