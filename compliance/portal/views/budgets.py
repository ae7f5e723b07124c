"""Error budgets: what each organization may still be wrong about, by chance."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.audits.budget import error_budget_list
from compliance.domain.readings import Seen
from compliance.portal.catalogue import titles
from compliance.portal.paging import PER_PAGE
from compliance.portal.viewing import for_viewer, page


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every stream with its share of the budget, and what is beyond chance."""
    list_reading_tell(viewer=viewer, what=Seen.BUDGET, whole=True)
    turned, place = request.GET.get("organization"), request.GET.get("page")
    budgets = [
        (budget, Paginator(budget.streams.urgent_first, PER_PAGE).get_page(wanted))
        for budget in error_budget_list(viewer=viewer)
        for wanted in [place if turned == budget.organization.slug else 1]
    ]
    return page(
        request,
        viewer,
        "portal/budgets.html",
        budgets=budgets,
        titles=titles(),
    )
