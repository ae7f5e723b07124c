"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from compliance.accounts.selectors import Viewer, organization_get

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from compliance.accounts.models import Organization

    Row = TypeVar("Row", bound=Model)
    Line = TypeVar("Line")

PER_PAGE = 25


def lines_paged(request: HttpRequest, lines: Sequence[Line]) -> Page[Line]:
    """The page of ``lines`` that the address asks for, as ``paged`` has it of rows."""
    return Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))


def paged(request: HttpRequest, rows: QuerySet[Row], *, per_page: int = PER_PAGE) -> Page[Row]:
    """The page of ``rows`` that the address asks for; a wrong number gives the nearest."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def query_without_page(request: HttpRequest) -> str:
    """The address's query for links to other pages, ending in ``&`` unless empty."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


def organization_asked(request: HttpRequest, viewer: Viewer) -> Organization | None:
    """The organization that the address narrows a list to; None where it names none.

    Raises:
        NotFoundError: there is none by that name that the viewer may know of.
    """
    slug = request.GET.get("organization", "")
    return organization_get(viewer=viewer, slug=slug) if slug else None


def one_of(value: str | None, allowed: Sequence[str]) -> str:
    """A filter's value if it is one of ``allowed``, else empty: no filter."""
    return value if value is not None and value in allowed else ""
