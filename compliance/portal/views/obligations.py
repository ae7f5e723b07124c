"""Obligations: the urgent ones, those of one version, and verification summaries."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.audits.matrix import next_runs
from compliance.audits.selectors import result_list
from compliance.domain.dsse import MEDIA_TYPE
from compliance.domain.errors import NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.obligations.assessing import assess
from compliance.obligations.matrix import obligations_assessed
from compliance.obligations.selectors import (
    obligation_lapsed_list,
    obligation_list,
    summaries_of,
    summary_entries,
)
from compliance.obligations.services import summary_issue, summary_take
from compliance.policies.selectors import pack_get
from compliance.portal.catalogue import titles
from compliance.portal.paging import one_of, organization_asked, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.portal.views.ledger import download
from compliance.registry.selectors import version_get

SUMMARIES_SHOWN = 10


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Obligations in force, the most urgent first, or those alone that nothing answers."""
    now = timezone.now()
    list_reading_tell(viewer=viewer, what=Seen.OBLIGATIONS)
    chosen = one_of(request.GET.get("state"), ["lapsed"])
    rows = (
        obligation_lapsed_list(viewer=viewer, now=now) if chosen else obligation_list(viewer=viewer)
    )
    organization = organization_asked(request, viewer)
    if organization:
        rows = rows.filter(version__model__organization=organization)
    shown = paged(request, rows)
    return page(
        request,
        viewer,
        "portal/obligations/index.html",
        rows=shown,
        found=assess(list(shown), results=result_list(viewer=viewer), now=now),
        organization=organization,
        chosen=chosen,
        now=now,
        titles=titles(),
        query=query_without_page(request),
    )


@require_safe
@for_viewer
def of_version(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """What is demanded of a version, where each demand stands, and what was attested of it."""
    version = version_get(viewer=viewer, version_id=version_id)
    subject, now = f"version/{version.id}", timezone.now()
    model_reading_tell(viewer=viewer, what=Seen.OBLIGATIONS, model=version.model, subject=subject)
    found = obligations_assessed(viewer=viewer, now=now, versions=[version])
    due = next_runs(viewer=viewer, versions=[version])
    summaries = list(summaries_of(viewer=viewer, version=version)[:SUMMARIES_SHOWN])
    return page(
        request,
        viewer,
        "portal/obligations/version.html",
        version=version,
        found=found,
        packs={one.obligation.adoption.pack: None for one in found},
        next_runs={test: at for (model, test), at in due.items() if model == version.model_id},
        summaries=summaries,
        entries=summary_entries(viewer=viewer, summaries=summaries),
        may_issue=viewer.may(Action.ISSUE_SUMMARY, version.model.organization_id),
        now=now,
        titles=titles(),
    )


@require_POST
@for_viewer
def issue(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """Have a verification summary of a version against a pack issued."""
    version = version_get(viewer=viewer, version_id=version_id)
    viewer.require(Action.ISSUE_SUMMARY, version.model.organization_id)
    try:
        pack = pack_get(pack_id=UUID(request.POST.get("pack", "")))
    except ValueError as error:
        raise NotFoundError("there is no such policy pack") from error
    summary = summary_issue(viewer=viewer, version=version, pack=pack, now=timezone.now())
    said = "is met" if summary.met else "is not met as a whole"
    messages.success(request, f"Attested: {pack} {said}. It can be taken once it is signed.")
    return redirect("portal:version-obligations", version.id)


@require_safe
@for_viewer
def summary(request: HttpRequest, viewer: Viewer, summary_id: UUID) -> HttpResponse:
    """A verification summary in its signed envelope, as a file."""
    content = summary_take(viewer=viewer, summary_id=summary_id)
    return download(content, f"assay-summary-{summary_id}.dsse.json", MEDIA_TYPE)
