"""Two runs side by side, and the history of one stress test on a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.beside import beside, beside_candidates, scores_of
from compliance.audits.selectors import result_entries, result_get, run_get
from compliance.domain.readings import Seen
from compliance.domain.verdicts import Part
from compliance.dossiers.charts import parts_chart
from compliance.dossiers.history import history_series
from compliance.portal.catalogue import titles
from compliance.portal.crumbs import surroundings
from compliance.portal.paging import PER_PAGE, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_get

if TYPE_CHECKING:
    from compliance.audits.models import Result, Score
    from compliance.registry.models import Model

CHOICES = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """One item as both runs scored it."""

    first: Score
    second: Score


@require_safe
@for_viewer
def side_by_side(request: HttpRequest, viewer: Viewer, result_id: UUID) -> HttpResponse:
    """A result beside another of the same stress test on the same model."""
    second = result_get(viewer=viewer, result_id=result_id)
    choices = beside_candidates(viewer=viewer, result=second)
    run = run_get(viewer=viewer, run_id=second.shard.run_id)
    _tell(viewer, run.version.model)
    context: dict[str, Any] = {
        "result": second,
        "run": run,
        "around": surroundings(viewer=viewer, run=run),
        "choices": choices[:CHOICES],
    }
    if first := _chosen(request, viewer):
        for one in (first, second):
            subject = f"run/{one.shard.run_id}"
            model_reading_tell(
                viewer=viewer, what=Seen.ITEMS, model=one.version.model, subject=subject
            )
        context |= _compared(request, first, second)
    return page(request, viewer, "portal/runs/beside.html", titles=titles(), **context)


@require_safe
@for_viewer
def history(request: HttpRequest, viewer: Viewer, model_id: UUID, name: str) -> HttpResponse:
    """The history of one stress test on a model: chart, table, downloads."""
    model = model_get(viewer=viewer, model_id=model_id)
    series = history_series(viewer=viewer, model=model, name=name)
    _tell(viewer, model)
    results = [one for each in series for one in each.results]
    entries = result_entries(viewer=viewer, results=results)
    return page(
        request,
        viewer,
        "portal/models/history.html",
        model=model,
        name=name,
        series=series,
        rows=[(one, entries.get(one.id)) for one in reversed(results)],
        titles=titles(),
    )


def _tell(viewer: Viewer, model: Model) -> None:
    subject = f"model/{model.id}"
    model_reading_tell(viewer=viewer, what=Seen.RESULTS, model=model, subject=subject)


def _chosen(request: HttpRequest, viewer: Viewer) -> Result | None:
    try:
        other = UUID(request.GET.get("other", ""))
    except ValueError:
        return None
    return result_get(viewer=viewer, result_id=other)


def _compared(request: HttpRequest, first: Result, second: Result) -> dict[str, Any]:
    found = beside(first=first, second=second)
    changed = Paginator(found.changed, PER_PAGE).get_page(request.GET.get("page"))
    old = scores_of(result=first, items=list(changed))
    new = scores_of(result=second, items=list(changed))
    parts = [_part(one, place) for place, one in enumerate((first, second), 1)]
    return {
        "found": found,
        "chart": parts_chart(parts, limit=second.limit, title="both runs"),
        "confidence": 1 - found.alpha,
        "changed": changed,
        "pairs": [Pair(old[one], new[one]) for one in changed],
        "query": query_without_page(request),
    }


def _part(result: Result, place: int) -> Part:
    return Part(
        name=f"{place}: {result.version.name}, {result.recorded_at:%Y-%m-%d}",
        n=result.n,
        value=result.value,
        lower=result.lower,
        upper=result.upper,
        log10_e_violating=result.log10_e_violating,
        log10_e_compliant=result.log10_e_compliant,
    )
