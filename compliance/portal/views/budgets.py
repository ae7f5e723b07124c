"""Error budgets: what each organization may still be wrong about, by chance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.audits.selectors import error_budget_list
from compliance.portal.catalogue import titles
from compliance.portal.viewing import for_viewer, page


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every stream with its share of the budget, and what is beyond chance."""
    return page(
        request,
        viewer,
        "portal/budgets.html",
        budgets=error_budget_list(viewer=viewer),
        titles=titles(),
    )
