"""The compliance matrix of the newest versions, a page of models at a time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.audits.matrix import matrix_of, with_verdict
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Verdict
from compliance.obligations.matrix import obligation_matrix
from compliance.portal.catalogue import titles
from compliance.portal.paging import one_of, organization_asked, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import version_newest_list

PER_PAGE = 20
VERDICTS = [verdict.value for verdict in Verdict]


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Stress tests, or obligations, by newest versions: verdict, interval, age, next run."""
    list_reading_tell(viewer=viewer, what=Seen.MATRIX)
    sought = request.GET.get("q", "").strip()
    chosen = one_of(request.GET.get("verdict"), VERDICTS)
    organization = organization_asked(request, viewer)
    rows = version_newest_list(viewer=viewer, sought=sought)
    if organization:
        rows = rows.filter(model__organization=organization)
    if chosen:
        rows = rows.filter(id__in=with_verdict(viewer=viewer, verdict=Verdict(chosen)))
    versions = paged(request, rows, per_page=PER_PAGE)
    by_obligation, now = request.GET.get("by") == "obligation", timezone.now()
    shown = list(versions)
    drawn = (
        {"obligations": obligation_matrix(viewer=viewer, versions=shown, now=now)}
        if by_obligation
        else {"matrix": matrix_of(viewer=viewer, versions=shown)}
    )
    return page(
        request,
        viewer,
        "portal/matrix.html",
        versions=versions,
        by_obligation=by_obligation,
        **drawn,
        organization=organization,
        sought=sought,
        chosen=chosen,
        verdicts=VERDICTS,
        now=now,
        titles=titles(),
        query=query_without_page(request),
    )
