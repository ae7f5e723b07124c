"""The newest result of each stress test."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Result, Standing
from compliance.audits.selectors import WIDE, result_list


def result_newest_list(*, viewer: Viewer, per: str = "version", **where: Any) -> QuerySet[Result]:
    """The newest result of each stress test that the viewer may read, without ``WIDE``.

    For most viewers it is found among standings alone: to seek it in a whole history, or to join
    it before it was chosen, took most of a page's time. A grant that is cut by time shows what was
    newest in it.

    Args:
        per: what has one of each stress test, ``version`` or ``version__model``.
        where: lookups of results by their version, as in a filter.
    """
    rows = result_list(viewer=viewer)
    found: QuerySet[Any]
    if viewer.cut_by_time:
        found = rows.select_related(None).filter(**where)
        order, key = "-recorded_at", "id"
    else:
        scope = viewer.scope(organization="version__model__organization", model="version__model__")
        found = Standing.objects.filter(scope, **where)
        order, key = "-result__recorded_at", "result"
    one_of_each = (f"{per}_id", "test_name")
    ids = found.order_by(*one_of_each, order).distinct(*one_of_each).values(key)
    return rows.filter(id__in=ids).defer(*WIDE).order_by(*one_of_each)
