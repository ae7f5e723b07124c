"""The portfolio: every provider that the reader reads, and what is amiss with each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.domain.readings import Seen
from compliance.dossiers.portfolio import portfolio
from compliance.portal.paging import lines_paged, query_without_page
from compliance.portal.viewing import for_viewer, page


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Providers with their models, verdicts, alerts, late answers and lapsed obligations."""
    list_reading_tell(viewer=viewer, what=Seen.PORTFOLIO)
    now = timezone.now()
    return page(
        request,
        viewer,
        "portal/portfolio.html",
        holdings=lines_paged(request, portfolio(viewer=viewer, now=now)),
        query=query_without_page(request),
        now=now,
    )
