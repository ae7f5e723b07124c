"""Lists a page at a time: the cursor names a place in the order, so new rows shift nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.shapes import InputShape, OutputShape
from compliance.domain.errors import InvalidInputError

ROWS = 50
MOST_ROWS = 200


class PageFilters(InputShape):
    """The query of every list."""

    cursor = serializers.CharField(
        required=False, max_length=1000, help_text="From `next` or `previous` of another page."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ROWS, default=ROWS
    )


class Pages(CursorPagination):
    """Cuts an ordered queryset into pages."""

    page_size = ROWS
    max_page_size = MOST_ROWS
    page_size_query_param = "page_size"

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self.get_next_link(), "previous": self.get_previous_link(), "rows": data}
        )


def paged(
    request: Request,
    rows: Any,
    *,
    row: type[OutputShape],
    order: tuple[str, ...],
    told: Callable[[list[Any]], Iterable[Any]] = list,
) -> Response:
    """One page of a queryset.

    Args:
        order: columns of the order, which together are unique.
        told: what ``row`` shows of a page's rows, where that is not the rows themselves.

    Raises:
        InvalidInputError: the cursor was not given out for this list.
    """
    pages = Pages()
    pages.ordering = order
    try:
        page: Any = pages.paginate_queryset(rows, request)
    except (NotFound, ValidationError, ValueError, OverflowError, DataError) as error:
        raise InvalidInputError(
            field="cursor",
            problem="it was not given out for this list",
            fix="Take it from next or previous of a page of this list",
        ) from error
    return pages.get_paginated_response(row(told(page), many=True).data)


def page_of(row: type[OutputShape], name: str) -> type[OutputShape]:
    """The shape of a page of rows, called ``name`` in OpenAPI."""
    fields = {
        "__doc__": "One page of a list.",
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "rows": row(many=True),
    }
    return type(name, (OutputShape,), fields)
