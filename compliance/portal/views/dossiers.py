"""A model's dossier: everything about it on one page, each figure with its place in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.accounts.rate_limits import costly
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.selectors import result_entries
from compliance.audits.services import dossier_take
from compliance.domain.kinship import Agreement
from compliance.domain.readings import Seen
from compliance.dossiers.dossier import SITTERS_ALONE, dossier_of, dossier_results
from compliance.dossiers.lineage_chart import SIGNS, lineage_chart
from compliance.dossiers.report import period_named, report_pdf
from compliance.ledger.selectors import setup_current
from compliance.portal.catalogue import titles
from compliance.portal.page_proof import proof_of, proofs_shown
from compliance.portal.paging import lines_paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.portal.views.ledger import download
from compliance.questions.selectors import askers_of
from compliance.registry.selectors import model_get

if TYPE_CHECKING:
    from compliance.dossiers.dossier import Dossier
    from compliance.registry.models import Model


@costly
@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """The dossier of a model."""
    model = model_get(viewer=viewer, model_id=model_id)
    _tell(viewer, model)
    now = timezone.now()
    dossier = dossier_of(viewer=viewer, model=model, now=now, whole=False)
    return page(
        request,
        viewer,
        "portal/dossiers/detail.html",
        model=model,
        dossier=dossier,
        entries=dossier.entries,
        titles=dossier.titles,
        lineage=lineage_chart(dossier.family, title=str(model)),
        signs=[(SIGNS[one], one.value) for one in Agreement],
        may_ask=askers_of(viewer=viewer, model=model).exists(),
        sitters_alone=SITTERS_ALONE,
        now=now,
        periods=_periods(now),
    )


@costly
@require_safe
@for_viewer
def results(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """The table behind the dossier's charts, which draws it when somebody opens it."""
    model = model_get(viewer=viewer, model_id=model_id)
    _tell(viewer, model)
    rows, more = dossier_results(viewer=viewer, model=model)
    entries = result_entries(viewer=viewer, results=rows)
    return page(
        request,
        viewer,
        "portal/dossiers/results.html",
        model=model,
        results=rows,
        more=more,
        entries={f"result/{one}": entry for one, entry in entries.items()},
        titles=titles(),
    )


@costly
@require_safe
@for_viewer
def verify(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """What proves the dossier: its ledger entries, and the command that checks them offline."""
    model = model_get(viewer=viewer, model_id=model_id)
    _tell(viewer, model)
    dossier = dossier_of(viewer=viewer, model=model, now=timezone.now())
    # Each proof is read from tiles of the log, so that a page of them is all that a page may cost.
    every = sorted(dossier.entries.values(), key=lambda entry: entry.index)
    entries = lines_paged(request, every)
    return page(
        request,
        viewer,
        "portal/dossiers/verify.html",
        model=model,
        entries=entries,
        names=_names(dossier),
        proofs=proofs_shown(entries=list(entries)),
        query=query_without_page(request),
        file=_file_name(model.slug),
        setup=setup_current(),
        unsequenced=sum(f"result/{one.id}" not in dossier.entries for one in dossier.results),
    )


@costly
@require_safe
@for_viewer
def proof(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """The proofs of every entry behind the dossier, as one file for ``assay-verify``."""
    model = model_get(viewer=viewer, model_id=model_id)
    dossier = dossier_of(viewer=viewer, model=model, now=timezone.now())
    dossier_take(viewer=viewer, model=model)
    content = proof_of(entries=list(dossier.entries.values()), about=str(model))
    return download(content, _file_name(model.slug), "application/json")


@costly
@require_safe
@for_viewer
def report(request: HttpRequest, viewer: Viewer, model_id: UUID, period: str) -> HttpResponse:
    """The report of a month or quarter as PDF."""
    model = model_get(viewer=viewer, model_id=model_id)
    cut = period_named(period)
    dossier = dossier_of(viewer=viewer, model=model, now=timezone.now(), period=cut)
    dossier_take(viewer=viewer, model=model)
    content = report_pdf(dossier, period=period)
    return download(content, f"{model.slug}-{period}.pdf", "application/pdf")


def _names(dossier: Dossier) -> dict[str, str]:
    """What entries without a statement of their own are about, as people know it."""
    return {
        **{f"version/{one.id}": str(one) for one in dossier.versions},
        **{f"alert/{one.id}": one.title for one in dossier.alerts},
        **{f"question/{one.id}": str(one) for one in dossier.questions},
    }


def _tell(viewer: Viewer, model: Model) -> None:
    subject = f"model/{model.id}"
    model_reading_tell(viewer=viewer, what=Seen.DOSSIER, model=model, subject=subject)


def _periods(now: datetime) -> list[str]:
    """Names of this month and quarter and of the last ones, newest first."""
    last_month = now.replace(day=1) - timedelta(days=1)
    quarters = [(one.year, (one.month + 2) // 3) for one in (now, _quarter_before(now))]
    months = [f"{one:%Y-%m}" for one in (now, last_month)]
    return [*months, *(f"{year}-Q{quarter}" for year, quarter in quarters)]


def _quarter_before(now: datetime) -> datetime:
    first = (now.month - 1) // 3 * 3 + 1
    return now.replace(month=first, day=1) - timedelta(days=1)


def _file_name(slug: str) -> str:
    return f"{slug}-dossier.assay-page.json"
