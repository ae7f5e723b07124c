"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    Row = TypeVar("Row", bound=Model)

PER_PAGE = 25


def paged(request: HttpRequest, rows: QuerySet[Row], *, per_page: int = PER_PAGE) -> Page[Row]:
    """The page of ``rows`` that the address asks for; a wrong number gives the nearest."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def query_without_page(request: HttpRequest) -> str:
    """The address's query for links to other pages, ending in ``&`` unless empty."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


def one_of(value: str | None, allowed: Sequence[str]) -> str:
    """A filter's value if it is one of ``allowed``, else empty: no filter."""
    return value if value is not None and value in allowed else ""
